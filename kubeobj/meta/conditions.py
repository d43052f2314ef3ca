"""Conditions: what an object's status says about it, one word at a time, and since when.

Source: API conventions, Typical status properties; ``metav1.Condition`` and SetStatusCondition of
``k8s.io/apimachinery/pkg/api/meta`` (v1.36).
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal, TypeAlias, final

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import ROOT, FieldError, FieldErrorType, FieldPath
from kubeobj.meta.shape import (
    integer_of,
    integer_shape,
    length_errors,
    object_shape,
    text_of,
    text_shape,
    time_of,
    time_shape,
)
from kubeobj.meta.timestamps import Time
from kubeobj.meta.wire import Int64, WireModel
from kubeobj.names import validate_label_key
from kubeobj.names.syntax import invalid, required

REASON_MAX_BYTES = 1024
"""The longest reason."""

MESSAGE_MAX_BYTES = 32 * 1024
"""The longest message."""

ConditionStatus: TypeAlias = Literal["True", "False", "Unknown"]
"""Whether a condition holds."""

_STATUSES = ("False", "True", "Unknown")
_REASON = r"[A-Za-z](?:[A-Za-z0-9_,:]*+(?<![,:]))?"
_SHAPE = object_shape(
    {
        "type": text_shape,
        "status": text_shape,
        "observedGeneration": integer_shape,
        "lastTransitionTime": time_shape,
        "reason": text_shape,
        "message": text_shape,
    }
)


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


def validate_conditions(
    conditions: Sequence[JsonValue], path: FieldPath = ROOT
) -> tuple[FieldError, ...]:
    """Return what is wrong with *conditions* in wire form; no type may come twice."""
    errors: list[FieldError] = []
    seen: set[str] = set()
    for position, item in enumerate(conditions):
        here = path.index(position)
        # On the wire null is an object with nothing in it.
        condition = {} if item is None else item
        if not isinstance(condition, Mapping):
            errors += _SHAPE(condition, here)
            continue
        condition_type = text_of(condition, "type")
        if condition_type in seen:
            at, duplicate = here.child("type"), FieldErrorType.DUPLICATE
            errors.append(FieldError(at, duplicate, condition_type, "", "unique"))
        seen.add(condition_type)
        errors += validate_condition(condition, here)
    return tuple(errors)


def validate_condition(condition: Document, path: FieldPath = ROOT) -> tuple[FieldError, ...]:
    """Return what is wrong with one *condition* in wire form.

    >>> for error in validate_condition({"type": "Ready", "status": "Yes", "reason": "Up"}):
    ...     print(error)
    status: Unsupported value: "Yes": supported values: "False", "True", "Unknown"
    lastTransitionTime: Required value
    """
    errors = tuple(_SHAPE(condition, path))
    return errors or tuple(_condition_errors(condition, path))


def _condition_errors(condition: Document, path: FieldPath) -> Iterator[FieldError]:
    """Find what is wrong with a condition of the right shape."""
    yield from validate_label_key(text_of(condition, "type"), path.child("type"))
    status = text_of(condition, "status")
    if status not in _STATUSES:
        detail = "supported values: " + ", ".join(f'"{word}"' for word in _STATUSES)
        at, not_supported = path.child("status"), FieldErrorType.NOT_SUPPORTED
        yield FieldError(at, not_supported, status, detail, "enum")
    generation = integer_of(condition, "observedGeneration")
    if generation < 0:
        yield invalid(path.child("observedGeneration"), generation, "must be 0 or more", "minimum")
    if (time_of(condition, "lastTransitionTime") or Time()).is_zero:
        yield required(path.child("lastTransitionTime"), "required")
    yield from _reason_errors(text_of(condition, "reason"), path.child("reason"))
    yield from length_errors(
        text_of(condition, "message"), path.child("message"), MESSAGE_MAX_BYTES
    )


def _reason_errors(reason: str, path: FieldPath) -> Iterator[FieldError]:
    """Find what is wrong with a reason."""
    if not reason:
        yield required(path, "required")
        return
    if not re.fullmatch(_REASON, reason):
        detail = (
            "must be letters, digits, '_', ',' and ':', begin with a letter, and not end with ','"
            " or ':', such as 'MinimumReplicasAvailable'"
        )
        yield invalid(path, reason, detail, "format=condition-reason")
    yield from length_errors(reason, path, REASON_MAX_BYTES)
