"""EndpointSlice: some of the addresses behind a Service.

Source: ``k8s.io/kubernetes/pkg/apis/discovery/validation`` and
``pkg/registry/discovery/endpointslice`` (v1.36).
"""

from collections.abc import Callable, Iterator, Sequence

from kubeobj.api.addresses import ip_warnings, is_ipv6, validate_ip_field, validate_usable_ip
from kubeobj.api.fielderrors import (
    duplicate,
    immutable,
    invalid,
    not_supported,
    required,
    too_many,
)
from kubeobj.api.kind import Context, Errors, Kind
from kubeobj.api.kinds.service.ports import PROTOCOLS
from kubeobj.api.metadata import new_errors
from kubeobj.api.shortlists import shortened
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import (
    validate_dns1123_label,
    validate_dns1123_subdomain,
    validate_fully_qualified_domain_name,
    validate_label_key,
    validate_label_value,
)

ADDRESS_TYPES = ("FQDN", "IPv4", "IPv6")

MAX_ADDRESSES = 100
"""The most addresses of one endpoint."""

MAX_PORTS = 20_000
"""The most ports of a slice."""

MAX_ENDPOINTS = 1000
"""The most endpoints of a slice."""

MAX_HINTS = 8
"""The most zones, or nodes, that an endpoint is meant for."""

_ENDPOINTS = FieldPath.of("endpoints")
_PORTS = FieldPath.of("ports")
_TOPOLOGY = "deprecatedTopology"


def default(obj: Wire) -> None:
    """Let ports have an empty name and be of TCP where nothing is said."""
    for port in obj["ports"] or ():
        port.setdefault("name", "")
        port.setdefault("protocol", "TCP")


def _drop_topology(obj: Wire) -> None:
    for endpoint in obj["endpoints"] or ():
        endpoint.pop(_TOPOLOGY, None)


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin to count generations, and drop a field of an older version."""
    obj["metadata"]["generation"] = 1
    _drop_topology(obj)


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Count the changes of labels and of all that is not metadata."""
    metadata, before = obj["metadata"], old["metadata"]
    changed = metadata.get("labels") != before.get("labels") or any(
        obj.get(name) != old.get(name) for name in {*obj, *old} - {"metadata"}
    )
    generation = before.get("generation", 0) + changed
    if generation:
        metadata["generation"] = generation
    if obj["endpoints"] != old["endpoints"]:
        _drop_topology(obj)


def validate(obj: Wire) -> Errors:
    """Find addresses, ports and hints that are wrong."""
    yield from _address_type(obj)
    yield from _ports(obj["ports"] or ())
    yield from _endpoints(obj)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a slice that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from _address_type(obj)
    yield from _ports(obj["ports"] or ())
    # What was there may have been let pass by older rules.
    if obj["endpoints"] != old["endpoints"]:
        yield from _endpoints(obj)
    here = FieldPath.of("addressType")
    yield from immutable(obj["addressType"], old["addressType"], here)


def _address_type(obj: Wire) -> Errors:
    kind = obj["addressType"]
    if not kind:
        yield required(FieldPath.of("addressType"), "required")
    elif kind not in ADDRESS_TYPES:
        yield not_supported(FieldPath.of("addressType"), kind, ADDRESS_TYPES)


def _endpoints(obj: Wire) -> Errors:
    endpoints = obj["endpoints"] or ()
    if len(endpoints) > MAX_ENDPOINTS:
        yield too_many(_ENDPOINTS, len(endpoints), MAX_ENDPOINTS)
        return
    for position, endpoint in enumerate(endpoints):
        path = _ENDPOINTS.index(position)
        yield from _addresses(endpoint["addresses"] or (), obj["addressType"], path)
        if "nodeName" in endpoint:
            yield from validate_dns1123_subdomain(endpoint["nodeName"], path.child("nodeName"))
        if "hostname" in endpoint:
            yield from validate_dns1123_label(endpoint["hostname"], path.child("hostname"))
        if "hints" in endpoint:
            yield from _hints(endpoint["hints"], path.child("hints"))


