"""Bodies of requests: what they say, what comes twice in them, and what is refused."""

import json
from typing import Any

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.body import (
    BODY_DEPTH_LIMIT,
    BODY_MAX_BYTES,
    DUPLICATES_LIMIT,
    DecodedBody,
    decode_body,
)
from kubeobj.api.errors import BadRequest, RequestEntityTooLarge, UnsupportedMediaType

YAML = "application/yaml"

SAYS: list[Any] = [
    pytest.param(b'{"a": [1, -2, 1.5, "x", true, null]}', {"a": [1, -2, 1.5, "x", True, None]}),
    pytest.param(b" null ", None, id="null"),
    pytest.param(b'"x"', "x", id="text"),
    pytest.param(rb'{"a": "\ud800", "b": "x\udc00y"}', {"a": "\ufffd", "b": "x\ufffdy"}, id="half"),
    pytest.param(rb'{"a": "\ud83d\ude00\\ud800"}', {"a": "\U0001f600\\ud800"}, id="whole pair"),
    pytest.param(b'{"a": "\xff\xe2\x82z"}', {"a": "\ufffd\ufffd\ufffdz"}, id="no UTF-8"),
    pytest.param(b'{"a": 99999999999999999999}', {"a": 1e20}, id="beyond 64 bits"),
    pytest.param(b'{"a": 1e300}', {"a": 1e300}, id="big float"),
    pytest.param(rb'{"a\u003ab": 1, "c": "::"}', {"a:b": 1, "c": "::"}, id="escaped colon"),
]


@pytest.mark.parametrize(("data", "wanted"), SAYS)
def test_json(data: bytes, wanted: object) -> None:
    """What Go would mend is mended."""
    assert decode_body(data) == DecodedBody(wanted)  # type: ignore[arg-type]


TWICE: list[Any] = [
    pytest.param(b'{"a": 1, "a": 2}', {"a": 2}, ("a",), id="top"),
    pytest.param(b'{"a": 1, "a": 2, "a": 3}', {"a": 3}, ("a",), id="three times"),
    pytest.param(b'{"a": {"b": 1, "b": 2}}', {"a": {"b": 2}}, ("a.b",), id="nested"),
    pytest.param(
        b'{"a": [{"x": 1}, {"b": 1, "b": 2}]}',
        {"a": [{"x": 1}, {"b": 2}]},
        ("a[1].b",),
        id="in a list",
    ),
    pytest.param(
        b'{"a": {"b": 1, "b": 2}, "a": {"c": 1, "c": 2}}',
        {"a": {"c": 2}},
        ("a.b", "a", "a.c"),
        id="in what is lost",
    ),
    pytest.param(rb'{"a": 1, "\u0061": 2}', {"a": 2}, ("a",), id="escaped"),
    pytest.param(rb'{"\u003a": ":", "a": 1, "a": 2}', {":": ":", "a": 2}, ("a",), id="colons"),
    pytest.param(b'{"a" : ":::", "a"\n: 2}', {"a": 2}, ("a",), id="space before colons"),
    pytest.param(b'[{"a": 1, "a": 2}]', [{"a": 2}], ("[0].a",), id="list"),
    pytest.param(b'{"a": -5, "a": 99999999999999999999}', {"a": 1e20}, ("a",), id="big"),
]


@pytest.mark.parametrize(("data", "wanted", "paths"), TWICE)
def test_fields_that_come_twice(data: bytes, wanted: object, paths: tuple[str, ...]) -> None:
    """The last one wins; each is told of once, in the order in which they come again."""
    assert decode_body(data) == DecodedBody(wanted, paths)  # type: ignore[arg-type]
    assert decode_body(data, YAML) == decode_body(data)


def test_no_more_duplicates_are_told_of_than_the_limit() -> None:
    """A body of nothing but duplicates gets no endless answer."""
    members = ",".join(f'"{index}":1' for index in range(DUPLICATES_LIMIT + 1))
    decoded = decode_body(f"{{{members},{members}}}".encode())
    assert len(decoded.duplicates) == DUPLICATES_LIMIT


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(':\\"u03aA,\n{'),
        lambda parts: st.lists(parts) | st.dictionaries(st.text(':"\\a', max_size=3), parts),
    )
)
def test_no_duplicates_are_seen_where_there_are_none(value: object) -> None:
    """However a document is written, it is read back, and nothing comes twice."""
    for data in (
        orjson.dumps(value),
        json.dumps(value, indent=1).encode(),
        json.dumps(value, separators=(" ,", " : "), ensure_ascii=False).encode(),
    ):
        assert decode_body(data) == DecodedBody(value)  # type: ignore[arg-type]


@given(st.data())
def test_duplicates_are_seen_however_they_are_written(data: st.DataObject) -> None:
    """Colons in texts, escaped or not, hide nothing."""
    texts = st.text(':"\\a', max_size=4)
    keys = data.draw(st.lists(texts, min_size=1, max_size=6))

    def written(text: str) -> str:
        plain = json.dumps(text)
        return plain.replace(":", r"\u003A") if data.draw(st.booleans()) else plain

    members = ",".join(f"{written(key)}:{written(data.draw(texts))}" for key in keys)
    decoded = decode_body(f"{{{members}}}".encode())
    twice = {key for key in keys if keys.count(key) > 1}
    assert set(decoded.duplicates) == twice


