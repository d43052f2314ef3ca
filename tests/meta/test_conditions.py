"""Conditions: setting, finding and judging them."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.errors import FieldErrors, FieldErrorType
from kubeobj.meta.conditions import (
    Condition,
    find_condition,
    is_condition_true,
    remove_condition,
    set_condition,
    validate_condition,
    validate_conditions,
)
from kubeobj.meta.timestamps import Time

READY: dict[str, Any] = {
    "type": "Ready",
    "status": "True",
    "observedGeneration": 3,
    "lastTransitionTime": "2024-01-02T03:04:05Z",
    "reason": "MinimumReplicas",
    "message": "up",
}

CONDITIONS = st.builds(
    Condition,
    type=st.sampled_from(["Ready", "Available"]),
    status=st.sampled_from(["True", "False", "Unknown"]),
    observed_generation=st.integers(0, 3),
    last_transition_time=st.builds(Time, st.integers(0, 3)) | st.just(Time()),
    reason=st.sampled_from(["A", "B"]),
    message=st.sampled_from(["a", "b"]),
)


def test_conditions_come_back_as_they_were() -> None:
    """A condition goes to the wire as it came; what the API never leaves out is always there."""
    assert Condition.parse(READY).to_document() == READY
    assert Condition(type="Ready", status="Unknown").to_document() == {
        "type": "Ready",
        "status": "Unknown",
        "lastTransitionTime": None,
        "reason": "",
        "message": "",
    }


def test_the_status_is_one_of_three() -> None:
    """Another status is told as unsupported, a missing type as required."""
    with pytest.raises(FieldErrors) as caught:
        Condition.parse({"status": "Yes"})
    assert [(str(error.path), error.type) for error in caught.value] == [
        ("type", FieldErrorType.REQUIRED),
        ("status", FieldErrorType.NOT_SUPPORTED),
    ]


@given(st.lists(CONDITIONS, max_size=3, unique_by=lambda condition: condition.type), CONDITIONS)
def test_setting_replaces_the_condition_of_the_type(
    conditions: list[Condition], condition: Condition
) -> None:
    """The others stay as they are, and only a change of status changes the transition time."""
    now = Time(99)
    before = list(conditions)
    old = find_condition(conditions, condition.type)
    changed = set_condition(conditions, condition, now=now)
    new = find_condition(changed, condition.type)
    assert new is not None
    assert new.model_copy(update={"last_transition_time": Time()}) == condition.model_copy(
        update={"last_transition_time": Time()}
    )
    if old is not None and old.status == condition.status:
        assert new.last_transition_time == old.last_transition_time
    else:
        given_time = condition.last_transition_time
        assert new.last_transition_time == (now if given_time.is_zero else given_time)
    assert remove_condition(changed, condition.type) == remove_condition(before, condition.type)
    assert len(changed) == len(before) + (old is None)
    assert set_condition(changed, condition, now=Time(100)) == changed
    assert conditions == before


def test_a_condition_is_true_only_if_it_says_so() -> None:
    """Unknown, false and missing are not true."""
    conditions = [Condition(type="A", status="True"), Condition(type="B", status="Unknown")]
    assert [is_condition_true(conditions, name) for name in "ABC"] == [True, False, False]


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({}, []),
        ({"type": "example.com/Ready"}, []),
        ({"message": ""}, []),
        ({"reason": "A:b,c_"}, []),
        ({"type": ""}, [("type", "INVALID"), ("type", "INVALID")]),
        ({"status": "true"}, [("status", "NOT_SUPPORTED")]),
        ({"status": None}, [("status", "NOT_SUPPORTED")]),
        ({"observedGeneration": -1}, [("observedGeneration", "INVALID")]),
        ({"lastTransitionTime": None}, [("lastTransitionTime", "REQUIRED")]),
        ({"lastTransitionTime": "0001-01-01T00:00:00Z"}, [("lastTransitionTime", "REQUIRED")]),
        ({"reason": ""}, [("reason", "REQUIRED")]),
        ({"reason": "1a"}, [("reason", "INVALID")]),
        ({"reason": "a:"}, [("reason", "INVALID")]),
        ({"reason": "a b"}, [("reason", "INVALID")]),
        ({"reason": "a" * 1025}, [("reason", "TOO_LONG")]),
        ({"message": "a" * (32 * 1024 + 1)}, [("message", "TOO_LONG")]),
        ({"message": 5}, [("message", "TYPE_INVALID")]),
    ],
)
def test_conditions_are_judged(change: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    """Each field has its rule."""
    errors = validate_condition({**READY, **change})
    assert [(str(error.path), error.type.name) for error in errors] == expected


def test_no_type_comes_twice() -> None:
    """The second condition of a type is told as a duplicate."""
    errors = validate_conditions([READY, {**READY, "type": "Other"}, READY])
    assert [(str(error.path), error.type) for error in errors] == [
        ("[2].type", FieldErrorType.DUPLICATE)
    ]


def test_items_that_are_no_conditions_are_told() -> None:
    """What a list from JSON holds instead of a condition is an error, and null an empty one."""
    errors = validate_conditions(["x", 5, READY])
    assert [(str(error.path), error.type.name) for error in errors] == [
        ("[0]", "TYPE_INVALID"),
        ("[1]", "TYPE_INVALID"),
    ]
    assert {str(error.path) for error in validate_conditions([None])} == {
        str(error.path) for error in validate_conditions([{}])
    }
