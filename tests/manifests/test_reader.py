"""Manifests of whole files: which format, lists, limits, and any bytes at all."""

import json
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldPath, ManifestError
from kubeobj.manifests import DEFAULT, Limits, Manifest, read_manifests


def documents(text: str | bytes, limits: Limits = DEFAULT) -> list[Any]:
    """Return the objects in *text*."""
    return [manifest.document for manifest in read_manifests(text, limits=limits)]


def refusal(text: str | bytes, limits: Limits = DEFAULT) -> str:
    """Return why *text* is refused."""
    with pytest.raises(ManifestError) as error:
        read_manifests(text, source="dir/f.yaml", limits=limits)
    return str(error.value)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kind: A\n---\nkind: B", [{"kind": "A"}, {"kind": "B"}]),
        (b"\xef\xbb\xbfkind: A\r\n", [{"kind": "A"}]),
        ("\ufeffkind: A", [{"kind": "A"}]),
        ('{"kind": "A"}\n{"kind": "B"}', [{"kind": "A"}, {"kind": "B"}]),
        ('\n {"kind": "A"}\n---\nkind: B', [{"kind": "A"}, {"kind": "B"}]),
        ("{kind: A, b: 010}", [{"kind": "A", "b": 8}]),
        ('{"kind": "A",}', [{"kind": "A"}]),
        ("", []),
        (b"", []),
        (" \n# nothing\n", []),
    ],
)
def test_formats(text: str | bytes, wanted: list[Any]) -> None:
    """Text that begins with a brace is JSON if it can be, and YAML otherwise."""
    assert documents(text) == wanted


LISTS = {
    "v1 List": ("apiVersion: v1\nkind: List\nitems:\n- kind: A\n- kind: B\n",
                [{"kind": "A"}, {"kind": "B"}]),
    "typed": ("apiVersion: apps/v1\nkind: DeploymentList\nitems: [{metadata: {}}]",
              [{"kind": "Deployment", "apiVersion": "apps/v1", "metadata": {}}]),
    "typed item": ("apiVersion: v1\nkind: PodList\nitems: [{kind: Pod, apiVersion: v2}]",
                   [{"kind": "Pod", "apiVersion": "v2"}]),
    "nested": ("kind: List\nitems: [{kind: List, items: [{kind: A}]}, {kind: B}]",
               [{"kind": "A"}, {"kind": "B"}]),
    "empty": ("kind: List\nitems: []", []),
    "null items": ("kind: List\nmetadata: {}\nitems:\n", []),
    "null items that are typed": ("kind: PodList\nitems: null", []),
    "text for items": ("kind: List\nitems: ''", [{"kind": "List", "items": ""}]),
    "no items": ("kind: List", [{"kind": "List"}]),
    "other items": ("kind: Bag\nitems: []", [{"kind": "Bag", "items": []}]),
}  # fmt: skip


@pytest.mark.parametrize("name", LISTS)
def test_lists_are_replaced_by_their_items(name: str) -> None:
    """A list stands for its items, in their order, and lists may hold lists."""
    text, wanted = LISTS[name]
    assert documents(text) == wanted


def test_items_of_typed_json_lists_have_positions() -> None:
    """An item that is given its kind is still found where it was written."""
    text = '{"kind": "PodList",\n"items": [{"a": 1},\n{"metadata": {"name": "x"}}]}'
    _, pod = read_manifests(text)
    assert list(pod.document) == ["apiVersion", "kind", "metadata"]
    assert pod.kind == "Pod"
    assert str(pod.start) == "3:1"
    assert str(pod.position(FieldPath.of("metadata", "name"))) == "3:23"
    assert pod.position(FieldPath.of("kind")) == pod.start


BAD = {
    "scalar": ("x", 'dir/f.yaml:1:1: an object is expected here, not "x"'),
    "list": ("kind: A\n---\n- a", "dir/f.yaml:3:1: an object is expected here, not a list"),
    "item": ("kind: List\nitems:\n- kind: A\n- 3", "dir/f.yaml:4:3: an object is expected here"),
    "json item": ('{"kind": "List",\n"items": [[]]}', "dir/f.yaml:2:11: an object is expected"),
    "json": ('{"kind" "A"}', "dir/f.yaml:1:9: not JSON: expecting ':' delimiter"),
    "flow": ("{kind: A", "dir/f.yaml:1:9: not YAML: did not find expected"),
    "template": ("{{ if x }}\nkind: A", "dir/f.yaml:1:1: this is a template"),
    "bytes": (b"kind: A\nx: \xff", "dir/f.yaml:2:4: the file is not UTF-8 text"),
    "utf-16": ("kind: A".encode("utf-16"), "dir/f.yaml:1:1: the file is UTF-16; save it as"),
    "surrogate": ("kind: \ud800", "dir/f.yaml:1:7: the file is not UTF-8 text"),
}


@pytest.mark.parametrize("name", BAD)
def test_refusals(name: str) -> None:
    """What is no object is refused, and the message begins with file, line and column."""
    text, reason = BAD[name]
    assert refusal(text).startswith(reason)


def test_size_is_limited() -> None:
    """A file has a longest length, in bytes, and a message that names the limit."""
    limits = Limits(file_bytes=8)
    assert documents("a: \u00e9bcd", limits) == [{"a": "\u00e9bcd"}]
    for text in ("a: \u00e9bcde", "a: bcdefg", b"a: bcdefg"):
        assert "longer than the limit of 8 bytes (file_bytes)" in refusal(text, limits)