BROKEN: list[Any] = [
    b"",
    b"{",
    b'{"a"}',
    b'{"a": 1,}',
    b"\x00",
    b'{"a": 1} {"b": 2}',
    b'\xef\xbb\xbf{"a": 1}',
    b'{"a": NaN}',
    b'{"a": -Infinity}',
    b'{"a": 1e999}',
    b'{"a": "\n"}',
    b"'a'",
    b"[" * (BODY_DEPTH_LIMIT + 1) + b"]" * (BODY_DEPTH_LIMIT + 1),
    b'{"a":' * 5000 + b"1" + b"}" * 5000,
    b'{"a": 1, "a":' + b'{"b":' * BODY_DEPTH_LIMIT + b"1" + b"}" * (BODY_DEPTH_LIMIT + 1),
    b"[" * 100_000,
]


@pytest.mark.parametrize("data", BROKEN, ids=lambda data: repr(data[:12]))
def test_what_is_no_json_is_a_bad_request(data: bytes) -> None:
    """Nothing is guessed, and nothing overflows."""
    with pytest.raises(BadRequest):
        decode_body(data)


def test_the_deepest_body_can_be_written_again() -> None:
    """The limit is what the writer can take."""
    data = b"[" * BODY_DEPTH_LIMIT + b"]" * BODY_DEPTH_LIMIT
    assert orjson.dumps(decode_body(data).value) == data
    # A key that comes twice takes the other way.
    slow = b'{"a": 1, "a":' + data[1:-1] + b"}"
    assert orjson.dumps(decode_body(slow).value) == b'{"a":' + data[1:-1] + b"}"


def test_a_body_may_be_as_long_as_the_limit() -> None:
    """A byte more is too much, in any syntax."""
    fill = b'"' + b"x" * (BODY_MAX_BYTES - 2) + b'"'
    assert decode_body(fill).value == fill[1:-1].decode()
    for media in ("", YAML):
        with pytest.raises(RequestEntityTooLarge):
            decode_body(fill + b" ", media)


@pytest.mark.parametrize(
    "media",
    [
        "",
        "application/json",
        "Application/JSON",
        "application/json; charset=utf-8",
        'application/json;a="b;c" ; d=e;',
        YAML,
        "application/yaml;charset=utf-8",
    ],
)
def test_media_types_that_are_read(media: str) -> None:
    """Parameters and capitals make no difference."""
    assert decode_body(b'{"a": 1}', media).value == {"a": 1}


@pytest.mark.parametrize(
    "media",
    [
        "text/plain",
        "application/merge-patch+json",
        "application/vnd.kubernetes.protobuf",
        "application",
        "application/json; charset",
        "application/json, application/yaml",
        "*/*",
        " ",
    ],
)
def test_media_types_that_are_not_read(media: str) -> None:
    """Protobuf is one of them; and the type is looked at before the body."""
    with pytest.raises(UnsupportedMediaType) as caught:
        decode_body(b"x" * (BODY_MAX_BYTES + 1), media)
    assert caught.value.details is None


IN_YAML: list[Any] = [
    pytest.param(
        b"a: {b: yes, c: '1', d: 1.0}", {"a": {"b": True, "c": "1", "d": 1}}, id="scalars"
    ),
    pytest.param(b'{"a": 1.0, "b": [2e0, "1.0"]}', {"a": 1, "b": [2, "1.0"]}, id="json as yaml"),
    pytest.param(b"a: 1\n---\nb: [", {"a": 1}, id="only the first document"),
    pytest.param(b"a: !!binary aGk=", {"a": "hi"}, id="binary"),
    pytest.param(b"{a: 1}", {"a": 1}, id="braces"),
    pytest.param(b"# nothing\n", None, id="nothing"),
    pytest.param(b"", None, id="empty"),
    pytest.param(b"&x a: *x", {"a": "a"}, id="alias"),
]


@pytest.mark.parametrize(("data", "wanted"), IN_YAML)
def test_yaml(data: bytes, wanted: object) -> None:
    """YAML is read as Kubernetes reads it."""
    assert decode_body(data, YAML) == DecodedBody(wanted)  # type: ignore[arg-type]


def test_fields_that_come_twice_in_yaml() -> None:
    """The last one wins; what a merge brings may come again."""
    text = b"a:\n- {b: 1, b: 2}\n- <<: {c: 1}\n  c: 2\n  c: 3\n'x.y': 1\n'x.y': 2\n"
    decoded = decode_body(text, YAML)
    assert decoded.value == {"a": [{"b": 2}, {"c": 3}], "x.y": 2}
    assert decoded.duplicates == ("a[0].b", "a[1].c", "x.y")


BROKEN_YAML: list[Any] = [
    b"a: b: c",
    b"{",
    b"\ta: 1",
    b"a: .nan",
    b"a: !!binary x",
    b"{a: 1}: 2",
    b"a: \xff",
    b"a: *b",
    b"[" * 5000 + b"]" * 5000,
    b"- " * 5000 + b"x",
    b"a: &a [x,x,x,x,x,x,x,x]\n"
    + b"".join(
        f"{key}: &{key} [{','.join(f'*{last}' for _ in range(8))}]\n".encode()
        for last, key in zip("abcdefgh", "bcdefghi", strict=True)
    ),
]


@pytest.mark.parametrize("data", BROKEN_YAML, ids=lambda data: repr(data[:12]))
def test_what_is_no_yaml_is_a_bad_request(data: bytes) -> None:
    """Nothing overflows, and a small body cannot mean a huge document."""
    with pytest.raises(BadRequest):
        decode_body(data, YAML)


def test_a_body_of_bytes_that_are_no_text_takes_no_time() -> None:
    """Mending is linear."""
    decoded = decode_body(b'"' + b"\xff" * 1_000_000 + b'"')
    assert decoded.value == "\ufffd" * 1_000_000
