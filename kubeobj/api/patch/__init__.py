"""Patches: JSON patch, JSON merge patch and strategic merge patch, applied and computed.

Pure functions over JSON documents, each as Kubernetes' own library does it, quirks included. What
they are given is never changed, and nothing of it is part of what they return. Server-side apply
is no patch of this kind, and not here.
"""

from kubeobj.api.patch.jsonpatch import apply_json_patch
from kubeobj.api.patch.mergediff import merge_patch_between, three_way_merge_patch
from kubeobj.api.patch.mergepatch import apply_merge_patch
from kubeobj.api.patch.schema import PatchSchema
from kubeobj.api.patch.strategicmerge import apply_strategic_merge
from kubeobj.api.patch.strategicpatch import strategic_patch_between, three_way_strategic_patch

__all__ = [
    "PatchSchema",
    "apply_json_patch",
    "apply_merge_patch",
    "apply_strategic_merge",
    "merge_patch_between",
    "strategic_patch_between",
    "three_way_merge_patch",
    "three_way_strategic_patch",
]
