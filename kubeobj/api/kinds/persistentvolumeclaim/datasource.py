"""What a claimed volume is filled with: an older field for few kinds, and a newer for any.

Source: ``k8s.io/kubernetes/pkg/api/persistentvolumeclaim`` (v1.36).
"""

from kubeobj.documents import Wire

_KNOWN = frozenset({("", "PersistentVolumeClaim"), ("snapshot.storage.k8s.io", "VolumeSnapshot")})
_NAMES = ("apiGroup", "kind", "name")


def settle_source(spec: Wire, old: Wire | None) -> None:
    """Drop what the older field cannot name, and make both fields agree.

    Args:
        spec: The spec of a claim.
        old: The spec that it takes the place of; what it had of them may stay.
    """
    had_ref = old is not None and "dataSourceRef" in old
    had_any = had_ref or (old is not None and "dataSource" in old)
    # Objects of other namespaces are nothing to a server without a gate of its own for them.
    if spec.get("dataSourceRef", {}).get("namespace") and not had_ref:
        del spec["dataSourceRef"]
    source = spec.get("dataSource")
    # Who writes the newer field knows what he does; who does not was always answered so.
    if source is not None and "dataSourceRef" not in spec and not had_any and not _is_known(source):
        del spec["dataSource"]
    _copy(spec)
    if old is not None:
        _copy(old)


def _is_known(source: Wire) -> bool:
    return (source.get("apiGroup") or "", source["kind"]) in _KNOWN


def _copy(spec: Wire) -> None:
    """Let the one of the two fields that is there be the other too."""
    source, ref = spec.get("dataSource"), spec.get("dataSourceRef")
    if source is not None and ref is None:
        spec["dataSourceRef"] = {**source}
    elif ref is not None and source is None and not ref.get("namespace"):
        spec["dataSource"] = {name: ref[name] for name in _NAMES if name in ref}
