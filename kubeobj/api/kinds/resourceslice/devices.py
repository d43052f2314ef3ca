"""Which devices a slice may tell of.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` validateDevice (v1.36).
"""

import re

from kubeobj.api.devices.rules import (
    validate_binding_conditions,
    validate_items,
    validate_qualified,
    validate_taint,
)
from kubeobj.api.fielderrors import forbidden, invalid, required, too_long, too_many
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.resourceslice.capacity import validate_request_policy
from kubeobj.api.podspec.nodeselector import validate_node_selector
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import byte_length, validate_dns1123_label, validate_dns1123_subdomain

MAX_PROPERTIES = 32
"""The most attributes and capacities of a device together."""

VALUE_MAX_BYTES = 64
"""The longest text of an attribute."""

MAX_TAINTS = 16
"""The most taints of a device."""

MAX_CONSUMPTIONS = 2
"""The most sets of counters that a device takes from."""

MAX_COUNTERS = 32
"""The most counters of a set."""

PLACES = ("nodeName", "nodeSelector", "allNodes")

_NUMBER = r"(?:0|[1-9][0-9]*)"
_PART = rf"(?:{_NUMBER}|[0-9]*[a-zA-Z-][0-9a-zA-Z-]*)"
_is_version = re.compile(
    rf"{_NUMBER}\.{_NUMBER}\.{_NUMBER}(?:-{_PART}(?:\.{_PART})*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
).fullmatch
_VALUES = ("bool", "int", "string", "version", "bools", "ints", "strings", "versions")


def validate_device(device: Wire, path: FieldPath, *, placed: bool) -> Errors:
    """Find what is wrong with a device.

    Args:
        device: The device.
        path: Where it is.
        placed: Whether each device of the slice says where it is.
    """
    yield from validate_dns1123_label(device["name"], path.child("name"))
    attributes, capacities = device.get("attributes", {}), device.get("capacity", {})
    count = len(attributes) + len(capacities)
    if count > MAX_PROPERTIES:
        detail = f"the total number of attributes and capacities must not exceed {MAX_PROPERTIES}"
        yield invalid(path, count, detail, "maxProperties")
    for name, attribute in attributes.items():
        here = path.child("attributes").key(name)
        yield from validate_qualified(name, here)
        yield from _attribute(attribute, here)
    for name, capacity in capacities.items():
        here = path.child("capacity").key(name)
        yield from validate_qualified(name, here)
        yield from _capacity(capacity, here, shared=device.get("allowMultipleAllocations", False))
    yield from validate_items(
        device.get("taints", []), path.child("taints"), validate_taint, most=MAX_TAINTS
    )
    yield from validate_items(
        device.get("consumesCounters", []),
        path.child("consumesCounters"),
        _consumption,
        most=MAX_CONSUMPTIONS,
        key=lambda one: one["counterSet"],
    )
    yield from _place(device, path, placed=placed)
    yield from validate_binding_conditions(
        device.get("bindingConditions", ()), device.get("bindingFailureConditions", ()), path
    )


def _attribute(attribute: Wire, path: FieldPath) -> Errors:
    if len([name for name in _VALUES if name in attribute]) != 1:
        yield invalid(path, None, "exactly one value must be specified", "union")
    for name in ("string", "version"):
        if name in attribute:
            yield from _text(attribute[name], path.child(name), version=name == "version")
    for name in ("strings", "versions"):
        for position, text in enumerate(attribute.get(name, ())):
            here = path.child(name).index(position)
            yield from _text(text, here, version=name == "versions")


def _text(text: str, path: FieldPath, *, version: bool) -> Errors:
    if version and not _is_version(text):
        detail = "must be a string compatible with semver.org spec 2.0.0"
        yield invalid(path, text, detail, "format=semver")
    if byte_length(text) > VALUE_MAX_BYTES:
        yield too_long(path, text, VALUE_MAX_BYTES)


def _capacity(capacity: Wire, path: FieldPath, *, shared: bool) -> Errors:
    policy = capacity.get("requestPolicy")
    if policy is None:
        return
    here = path.child("requestPolicy")
    if shared:
        yield from validate_request_policy(policy, capacity["value"], here)
    else:
        yield forbidden(here, "allowMultipleAllocations must be true", "shared")


def _consumption(consumption: Wire, path: FieldPath) -> Errors:
    name, here = consumption["counterSet"], path.child("counterSet")
    if name:
        yield from validate_dns1123_label(name, here)
    else:
        yield required(here, "required")
    yield from validate_counters(consumption.get("counters", {}), path.child("counters"))


def validate_counters(counters: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with counters."""
    if not counters:
        yield required(path, "required")
    elif len(counters) > MAX_COUNTERS:
        yield too_many(path, len(counters), MAX_COUNTERS)
    else:
        for name in counters:
            yield from validate_dns1123_label(name, path.key(name))


def _place(device: Wire, path: FieldPath, *, placed: bool) -> Errors:
    given = [name for name in PLACES if name in device]
    if not placed:
        if given:
            detail = "can only be set if `perDeviceNodeSelection` is set to true in the spec"
            yield invalid(path, None, f"{', '.join(given)} {detail}", "placed")
        return
    yield from validate_place(device, path)
    found = [name for name in given if device[name]]
    if not found:
        yield required(path, "union")
    elif len(found) > 1:
        detail = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required"
        yield invalid(path, found, detail, "union")


def validate_place(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with where devices are."""
    name = spec.get("nodeName")
    if name:
        yield from validate_dns1123_subdomain(name, path.child("nodeName"))
    elif name is not None:
        yield invalid(path.child("nodeName"), name, "must not be empty", "minLength")
    if "nodeSelector" in spec:
        yield from validate_node_selector(spec["nodeSelector"], path.child("nodeSelector"))
    for flag in ("allNodes", "perDeviceNodeSelection"):
        if spec.get(flag) is False:
            detail = "must be either unset or set to true"
            yield invalid(path.child(flag), spec[flag], detail, "true")
