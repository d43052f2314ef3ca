"""What is wrong with conditions in wire form; the typed model is `kubeobj.meta.conditions`.

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1/validation`` ValidateConditions (v1.36).
"""

import re
from collections.abc import Iterator, Mapping, Sequence

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
from kubeobj.names import validate_label_key
from kubeobj.names.syntax import invalid, required

REASON_MAX_BYTES = 1024
"""The longest reason."""

MESSAGE_MAX_BYTES = 32 * 1024
"""The longest message."""

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
