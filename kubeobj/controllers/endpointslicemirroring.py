"""Slices of Endpoints that somebody writes by hand, for services without selectors.

Source: ``k8s.io/kubernetes/pkg/controller/endpointslicemirroring`` (v1.36); the concept page
EndpointSlices, EndpointSlice mirroring.
"""

from collections.abc import Iterator
from typing import Final, final

from kubeobj.controllers.endpointslice import (
    MANAGED_BY,
    SERVICE_NAME,
    SLICES,
    SliceWriter,
    managed_for,
    new_slice,
    slice_word,
    slice_words,
)
from kubeobj.controllers.podendpoints import canonical_address, family_of
from kubeobj.controllers.sliceplan import Group, Plan, PortKey, endpoint_key, port_key
from kubeobj.controllers.triggertimes import ANNOTATION
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.reconcile.triggers import on_self

CONTROLLER: Final = "endpointslicemirroring-controller.k8s.io"
"""Who manages such slices."""

SKIP: Final = "endpointslice.kubernetes.io/skip-mirror"
"""The label of Endpoints that want no slices."""

LEADER: Final = "control-plane.alpha.kubernetes.io/leader"
"""The annotation of Endpoints that are there for an election."""

CAPACITY: Final = 1000
"""How many addresses of a subset are mirrored."""

_NOT_COPIED = frozenset({ANNOTATION, "kubectl.kubernetes.io/last-applied-configuration"})
_BEHIND_SECONDS = 1.0


@final
class EndpointSliceMirroringController:
    """Keeps such slices true.

    Args:
        manager: Where it is installed.
        capacity: How many addresses of a subset are mirrored.
    """

    def __init__(self, manager: Manager, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._endpoints = manager.informer("endpoints")
        self._services = manager.informer("services")
        self._slices = manager.informer(SLICES)
        self._events = manager.events.by("endpoint-slice-mirroring-controller")
        self._writer = SliceWriter(manager)
        needs = [self._endpoints, self._services, self._slices]
        loop = manager.controller("endpointslicemirroring", self.reconcile, needs=needs)
        self._add = loop.queue.add
        on_self(loop, self._endpoints)
        on_self(loop, self._services)
        self._slices.subscribe(self._note_slice)

    def _note_slice(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            key = managed_for(one, CONTROLLER)
            if key is not None and self._writer.tracker.is_news(key, old, new):
                self._add(key)

    def reconcile(self, request: Request) -> Result | None:
        """Make the slices of one service say what its Endpoints say."""
        endpoints = self._endpoints.cache.find(request)
        slices = self._slices.cache.by(slice_words, slice_word(CONTROLLER, request))
        if self._writer.tracker.is_behind(request, slices):
            return Result(requeue_after=_BEHIND_SECONDS)
        if endpoints is None or not self._is_mirrored(request, endpoints):
            if slices:
                self._writer.carry_out(request, slices[0], Plan(delete=slices))
            return None
        groups, too_many = _groups(endpoints, self._capacity)
        if too_many:
            message = (
                f"A max of {self._capacity} addresses can be mirrored to EndpointSlices per"
                f" Endpoints subset. {too_many} addresses were skipped"
            )
            self._events.record(endpoints, "TooManyAddressesToMirror", message, "Warning")
        self._writer.carry_out(request, endpoints, self._plan(endpoints, slices, groups))
        return None

    def _is_mirrored(self, request: Request, endpoints: Cached) -> bool:
        metadata = endpoints["metadata"]
        if (metadata.get("labels") or {}).get(SKIP) == "true":
            return False
        if LEADER in (metadata.get("annotations") or {}):
            return False
        service = self._services.cache.find(request)
        return service is not None and not service["spec"].get("selector")

    def _plan(
        self, endpoints: Wire, slices: list[Wire], groups: dict[tuple[str, PortKey], Group]
    ) -> Plan:
        """Return what makes slices say what the subsets say: one for each list of ports."""
        plan = Plan()
        by_key: dict[tuple[str, PortKey], list[Wire]] = {}
        for one in slices:
            key = one["addressType"], port_key(one.get("ports") or ())
            by_key.setdefault(key, []).append(one)
        for key, group in groups.items():
            there = by_key.pop(key, [])
            wanted = _slice_of(endpoints, key[0], group)
            plan.delete += there[1:]
            if not there:
                plan.create.append(wanted)
            elif not _is_same(there[0], wanted):
                kept = {name: there[0]["metadata"][name] for name in ("name", "resourceVersion")}
                plan.update.append({**wanted, "metadata": {**wanted["metadata"], **kept}})
        for left in by_key.values():
            plan.delete += left
        self._recycle(plan)
        return plan

    def _recycle(self, plan: Plan) -> None:
        """Let new slices take the place of old ones of the same family."""
        for family in dict.fromkeys(one["addressType"] for one in plan.create):
            some = Plan(
                create=[one for one in plan.create if one["addressType"] == family],
                delete=[one for one in plan.delete if one["addressType"] == family],
            )
            some.recycle()
            others = [one for one in plan.create if one["addressType"] != family]
            spared = [one for one in plan.delete if one["addressType"] != family]
            plan.create, plan.delete = others + some.create, spared + some.delete
            plan.update += some.update


def _groups(endpoints: Wire, capacity: int) -> tuple[dict[tuple[str, PortKey], Group], int]:
    """Return addresses by their family and ports, and how many there are too many."""
    groups: dict[tuple[str, PortKey], Group] = {}
    too_many = 0
    for subset in endpoints.get("subsets") or ():
        ports = [_port_of(one) for one in subset.get("ports") or ()]
        key = port_key(ports)
        for number, endpoint in enumerate(_endpoints_of(subset)):
            if number >= capacity:
                too_many += 1
                continue
            family = family_of(endpoint["addresses"][0])
            group = groups.setdefault((family, key), Group(ports))
            group.endpoints[endpoint_key(endpoint)] = endpoint
    return groups, too_many


def _endpoints_of(subset: Wire) -> Iterator[Wire]:
    for name, is_ready in (("addresses", True), ("notReadyAddresses", False)):
        for address in subset.get(name) or ():
            endpoint: Wire = {
                "addresses": [canonical_address(address["ip"])],
                "conditions": {"ready": is_ready},
            }
            for field in ("hostname", "nodeName", "targetRef"):
                if address.get(field):
                    endpoint[field] = address[field]
            yield endpoint


def _port_of(port: Wire) -> Wire:
    found = {"name": port.get("name", ""), "protocol": port.get("protocol", "TCP")}
    optional = {"appProtocol": port.get("appProtocol")}
    return {
        **found,
        "port": port["port"],
        **{name: value for name, value in optional.items() if value is not None},
    }


def _slice_of(endpoints: Wire, family: str, group: Group) -> Wire:
    metadata = endpoints["metadata"]
    labels = {
        **(metadata.get("labels") or {}),
        SERVICE_NAME: metadata["name"],
        MANAGED_BY: CONTROLLER,
    }
    made = new_slice(endpoints, family, group.ports, labels)
    annotations = metadata.get("annotations") or {}
    copied = {name: value for name, value in annotations.items() if name not in _NOT_COPIED}
    if copied:
        made["metadata"]["annotations"] = copied
    return {**made, "endpoints": list(group.endpoints.values())}


def _is_same(found: Wire, wanted: Wire) -> bool:
    there, asked = found["metadata"], wanted["metadata"]
    return bool(
        (found.get("endpoints") or []) == wanted["endpoints"]
        and there.get("labels") == asked["labels"]
        and (there.get("annotations") or {}) == asked.get("annotations", {})
    )
