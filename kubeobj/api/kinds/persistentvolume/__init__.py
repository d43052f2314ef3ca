"""PersistentVolume: storage of the cluster, to be claimed.

Source: ``k8s.io/kubernetes/pkg/registry/core/persistentvolume`` and
``pkg/api/persistentvolume`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.accessmodes import access_modes_text
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.persistentvolume.defaults import default
from kubeobj.api.kinds.persistentvolume.validation import (
    OPTIONS_ANNOTATION,
    validate,
    validate_change,
    validate_volume,
)
from kubeobj.api.metadata import new_errors
from kubeobj.api.podspec.nodelabels import warn_of_term
from kubeobj.api.storageclassname import CLASS_ANNOTATION, class_name
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

_GONE: Mapping[str, tuple[str, str]] = {
    "cephfs": ("v1.28", "v1.31+"),
    "photonPersistentDisk": ("v1.11", "v1.16+"),
    "scaleIO": ("v1.16", "v1.22+"),
    "storageos": ("v1.22", "v1.25+"),
    "glusterfs": ("v1.25", "v1.26+"),
    "rbd": ("v1.28", "v1.31+"),
}
_CHANGED = "lastPhaseTransitionTime"


def prepare_create(obj: Wire, context: Context) -> None:
    """Make it pending from now on."""
    obj["status"] = {"phase": "Pending", _CHANGED: context.now}


def _prepare_status(obj: Wire, old: Wire, context: Context) -> None:
    """Keep all but the status, and say when the phase has changed, if the writer does not."""
    STATUS.prepare(obj, old, context)
    status, before = obj["status"], old["status"]
    since = before.get(_CHANGED)
    if status.get("phase") == before.get("phase"):
        if _CHANGED not in status and since is not None:
            status[_CHANGED] = since
    elif status.get(_CHANGED) in {None, since}:
        status[_CHANGED] = context.now


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a volume that is updated; the API asks its rules twice."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)
    yield from validate_volume(obj)
    yield from validate_change(obj, old)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of what volumes should no longer say, and of sources that work no more."""
    spec, annotations = obj["spec"], obj["metadata"].get("annotations", ())
    required = spec.get("nodeAffinity", {}).get("required", {})
    at = FieldPath.of("spec", "nodeAffinity", "required", "nodeSelectorTerms")
    for position, term in enumerate(required.get("nodeSelectorTerms") or ()):
        yield from warn_of_term(term, at.index(position))
    if CLASS_ANNOTATION in annotations:
        yield (
            f"metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; use"
            ' "storageClassName" attribute instead'
        )
    if OPTIONS_ANNOTATION in annotations:
        yield (
            f"metadata.annotations[{OPTIONS_ANNOTATION}]: deprecated since v1.31; use"
            ' "mountOptions" attribute instead'
        )
    if spec.get("persistentVolumeReclaimPolicy") == "Recycle":
        yield (
            "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated."
            " Instead, the recommended approach is to use dynamic provisioning."
        )
    for name, (since, useless) in _GONE.items():
        if name in spec:
            yield f"spec.{name}: deprecated in {since}, non-functional in {useless}"


def _cells(obj: Wire, now: float) -> Cells:
    spec, status, metadata = obj["spec"], obj["status"], obj["metadata"]
    claim = spec.get("claimRef")
    return [
        metadata.get("name", ""),
        spec.get("capacity", {}).get("storage", "0"),
        access_modes_text(spec.get("accessModes", ())),
        spec.get("persistentVolumeReclaimPolicy", ""),
        "Terminating" if "deletionTimestamp" in metadata else status.get("phase", ""),
        f"{claim.get('namespace', '')}/{claim.get('name', '')}" if claim is not None else "",
        class_name(obj),
        spec.get("volumeAttributesClassName", "<unset>"),
        status.get("reason", ""),
        age_of(obj, now),
        spec.get("volumeMode", "<unset>"),
    ]


_COLUMNS = (
    NAME,
    Column("Capacity", description="How much fits."),
    Column("Access Modes", description="From how many nodes, and how, it can be used."),
    Column("Reclaim Policy", description="What becomes of it when its claim is gone."),
    Column("Status", description="Whether it is free or bound."),
    Column("Claim", description="The claim that it is bound to."),
    Column("StorageClass", description="Its storage class."),
    Column("VolumeAttributesClass", description="The class of its changeable attributes."),
    Column("Reason", description="Why it is in its status."),
    AGE,
    Column("VolumeMode", priority=1, description="Whether it is a raw device or has files."),
)

KIND = Kind(
    kind=GroupVersionKind("", "v1", "PersistentVolume"),
    plural="persistentvolumes",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table(_COLUMNS, _cells),
    parts={"status": Part(prepare=_prepare_status)},
    returns_deleted=True,
    revalidates_metadata=True,
    updates_metadata_once=True,
)
"""What the API knows of PersistentVolumes."""
