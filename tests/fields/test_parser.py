"""Text to requirements of a field selector."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import SelectorSyntaxError
from kubeobj.fields import FieldSelector
from kubeobj.labels.parser import TEXT_LIMIT
from tests.golden import golden

_LINES = [line for line in golden("field_selectors") if "op" not in line]


def _parsed(text: str) -> dict[str, object]:
    try:
        selector = FieldSelector.parse(text)
    except SelectorSyntaxError:
        return {"ok": False}
    return {
        "ok": True,
        "canonical": str(selector),
        "empty": selector.is_empty,
        "requirements": [
            {"field": one.field, "operator": one.operator.value, "value": one.value}
            for one in selector
        ],
    }


def test_texts_are_read_as_recorded() -> None:
    """Every recorded text is read, or refused, as Kubernetes does, and printed as it prints it."""
    wrong = []
    for line in _LINES:
        recorded = {
            name: line[name]
            for name in ("ok", "canonical", "empty", "requirements")
            if name in line
        }
        if _parsed(line["input"]) != recorded:
            wrong.append(line)
    assert wrong == []


@pytest.mark.parametrize(
    ("text", "position", "found", "hint"),
    [
        pytest.param("a=b,x in (c,d)", 6, "in", "ask once for each value", id="in"),
        pytest.param("x notin (c)", 2, "notin", "write a!=x,a!=y", id="notin"),
        pytest.param("a.b>5", 3, ">", "know no order", id="greater"),
        pytest.param("a.b<5", 3, "<", "know no order", id="less"),
        pytest.param("a=b,!x", 4, "!", "absent or empty is field=", id="does not exist"),
        pytest.param("x,a=b", 1, ",", "has any value is field!=", id="exists"),
        pytest.param("x", 1, "", "has any value is field!=", id="exists at the end"),
        pytest.param("a=b,c=d=e", 7, "=", r"= is written \=", id="equals in a value"),
        pytest.param(r"a=b,c=\d", 6, r"\d", "backslash is written", id="unknown escape"),
    ],
)
def test_error_points_at_the_mistake_and_says_what_to_write(
    text: str, position: int, found: str, hint: str
) -> None:
    """What only label selectors know is named, with what to write in a field selector instead."""
    with pytest.raises(SelectorSyntaxError) as caught:
        FieldSelector.parse(text)
    error = caught.value
    assert (error.text, error.position, error.found) == (text, position, found)
    assert hint in error.hint
    assert "^" in str(error)


def test_text_beyond_the_limit_is_refused_by_name() -> None:
    """The longest text is read; one more character is refused, and the limit is named."""
    longest = "a=" + "b" * (TEXT_LIMIT - 2)
    assert len(FieldSelector.parse(longest).requirements) == 1
    with pytest.raises(SelectorSyntaxError, match=str(TEXT_LIMIT)):
        FieldSelector.parse(longest + "b")


def test_text_must_be_a_string() -> None:
    """Anything but a string is a mistake of the program, not of the selector."""
    with pytest.raises(TypeError, match="bytes"):
        FieldSelector.parse(b"a=b")


@given(st.text(st.sampled_from("\\,=!ab \0in()<>") | st.characters()))
def test_any_text_is_read_or_refused(text: str) -> None:
    """Any text is a selector that prints as an equal one, or a syntax error that prints."""
    try:
        selector = FieldSelector.parse(text)
    except SelectorSyntaxError as error:
        refusal = error
    else:
        assert FieldSelector.parse(str(selector)) == selector
        return
    assert 0 <= refusal.position <= len(text)
    assert str(refusal).encode()
