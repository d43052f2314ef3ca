"""JSON merge patch: a document of changes, in which null removes a field.

It is what API servers make of RFC 7386. Lists are replaced whole. Nulls in what a patch adds are
dropped from objects and stay in lists, except below a list that replaces an object, where nothing
is dropped.

Source: evanphx/json-patch v4.13.0.
"""

from collections.abc import Mapping

from kubeobj.api.patch.errors import PatchDecodeError, PatchRule
from kubeobj.api.patch.plain import (
    PATCH_DEPTH_LIMIT,
    PlainObject,
    not_json,
    thaw,
    thaw_below,
    thaw_object,
)
from kubeobj.documents import Document, JsonValue
from kubeobj.errors import echo


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
    if isinstance(patch, Mapping) and isinstance(document, Mapping):
        return merge_changes(thaw_object(document), patch)
    changes = thaw(patch, PatchRule.BAD_PATCH)
    if not isinstance(changes, dict | list):
        reason = f"{echo(changes)} is not a merge patch, which is an object"
        raise PatchDecodeError(reason, rule=PatchRule.BAD_PATCH)
    if thaw(document) is None:
        reason = "a merge patch applies to no null"
        raise PatchDecodeError(reason, rule=PatchRule.BAD_DOCUMENT)
    return thaw_below(changes, PATCH_DEPTH_LIMIT, PatchRule.BAD_PATCH, without_nulls=True)


def merge_into(document: PlainObject, patch: JsonValue) -> JsonValue:
    """Return *document* as the JSON merge patch *patch* makes it.

    The document is not changed, and shares with the result what stays the same.

    Raises:
        PatchDecodeError: If *patch* is neither object nor list.
    """
    if isinstance(patch, Mapping):
        return merge_changes(document, patch)
    return apply_merge_patch(document, patch)


def merge_changes(
    target: PlainObject, changes: Document, room: int = PATCH_DEPTH_LIMIT
) -> PlainObject:
    """Return *target* with *changes*; it shares containers with *target* alone.

    Args:
        target: An object; it is not changed.
        changes: The changes.
        room: How deep they may nest.

    Raises:
        PatchDecodeError: If *changes* are not JSON, or nest too deep.
    """
    merged, room = dict(target), room - 1
    for key, change in changes.items():
        if not isinstance(key, str):
            raise not_json(key, PatchRule.BAD_PATCH)
        present = merged.get(key)
        if change is None:
            merged.pop(key, None)
        elif isinstance(present, dict) and isinstance(change, Mapping) and room:
            merged[key] = merge_changes(present, change, room)
        else:
            adds = not isinstance(present, dict)
            merged[key] = thaw_below(change, room, PatchRule.BAD_PATCH, without_nulls=adds)
    return merged
