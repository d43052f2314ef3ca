"""VolumeAttributesClass: attributes of volumes that can be changed while they are in use.

Source: ``k8s.io/kubernetes/pkg/apis/storage/validation`` and
``pkg/registry/storage/volumeattributesclass`` (v1.36).
"""

from kubeobj.api.fielderrors import forbidden
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.storageparameters import validate_parameters, validate_provisioner
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

DEFAULT_ANNOTATION = "volumeattributesclass.alpha.kubernetes.io/is-default-class"
"""The annotation of the class that is meant where none is named."""


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a class."""
    yield from validate_provisioner(obj["driverName"], FieldPath.of("driverName"))
    here = FieldPath.of("parameters")
    yield from validate_parameters(obj.get("parameters"), here, needed=True)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a class, and what has changed of it that never does."""
    yield from validate(obj)
    for name in ("driverName", "parameters"):
        if obj.get(name) != old.get(name):
            detail = f"updates to {name} are forbidden."
            yield forbidden(FieldPath.of(name), detail, "immutable")


def _cells(obj: Wire, now: float) -> Cells:
    metadata = obj["metadata"]
    name = metadata.get("name", "")
    is_default = metadata.get("annotations", {}).get(DEFAULT_ANNOTATION) == "true"
    return [f"{name} (default)" if is_default else name, obj["driverName"], age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "VolumeAttributesClass"),
    plural="volumeattributesclasses",
    namespaced=False,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("DriverName", description="The driver it is for."), AGE), _cells),
    returns_deleted=True,
    revalidates_metadata=True,
)
"""What the API knows of VolumeAttributesClasses."""
