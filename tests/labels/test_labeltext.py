"""Labels as text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrors
from kubeobj.labels.labeltext import conflict, format_labels, join_labels, parse_labels
from tests.golden import golden

words = st.from_regex(r"[a-z0-9]([a-z0-9._-]{0,8}[a-z0-9])?", fullmatch=True)


def _answer(line: dict[str, object]) -> dict[str, object]:
    match line:
        case {"op": "parse", "input": str(text)}:
            try:
                return {"ok": True, "labels": parse_labels(text)}
            except FieldErrors:
                return {"ok": False}
        case {"op": "format", "labels": dict(labels)}:
            return {"string": join_labels(labels), "format_labels": format_labels(labels)}
        case {"op": "conflicts", "a": dict(one), "b": dict(other)}:
            return {"result": conflict(one, other)}
    raise AssertionError(line)


def test_every_recorded_label_set_is_read_and_written_as_recorded() -> None:
    """Parsing, printing and conflicts: Kubernetes' own answers."""
    given_parts = {"op", "input", "a", "b"}
    wrong = []
    for line in golden("label_set_strings"):
        asked = given_parts | ({"labels"} if line["op"] == "format" else set())
        expected = {key: value for key, value in line.items() if key not in asked}
        if _answer(line) != expected:
            wrong.append((line, _answer(line)))
    assert wrong == []


@given(st.dictionaries(words, words))
def test_printed_labels_read_back(labels: dict[str, str]) -> None:
    """Parsing is the inverse of joining."""
    assert parse_labels(join_labels(labels)) == labels


def test_every_bad_entry_is_named() -> None:
    """All errors at once, each with the entry's number."""
    with pytest.raises(FieldErrors) as caught:
        parse_labels("a=b,c,-=x,d=e=f")
    assert [str(error.path) for error in caught.value] == ["[1]", "[2].key", "[3]"]


def test_no_labels_print_as_none() -> None:
    """As kubectl prints them."""
    assert format_labels(None) == "<none>"
