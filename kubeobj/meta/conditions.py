"""Conditions: what an object's status says about it, one word at a time, and since when.

Source: API conventions, Typical status properties; ``metav1.Condition`` and SetStatusCondition of
``k8s.io/apimachinery/pkg/api/meta`` (v1.36).
"""

from collections.abc import Sequence
from typing import Literal, TypeAlias, final

from kubeobj.documents import Document
from kubeobj.meta.conditionrules import (
    MESSAGE_MAX_BYTES,
    REASON_MAX_BYTES,
    validate_condition,
    validate_conditions,
)
from kubeobj.meta.timestamps import Time
from kubeobj.meta.wire import Int64, WireModel

__all__ = [
    "MESSAGE_MAX_BYTES",
    "REASON_MAX_BYTES",
    "Condition",
    "ConditionStatus",
    "find_condition",
    "is_condition_true",
    "remove_condition",
    "set_condition",
    "validate_condition",
    "validate_conditions",
]

ConditionStatus: TypeAlias = Literal["True", "False", "Unknown"]
"""Whether a condition holds."""


@final
class Condition(WireModel):
    """One thing that is true, false or unknown of an object.

    Args:
        type: What it is about, such as ``Ready``; a qualified name.
        status: Whether it is so.
        observed_generation: The generation of the object that it was found for.
        last_transition_time: When the status last changed; the zero time for "not said".
        reason: Why, in one word for programs.
        message: Why, for people.
    """

    type: str
    status: ConditionStatus
    observed_generation: Int64 = 0
    last_transition_time: Time = Time()
    reason: str = ""
    message: str = ""

    def to_document(self) -> Document:
        """Return the condition in wire form, where these fields are never left out."""
        always: Document = {
            "type": self.type,
            "status": self.status,
            "lastTransitionTime": self.last_transition_time.to_json(),
            "reason": self.reason,
            "message": self.message,
        }
        return {**always, **super().to_document()}


def find_condition(conditions: Sequence[Condition], condition_type: str) -> Condition | None:
    """Return the condition of that type, or None."""
    return next((found for found in conditions if found.type == condition_type), None)


def is_condition_true(conditions: Sequence[Condition], condition_type: str) -> bool:
    """Return whether there is a condition of that type, and it holds.

    >>> is_condition_true([Condition(type="Ready", status="True")], "Ready")
    True
    """
    found = find_condition(conditions, condition_type)
    return found is not None and found.status == "True"


def set_condition(
    conditions: Sequence[Condition], condition: Condition, *, now: Time
) -> list[Condition]:
    """Return *conditions* with *condition* in place of the one of its type, or at the end.

    The transition time changes only with the status: to the condition's own, or else to *now*.

    >>> ready = Condition(type="Ready", status="True", reason="Up")
    >>> first = set_condition([], ready, now=Time(0))
    >>> later = set_condition(first, ready, now=Time(60))
    >>> later[0].last_transition_time
    Time(unix_seconds=0, nanos=0)
    """
    old = find_condition(conditions, condition.type)
    time = condition.last_transition_time
    if old is not None and old.status == condition.status:
        time = old.last_transition_time
    elif time.is_zero:
        time = now
    new = condition.model_copy(update={"last_transition_time": time})
    if old is None:
        return [*conditions, new]
    return [new if existing is old else existing for existing in conditions]


def remove_condition(conditions: Sequence[Condition], condition_type: str) -> list[Condition]:
    """Return *conditions* without those of that type."""
    return [condition for condition in conditions if condition.type != condition_type]
