"""How a field selector writes a value."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import SelectorSyntaxError
from kubeobj.fields import escape_value, unescape_value
from tests.golden import golden

_LINES = [line for line in golden("field_selectors") if "op" in line]


def _unescaped(text: str) -> str | None:
    try:
        return unescape_value(text)
    except SelectorSyntaxError:
        return None


def test_values_are_escaped_as_recorded() -> None:
    """Every recorded value is written as Kubernetes writes it."""
    lines = [line for line in _LINES if line["op"] == "escape"]
    assert [line for line in lines if escape_value(line["input"]) != line["result"]] == []


def test_texts_are_unescaped_as_recorded() -> None:
    """Every recorded text is read, or refused, as Kubernetes does."""
    lines = [line for line in _LINES if line["op"] == "unescape"]
    assert [line for line in lines if _unescaped(line["input"]) != line.get("result")] == []


@pytest.mark.parametrize(
    ("text", "position", "found", "hint"),
    [
        pytest.param("a=b", 1, "=", r"in a value, = is written \=", id="equals"),
        pytest.param("ab,", 2, ",", r"in a value, , is written \,", id="comma"),
        pytest.param(r"a\n", 1, r"\n", r"a backslash is written \\", id="unknown escape"),
        pytest.param("\\\\\\", 2, "\\", r"a backslash is written \\", id="backslash at the end"),
    ],
)
def test_error_points_at_the_first_wrong_character(
    text: str, position: int, found: str, hint: str
) -> None:
    """A text that writes no value is refused where it goes wrong, with what to write instead."""
    with pytest.raises(SelectorSyntaxError) as caught:
        unescape_value(text)
    error = caught.value
    assert (error.text, error.position, error.found, error.hint) == (text, position, found, hint)


@given(st.text(st.sampled_from("\\,=ab\n\udc80") | st.characters()))
def test_unescaping_undoes_escaping(value: str) -> None:
    """Whatever the value, what is written for it reads as it."""
    assert unescape_value(escape_value(value)) == value
