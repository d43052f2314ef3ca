"""JSON merge patch: a document of changes, in which null removes a field.

It is what API servers make of RFC 7386. Lists are replaced whole. Nulls in what a patch adds are
dropped from objects and stay in lists, except below a list that replaces an object, where nothing
is dropped.

Source: evanphx/json-patch v4.13.0.
"""

from kubeobj.api.patch.errors import PatchDecodeError, PatchRule
from kubeobj.api.patch.plain import Plain, PlainObject, thaw
from kubeobj.documents import JsonValue
from kubeobj.errors import echo

_CONTAINERS = frozenset({dict, list})


def apply_merge_patch(document: JsonValue, patch: JsonValue) -> JsonValue:
    """Return *document* as the JSON merge patch *patch* makes it.

    Args:
        document: Any JSON value but null. It is not changed, and nothing of the result is part of
            it. Only an object has anything of it left; others give way to the patch.
        patch: An object, or a list, which takes the document's place.

    Raises:
        PatchDecodeError: If *patch* is neither object nor list, or *document* is null.

    >>> apply_merge_patch({"replicas": 2, "paused": True}, {"paused": None, "replicas": 3})
    {'replicas': 3}
    """
    changes = _read(patch)
    return _merged(thaw(document), changes)


def merge_into(document: Plain, patch: JsonValue) -> Plain:
    """Return *document*, in plain containers, as the JSON merge patch *patch* makes it.

    The document is not changed, and shares with the result what stays the same.

    Raises:
        PatchDecodeError: If *patch* is neither object nor list, or *document* is null.
    """
    return _merged(document, _read(patch))


def _read(patch: JsonValue) -> PlainObject | list[Plain]:
    changes = thaw(patch, PatchRule.BAD_PATCH)
    if not isinstance(changes, dict | list):
        reason = f"{echo(changes)} is not a merge patch, which is an object"
        raise PatchDecodeError(reason, rule=PatchRule.BAD_PATCH)
    return changes


def _merged(target: Plain, changes: PlainObject | list[Plain]) -> Plain:
    if target is None:
        reason = "a merge patch applies to no null"
        raise PatchDecodeError(reason, rule=PatchRule.BAD_DOCUMENT)
    if isinstance(target, dict) and isinstance(changes, dict):
        return merge_changes(target, changes)
    return _pruned(changes)


def merge_changes(target: PlainObject, changes: PlainObject) -> PlainObject:
    """Return *target* with *changes*, which are used up; it shares containers with both."""
    merged = dict(target)
    for key, change in changes.items():
        present = merged.get(key)
        if change is None:
            merged.pop(key, None)
        elif not isinstance(present, dict):
            merged[key] = _pruned(change)
        elif isinstance(change, dict):
            merged[key] = merge_changes(present, change)
        else:
            merged[key] = change
    return merged


def _pruned(value: Plain) -> Plain:
    """Return *value*, which is used up, with no null in any object's fields."""
    if isinstance(value, dict):
        if None in value.values():
            value = {key: item for key, item in value.items() if item is not None}
        for key, item in value.items():
            if type(item) in _CONTAINERS:
                value[key] = _pruned(item)
    elif isinstance(value, list):
        for position, item in enumerate(value):
            if type(item) in _CONTAINERS:
                value[position] = _pruned(item)
    return value
