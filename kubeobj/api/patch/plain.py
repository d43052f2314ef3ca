"""Private copies of documents: what patches are worked out on, so that no input is ever touched.

A copy has nothing but plain dictionaries, lists and scalars in it, is no deeper than
`PATCH_DEPTH_LIMIT`, and shares no container with what it was made from. Everything that walks a
copy may therefore recurse, and may change it.
"""

import math
from collections.abc import Mapping, Sequence
from typing import TypeAlias

from kubeobj.api.patch.errors import PatchDecodeError, PatchRule
from kubeobj.documents import JsonScalar, JsonValue
from kubeobj.errors import echo

PATCH_DEPTH_LIMIT = 254
"""How deep a document, a patch or a result may nest; more, and it could not be stored as JSON."""

Plain: TypeAlias = "JsonScalar | list[Plain] | dict[str, Plain]"
"""A JSON value in containers that are ours to change."""

PlainObject: TypeAlias = dict[str, Plain]
"""A JSON object that is ours to change."""

# What can be taken as it is, whatever it is; and what most values are that cannot.
_SIMPLE = frozenset({str, bool})
_CONTAINERS = frozenset({dict, list})

# No float holds more than this, and the API reads every larger integer as a float.
_WHOLE_BOUND = 1 << 1024


def echo_key(key: str) -> str:
    """Return *key* quoted for a message."""
    return echo(key)


def thaw(value: JsonValue, rule: PatchRule = PatchRule.BAD_DOCUMENT) -> Plain:
    """Return a copy of *value* that is ours to change.

    Args:
        value: Any JSON value.
        rule: What it is called when it is none: a bad document or a bad patch.

    Raises:
        PatchDecodeError: If *value* is not JSON, or nests deeper than `PATCH_DEPTH_LIMIT`.
    """
    return _copy(value, PATCH_DEPTH_LIMIT, rule)


def thaw_below(
    value: JsonValue, room: int, rule: PatchRule, *, without_nulls: bool = False
) -> Plain:
    """Return a copy of a part of a document that is ours to change.

    Args:
        value: Any JSON value.
        room: How deep it may nest.
        rule: What it is called when it is none.
        without_nulls: Whether no object in it has a null any more; lists keep theirs.

    Raises:
        PatchDecodeError: If *value* is not JSON, or nests deeper than *room*.
    """
    return _copy(value, room, rule, without_nulls=without_nulls)


def thaw_object(value: JsonValue, rule: PatchRule = PatchRule.BAD_DOCUMENT) -> PlainObject:
    """Return a copy of *value*, which must be an object; null counts as an empty one.

    Raises:
        PatchDecodeError: If *value* is not a JSON object, or nests too deep.
    """
    copy = {} if value is None else thaw(value, rule)
    if not isinstance(copy, dict):
        raise PatchDecodeError(f"{echo(value)} is not an object", rule=rule)
    return copy


def _copy(value: object, room: int, rule: PatchRule, *, without_nulls: bool = False) -> Plain:
    if type(value) not in _CONTAINERS and (value is None or isinstance(value, str | int | float)):
        return _scalar(value, rule)
    if not room:
        reason = f"it nests deeper than {PATCH_DEPTH_LIMIT} levels"
        raise PatchDecodeError(reason, rule=rule)
    if type(value) is dict or isinstance(value, Mapping):
        fields: PlainObject = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise not_json(key, rule)
            # Most values are strings, and calls are what copying costs.
            if type(item) in _SIMPLE:
                fields[key] = item
            elif item is not None:
                fields[key] = _copy(item, room - 1, rule, without_nulls=without_nulls)
            elif not without_nulls:
                fields[key] = None
        return fields
    if type(value) is list or (
        isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview)
    ):
        return [_copy(item, room - 1, rule, without_nulls=without_nulls) for item in value]
    raise not_json(value, rule)


def _scalar(value: JsonScalar, rule: PatchRule) -> JsonScalar:
    if isinstance(value, float) and not math.isfinite(value):
        raise not_json(value, rule)
    if isinstance(value, int) and not -_WHOLE_BOUND < value < _WHOLE_BOUND:
        raise PatchDecodeError("a number in it is beyond all bounds", rule=rule)
    return value


def not_json(value: object, rule: PatchRule) -> PatchDecodeError:
    """Return the error that *value* is no JSON, to be raised."""
    return PatchDecodeError(f"a {type(value).__name__} in it is not JSON", rule=rule)


def nesting(value: object) -> int:
    """Return how many containers deep *value* nests; 0 for a scalar."""
    depth = 0
    level = [value]
    while containers := [one for one in level if isinstance(one, dict | list)]:
        depth += 1
        level = [
            inner
            for one in containers
            for inner in (one.values() if isinstance(one, dict) else one)
        ]
    return depth


def same(left: Plain, right: Plain) -> bool:
    """Whether two values are the same JSON, of the same types: 1 is neither 1.0 nor true."""
    if left != right:
        return False
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict):
            pairs += [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list):
            pairs += zip(one, other, strict=True)
        elif one.__class__ is not other.__class__:
            return False
    return True
