"""The subsets of Endpoints: which addresses have the same ports, in an order that does not wander.

Source: ``k8s.io/kubernetes/pkg/api/v1/endpoints`` RepackSubsets, and
``pkg/controller/endpoint`` truncateEndpoints (v1.36).
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import NamedTuple, final

from kubeobj.documents import Wire

CAPACITY = 1000
"""How many addresses Endpoints have at most; the rest is left out."""


@final
class Served(NamedTuple):
    """An address that serves at a port.

    Args:
        address: The address.
        port: The port; None for an address without ports.
        is_ready: Whether it can be reached.
    """

    address: Wire
    port: Wire | None
    is_ready: bool


@final
@dataclass(slots=True)
class _Address:
    address: Wire
    is_ready: bool
    ports: dict[tuple[object, ...], Wire] = field(default_factory=dict)


def subsets_of(served: Iterable[Served]) -> list[Wire]:
    """Return subsets in which addresses that serve at the same ports are together."""
    found: dict[tuple[str, str], _Address] = {}
    for one in served:
        uid = (one.address.get("targetRef") or {}).get("uid", "")
        known = found.setdefault((one.address["ip"], uid), _Address(one.address, one.is_ready))
        # An address that is ready at one port is ready.
        known.is_ready = known.is_ready or one.is_ready
        if one.port is not None:
            known.ports[_port_order(one.port)] = one.port
    groups: dict[tuple[tuple[object, ...], ...], list[_Address]] = {}
    for known in found.values():
        groups.setdefault(tuple(sorted(known.ports, key=repr)), []).append(known)
    return [_subset(groups[key]) for key in sorted(groups, key=repr)]


def _subset(addresses: list[_Address]) -> Wire:
    addresses.sort(key=lambda one: _address_order(one.address))
    ports = [port for _, port in sorted(addresses[0].ports.items(), key=lambda item: repr(item[0]))]
    subset: Wire = {
        "addresses": [one.address for one in addresses if one.is_ready],
        "notReadyAddresses": [one.address for one in addresses if not one.is_ready],
        "ports": ports,
    }
    return {name: values for name, values in subset.items() if values}


def truncated(subsets: list[Wire], capacity: int = CAPACITY) -> list[Wire]:
    """Return *subsets* with no more addresses than fit: ready ones first, each subset its share.

    >>> subset = {"addresses": [{"ip": f"10.0.0.{n}"} for n in range(5)]}
    >>> [len(one["addresses"]) for one in truncated([subset, subset], 6)]
    [3, 3]
    """
    ready = sum(len(one.get("addresses", ())) for one in subsets)
    unready = sum(len(one.get("notReadyAddresses", ())) for one in subsets)
    if ready + unready <= capacity:
        return subsets
    if ready > capacity:
        cut = _shared_out(subsets, "addresses", ready, capacity)
        for one in cut:
            one.pop("notReadyAddresses", None)
    else:
        cut = _shared_out(subsets, "notReadyAddresses", unready, capacity - ready)
    return [one for one in cut if "addresses" in one or "notReadyAddresses" in one]


def _shared_out(subsets: list[Wire], name: str, total: int, room: int) -> list[Wire]:
    """Return *subsets* with *room* of their *total* addresses called *name*."""
    left, cut = room, []
    for subset in subsets:
        there = subset.get(name, [])
        share = min(math.ceil(len(there) / total * room), left)
        left -= min(share, len(there))
        others = {key: value for key, value in subset.items() if key != name}
        cut.append({**others, **({name: there[:share]} if there[:share] else {})})
    return cut


def _port_order(port: Wire) -> tuple[object, ...]:
    return port.get("name", ""), port["port"], port["protocol"], port.get("appProtocol", "")


def _address_order(address: Wire) -> tuple[bytes, str]:
    uid = (address.get("targetRef") or {}).get("uid", "")
    try:
        return ip_address(address["ip"]).packed, uid
    except ValueError:
        return address["ip"].encode(), uid
