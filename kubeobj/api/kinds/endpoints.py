"""Endpoints: the addresses behind a Service, as they were told before EndpointSlices.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateEndpoints (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.addresses import validate_ip_field, validate_usable_ip
from kubeobj.api.fielderrors import invalid, not_supported, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.kinds.service.ports import PROTOCOLS
from kubeobj.api.metadata import new_errors
from kubeobj.api.shortlists import shortened
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath, TimeError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.timestamps import Time
from kubeobj.names import (
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_label_key,
    validate_port_number,
)

CHANGED_AT = "endpoints.kubernetes.io/last-change-trigger-time"
"""The annotation that says when a pod or Service changed that the object is made of."""

DEPRECATED = "v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"
"""What is said to all who use the kind."""


def default(obj: Wire) -> None:
    """Let ports be of TCP where nothing is said."""
    for subset in obj.get("subsets", ()):
        for port in subset.get("ports", ()):
            port.setdefault("protocol", "TCP")


def validate(obj: Wire) -> Errors:
    """Find addresses and ports that are wrong."""
    yield from _annotation(obj)
    yield from _subsets(obj)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with an object that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from _annotation(obj)
    # What was there may have been let pass by older rules.
    if obj.get("subsets") != old.get("subsets"):
        yield from _subsets(obj)


def _annotation(obj: Wire) -> Errors:
    text = obj["metadata"].get("annotations", {}).get(CHANGED_AT)
    if text is None:
        return
    try:
        Time.parse(text)
    except TimeError:
        yield invalid(
            FieldPath.of("annotations").key(CHANGED_AT), text, "must be a time", "format=time"
        )


def _subsets(obj: Wire) -> Errors:
    for position, subset in enumerate(obj.get("subsets", ())):
        path = FieldPath.of("subsets", position)
        if not subset.get("addresses") and not subset.get("notReadyAddresses"):
            yield required(path, "addresses=some")
        for name in ("addresses", "notReadyAddresses"):
            for number, address in enumerate(subset.get(name, ())):
                yield from _address(address, path.child(name).index(number))
        ports = subset.get("ports", ())
        for number, port in enumerate(ports):
            here = path.child("ports").index(number)
            yield from _port(port, here, needs_name=len(ports) > 1)


def _address(address: Wire, path: FieldPath) -> Errors:
    yield from validate_ip_field(address["ip"], path.child("ip"))
    if "hostname" in address:
        yield from validate_dns1123_label(address["hostname"], path.child("hostname"))
    if "nodeName" in address:
        yield from validate_dns1123_subdomain(address["nodeName"], path.child("nodeName"))
    yield from validate_usable_ip(address["ip"], path.child("ip"))


def _port(port: Wire, path: FieldPath, *, needs_name: bool) -> Errors:
    if "name" in port:
        yield from validate_dns1123_label(port["name"], path.child("name"))
    elif needs_name:
        yield required(path.child("name"), "required")
    yield from validate_port_number(port["port"], path.child("port"))
    if port["protocol"] not in PROTOCOLS:
        yield not_supported(path.child("protocol"), port["protocol"], PROTOCOLS)
    if "appProtocol" in port:
        yield from validate_label_key(port["appProtocol"], path.child("appProtocol"))


def _listed(obj: Wire) -> Iterator[str]:
    """Yield each address with each port."""
    for subset in obj.get("subsets", ()):
        addresses = [address["ip"] for address in subset.get("addresses", ())]
        if not subset.get("ports"):
            yield from addresses
        for port in subset.get("ports", ()):
            for ip in addresses:
                host = f"[{ip}]" if ":" in ip else ip
                yield f"{host}:{port['port']}"


def _cells(obj: Wire, now: float) -> Cells:
    listed = shortened([*_listed(obj)]) if obj.get("subsets") else "<none>"
    return [obj["metadata"].get("name", ""), listed, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Endpoints"),
    plural="endpoints",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("Endpoints"), AGE), _cells),
    creates_on_update=True,
    deprecated=DEPRECATED,
)
"""What the API knows of Endpoints."""
