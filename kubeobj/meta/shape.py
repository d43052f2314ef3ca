"""The shape of a document: which type each field must have before any rule can be asked.

A `Shape` finds what has the wrong type; null always passes, because on the wire it means "not
set", and fields without a shape are let be. The readers below return a field by type, and its zero
value where it is not set or is something else.

Source: how Go decodes JSON into the API's types.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TypeAlias

from kubeobj.documents import Document, JsonValue
from kubeobj.errors import FieldError, FieldErrorType, FieldPath, TimeError
from kubeobj.meta.timestamps import Time
from kubeobj.names import byte_length

Shape: TypeAlias = Callable[[JsonValue, FieldPath], Iterator[FieldError]]
"""Finds the parts of a value that have the wrong type."""

_INT64 = range(-(2**63), 2**63)


def text_shape(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
    """Find a *value* that is no string."""
    if not isinstance(value, str | None):
        yield wrong_type(value, path, "a string")


def boolean_shape(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
    """Find a *value* that is neither true nor false."""
    if not isinstance(value, bool | None):
        yield wrong_type(value, path, "true or false")


def integer_shape(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
    """Find a *value* that is no integer of 64 bits."""
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or value not in _INT64:
        yield wrong_type(value, path, "an integer of 64 bits")


def time_shape(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
    """Find a *value* that is no time."""
    try:
        Time.from_json(value)
    except TimeError:
        yield wrong_type(value, path, "a time such as '2020-01-02T03:04:05Z'")


def list_shape(item: Shape) -> Shape:
    """Return the shape of a list of *item*."""

    def check(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
        if isinstance(value, list | tuple):
            for position, part in enumerate(value):
                yield from item(part, path.index(position))
        elif value is not None:
            yield wrong_type(value, path, "a list")

    return check


def map_shape(item: Shape) -> Shape:
    """Return the shape of a map from strings to *item*."""

    def check(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
        if isinstance(value, Mapping):
            entries: Collection[tuple[object, JsonValue]] = value.items()
            for key, part in entries:
                if isinstance(key, str):
                    yield from item(part, path.key(key))
                else:
                    yield wrong_type(value, path, "a map with strings for keys")
        elif value is not None:
            yield wrong_type(value, path, "a map")

    return check


def object_shape(fields: Mapping[str, Shape]) -> Shape:
    """Return the shape of an object with these *fields*."""

    def check(value: JsonValue, path: FieldPath) -> Iterator[FieldError]:
        if isinstance(value, Mapping):
            for name, shape in fields.items():
                yield from shape(value.get(name), path.child(name))
        elif value is not None:
            yield wrong_type(value, path, "an object")

    return check


def wrong_type(value: JsonValue, path: FieldPath, wanted: str) -> FieldError:
    """Return the error that *value* is not what is *wanted*."""
    return FieldError(path, FieldErrorType.TYPE_INVALID, value, f"must be {wanted}", "type")


def length_errors(text: str, path: FieldPath, max_bytes: int) -> Iterator[FieldError]:
    """Find a *text* of more bytes than it may have."""
    if byte_length(text) > max_bytes:
        detail = f"must be no longer than {max_bytes} bytes"
        yield FieldError(path, FieldErrorType.TOO_LONG, text, detail, "maxBytes")


def text_of(document: Document, name: str) -> str:
    """Return a field that is text."""
    value = document.get(name)
    return value if isinstance(value, str) else ""


def integer_of(document: Document, name: str) -> int:
    """Return a field that is an integer."""
    value = document.get(name)
    return value if isinstance(value, int) and not isinstance(value, bool) else 0


def texts_of(document: Document, name: str) -> tuple[str, ...]:
    """Return a field that is a list of texts."""
    value = document.get(name)
    parts = value if isinstance(value, list | tuple) else ()
    return tuple(part if isinstance(part, str) else "" for part in parts)


def object_of(document: Document, name: str) -> Document:
    """Return a field that is an object."""
    value = document.get(name)
    return value if isinstance(value, Mapping) else {}


def objects_of(document: Document, name: str) -> tuple[Document, ...]:
    """Return a field that is a list of objects."""
    value = document.get(name)
    parts = value if isinstance(value, list | tuple) else ()
    return tuple(part if isinstance(part, Mapping) else {} for part in parts)


def text_map_of(document: Document, name: str) -> dict[str, str]:
    """Return a field that is a map of texts."""
    value = document.get(name)
    items = value.items() if isinstance(value, Mapping) else ()
    return {key: part if isinstance(part, str) else "" for key, part in items}


def time_of(document: Document, name: str) -> Time | None:
    """Return a field that is a time, or None where it is not set."""
    value = document.get(name)
    try:
        return None if value is None else Time.from_json(value)
    except TimeError:
        return None
