"""Computed strategic merge patches, as `kubectl apply` and `kubectl edit` send them.

Source: k8s.io/apimachinery v0.36 `util/strategicpatch`.
"""

from kubeobj.api.patch.errors import PatchConflictError
from kubeobj.api.patch.plain import thaw_object
from kubeobj.api.patch.schema import PatchSchema
from kubeobj.api.patch.strategicconflict import in_conflict
from kubeobj.api.patch.strategicdiff import Wanted, difference
from kubeobj.api.patch.strategicmerge import Mode, merge_object
from kubeobj.documents import Document


def strategic_patch_between(
    original: Document, modified: Document, schema: PatchSchema
) -> Document:
    """Return the strategic merge patch that makes *modified* of *original*.

    Args:
        original: An object of the type.
        modified: What it shall be.
        schema: The type.

    Raises:
        PatchError: If lists that are merged cannot be compared, such as for want of a merge key.
    """
    return difference(thaw_object(original), thaw_object(modified), schema, Wanted(order=True))


def three_way_strategic_patch(
    original: Document | None,
    modified: Document,
    current: Document,
    schema: PatchSchema,
    *,
    overwrite: bool,
) -> Document:
    """Return the strategic merge patch that brings *current* to what *modified* says.

    Args:
        original: What was applied last; what is gone from *modified* since is removed. None if
            nothing was, and then nothing is removed.
        modified: What is wanted now.
        current: What is there; what neither of the others has is left alone.
        schema: The type of all three.
        overwrite: Whether changes that others have made to the same fields may be undone.

    Raises:
        PatchConflictError: If others have changed the same fields, and *overwrite* is false.
        PatchError: If lists that are merged cannot be compared.
    """
    before, now = thaw_object(original), thaw_object(current)
    changes = difference(now, thaw_object(modified), schema, Wanted(order=True, removals=False))
    removals = difference(before, thaw_object(modified), schema, Wanted(order=True, changes=False))
    patch = merge_object(removals, changes, schema, Mode.COMBINE)
    if not overwrite:
        others = difference(before, now, schema, Wanted())
        if in_conflict(patch, others, schema):
            reason = "what is there has been changed since in fields that the patch changes as well"
            raise PatchConflictError(reason)
    return patch
