"""YAML: documents, positions, and every way to refuse one, with both parsers."""

from itertools import pairwise
from typing import Any, TypeAlias

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldPath, ManifestError
from kubeobj.manifests.limits import DEFAULT, Limits
from kubeobj.manifests.text import SourceText
from kubeobj.manifests.yaml import SAFE_LOADERS, read_yaml

Loader: TypeAlias = type[yaml.SafeLoader]

LOADERS = pytest.mark.parametrize("loader", SAFE_LOADERS, ids=["libyaml", "pure"])


def documents(text: str, limits: Limits = DEFAULT, loader: Loader = SAFE_LOADERS[0]) -> list[Any]:
    """Return what *text* holds."""
    read = read_yaml(SourceText(text, "f.yaml"), limits, loader=loader)
    return [positions.root for positions in read]


def refusal(text: str, limits: Limits = DEFAULT, loader: Loader = SAFE_LOADERS[0]) -> str:
    """Return why *text* is refused."""
    with pytest.raises(ManifestError) as error:
        documents(text, limits, loader)
    assert error.value.source == "f.yaml"
    assert error.value.line >= 1
    assert error.value.column >= 1
    return str(error.value)


GOOD = {
    "block": ("a:\n  b: [1, x]\n  c:\n    - d\n", [{"a": {"b": [1, "x"], "c": ["d"]}}]),
    "documents": ("a: 1\n---\n---\n# nothing\n--- ~\n---\nb: 2\n...\n", [{"a": 1}, {"b": 2}]),
    "crlf": ("a: 1\r\nb: |\r\n  x\r\n  y\r\n", [{"a": 1, "b": "x\ny\n"}]),
    "quotes": ("a: '1'\nb: \"yes\"\nc: >-\n  x\n  y\n", [{"a": "1", "b": "yes", "c": "x y"}]),
    "keys": ("1: a\non: b\n1.5: c\n'~': d\n", [{"1": "a", "true": "b", "1.5": "c", "~": "d"}]),
    "tagged key": ("!!str 1: a\n!!int '2': b", [{"1": "a", "2": "b"}]),
    "tags": ("a: !!str 1\nb: !x {c: !y [2]}\nd: ! 3", [{"a": "1", "b": {"c": [2]}, "d": "3"}]),
    "scalar alias": ("a: &x 1\nb: *x\n*x : c", [{"a": 1, "b": 1, "1": "c"}]),
    "key anchor": ("&x a: *x", [{"a": "a"}]),
    "list alias": ("a: &x [1, {b: 2}]\nc: *x", [{"a": [1, {"b": 2}], "c": [1, {"b": 2}]}]),
    "anchor again": ("a: &x 1\nb: &x 2\nc: *x", [{"a": 1, "b": 2, "c": 2}]),
    "merge": ("a: &x {b: 1, c: 2}\nd: {<<: *x, c: 3}", [{"a": {"b": 1, "c": 2},
              "d": {"b": 1, "c": 3}}]),
    "merge overrides": ("a: {b: 1, <<: {b: 2}}", [{"a": {"b": 2}}]),
    "merge of many": ("a: {<<: [{b: 1}, {b: 2, c: 3}]}", [{"a": {"b": 1, "c": 3}}]),
    "merge by tag": ("a: {!!merge <<: {b: 1}}", [{"a": {"b": 1}}]),
    "quoted merge": ("a: {'<<': 1}", [{"a": {"<<": 1}}]),
    "two merges": ("a: {<<: {b: 1}, <<: {c: 2}}", [{"a": {"b": 1, "c": 2}}]),
    "directive": ("%YAML 1.1\n%TAG ! tag:x,1:\n---\na: !b c", [{"a": "c"}]),
    "quoted template": ('a: "{{ x }}"\nb: \'{{ y }}\'', [{"a": "{{ x }}", "b": "{{ y }}"}]),
    "block template": ("a: |\n  {{ x }}\nb: x {{ y }}", [{"a": "{{ x }}\n", "b": "x {{ y }}"}]),
    "unicode": ("a: \u00e9\nb: \U0001f600\n", [{"a": "\u00e9", "b": "\U0001f600"}]),
    "nothing": ("", []),
    "a list": ("- a", [["a"]]),
}  # fmt: skip


@LOADERS
@pytest.mark.parametrize("name", GOOD)
def test_documents(name: str, loader: Loader) -> None:
    """Both parsers make the documents that Kubernetes would see."""
    text, wanted = GOOD[name]
    assert documents(text, loader=loader) == wanted