def _addresses(addresses: Sequence[str], kind: str, path: FieldPath) -> Errors:
    here = path.child("addresses")
    if not addresses:
        yield required(here, "required")
    elif len(addresses) > MAX_ADDRESSES:
        yield too_many(here, len(addresses), MAX_ADDRESSES)
    for position, address in enumerate(addresses):
        if kind == "FQDN":
            yield from validate_fully_qualified_domain_name(address, here.index(position))
        elif kind in {"IPv4", "IPv6"}:
            yield from _ip(address, kind, here, position)


def _ip(address: str, family: str, path: FieldPath, position: int) -> Errors:
    wrong = list(validate_ip_field(address, path.index(position)))
    yield from wrong
    if wrong:
        return
    if is_ipv6(address) != (family == "IPv6"):
        # The API names the list, and not its item.
        yield invalid(path, address, f"must be an {family} address", f"format={family.lower()}")
    yield from validate_usable_ip(address, path.index(position))


def _hints(hints: Wire, path: FieldPath) -> Errors:
    yield from _named(hints.get("forZones", ()), path.child("forZones"), validate_label_value)
    yield from _named(hints.get("forNodes", ()), path.child("forNodes"), validate_dns1123_subdomain)


def _named(
    hints: list[Wire],
    path: FieldPath,
    validate_name: Callable[[str, FieldPath], tuple[FieldError, ...]],
) -> Errors:
    if len(hints) > MAX_HINTS:
        yield too_many(path, len(hints), MAX_HINTS)
        return
    seen: set[str] = set()
    for position, hint in enumerate(hints):
        here = path.index(position).child("name")
        if hint["name"] in seen:
            yield duplicate(here, hint["name"])
        seen.add(hint["name"])
        yield from validate_name(hint["name"], here)


def _ports(ports: Sequence[Wire]) -> Errors:
    if len(ports) > MAX_PORTS:
        yield too_many(_PORTS, len(ports), MAX_PORTS)
        return
    seen: set[str] = set()
    for position, port in enumerate(ports):
        path = _PORTS.index(position)
        if port["name"]:
            yield from validate_dns1123_label(port["name"], path.child("name"))
        if port["name"] in seen:
            yield duplicate(path.child("name"), port["name"])
        seen.add(port["name"])
        if port["protocol"] not in PROTOCOLS:
            yield not_supported(path.child("protocol"), port["protocol"], PROTOCOLS)
        if "appProtocol" in port:
            yield from validate_label_key(port["appProtocol"], path.child("appProtocol"))


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of names in place of addresses, and of addresses written in an unusual way."""
    if obj["addressType"] == "FQDN":
        yield "addressType: FQDN endpoints are deprecated"
        return
    for number, endpoint in enumerate(obj["endpoints"] or ()):
        for position, address in enumerate(endpoint["addresses"] or ()):
            yield from ip_warnings(address, f"endpoints[{number}].addresses[{position}]")


def _cells(obj: Wire, now: float) -> Cells:
    ports = [str(port.get("port", port["name"] or "*")) for port in obj["ports"] or ()]
    addresses = [
        address for endpoint in obj["endpoints"] or () for address in endpoint["addresses"] or ()
    ]
    return [
        obj["metadata"].get("name", ""),
        obj["addressType"],
        shortened(ports) or "<unset>",
        shortened(addresses) or "<unset>",
        age_of(obj, now),
    ]


KIND = Kind(
    kind=GroupVersionKind("discovery.k8s.io", "v1", "EndpointSlice"),
    plural="endpointslices",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    table=Table((NAME, Column("AddressType"), Column("Ports"), Column("Endpoints"), AGE), _cells),
)
"""What the API knows of EndpointSlices."""