def test_number_of_objects_is_limited() -> None:
    """A file has a greatest number of objects, items of lists among them."""
    limits = Limits(documents=2)
    assert len(documents("a: 1\n---\nb: 1", limits)) == 2
    assert "f.yaml:5:1: more objects than the limit of 2 (documents)" in refusal(
        "a: 1\n---\nb: 1\n---\nc: 1", limits
    )
    text = "kind: List\nitems: [{}, {}, {}]"
    assert "2:17: more objects than the limit of 2 (documents)" in refusal(text, limits)


POD = """\
apiVersion: v1
kind: Pod
metadata:
  name: web
  namespace: shop
  labels:
    app: web
"""


@pytest.fixture(params=["yaml", "json", "list"])
def pod(request: pytest.FixtureRequest) -> Manifest:
    """Return the same pod as YAML, as JSON and as an item of a list."""
    match request.param:
        case "yaml":
            text = POD
        case "json":
            text = json.dumps(documents(POD)[0], indent=2)
        case _:
            text = "kind: List\nitems:\n- " + POD.replace("\n", "\n  ")
    (manifest,) = read_manifests(text, source="pod.yaml")
    return manifest


def test_a_manifest_knows_what_it_is(pod: Manifest) -> None:
    """Name, namespace, kind and labels are at hand."""
    assert (pod.api_version, pod.kind, pod.namespace, pod.name) == ("v1", "Pod", "shop", "web")
    assert pod.labels == {"app": "web"}
    assert pod.source == "pod.yaml"
    assert pod.at("metadata", "labels", "app") == "web"


def test_positions_are_those_of_the_file(pod: Manifest) -> None:
    """Lines count from the beginning of the file, for items of lists too."""
    start, name = pod.start, pod.position(FieldPath.of("metadata", "name"))
    assert name.line == start.line + (4 if start.column == 1 and name.column == 13 else 3)
    assert pod.position(FieldPath.of("metadata", "missing")).line < name.line
    assert pod.position(FieldPath.of("spec")) == start


@pytest.mark.parametrize(
    "text",
    ["{}", "metadata: 3", "metadata: {name: 3, namespace: [x], labels: [a]}\nkind: {}",
     "metadata: {labels: {a: b, c: 3}}"],
)  # fmt: skip
def test_what_has_the_wrong_type_is_absent(text: str) -> None:
    """A manifest may be anything; what it is not is empty."""
    (manifest,) = read_manifests(text)
    what = (manifest.api_version, manifest.kind, manifest.namespace, manifest.name)
    assert what == ("", "", "", "")
    assert manifest.labels == {}


def test_at_leads_nowhere_quietly() -> None:
    """A path through what is not there is None, as is one through what is no container."""
    (manifest,) = read_manifests("a: [1, {b: 2}]")
    assert manifest.at("a", 1, "b") == 2
    for path in (("a", 2), ("a", "b"), ("x",), ("a", 0, "b"), (0,)):
        assert manifest.at(*path) is None


def test_two_manifests_are_never_equal() -> None:
    """The same object may stand in two places."""
    one, other = read_manifests("a: 1\n---\na: 1")
    assert one != other
    assert one == one  # noqa: PLR0124 - equality is what is tested


LIVELY = st.lists(
    st.sampled_from(
        [b"kind: List\n", b"items:\n", b"- ", b"  ", b"a: ", b"{", b"}", b"[", b"]", b'"', b"1",
         b"\n", b"---\n", b"\xff", b"\xef\xbb\xbf", b"&x ", b"*x", b"<<: ", b",", b":", b"\x00",
         b"\xed\xa0\x80", b"\xe2\x80\xa8"]
    ),
    max_size=30,
).map(b"".join)  # fmt: skip


@given(st.binary(max_size=100) | LIVELY)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """There are no bytes that do anything but make manifests or a `ManifestError`."""
    try:
        manifests = read_manifests(data, limits=Limits(depth=6))
    except ManifestError:
        return
    for manifest in manifests:
        assert manifest.start.line >= 1
        assert isinstance(manifest.document, dict)


@given(st.text(st.characters(codec=None), max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Text with lone surrogates is among what is refused."""
    try:
        read_manifests(text)
    except ManifestError as error:
        str(error).encode()


SHAPES = {
    "documents": "---\na: 1\n",
    "values": '{"a": 1}',
    "lines": "a: 1\n#",
    "brackets": "[",
    "braces": '{"a":',
    "anchors": "- &a b\n",
    "keys": "- {a: b, c: d}\n",
    "quotes": "'\n",
    "spaces": " ",
    "templates": "{{ ",
    "percents": "%TAG !a! b\n",
    "colons": ": ",
    "digits": "1",
}


@pytest.mark.parametrize("shape", SHAPES)
def test_work_grows_with_the_length_and_no_faster(shape: str) -> None:
    """Four times the text makes no more than about four times as many steps of the interpreter."""
    steps = [_steps(SHAPES[shape] * size) for size in (500, 2_000)]
    assert steps[1] <= 5 * steps[0] + 10_000


def _steps(text: str) -> int:
    """Return how many lines of Python reading *text* takes."""
    count = 0

    def trace(*_args: object) -> Any:
        nonlocal count
        count += 1
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read_manifests(text)
    except ManifestError:
        pass
    finally:
        sys.settrace(before)
    return count
