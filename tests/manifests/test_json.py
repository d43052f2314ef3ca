"""JSON: values, positions, and every way to refuse one."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldPath, ManifestError
from kubeobj.manifests.json import JsonSyntaxError, read_json
from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.text import SourceText


def values(text: str, limits: Limits = DEFAULT) -> list[Any]:
    """Return what *text* holds."""
    return [positions.root for positions in read_json(SourceText(text, "f.json"), limits)]


GOOD = [
    ('{"a": [1, -2, "x", true, false, null, {}]}', [{"a": [1, -2, "x", True, False, None, {}]}]),
    ('{"a": 1}{"b": 2}\n\n{"c": 3}', [{"a": 1}, {"b": 2}, {"c": 3}]),
    (" \t\r\nnull {} null ", [{}]),
    ("", []),
    ('[1]"x"2', [[1], "x", 2]),
    (r'{"a": "\/\t\u00e9\ud83d\ude00"}', [{"a": "/\t\u00e9\U0001f600"}]),
    (r'{"\ud800": "\udc00x\\ud800\ud83d"}', [{"\ufffd": "\ufffdx\\ud800\ufffd"}]),
    (r'{"a": "\ud800\ud83d\ude00"}', [{"a": "\ufffd\U0001f600"}]),
]


@pytest.mark.parametrize(("text", "wanted"), GOOD)
def test_values(text: str, wanted: list[Any]) -> None:
    """Values may follow one another; half of a surrogate pair is U+FFFD, as for Go."""
    assert values(text) == wanted


def test_numbers_are_as_the_api_reads_them() -> None:
    """A point or an exponent makes a float; an integer is exact within 64 bits."""
    text = '{"a": 1.0, "b": 1e3, "c": 9223372036854775807, "d": 9223372036854775808, "e": -0}'
    (value,) = values(text)
    assert value == {"a": 1.0, "b": 1000.0, "c": 2**63 - 1, "d": float(2**63), "e": 0}
    assert [type(part).__name__ for part in value.values()] == [
        "float", "float", "int", "float", "int",
    ]  # fmt: skip


BAD = {
    "duplicate": ('{"a": 1,\n "b": {"x": 1, "x": 2}}', 'f.json:2:16: the key "x" is already on'),
    "escaped duplicate": (
        '{"a": 1,\n"\\u0061": 2}',
        'f.json:2:1: the key "a" is already on line 1',
    ),
    "second value": ('{"a": [1, "]", {}]}\n{"b": 1, "b": 2}', 'f.json:2:10: the key "b"'),
    "nan": ('{"a": [NaN]}', "f.json:1:8: NaN is no number"),
    "infinity": ('{"a": -Infinity}', "f.json:1:7: -Infinity is no number"),
    "too large": ('{"a": 1e999}', "f.json:1:7: 1e999 is no number, or out of range"),
    "too long": ('{"a": ' + "1" * 400 + "}", "f.json:1:7: 1111"),
    "deep": ("[" * 300 + "]" * 300, "f.json:1:201: nested deeper than the limit of 200 (depth)"),
    "deep objects": ('{"a":' * 201 + "1" + "}" * 201, "f.json:1:1001: nested deeper"),
    "very deep": ("[" * 200_000, "f.json:1:201: nested deeper"),
}


@pytest.mark.parametrize("name", BAD)
def test_refusals(name: str) -> None:
    """What JSON allows and an object cannot hold is refused, and the place is named."""
    text, reason = BAD[name]
    with pytest.raises(ManifestError) as error:
        values(text)
    assert str(error.value).startswith(reason)


def test_deeper_than_the_interpreter() -> None:
    """With the limit raised beyond what the interpreter can follow, that is said."""
    # Far beyond any stack: newer interpreters follow much deeper than the recursion limit.
    depth = 100 * sys.getrecursionlimit()
    with pytest.raises(ManifestError, match="deeper than the interpreter can follow"):
        values("[" * depth + "]" * depth, Limits(depth=depth))
    with pytest.raises(ManifestError, match="deeper than the interpreter can follow"):
        values("[" * depth, Limits(depth=depth))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ('{"a" 1}', "f.json:1:6: not JSON: expecting ':' delimiter"),
        ('{"a": 1}\nx', "f.json:2:1: not JSON: expecting value"),
        ('{"a": "\t"}', "f.json:1:8: not JSON: invalid control character at"),
        ('{"a": 01}', "f.json:1:8: not JSON: expecting ',' delimiter"),
    ],
)
def test_syntax_errors(text: str, reason: str) -> None:
    """What is not JSON may be YAML, so it is told apart, with the reason at hand."""
    with pytest.raises(JsonSyntaxError) as error:
        values(text)
    assert str(error.value.error) == reason


TEXT = """\
{
  "kind": "Pod",
  "spec":
  {
    "list": [1, {"a": "\\"]"}, [], "x"],
    "empty": {}, "last": true
  },
  "end": null
}
{"kind": "Service"}
"""


@pytest.mark.parametrize(
    ("document", "path", "place"),
    [
        (0, (), "1:1"),
        (0, ("kind",), "2:11"),
        (0, ("spec",), "3:3"),
        (0, ("spec", "list"), "5:13"),
        (0, ("spec", "list", 0), "5:14"),
        (0, ("spec", "list", 1, "a"), "5:23"),
        (0, ("spec", "list", 2), "5:31"),
        (0, ("spec", "list", 3), "5:35"),
        (0, ("spec", "empty", "x"), "6:14"),
        (0, ("spec", "last"), "6:26"),
        (0, ("end",), "8:10"),
        (1, (), "10:1"),
        (1, ("kind",), "10:10"),
    ],
)
def test_positions(document: int, path: tuple[str | int, ...], place: str) -> None:
    """Each value is found at its own place; one on a later line at its key."""
    read = list(read_json(SourceText(TEXT, "f.json"), DEFAULT))
    assert str(read[document].find(FieldPath.of(*path))) == place


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@given(JSON, st.sampled_from([None, 1]))
def test_what_is_written_is_read(value: JsonValue, indent: int | None) -> None:
    """Whatever JSON can hold is read as it was, and every position is that of its value."""
    text = json.dumps(value, indent=indent)
    read = list(read_json(SourceText(text, "f"), DEFAULT))
    if value is None:
        assert not read
        return
    wanted = json.loads(text, parse_int=_as_the_api)
    assert [positions.root for positions in read] == [wanted]
    lines = text.split("\n")
    for path, part in _leaves(wanted, ()):
        place = read[0].find(FieldPath(path))
        rest = lines[place.line - 1][place.column - 1 :]
        assert isinstance(part, int | float) or rest.startswith(json.dumps(part))


def _as_the_api(text: str) -> int | float:
    """Return an integer as the API reads it."""
    return int(text) if -(2**63) <= int(text) < 2**63 else float(text)


def _leaves(
    value: JsonValue, path: tuple[str | int, ...]
) -> list[tuple[tuple[str | int, ...], Any]]:
    """Return each scalar in *value* with its path."""
    if isinstance(value, dict):
        return [leaf for key in value for leaf in _leaves(value[key], (*path, key))]
    if isinstance(value, list):
        return [leaf for index, part in enumerate(value) for leaf in _leaves(part, (*path, index))]
    return [(path, value)]


TOKENS = st.sampled_from(
    ["{", "}", "[", "]", ",", ":", '"a"', '"\\ud800"', '"', "\\", "1", "-", "1e999", "0", ".",
     "NaN", "null", "true", " ", "\n", "x", "\u00e9"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=30).map("".join))
def test_any_text_is_read_or_refused(text: str) -> None:
    """There is no text that does anything but make values or one of the two errors."""
    try:
        read = list(read_json(SourceText(text, "f"), Limits(depth=4)))
    except (ManifestError, JsonSyntaxError):
        return
    assert all(positions.find(FieldPath.of("a", 0)).line >= 1 for positions in read)
