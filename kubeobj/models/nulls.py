"""Nulls where a type has none: the API reads them as "not set", or as what is empty.

Few documents have any, so they are looked for only where reading one has failed.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from pydantic_core import ErrorDetails

from kubeobj.documents import Document, JsonValue

_Way: TypeAlias = tuple[int | str, ...]

# What the API makes of a null, by the error that pydantic finds there.
_ZERO: Mapping[str, JsonValue] = {
    "string_type": "",
    "int_type": 0,
    "bool_type": False,
    "float_type": 0.0,
    "model_type": {},
    "tuple_type": [],
    "dict_type": {},
    "mapping_type": {},
}
_NOT_SET = frozenset({"tuple_type", "dict_type", "mapping_type"})


def has_nulls(details: Iterable[ErrorDetails]) -> bool:
    """Return whether one of the errors is about a null that the API would read."""
    return any(_is_null(detail) for detail in details)


def without_nulls(document: Document, details: Iterable[ErrorDetails]) -> Document:
    """Return *document* without the nulls that *details* are about; it is not changed itself."""
    root = dict(document)
    # Each container on the way is copied once.
    copies: dict[_Way, dict[str, JsonValue] | list[JsonValue]] = {(): root}
    for detail in details:
        if _is_null(detail):
            _mend(detail, copies)
    return root


def _is_null(detail: ErrorDetails) -> bool:
    return detail["type"] in _ZERO and detail["input"] is None and bool(detail["loc"])


def _mend(detail: ErrorDetails, copies: dict[_Way, dict[str, JsonValue] | list[JsonValue]]) -> None:
    """Put what is empty in place of the null that *detail* is about."""
    way: _Way = ()
    here = copies[way]
    *steps, last = detail["loc"]
    for step in steps:
        below = _at(here, step)
        if below is None:  # the name of a branch of a union, which is no step
            continue
        way = (*way, step)
        if way not in copies:
            copies[way] = dict(below) if isinstance(below, Mapping) else list(below)
            _put(here, step, copies[way])
        here = copies[way]
    if isinstance(here, dict) and detail["type"] in _NOT_SET:
        here.pop(str(last), None)
    elif _holds(here, last):
        _put(here, last, _ZERO[detail["type"]])


def _holds(here: dict[str, JsonValue] | list[JsonValue], step: int | str) -> bool:
    """Return whether there is something at *step*."""
    if isinstance(here, dict):
        return step in here
    return isinstance(step, int) and step < len(here)


def _at(
    here: dict[str, JsonValue] | list[JsonValue], step: int | str
) -> Document | Sequence[JsonValue] | None:
    """Return the container at *step*, or None where there is none."""
    if not _holds(here, step):
        return None
    value = here[str(step)] if isinstance(here, dict) else here[int(step)]
    return value if isinstance(value, Mapping | list | tuple) else None


def _put(here: dict[str, JsonValue] | list[JsonValue], step: int | str, value: JsonValue) -> None:
    if isinstance(here, dict):
        here[str(step)] = value
    else:
        here[int(step)] = value