BAD = {
    "duplicate": ("a: 1\nb:\n  c: 1\n  c: 2\n", 'f.yaml:4:3: the key "c" is already on line 3'),
    "duplicate as text": ("a: {1: x, '1': y}", 'f.yaml:1:11: the key "1" is already on line 1'),
    "duplicate after merge": ("a:\n  <<: {b: 1}\n  b: 2\n  b: 3", "4:3: the key \"b\" is already"),
    "own part": ("a: &x\n  - *x", "f.yaml:2:5: the alias *x refers to what it is itself a part"),
    "own key": ("&x {a: {b: *x}}", "the alias *x refers to what"),
    "no anchor": ("a: *x", "f.yaml:1:4: the alias *x has no anchor before it"),
    "anchor of another": ("a: &x 1\n---\nb: *x", "f.yaml:3:4: the alias *x has no anchor"),
    "null key": ("~: a", "f.yaml:1:1: a key is null"),
    "list as key": ("? [a]\n: b", "f.yaml:1:3: a key is a list or a mapping"),
    "alias of list as key": ("a: &x []\n*x : b", "f.yaml:2:1: a key is a list or a mapping"),
    "alias of null as key": ("a: &x ~\n*x : b", "f.yaml:2:1: a key is null"),
    "merge of text": ("a: {<<: b}", "a merge (<<) takes a mapping"),
    "merge of a list of text": ("a: {<<: [b]}", "a merge (<<) takes a mapping"),
    "infinity": ("a: .inf", "f.yaml:1:4: .inf is not a number"),
    "wrong tag": ("a: !!int b", "f.yaml:1:4: 'b' is not of the type !!int"),
    "control": ("a: b\nc: \x01", 'f.yaml:2:4: the character "\\u0001" is not text'),
    "template": ("a:\n  b: {{ .Values.b }}\n", "f.yaml:2:6: this is a template, not YAML; render"),
    "template line": ("{{- if x }}\na: b\n{{- end }}", "f.yaml:1:1: this is a template"),
    "template item": ("a:\n  - {{ b }}", "f.yaml:2:5: this is a template"),
    "template after text": ("a: b\n{{/* x */}}\nc: d", "f.yaml:2:1: this is a template"),
    "template in a flow": ("a: x\nb:\n  {{- y | z 2 }}\nc: d", "f.yaml:3:3: this is a template"),
    "template for others": ("a: |\n  {{ x }}\na: c", 'f.yaml:3:1: the key "a" is already'),
    "beyond the last line": ("\u2028!!int x", "f.yaml:2:1: 'x' is not of the type !!int"),
    "directives": ("%TAG !a! x\n" * 101 + "---\na: b", "f.yaml:101:1: more than 100 lines"),
}  # fmt: skip


@LOADERS
@pytest.mark.parametrize("name", BAD)
def test_refusals(name: str, loader: Loader) -> None:
    """Both parsers refuse the same, and say where."""
    text, reason = BAD[name]
    assert reason in refusal(text, loader=loader)


SYNTAX = {
    "tab": ("a:\n\tb: c", "f.yaml:2:1: not YAML: found character", "YAML takes no tabs"),
    "colon": ("a: b: c", "f.yaml:1:5: not YAML: mapping values", "in quotes if it holds ': '"),
    "no colon": ("a: b\nc\nd: e", "f.yaml:2:1: not YAML: could not find", "expected ':'"),
    "path": ('a: "C:\\Users"', "f.yaml:1:9: not YAML: did not find", "itself in single ones"),
    "escape": ('a: "C:\\w"', "f.yaml:1:7: not YAML: found unknown escape", "itself in single"),
    "at": ("a: @b", "f.yaml:1:4: not YAML: found character", "put the value in quotes"),
    "unclosed": ("a: [b\nc: d", "f.yaml:2:2: not YAML: did not find", "flow sequence"),
    "no end": ("a: 'b", "f.yaml:1:6: not YAML: found unexpected end", "quoted scalar"),
    "half pair": ('a: "\\ud800"', "f.yaml:1:7: not YAML: found invalid", "quoted scalar"),
    "no start": ("a: b\n%YAML 1.1\n", "f.yaml:", "not YAML"),
}


@pytest.mark.parametrize("name", SYNTAX)
def test_syntax_errors_say_what_to_do(name: str) -> None:
    """A mistake in the syntax is shown where it is, with advice where it is common."""
    text, start, advice = SYNTAX[name]
    message = refusal(text)
    assert message.startswith(start)
    assert advice in message


@pytest.mark.parametrize(
    "text", ['a: "\\ud800"', 'a: "\\UFFFFFFFF"', 'a: "\\U00110000"', "\x01", "%YAML 1.1 x"]
)
def test_the_pure_parser_lets_nothing_through(text: str) -> None:
    """What libyaml refuses, and the pure parser does not see or stumbles over, is refused too."""
    assert "f.yaml:1:" in refusal(text, loader=SAFE_LOADERS[1])


