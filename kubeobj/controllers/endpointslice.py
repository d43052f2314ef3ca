"""EndpointSlices: where the pods of each service are to be reached.

Source: ``k8s.io/kubernetes/pkg/controller/endpointslice`` and ``k8s.io/endpointslice`` (v1.36);
the concept page EndpointSlices.
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.podendpoints import (
    addresses_of,
    endpoint_of,
    families_of,
    has_endpoint,
    is_headless,
    ports_of,
)
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.servicepods import ServicePods
from kubeobj.controllers.sliceplan import Group, Plan, PortKey, endpoint_key, port_key, spread
from kubeobj.controllers.slicetracker import SliceTracker
from kubeobj.controllers.triggertimes import TriggerTimes, annotated
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.owners import reference_to
from kubeobj.reconcile.request import Cached, Request, Result, wire_of

SLICES: Final = "endpointslices.discovery.k8s.io"
"""The resource of slices."""

CONTROLLER: Final = "endpointslice-controller.k8s.io"
"""Who manages the slices of services with selectors."""

MANAGED_BY: Final = "endpointslice.kubernetes.io/managed-by"
"""The label that says who manages a slice."""

SERVICE_NAME: Final = "kubernetes.io/service-name"
"""The label that says for which service a slice is."""

HEADLESS: Final = "service.kubernetes.io/headless"
"""The label of what belongs to a service without an address."""

CAPACITY: Final = 100
"""How many endpoints a slice has at most."""

LONGEST_NAME: Final = 253

_RESERVED = frozenset({MANAGED_BY, SERVICE_NAME, HEADLESS})
_BEHIND_SECONDS = 1.0


@final
class EndpointSliceController:
    """Keeps the slices of services true.

    Args:
        manager: Where it is installed.
        capacity: How many endpoints a slice has at most.
    """

    def __init__(self, manager: Manager, capacity: int = CAPACITY) -> None:
        self._capacity = capacity
        self._services = manager.informer("services")
        self._pods = manager.informer("pods")
        self._nodes = manager.informer("nodes")
        self._slices = manager.informer(SLICES)
        self._times = TriggerTimes()
        self._writer = SliceWriter(manager)
        needs = [self._services, self._pods, self._nodes, self._slices]
        loop = manager.controller("endpointslice", self.reconcile, needs=needs)
        self._add = loop.queue.add
        self._selected = ServicePods(self._services, self._pods, loop.queue.add)
        self._selected.follow_nodes(self._nodes)
        self._slices.subscribe(self._note_slice)

    def _note_slice(self, old: Cached | None, new: Cached | None) -> None:
        for one in (old, new):
            key = managed_for(one, CONTROLLER)
            if key is not None and self._writer.tracker.is_news(key, old, new):
                self._add(key)

    def reconcile(self, request: Request) -> Result | None:
        """Make the slices of one service say where its pods are."""
        service = self._services.cache.find(request)
        if service is None:
            self._times.forget(request)
            self._writer.tracker.forget(request)
            return None
        if service["spec"].get("type") == "ExternalName" or not service["spec"].get("selector"):
            return None
        word = slice_word(CONTROLLER, request)
        slices = self._slices.cache.by(slice_words, word)
        if self._writer.tracker.is_behind(request, slices):
            return Result(requeue_after=_BEHIND_SECONDS)
        pods = self._selected.pods_of(request)
        time = self._times.next(service, pods)
        families = families_of(service)
        existing = [one for one in slices if "deletionTimestamp" not in one["metadata"]]
        for family in families:
            there = [one for one in existing if one["addressType"] == family]
            self._writer.carry_out(request, service, self._plan(service, pods, there, family), time)
        foreign = [one for one in existing if one["addressType"] not in families]
        self._writer.carry_out(request, service, Plan(delete=foreign), time)
        return None

    def _plan(self, service: Wire, pods: list[Wire], slices: list[Wire], family: str) -> Plan:
        """Return what makes the slices of a family say where pods are."""
        uid = service["metadata"]["uid"]
        own = [one for one in slices if is_owned_by(one, uid)]
        labels = _labels_of(service)

        def make(ports: list[Wire]) -> Wire:
            return new_slice(service, family, ports, labels)

        plan = spread(
            self._groups(service, pods, family),
            own,
            make,
            labels=labels,
            reserved=_RESERVED,
            capacity=self._capacity,
        )
        if len(plan.delete) == len(own) and not plan.create:
            # None would be left; but one without endpoints says that there are none.
            if len(plan.delete) == 1 and _is_placeholder(plan.delete[0], labels):
                plan.delete = []
            else:
                plan.create.append(make([]))
        plan.recycle()
        plan.delete += [one for one in slices if not is_owned_by(one, uid)]
        return plan

    def _groups(self, service: Wire, pods: list[Wire], family: str) -> dict[PortKey, Group]:
        """Return the endpoints of a service by their ports."""
        groups: dict[PortKey, Group] = {}
        nodes = self._nodes.cache
        is_open = bool(service["spec"].get("publishNotReadyAddresses"))
        for pod in pods:
            if not has_endpoint(pod):
                continue
            ports = ports_of(service, pod)
            key = port_key(ports)
            group = groups.get(key)
            if group is None:
                group = groups[key] = Group(ports)
            node = nodes.get("", pod["spec"].get("nodeName", ""))
            addresses = addresses_of(pod, family)
            if not addresses or (node is None and not is_open):
                continue
            endpoint = endpoint_of(pod, node, service, addresses)
            group.endpoints[endpoint_key(endpoint)] = endpoint
        return groups


@final
class SliceWriter:
    """Does to slices what a plan says, and remembers it.

    Args:
        manager: Has the client.
    """

    def __init__(self, manager: Manager) -> None:
        self.tracker: SliceTracker = SliceTracker(manager.clock)
        """What has been written."""
        self._client = manager.client

    def carry_out(self, key: Request, owner: Wire, plan: Plan, time: str | None = None) -> None:
        """Create, update and delete slices.

        Args:
            key: For which service.
            owner: What owns them; nothing is created for one that is on its way out.
            plan: What to do.
            time: Since when it is so, to be told in an annotation.
        """
        if "deletionTimestamp" not in owner["metadata"]:
            for one in plan.create:
                try:
                    made = self._client.create(_timed(one, time))
                except ApiError as error:
                    if is_namespace_terminating(error):
                        return
                    raise
                self.tracker.wrote(key, wire_of(made))
        for one in plan.update:
            self.tracker.wrote(key, wire_of(self._client.update(_timed(one, time))))
        for one in plan.delete:
            name = one["metadata"]["name"]
            try:
                self._client.delete(SLICES, name, namespace=key.namespace)
            except NotFound:
                continue
            self.tracker.deleted(key, name)


def slice_word(controller: str, key: Request) -> str:
    """Return the word under which the slices that a loop manages for a service are found."""
    return f"{controller} {key}"


def slice_words(found: Cached) -> Iterable[str]:
    """Return the word under which a slice is found; none if nobody manages it for a service."""
    labels = found["metadata"].get("labels") or {}
    controller, service = labels.get(MANAGED_BY), labels.get(SERVICE_NAME)
    if not controller or not service:
        return ()
    return (slice_word(controller, Request(found["metadata"]["namespace"], service)),)


def managed_for(found: Cached | None, controller: str) -> Request | None:
    """Return for which service a loop manages a slice, or None if it does not."""
    if found is None:
        return None
    labels = found["metadata"].get("labels") or {}
    service = labels.get(SERVICE_NAME)
    if not service or labels.get(MANAGED_BY) != controller:
        return None
    return Request(found["metadata"]["namespace"], service)


def new_slice(owner: Wire, family: str, ports: list[Wire], labels: Wire) -> Wire:
    """Return a slice without endpoints, to be created under a random name.

    Args:
        owner: What it belongs to.
        family: The family of its addresses.
        ports: Its ports.
        labels: Its labels.
    """
    metadata = owner["metadata"]
    name: str = metadata["name"]
    prefix = f"{name}-" if len(name) < LONGEST_NAME else name
    return {
        "apiVersion": "discovery.k8s.io/v1",
        "kind": "EndpointSlice",
        "metadata": {
            "generateName": prefix,
            "namespace": metadata["namespace"],
            "labels": labels,
            "ownerReferences": [reference_to(owner)],
        },
        "addressType": family,
        "endpoints": [],
        "ports": ports,
    }


def is_owned_by(found: Wire, uid: str) -> bool:
    """Return whether an object of this uid is among a slice's owners."""
    return any(one["uid"] == uid for one in found["metadata"].get("ownerReferences") or ())


def _labels_of(service: Wire) -> Wire:
    labels = service["metadata"].get("labels") or {}
    own: Wire = {key: value for key, value in labels.items() if key not in _RESERVED}
    if is_headless(service):
        own[HEADLESS] = ""
    return {**own, SERVICE_NAME: service["metadata"]["name"], MANAGED_BY: CONTROLLER}


def _is_placeholder(found: Wire, labels: Wire) -> bool:
    is_empty = not found.get("endpoints") and not found.get("ports")
    return is_empty and found["metadata"].get("labels") == labels


def _timed(one: Wire, time: str | None) -> Wire:
    metadata = one["metadata"]
    annotations = annotated(metadata.get("annotations"), time)
    return {**one, "metadata": {**metadata, "annotations": annotations}}
