"""ResourceSlice: some of the devices that a driver has.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` ValidateResourceSlice and
``pkg/registry/resource/resourceslice`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.devices.rules import GROUP, validate_driver, validate_items, validate_pool
from kubeobj.api.fielderrors import immutable, invalid, not_negative, required
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.kinds.resourceslice.devices import (
    validate_counters,
    validate_device,
    validate_place,
)
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_dns1123_label

MAX_DEVICES = 128
"""The most devices of a slice."""

MAX_ADVANCED_DEVICES = 64
"""The most, where some have taints, lists of values or take from counters."""

MAX_COUNTER_SETS = 8
"""The most sets of counters of a slice."""

PLACES = ("nodeName", "nodeSelector", "allNodes", "perDeviceNodeSelection")

_SPEC = FieldPath.of("spec")
_LISTS = ("bools", "ints", "strings", "versions")


def prepare_create(obj: Wire, context: Context) -> None:
    """Say of taints since when they are."""
    for device in obj["spec"].get("devices", ()):
        for taint in device.get("taints", ()):
            taint.setdefault("timeAdded", context.now)


def prepare_update(obj: Wire, _old: Wire, context: Context) -> None:
    """Say the same of new ones."""
    prepare_create(obj, context)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a slice."""
    spec = obj["spec"]
    yield from validate_driver(spec["driver"], _SPEC.child("driver"))
    yield from _pool(spec["pool"], _SPEC.child("pool"))
    yield from _place(spec)
    if "sharedCounters" in spec and "devices" in spec:
        detail = "only one of `sharedCounters` or `devices` is allowed"
        yield invalid(_SPEC, "", detail, "union")
    devices, placed = spec.get("devices", []), spec.get("perDeviceNodeSelection", False)
    yield from validate_items(
        devices,
        _SPEC.child("devices"),
        lambda device, path: validate_device(device, path, placed=placed),
        most=MAX_ADVANCED_DEVICES if any(map(_is_advanced, devices)) else MAX_DEVICES,
        key=lambda device: device["name"],
    )
    yield from validate_items(
        spec.get("sharedCounters", []),
        _SPEC.child("sharedCounters"),
        _counter_set,
        most=MAX_COUNTER_SETS,
        key=lambda one: one["name"],
    )


def _pool(pool: Wire, path: FieldPath) -> Errors:
    yield from validate_pool(pool["name"], path.child("name"))
    if pool["resourceSliceCount"] <= 0:
        here = path.child("resourceSliceCount")
        yield invalid(here, pool["resourceSliceCount"], "must be greater than zero", "minimum")
    yield from not_negative(pool["generation"], path.child("generation"))


def _place(spec: Wire) -> Errors:
    yield from validate_place(spec, _SPEC)
    terms = spec.get("nodeSelector", {}).get("nodeSelectorTerms")
    if "nodeSelector" in spec and len(terms or ()) != 1:
        here = _SPEC.child("nodeSelector", "nodeSelectorTerms")
        yield invalid(here, terms, "must have exactly one node selector term", "one")
    given = [name for name in PLACES if spec.get(name)]
    if not given:
        yield required(_SPEC, "union")
    elif len(given) > 1:
        detail = f"exactly one of {', '.join(PLACES)} is required"
        yield invalid(_SPEC, given, detail, "union")


def _is_advanced(device: Wire) -> bool:
    return bool(device.get("taints") or device.get("consumesCounters")) or any(
        name in attribute for attribute in device.get("attributes", {}).values() for name in _LISTS
    )


def _counter_set(counters: Wire, path: FieldPath) -> Errors:
    if counters["name"]:
        yield from validate_dns1123_label(counters["name"], path.child("name"))
    else:
        yield required(path.child("name"), "required")
    yield from validate_counters(counters.get("counters", {}), path.child("counters"))


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a slice that takes the place of another."""
    yield from validate(obj)
    spec, before = obj["spec"], old["spec"]
    pools = spec["pool"]["name"], before["pool"]["name"]
    yield from immutable(*pools, _SPEC.child("pool", "name"))
    for name in ("driver", "nodeName"):
        yield from immutable(spec.get(name), before.get(name), _SPEC.child(name))


def _fields(obj: Wire) -> Mapping[str, str]:
    spec = obj["spec"]
    return {"spec.driver": spec["driver"], "spec.nodeName": spec.get("nodeName", "")}


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"].get("name", ""),
        spec.get("nodeName", ""),
        spec["driver"],
        spec["pool"]["name"],
        age_of(obj, now),
    ]


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ResourceSlice"),
    plural="resourceslices",
    namespaced=False,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    fields=_fields,
    field_names=frozenset({"spec.driver", "spec.nodeName"}),
    table=Table((NAME, Column("Node"), Column("Driver"), Column("Pool"), AGE), _cells),
)
"""What the API knows of ResourceSlices."""
