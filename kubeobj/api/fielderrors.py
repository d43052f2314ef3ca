"""The errors that rules of kinds find, each with the one kind of rule it is about.

Source: ``k8s.io/apimachinery/pkg/util/validation/field`` (v1.36).
"""

from collections.abc import Iterable, Iterator

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldError, FieldErrorType, FieldPath
from kubeobj.names.syntax import invalid, required

__all__ = [
    "duplicate",
    "forbidden",
    "immutable",
    "invalid",
    "not_found",
    "not_negative",
    "not_supported",
    "required",
    "too_long",
    "too_many",
]

IMMUTABLE = "field is immutable"
"""What is said of a field that never changes."""


def forbidden(path: FieldPath, detail: str, origin: str = "forbidden") -> FieldError:
    """Return the error that something is given that may not be, whatever it is."""
    return FieldError(path, FieldErrorType.FORBIDDEN, None, detail, origin)


def not_supported(path: FieldPath, value: JsonValue, allowed: Iterable[str]) -> FieldError:
    """Return the error that *value* is none of those that are *allowed*."""
    listed = ", ".join(f'"{one}"' for one in allowed)
    detail = f"supported values: {listed}"
    return FieldError(path, FieldErrorType.NOT_SUPPORTED, value, detail, "enum")


def duplicate(path: FieldPath, value: JsonValue) -> FieldError:
    """Return the error that *value* is there before."""
    return FieldError(path, FieldErrorType.DUPLICATE, value, "", "unique")


def not_found(path: FieldPath, value: JsonValue) -> FieldError:
    """Return the error that *value* names something that is not there."""
    return FieldError(path, FieldErrorType.NOT_FOUND, value, "", "reference")


def too_long(path: FieldPath, value: JsonValue, max_bytes: int) -> FieldError:
    """Return the error that *value* has more bytes than it may."""
    detail = f"may not be more than {max_bytes} bytes"
    return FieldError(path, FieldErrorType.TOO_LONG, value, detail, "maxLength")


def too_many(path: FieldPath, count: int, most: int) -> FieldError:
    """Return the error that there are more items than there may be."""
    detail = f"must have at most {most} items"
    return FieldError(path, FieldErrorType.TOO_MANY, count, detail, "maxItems")


def not_negative(value: int | None, path: FieldPath) -> Iterator[FieldError]:
    """Find a number below zero; None is none."""
    if value is not None and value < 0:
        yield invalid(path, value, "must be greater than or equal to 0", "minimum")


def immutable(new: JsonValue, old: JsonValue, path: FieldPath) -> Iterator[FieldError]:
    """Find a value that differs from what it was though it never changes."""
    if new != old:
        yield invalid(path, new, IMMUTABLE, "immutable")
