"""ResourceClaim: devices that are asked for, and those that were found.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` ValidateResourceClaim and
``pkg/registry/resource/resourceclaim`` (v1.36).
"""

from kubeobj.api.devices.claims import (
    RequestNames,
    default_claim,
    request_names,
    validate_claim,
    validate_reference,
    validate_references,
)
from kubeobj.api.devices.rules import (
    GROUP,
    MAX_ITEMS,
    default_tolerations,
    validate_binding_conditions,
    validate_configuration,
    validate_driver,
    validate_items,
    validate_pool,
    validate_raw,
    validate_toleration,
)
from kubeobj.api.fielderrors import forbidden, immutable, invalid, not_supported, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.metadata import new_errors
from kubeobj.api.podspec.nodeselector import validate_node_selector
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.conditionrules import validate_conditions
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_dns1123_label

MAX_CONSUMERS = 256
"""The most that a claim can be reserved for."""

SOURCES = ("FromClaim", "FromClass")

_SPEC = FieldPath.of("spec")
_STATUS = FieldPath.of("status")


def default(obj: Wire) -> None:
    """Fill in what requests and results leave open."""
    default_claim(obj["spec"])
    allocation = obj["status"].get("allocation", {}) if "status" in obj else {}
    for result in allocation.get("devices", {}).get("results", ()):
        default_tolerations(result.get("tolerations", ()))


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a new claim."""
    return validate_claim(obj["spec"], _SPEC)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find that what is asked for has changed."""
    yield from new_errors(obj, KIND)
    yield from immutable(obj["spec"], old["spec"], _SPEC)


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with what was found for a claim."""
    status, before = obj["status"], old["status"]
    names = request_names(obj["spec"])
    consumers, here = status.get("reservedFor", []), _STATUS.child("reservedFor")
    yield from validate_items(
        consumers, here, _consumer, most=MAX_CONSUMERS, key=lambda one: one["uid"]
    )
    yield from validate_items(
        status.get("devices", []),
        _STATUS.child("devices"),
        lambda device, at: _device(device, at, status),
        most=2**31,
        key=_device_key,
    )
    allocation = status.get("allocation")
    if consumers and allocation is None:
        yield forbidden(here, "may not be specified when `allocated` is not set", "allocated")
    elif "deletionTimestamp" in obj["metadata"]:
        known = before.get("reservedFor", [])
        if not all(one in known for one in consumers):
            detail = "new entries may not be added while `deletionTimestamp` is set"
            yield forbidden(here, detail, "deleted")
    here = _STATUS.child("allocation")
    if allocation is not None and "allocation" in before:
        yield from immutable(allocation, before["allocation"], here)
    elif allocation is not None:
        yield from _allocation(allocation, here, names)


def _consumer(consumer: Wire, path: FieldPath) -> Errors:
    for name in ("resource", "name", "uid"):
        if not consumer[name]:
            yield required(path.child(name), "required")


def _device_key(device: Wire) -> tuple[str, ...]:
    return tuple(device.get(name, "") for name in ("driver", "pool", "device", "shareID"))


def _device(device: Wire, path: FieldPath, status: Wire) -> Errors:
    results = status.get("allocation", {}).get("devices", {}).get("results", ())
    if _device_key(device) not in {_device_key(result) for result in results}:
        detail = "must be an allocated device in the claim"
        yield invalid(path, "/".join(_device_key(device)), detail, "allocated")
    yield from validate_conditions(device["conditions"] or [], path.child("conditions"))
    if "data" in device:
        yield from validate_raw(device["data"], path.child("data"))


def _allocation(allocation: Wire, path: FieldPath, names: RequestNames) -> Errors:
    devices, here = allocation["devices"], path.child("devices")
    yield from validate_items(
        devices.get("results", []),
        here.child("results"),
        lambda result, at: _result(result, at, names),
    )
    yield from validate_items(
        devices.get("config", []),
        here.child("config"),
        lambda config, at: _config(config, at, names),
        most=2 * MAX_ITEMS,
    )
    if "nodeSelector" in allocation:
        yield from validate_node_selector(allocation["nodeSelector"], path.child("nodeSelector"))


def _result(result: Wire, path: FieldPath, names: RequestNames) -> Errors:
    yield from validate_reference(result["request"], path.child("request"), names)
    yield from validate_driver(result["driver"], path.child("driver"))
    yield from validate_pool(result["pool"], path.child("pool"))
    yield from validate_dns1123_label(result["device"], path.child("device"))
    yield from validate_binding_conditions(
        result.get("bindingConditions", ()), result.get("bindingFailureConditions", ()), path
    )
    for position, toleration in enumerate(result.get("tolerations", ())):
        yield from validate_toleration(toleration, path.child("tolerations").index(position))


def _config(config: Wire, path: FieldPath, names: RequestNames) -> Errors:
    source = config["source"]
    if not source:
        yield required(path.child("source"), "required")
    elif source not in SOURCES:
        yield not_supported(path.child("source"), source, SOURCES)
    yield from validate_references(config.get("requests", []), path.child("requests"), names)
    yield from validate_configuration(config, path)


def _cells(obj: Wire, now: float) -> Cells:
    status, states = obj.get("status", {}), []
    is_deleted = "deletionTimestamp" in obj["metadata"]
    if is_deleted:
        states.append("deleted")
    if "allocation" in status:
        states.append("allocated")
        if status.get("reservedFor"):
            states.append("reserved")
    elif not is_deleted:
        states.append("pending")
    return [obj["metadata"].get("name", ""), ",".join(states), age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ResourceClaim"),
    plural="resourceclaims",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("State"), AGE), _cells),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
)
"""What the API knows of ResourceClaims."""
