"""One condition on one field."""

import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrorType, SelectorInvalidError
from kubeobj.fields import FieldRequirement, FieldSelector
from kubeobj.labels.operator import Operator

_TEXTS = st.text(st.sampled_from("\\,=!ab\n") | st.characters(), max_size=8)


def test_double_equals_is_kept_as_equals() -> None:
    """The two spellings make one requirement."""
    requirement = FieldRequirement("a", "==", "b")
    assert requirement == FieldRequirement("a", Operator.EQUALS, "b")
    assert requirement.operator is Operator.EQUALS


@pytest.mark.parametrize(
    ("operator", "value", "is_met"),
    [("=", "b", True), ("=", "", False), ("!=", "b", False), ("!=", "", True)],
)
def test_requirement_is_met_by_values(operator: str, value: str, is_met: bool) -> None:
    """`=` is met by its value alone, `!=` by all others."""
    assert FieldRequirement("a", operator, "b").is_met_by(value) is is_met


@pytest.mark.parametrize(
    ("parts", "errors"),
    [
        pytest.param(("a=b", "=", ""), [("field", FieldErrorType.INVALID)], id="equals in field"),
        pytest.param(("a,b", "=", ""), [("field", FieldErrorType.INVALID)], id="comma in field"),
        pytest.param(("a!", "=", "b"), [("field", FieldErrorType.INVALID)], id="reads as !="),
        pytest.param(("", "!=", ""), [("field", FieldErrorType.REQUIRED)], id="says nothing"),
        pytest.param(
            ("a=", "in", ""),
            [("operator", FieldErrorType.NOT_SUPPORTED), ("field", FieldErrorType.INVALID)],
            id="two at once",
        ),
        pytest.param(
            (1, "=", None),
            [("field", FieldErrorType.TYPE_INVALID), ("value", FieldErrorType.TYPE_INVALID)],
            id="no strings",
        ),
    ],
)
def test_parts_that_cannot_be_written_are_refused(
    parts: tuple[str, str, str], errors: list[tuple[str, FieldErrorType]]
) -> None:
    """A part that would read back as something else is refused, with all others that are wrong."""
    with pytest.raises(SelectorInvalidError) as caught:
        FieldRequirement(*parts)
    assert [(str(error.path), error.type) for error in caught.value.errors] == errors


@given(_TEXTS, st.sampled_from(["=", "==", "!="]), _TEXTS)
@example("a!", "!=", "b")
@example("a\\", "=", ",")
@example("a\\,b\\", "==", "\\")
def test_text_reads_back_as_the_same_requirement(field: str, operator: str, value: str) -> None:
    """Whatever the parts, they are refused or their text is one requirement with these parts."""
    try:
        requirement = FieldRequirement(field, operator, value)
    except SelectorInvalidError:
        return
    assert FieldSelector.parse(str(requirement)).requirements == (requirement,)


def test_requirement_is_a_value() -> None:
    """It can be copied by pickle and put in sets."""
    requirement = FieldRequirement("a", "!=", "b")
    assert pickle.loads(pickle.dumps(requirement)) == requirement  # noqa: S301 - our own bytes
    assert len({requirement, FieldRequirement("a", "!=", "b")}) == 1


def test_parts_that_are_no_text_are_refused_whatever_they_are() -> None:
    """Even a number that Python refuses to print."""
    with pytest.raises(SelectorInvalidError) as caught:
        FieldRequirement(10**5000, "=", None)
    assert [str(error.path) for error in caught.value.errors] == ["field", "value"]
    assert "must be a string" in str(caught.value)
