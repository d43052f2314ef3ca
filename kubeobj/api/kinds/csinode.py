"""CSINode: the drivers of storage that a node has.

Source: ``k8s.io/kubernetes/pkg/apis/storage/validation`` ValidateCSINode (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, immutable, invalid, not_negative, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.api.podspec.volumesources import validate_csi_driver_name
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import byte_length, validate_qualified_name

NODE_ID_MAX_BYTES = 256
"""The longest name that a driver can have for a node."""

_DRIVERS = FieldPath.of("spec", "drivers")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with the drivers of a node."""
    names = set()
    for position, driver in enumerate(obj["spec"]["drivers"] or ()):
        here, name = _DRIVERS.index(position), driver["name"]
        yield from validate_csi_driver_name(name, here.child("name"))
        yield from _validate_node_id(driver["nodeID"], here.child("nodeID"))
        count = driver.get("allocatable", {}).get("count")
        yield from not_negative(count, here.child("allocatable", "count"))
        if name in names:
            yield duplicate(here.child("name"), name)
        names.add(name)
        yield from _validate_topology(driver["topologyKeys"] or [], here)


def _validate_node_id(node_id: str, path: FieldPath) -> Errors:
    if not node_id:
        yield required(path, "required")
    if byte_length(node_id) > NODE_ID_MAX_BYTES:
        detail = f"must be {NODE_ID_MAX_BYTES} characters or less"
        yield invalid(path, node_id, detail, "maxLength")


def _validate_topology(keys: list[str], path: FieldPath) -> Errors:
    for position, key in enumerate(keys):
        if not key:
            yield required(path, "required")
        if key in keys[:position]:
            yield duplicate(path, key)
        yield from validate_qualified_name(key, path)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with the drivers, and what of one has changed but for its room.

    The API asks its rules twice.
    """
    yield from new_errors(obj, KIND)
    for _ in range(2):
        yield from validate(obj)
    for before in old["spec"]["drivers"] or ():
        for driver in obj["spec"]["drivers"] or ():
            if driver["name"] == before["name"]:
                yield from immutable(_kept(driver), _kept(before), _DRIVERS)


def _kept(driver: Wire) -> Wire:
    return {name: part for name, part in driver.items() if name != "allocatable"}


def _cells(obj: Wire, now: float) -> Cells:
    drivers = obj["spec"]["drivers"] or ()
    return [obj["metadata"].get("name", ""), len(drivers), age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("storage.k8s.io", "v1", "CSINode"),
    plural="csinodes",
    namespaced=False,
    updates_blindly=False,
    validate=validate,
    validate_update=validate_update,
    table=Table(
        (NAME, Column("Drivers", "integer", description="How many drivers it has."), AGE), _cells
    ),
    returns_deleted=True,
    revalidates_metadata=True,
    updates_metadata_once=True,
)
"""What the API knows of CSINodes."""
