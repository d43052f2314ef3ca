"""Access modes: from how many nodes, and how, a volume can be used.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` and ``pkg/apis/core/helper`` (v1.36).
"""

from collections.abc import Iterable, Mapping

from kubeobj.api.fielderrors import forbidden, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.errors import FieldPath

ALONE = "ReadWriteOncePod"
"""The mode that goes with no other."""

SHORT_NAMES: Mapping[str, str] = {
    "ReadWriteOnce": "RWO",
    "ReadOnlyMany": "ROX",
    "ReadWriteMany": "RWX",
    ALONE: "RWOP",
}
"""What tables call the access modes, in their order there."""


def validate_access_modes(modes: Iterable[str], path: FieldPath) -> Errors:
    """Find access modes that nobody knows, none at all, and one that goes with no other."""
    known = 0
    for mode in modes:
        if mode in SHORT_NAMES:
            known += mode != ALONE
        else:
            yield not_supported(path, mode, sorted(SHORT_NAMES))
    if not modes:
        yield required(path, "required")
    if known and ALONE in modes:
        yield forbidden(path, f"may not use {ALONE} with other access modes")


def access_modes_text(modes: Iterable[str]) -> str:
    """Return access modes as tables show them.

    >>> access_modes_text(["ReadOnlyMany", "ReadWriteOnce", "ReadOnlyMany"])
    'RWO,ROX'
    """
    return ",".join(short for mode, short in SHORT_NAMES.items() if mode in modes)
