"""What a claim of devices asks for.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` and ``pkg/apis/resource/v1`` (v1.36).
"""

from collections.abc import Collection, Mapping

from kubeobj.api.devices.rules import (
    MAX_ITEMS,
    default_tolerations,
    validate_class_name,
    validate_configuration,
    validate_items,
    validate_qualified,
    validate_selector,
    validate_toleration,
)
from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required, too_many
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_label

MODES = ("All", "ExactCount")

MAX_ALTERNATIVES = 8
"""The most alternatives of a request."""

RequestNames = Mapping[str, Collection[str]]
"""The names of requests, each with those of its alternatives."""


def default_claim(spec: Wire) -> None:
    """Fill in what the requests of a claim leave open."""
    for request in spec["devices"].get("requests") or ():
        for one in [request.get("exactly"), *request.get("firstAvailable", ())]:
            if one is None:
                continue
            one.setdefault("allocationMode", "ExactCount")
            if one["allocationMode"] == "ExactCount":
                one.setdefault("count", 1)
            default_tolerations(one.get("tolerations", ()))


def request_names(spec: Wire) -> RequestNames:
    """Return the names of the requests of a claim."""
    return {
        request["name"]: [one["name"] for one in request.get("firstAvailable", ())]
        for request in spec["devices"].get("requests") or ()
    }


def validate_claim(spec: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with what a claim asks for."""
    devices, here = spec["devices"], path.child("devices")
    names = request_names(spec)
    yield from validate_items(
        devices.get("requests") or [],
        here.child("requests"),
        _request,
        key=lambda request: request["name"],
    )
    yield from validate_items(
        devices.get("constraints", []),
        here.child("constraints"),
        lambda constraint, at: _constraint(constraint, at, names),
    )
    yield from validate_items(
        devices.get("config", []),
        here.child("config"),
        lambda config, at: _config(config, at, names),
    )


def _request(request: Wire, path: FieldPath) -> Errors:
    yield from validate_dns1123_label(request["name"], path.child("name"))
    exactly, alternatives = request.get("exactly"), request.get("firstAvailable", [])
    if exactly is not None and alternatives:
        detail = "exactly one of `exactly` or `firstAvailable` is required"
        yield invalid(path, None, detail, "union")
    elif exactly is not None:
        yield from _devices(exactly, path.child("exactly"))
    elif alternatives:
        yield from validate_items(
            alternatives,
            path.child("firstAvailable"),
            _alternative,
            most=MAX_ALTERNATIVES,
            key=lambda one: one["name"],
        )
    else:
        yield required(path, "union")


def _alternative(request: Wire, path: FieldPath) -> Errors:
    yield from validate_dns1123_label(request["name"], path.child("name"))
    yield from _devices(request, path)


def _devices(request: Wire, path: FieldPath) -> Errors:
    yield from validate_class_name(request["deviceClassName"], path.child("deviceClassName"))
    selectors = request.get("selectors", [])
    yield from validate_items(selectors, path.child("selectors"), validate_selector)
    mode, count = request.get("allocationMode", ""), request.get("count", 0)
    if mode not in MODES:
        yield not_supported(path.child("allocationMode"), mode, MODES)
    elif mode == "All":
        if count:
            detail = "must not be specified when allocationMode is 'All'"
            yield invalid(path.child("count"), count, detail, "mode=all")
    elif count <= 0:
        yield invalid(path.child("count"), count, "must be greater than zero", "minimum")
    for position, toleration in enumerate(request.get("tolerations", ())):
        yield from validate_toleration(toleration, path.child("tolerations").index(position))


def validate_references(requests: list[str], path: FieldPath, names: RequestNames) -> Errors:
    """Find references to requests that a claim does not have."""
    if len(requests) > MAX_ITEMS:
        yield too_many(path, len(requests), MAX_ITEMS)
        return
    for position, name in enumerate(requests):
        yield from validate_reference(name, path.index(position), names)
    for position, name in enumerate(requests):
        if name in requests[:position]:
            yield duplicate(path.index(position), name)


def validate_reference(name: str, path: FieldPath, names: RequestNames) -> Errors:
    """Find a reference to a request that a claim does not have."""
    detail = (
        "must be the name of a request in the claim"
        " or the name of a request and a subrequest separated by '/'"
    )
    parts = name.split("/")
    if len(parts) > 2:
        yield invalid(path, name, detail, "reference")
        return
    for part in parts:
        yield from validate_dns1123_label(part, path)
    alternatives = names.get(parts[0])
    if alternatives is None or (len(parts) == 2 and parts[1] not in alternatives):
        yield invalid(path, name, detail, "reference")


def _constraint(constraint: Wire, path: FieldPath, names: RequestNames) -> Errors:
    requests = constraint.get("requests", [])
    yield from validate_references(requests, path.child("requests"), names)
    for name in ("matchAttribute", "distinctAttribute"):
        if name in constraint:
            yield from validate_qualified(constraint[name], path.child(name), fully=True)
            return
    yield required(path, "required-one-of")


def _config(config: Wire, path: FieldPath, names: RequestNames) -> Errors:
    yield from validate_references(config.get("requests", []), path.child("requests"), names)
    yield from validate_configuration(config, path)
