"""NetworkPolicy: whom pods may talk to.

Source: ``k8s.io/kubernetes/pkg/apis/networking/validation`` and ``pkg/apis/networking/v1`` (v1.36).
"""

from collections.abc import Collection, Iterator

from kubeobj.api.addresses import cidr_warnings, network_holds, validate_cidr_field
from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.kinds.service.ports import PROTOCOLS, validate_port_or_name
from kubeobj.api.labelselectors import has_invalid_values, validate_label_selector
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.labels.labelselector import format_label_selector
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import validate_port_number
from kubeobj.names.addresses import parse_network

TYPES = ("Egress", "Ingress")

_SPEC = FieldPath.of("spec")
_DIRECTIONS = (("ingress", "from"), ("egress", "to"))


def default(obj: Wire) -> None:
    """Let ports be of TCP, and find the types in what is there."""
    spec = obj["spec"]
    for direction, _ in _DIRECTIONS:
        for rule in spec.get(direction, ()):
            for port in rule.get("ports", ()):
                port.setdefault("protocol", "TCP")
    if not spec.get("policyTypes"):
        spec["policyTypes"] = ["Ingress", "Egress"] if spec.get("egress") else ["Ingress"]


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a policy."""
    yield from _spec(obj["spec"])


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a policy that takes the place of another."""
    before = old["spec"]
    kept = [network for _, block in _blocks(before) for network in _networks(block)]
    yield from _spec(obj["spec"], kept, lenient=has_invalid_values(before["podSelector"]))


def _spec(spec: Wire, kept: Collection[str] = (), *, lenient: bool = False) -> Errors:
    yield from validate_label_selector(
        spec["podSelector"], _SPEC.child("podSelector"), lenient=lenient
    )
    for direction, peers in _DIRECTIONS:
        for position, rule in enumerate(spec.get(direction, ())):
            path = _SPEC.child(direction).index(position)
            for number, port in enumerate(rule.get("ports", ())):
                yield from _port(port, path.child("ports").index(number))
            for number, peer in enumerate(rule.get(peers, ())):
                here = path.child(peers).index(number)
                yield from _peer(peer, here, kept, lenient=lenient)
    types, here = spec.get("policyTypes", ()), _SPEC.child("policyTypes")
    if len(types) > len(TYPES):
        yield invalid(here, types, "may not specify more than two policyTypes", "maxItems")
        return
    for position, kind in enumerate(types):
        if kind not in TYPES:
            yield not_supported(here.index(position), kind, TYPES)


def _port(port: Wire, path: FieldPath) -> Errors:
    if "protocol" in port and port["protocol"] not in PROTOCOLS:
        yield not_supported(path.child("protocol"), port["protocol"], PROTOCOLS)
    first, last = port.get("port"), port.get("endPort")
    if first is not None:
        yield from validate_port_or_name(first, path.child("port"))
    if last is None:
        return
    here = path.child("endPort")
    if first is None:
        yield invalid(here, last, "may not be specified when `port` is not specified", "port=set")
    elif isinstance(first, str):
        yield invalid(here, last, "may not be specified when `port` is non-numeric", "port=number")
    else:
        if last < first:
            yield invalid(here, last, "must be greater than or equal to `port`", "minimum")
        yield from validate_port_number(last, here)


def _peer(peer: Wire, path: FieldPath, kept: Collection[str], *, lenient: bool) -> Errors:
    for name in ("podSelector", "namespaceSelector"):
        yield from validate_label_selector(peer.get(name), path.child(name), lenient=lenient)
    if "ipBlock" in peer:
        yield from _block(peer["ipBlock"], path.child("ipBlock"), kept)
        if len(peer) > 1:
            yield forbidden(path, "may not specify both ipBlock and another peer", "union")
    elif not peer:
        yield required(path, "required-one-of")


def _block(block: Wire, path: FieldPath, kept: Collection[str]) -> Errors:
    text = block["cidr"]
    if not text:
        yield required(path.child("cidr"), "required")
        return
    yield from validate_cidr_field(text, path.child("cidr"), kept)
    network = parse_network(text)
    if network is None:
        return
    for position, excepted in enumerate(block.get("except", ())):
        here = path.child("except").index(position)
        yield from validate_cidr_field(excepted, here, kept)
        inner = parse_network(excepted)
        if inner is not None and not network_holds(network, inner):
            yield invalid(here, excepted, "must be a strict subset of `cidr`", "subset")


def _blocks(spec: Wire) -> Iterator[tuple[str, Wire]]:
    """Yield the blocks of addresses in a policy, each with its path."""
    for direction, peers in _DIRECTIONS:
        for position, rule in enumerate(spec.get(direction, ())):
            for number, peer in enumerate(rule.get(peers, ())):
                if "ipBlock" in peer:
                    where = f"spec.{direction}[{position}].{peers}[{number}].ipBlock"
                    yield where, peer["ipBlock"]


def _networks(block: Wire) -> list[str]:
    return [block["cidr"], *block.get("except", ())]


def warnings(obj: Wire, _old: Wire | None) -> Iterator[str]:
    """Warn of networks that are written in an unusual way."""
    for where, block in _blocks(obj["spec"]):
        yield from cidr_warnings(block["cidr"], f"{where}.cidr")
        for position, network in enumerate(block.get("except", ())):
            yield from cidr_warnings(network, f"{where}.except[{position}]")


def _cells(obj: Wire, now: float) -> Cells:
    selector = format_label_selector(obj["spec"]["podSelector"])
    return [obj["metadata"].get("name", ""), selector, age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("networking.k8s.io", "v1", "NetworkPolicy"),
    plural="networkpolicies",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=Table((NAME, Column("Pod-Selector"), AGE), _cells),
)
"""What the API knows of NetworkPolicies."""
