"""CSIStorageCapacity: how much room there is for volumes of a class, somewhere.

Source: ``k8s.io/kubernetes/pkg/apis/storage/validation`` ValidateCSIStorageCapacity (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.fielderrors import immutable, invalid
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.podspec.nodelabels import warn_of_selector
from kubeobj.api.table import NAME, Cells, Column, Table
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import validate_label_selector
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_dns1123_subdomain

_KEPT = ("nodeTopology", "storageClassName")


def validate(obj: Wire, *, lenient: bool = False) -> Errors:
    """Find what is wrong with how much room there is; *lenient* for odd values of labels."""
    here = FieldPath.of("nodeTopology")
    yield from validate_label_selector(obj.get("nodeTopology"), here, lenient=lenient)
    name = obj["storageClassName"]
    yield from validate_dns1123_subdomain(name, FieldPath.of("storageClassName"))
    capacity = obj.get("capacity", "0")
    if capacity[0] == "-":
        detail = "must be greater than or equal to 0"
        yield invalid(FieldPath.of("capacity"), capacity, detail, "minimum")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with it, and what has changed of where, and of which class."""
    was_odd = bool(validate_label_selector(old.get("nodeTopology")))
    yield from validate(obj, lenient=was_odd)
    for name in _KEPT:
        yield from immutable(obj.get(name), old.get(name), FieldPath.of(name))


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of labels that have got better names."""
    return warn_of_selector(obj.get("nodeTopology"), FieldPath.of("nodeTopology"))


def _cells(obj: Wire, _now: float) -> Cells:
    name = obj["metadata"].get("name", "")
    return [name, obj["storageClassName"], obj.get("capacity", "<unset>")]


KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "CSIStorageCapacity"),
    plural="csistoragecapacities",
    namespaced=True,
    updates_blindly=False,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table(
        (
            NAME,
            Column("StorageClassName", description="The class that there is room for."),
            Column("Capacity", description="How much room there is."),
        ),
        _cells,
    ),
    revalidates_metadata=True,
)
"""What the API knows of CSIStorageCapacities."""
