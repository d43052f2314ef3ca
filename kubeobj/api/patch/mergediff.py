"""Computed JSON merge patches: what to send so that a document becomes another.

`kubectl apply` computes them for kinds whose type it does not know. Numbers are compared as 64-bit
floats, so 1 and 1.0 do not differ.

Source: k8s.io/apimachinery v0.36 `util/jsonmergepatch`; evanphx/json-patch v4.13.0.
"""

from kubeobj.api.patch.mergepatch import merge_changes
from kubeobj.api.patch.plain import Plain, PlainObject, thaw_object
from kubeobj.documents import Document

_NUMBERS = (int, float)


def merge_patch_between(original: Document, modified: Document) -> Document:
    """Return the JSON merge patch that makes *modified* of *original*.

    A null in *modified* cannot be said in a merge patch: there it means that the field goes.

    >>> merge_patch_between({"a": 1, "b": {"c": 1, "d": 2}}, {"b": {"c": 1, "d": 3}})
    {'b': {'d': 3}, 'a': None}
    """
    return _difference(thaw_object(original), thaw_object(modified))


def three_way_merge_patch(
    original: Document | None, modified: Document, current: Document
) -> Document:
    """Return the JSON merge patch that brings *current* to what *modified* says.

    Args:
        original: What was applied last; its fields that are gone from *modified* are removed. None
            if nothing was, and then nothing is removed.
        modified: What is wanted now.
        current: What is there; its fields that neither of the others has are left alone.

    >>> three_way_merge_patch({"a": 1, "b": 1}, {"a": 2}, {"a": 1, "b": 1, "c": 1})
    {'b': None, 'a': 2}
    """
    # Each side is copied for itself, so that the patch has no container in it twice.
    changes = _difference(thaw_object(current), thaw_object(modified))
    removals = _difference(thaw_object(original), thaw_object(modified))
    return merge_changes(_only_nulls(removals), _without_nulls(changes))


def _difference(original: PlainObject, modified: PlainObject) -> PlainObject:
    patch: PlainObject = {}
    for key, value in modified.items():
        if key not in original:
            patch[key] = value
            continue
        before = original[key]
        if isinstance(before, dict) and isinstance(value, dict):
            if changes := _difference(before, value):
                patch[key] = changes
        elif not _alike(before, value):
            patch[key] = value
    for key in original:
        if key not in modified:
            patch[key] = None
    return patch


def _alike(left: Plain, right: Plain) -> bool:
    pairs = [(left, right)]
    while pairs:
        one, other = pairs.pop()
        if isinstance(one, dict) and isinstance(other, dict) and one.keys() == other.keys():
            pairs += [(value, other[key]) for key, value in one.items()]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs += zip(one, other, strict=True)
        elif not _alike_scalars(one, other):
            return False
    return True


def _alike_scalars(left: Plain, right: Plain) -> bool:
    # Classes and not instances: true and false are integers to Python, and none here.
    if left.__class__ in _NUMBERS and right.__class__ in _NUMBERS:
        return float(left) == float(right)
    return left.__class__ is right.__class__ and left == right


def _only_nulls(patch: PlainObject) -> PlainObject:
    """Return the removals of *patch* without its other changes."""
    removals: PlainObject = {}
    for key, value in patch.items():
        if value is None:
            removals[key] = None
        elif isinstance(value, dict) and (inner := _only_nulls(value)):
            removals[key] = inner
    return removals


def _without_nulls(patch: PlainObject) -> PlainObject:
    """Return the changes of *patch* without its removals; an object that was empty stays."""
    changes: PlainObject = {}
    for key, value in patch.items():
        if isinstance(value, dict) and value:
            if inner := _without_nulls(value):
                changes[key] = inner
        elif value is not None:
            changes[key] = value
    return changes