def test_depth_is_limited() -> None:
    """Nesting ends at the limit, in blocks, in flows and through aliases."""
    limits = Limits(depth=3)
    assert documents("a: {b: {c: 1}}", limits)
    assert "nested deeper than the limit of 3 (depth)" in refusal("a: {b: {c: {d: 1}}}", limits)
    assert documents("a: &x {b: 1}\nc: {d: *x}", limits)
    assert "(depth)" in refusal("a: &x {b: 1}\nc: {d: {e: *x}}", limits)
    assert "(depth)" in refusal("a: &x {b: &y {c: 1}}\nd: {e: *x}", limits)


def test_deep_nesting_needs_no_stack() -> None:
    """However deep a file nests, the limit says so; with the limit raised it is read."""
    assert ":1:201: nested deeper" in refusal("[" * 100_000)
    assert ":2:1: nested deeper" in refusal("a:\n- " + "- " * 100_000, Limits(depth=1))
    deep = documents("a: " + "[" * 900 + "]" * 900, Limits(depth=1_000))
    assert deep


def test_aliases_are_counted_before_they_are_followed() -> None:
    """A small file cannot mean a huge document."""
    lines = ["a: &a [xxxxxxxx, xxxxxxxx, xxxxxxxx]"]
    lines += [f"{b}: &{b} [*{a}, *{a}, *{a}, *{a}, *{a}]" for a, b in pairwise("abcdefghij")]
    message = refusal("\n".join(lines))
    assert "aliases stand for more than the limit of 10000000 characters" in message
    assert documents("a: &x yy\nb: [*x, *x]", Limits(alias_characters=6))
    assert "(alias_characters)" in refusal("a: &x yy\nb: [*x, *x, *x]", Limits(alias_characters=6))


def test_merged_entries_count() -> None:
    """Copies that merges make are counted as well."""
    limits = Limits(alias_characters=4)
    assert documents("a: {<<: {b: 1, c: 2, d: 3, e: 4}}", limits)
    assert "(alias_characters)" in refusal("a: {<<: {<<: {b: 1, c: 2, d: 3}}}", limits)


def position(text: str, *parts: str | int) -> str:
    """Return where the value at a path of the first document stands."""
    read = next(iter(read_yaml(SourceText(text, "f.yaml"), DEFAULT)))
    return str(read.find(FieldPath.of(*parts)))


TEXT = """\
# A comment.
kind: Pod
spec:
  tolerations:
    - key: a
    - {key: b, list: [x,  y]}
  text: |
    one
  below:
    deeper
shared: &s {one: 1}
again: *s
merged:
  <<: *s
  two: 2
"""

PLACES = [
    ((), "2:1"),
    (("kind",), "2:7"),
    (("spec",), "3:1"),
    (("spec", "tolerations"), "4:3"),
    (("spec", "tolerations", 0), "5:7"),
    (("spec", "tolerations", 0, "key"), "5:12"),
    (("spec", "tolerations", 1), "6:7"),
    (("spec", "tolerations", 1, "key"), "6:13"),
    (("spec", "tolerations", 1, "list", 1), "6:27"),
    (("spec", "text"), "7:9"),
    (("spec", "below"), "9:3"),
    (("shared", "one"), "11:18"),
    (("again",), "12:8"),
    (("again", "one"), "11:18"),
    (("merged", "one"), "14:3"),
    (("merged", "two"), "15:8"),
]


@pytest.mark.parametrize(("path", "place"), PLACES)
def test_positions(path: tuple[str | int, ...], place: str) -> None:
    """Each value is found at its own place; one on a later line at its key."""
    assert position(TEXT, *path) == place


@pytest.mark.parametrize(
    ("path", "place"),
    [
        (("missing",), "2:1"),
        (("spec", "missing", "more"), "3:1"),
        (("spec", "tolerations", 2), "4:3"),
        (("spec", "tolerations", -1), "4:3"),
        (("spec", "tolerations", "key"), "4:3"),
        (("spec", 0), "3:1"),
        (("kind", "more"), "2:7"),
    ],
)
def test_what_is_missing_stands_at_its_nearest_ancestor(
    path: tuple[str | int, ...], place: str
) -> None:
    """A path that leads nowhere ends where it leaves the document."""
    assert position(TEXT, *path) == place


TOKENS = st.sampled_from(
    ["a", "b", ": ", "- ", "\n", "  ", "{", "}", "[", "]", ",", "&x ", "*x", "<<: ", "'", '"', "|",
     ">", "#", "%", "---\n", "...\n", "!!int ", "!t ", "?", "~", "1.5", "\t", "\r\n", "{{",
     "\\u0041", "\u2028", "\x85", "\ufeff", "\x00"]
)  # fmt: skip


@given(st.lists(TOKENS, max_size=40).map("".join))
@LOADERS
def test_any_text_is_read_or_refused(loader: Loader, text: str) -> None:
    """There is no text that does anything but make documents or a `ManifestError`."""
    source = SourceText(text, "f")
    try:
        read = list(read_yaml(source, Limits(depth=5), loader=loader))
    except ManifestError:
        return
    assert all(positions.find(FieldPath.of("a", 0)).line >= 1 for positions in read)
