"""PersistentVolumeClaim: a claim to storage, of somebody in a namespace.

Source: ``k8s.io/kubernetes/pkg/registry/core/persistentvolumeclaim`` and
``pkg/api/persistentvolumeclaim`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.accessmodes import access_modes_text
from kubeobj.api.claimspec import default_claim_spec, warn_of_claim_spec
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.kinds.persistentvolumeclaim.datasource import settle_source
from kubeobj.api.kinds.persistentvolumeclaim.validation import (
    validate,
    validate_change,
    validate_status,
)
from kubeobj.api.metadata import new_errors
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.api.storageclassname import CLASS_ANNOTATION, class_name
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind


def default(obj: Wire) -> None:
    """Fill in what a claim leaves open."""
    status = obj["status"]
    if not status.get("phase"):
        status["phase"] = "Pending"
    default_claim_spec(obj["spec"])
    for name in ("limits", "requests"):
        round_up_to_milli(obj["spec"]["resources"].get(name))
    for name in ("capacity", "allocatedResources"):
        round_up_to_milli(status.get(name))


def prepare_create(obj: Wire, _context: Context) -> None:
    """Make it pending, and make the fields that say what it is filled with agree."""
    obj["status"] = {"phase": "Pending"}
    settle_source(obj["spec"], None)


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Make the fields that say what it is filled with agree."""
    settle_source(obj["spec"], old["spec"])


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a claim that is updated; the API asks its rules twice."""
    yield from new_errors(obj, KIND)
    yield from validate(obj, old)
    yield from validate(obj, old)
    yield from validate_change(obj, old)


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of an annotation that is no longer to be used, and of parts of bytes."""
    if CLASS_ANNOTATION in obj["metadata"].get("annotations", ()):
        yield (
            f"metadata.annotations[{CLASS_ANNOTATION}]: deprecated since v1.8; use"
            ' "storageClassName" attribute instead'
        )
    yield from warn_of_claim_spec(obj["spec"], FieldPath.of("spec"))


def _cells(obj: Wire, now: float) -> Cells:
    spec, status, metadata = obj["spec"], obj["status"], obj["metadata"]
    volume = spec.get("volumeName", "")
    return [
        metadata.get("name", ""),
        "Terminating" if "deletionTimestamp" in metadata else status.get("phase", ""),
        volume,
        status.get("capacity", {}).get("storage", "0") if volume else "",
        access_modes_text(status.get("accessModes", ())) if volume else "",
        class_name(obj),
        spec.get("volumeAttributesClassName", "<unset>"),
        age_of(obj, now),
        spec.get("volumeMode", "<unset>"),
    ]


_COLUMNS = (
    NAME,
    Column("Status", description="Whether it has got its volume."),
    Column("Volume", description="The volume that it has got."),
    Column("Capacity", description="How much fits into that."),
    Column("Access Modes", description="From how many nodes, and how, that can be used."),
    Column("StorageClass", description="The storage class that it is to be of."),
    Column("VolumeAttributesClass", description="The class of its changeable attributes."),
    AGE,
    Column("VolumeMode", priority=1, description="Whether it is a raw device or has files."),
)

KIND = Kind(
    kind=GroupVersionKind("", "v1", "PersistentVolumeClaim"),
    plural="persistentvolumeclaims",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table(_COLUMNS, _cells),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
    returns_deleted=True,
    revalidates_metadata=True,
)
"""What the API knows of PersistentVolumeClaims."""
