"""How endpoints are spread over slices, changing as few of these as can be.

Source: ``k8s.io/endpointslice`` reconciler.go (v1.36); the concept page EndpointSlices,
Distribution of EndpointSlices.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TypeAlias, final

from kubeobj.documents import Wire

PortKey: TypeAlias = tuple[tuple[str, str, int, str], ...]
"""What tells lists of ports apart, whatever their order."""

EndpointKey: TypeAlias = tuple[tuple[str, ...], str, str]
"""What tells endpoints apart: their addresses, and of what they are."""

Make: TypeAlias = Callable[[list[Wire]], Wire]
"""Makes a slice without endpoints for a list of ports."""


@final
@dataclass(slots=True)
class Group:
    """The endpoints that have the same ports.

    Args:
        ports: The ports.
        endpoints: The endpoints, in order.
    """

    ports: list[Wire]
    endpoints: dict[EndpointKey, Wire] = field(default_factory=dict)


@final
@dataclass(slots=True)
class Plan:
    """What is to be done to slices.

    Args:
        create: New ones, without names.
        update: Those that are to be so.
        delete: Those that are to go.
    """

    create: list[Wire] = field(default_factory=list)
    update: list[Wire] = field(default_factory=list)
    delete: list[Wire] = field(default_factory=list)

    def recycle(self) -> None:
        """Let what is to be created take the place of what is to be deleted."""
        kept = []
        for gone in self.delete:
            if self.create:
                new = self.create.pop()
                name = {key: gone["metadata"][key] for key in ("name", "resourceVersion")}
                self.update.append({**new, "metadata": {**new["metadata"], **name}})
            else:
                kept.append(gone)
        self.delete = kept


def port_key(ports: Sequence[Wire]) -> PortKey:
    """Return what tells a list of ports apart from others."""
    return tuple(
        sorted(
            (
                port.get("name", ""),
                port.get("protocol", ""),
                port.get("port") or 0,
                port.get("appProtocol", ""),
            )
            for port in ports
        )
    )


def endpoint_key(endpoint: Wire) -> EndpointKey:
    """Return what tells an endpoint apart from others."""
    target = endpoint.get("targetRef") or {}
    addresses = tuple(sorted(endpoint["addresses"]))
    return addresses, target.get("namespace", ""), target.get("name", "")


def spread(
    groups: dict[PortKey, Group],
    existing: Sequence[Wire],
    make: Make,
    *,
    labels: Wire,
    reserved: frozenset[str],
    capacity: int,
) -> Plan:
    """Return what makes slices have just the endpoints of *groups*.

    Args:
        groups: The endpoints that are wanted, by their ports.
        existing: The slices that are there, of one family of addresses.
        make: Makes slices.
        labels: The labels that slices have.
        reserved: The names of labels that make no difference, if they are the only ones to differ.
        capacity: How many endpoints a slice has at most.
    """
    plan = Plan()
    by_ports: dict[PortKey, list[Wire]] = {}
    for one in existing:
        by_ports.setdefault(port_key(one.get("ports") or ()), []).append(one)
    wanted = _plain(labels, reserved)
    for key, group in groups.items():
        there = by_ports.pop(key, [])
        spreading = _Spreading(plan, capacity, dict(group.endpoints))
        for one in there:
            is_labelled = _plain(one["metadata"].get("labels") or {}, reserved) == wanted
            spreading.keep(one, None if is_labelled else labels)
        spreading.place(partial(make, group.ports))
    for left in by_ports.values():
        plan.delete += left
    return plan


def _plain(labels: Wire, reserved: frozenset[str]) -> Wire:
    return {key: value for key, value in labels.items() if key not in reserved}


@final
class _Spreading:
    """Endpoints with the same ports, on their way into slices."""

    def __init__(self, plan: Plan, capacity: int, left: dict[EndpointKey, Wire]) -> None:
        self._plan = plan
        self._capacity = capacity
        self._left = left
        self._changed: list[Wire] = []
        self._unchanged: list[Wire] = []

    def keep(self, one: Wire, labels: Wire | None) -> None:
        """Leave in a slice what is wanted of it, as it is to be; *labels* if these change."""
        before = one.get("endpoints") or []
        after = []
        for endpoint in before:
            wanted = self._left.pop(endpoint_key(endpoint), None)
            if wanted is not None:
                after.append(wanted)
        if before != after and not after:
            self._plan.delete.append(one)
        elif before != after or labels is not None:
            metadata = one["metadata"] if labels is None else {**one["metadata"], "labels": labels}
            self._changed.append({**one, "metadata": metadata, "endpoints": after})
        else:
            self._unchanged.append(one)

    def place(self, make: Callable[[], Wire]) -> None:
        """Put what is in no slice into one, and note what has changed."""
        left = list(self._left.values())
        # The fullest first, so that fewer slices are half empty.
        self._changed.sort(key=lambda one: -len(one["endpoints"]))
        for one in self._changed:
            left = self._fill(one, left)
        self._plan.update += self._changed
        while left:
            roomy = self._with_room(len(left))
            if roomy is None:
                new = make()
                left = self._fill(new, left)
                self._plan.create.append(new)
            else:
                self._unchanged.remove(roomy)
                changed = {**roomy, "endpoints": list(roomy.get("endpoints") or ())}
                left = self._fill(changed, left)
                self._plan.update.append(changed)

    def _fill(self, one: Wire, left: list[Wire]) -> list[Wire]:
        room = max(self._capacity - len(one["endpoints"]), 0)
        one["endpoints"] += left[:room]
        return left[room:]

    def _with_room(self, count: int) -> Wire | None:
        """Return the slice that so many more leave with the least room; None if none has it."""
        if count >= self._capacity:
            return None
        found, least = None, self._capacity
        for one in self._unchanged:
            room = self._capacity - count - len(one.get("endpoints") or ())
            if 0 <= room < least:
                found, least = one, room
        return found
