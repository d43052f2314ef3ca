"""Endpoints: the pods of a service in one object, as it was before there were slices.

Source: ``k8s.io/kubernetes/pkg/controller/endpoint`` (v1.36); the concept page Service, Endpoints.
"""

from collections.abc import Iterable, Iterator
from typing import Final, final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.endpointslice import HEADLESS
from kubeobj.controllers.endpointsubsets import Served, subsets_of, truncated
from kubeobj.controllers.podendpoints import (
    addresses_of,
    families_of,
    has_endpoint,
    has_hostname,
    is_headless,
    pod_addresses,
    ports_of,
)
from kubeobj.controllers.podstate import is_ready
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.servicepods import ServicePods
from kubeobj.controllers.triggertimes import TriggerTimes, annotated
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.triggers import on_self

MANAGED_BY: Final = "endpoints.kubernetes.io/managed-by"
"""The label of what this loop has made."""

CONTROLLER: Final = "endpoint-controller"
"""What that label says."""

OVER_CAPACITY: Final = "endpoints.kubernetes.io/over-capacity"
"""The annotation of Endpoints from which addresses are left out."""


@final
class EndpointsController:
    """Keeps the Endpoints of services with selectors true.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._services = manager.informer("services")
        self._pods = manager.informer("pods")
        self._endpoints = manager.informer("endpoints")
        self._events = manager.events.by("endpoint-controller")
        self._times = TriggerTimes()
        # Services that are gone, whose Endpoints go too, whoever has made them.
        self._gone: dict[Request, None] = {}
        needs = [self._services, self._pods, self._endpoints]
        loop = manager.controller("endpoint", self.reconcile, needs=needs)
        self._services.subscribe(self._note_service)
        self._selected = ServicePods(self._services, self._pods, loop.queue.add)
        on_self(loop, self._endpoints)

    def _note_service(self, old: Cached | None, new: Cached | None) -> None:
        if new is not None:
            self._gone.pop(Request.of(new), None)
        elif old is not None:
            self._gone[Request.of(old)] = None

    def reconcile(self, request: Request) -> None:
        """Make the Endpoints of one service say where its pods are."""
        service = self._services.cache.find(request)
        found = self._endpoints.cache.find(request)
        if service is None:
            self._times.forget(request)
            self._clear(request, found)
            return
        if service["spec"].get("type") == "ExternalName" or not service["spec"].get("selector"):
            return
        pods = self._selected.pods_of(request)
        time = self._times.next(service, pods)
        subsets = subsets_of(_served(service, pods))
        labels = _labels_of(service)
        if found is not None and self._is_so(found, subsets, labels):
            return
        self._write(service, found, subsets, labels, time)

    def _clear(self, request: Request, found: Cached | None) -> None:
        """Delete Endpoints whose service is gone."""
        was_seen_going = request in self._gone
        self._gone.pop(request, None)
        if found is None:
            return
        labels = found["metadata"].get("labels") or {}
        if not was_seen_going and labels.get(MANAGED_BY) != CONTROLLER:
            return
        try:
            self._client.delete(
                "endpoints",
                request.name,
                namespace=request.namespace,
                uid=found["metadata"]["uid"],
            )
        except NotFound:
            return

    def _is_so(self, found: Cached, subsets: list[Wire], labels: Wire) -> bool:
        """Return whether Endpoints say this already.

        Which service has no address does not change, and so is no reason to write.
        """
        there = found["metadata"].get("labels") or {}
        return (
            (found.get("subsets") or []) == truncated(subsets)
            and _but_headless(there) == _but_headless(labels)
            and (OVER_CAPACITY in (found["metadata"].get("annotations") or {}))
            == (truncated(subsets) is not subsets)
        )

    def _write(
        self,
        service: Wire,
        found: Cached | None,
        subsets: list[Wire],
        labels: Wire,
        time: str | None,
    ) -> None:
        fitting = truncated(subsets)
        metadata: Wire = dict(found["metadata"]) if found is not None else _named(service)
        annotations = annotated(metadata.get("annotations"), time)
        annotations.pop(OVER_CAPACITY, None)
        if fitting is not subsets:
            annotations[OVER_CAPACITY] = "truncated"
        wanted: Wire = {
            "apiVersion": "v1",
            "kind": "Endpoints",
            "metadata": {**metadata, "labels": labels, "annotations": annotations},
            "subsets": fitting,
        }
        if found is not None:
            self._client.update(wanted)
            return
        try:
            self._client.create(wanted)
        except ApiError as error:
            if is_namespace_terminating(error):
                return
            key = Request.of(service)
            message = f"Failed to create endpoint for service {key}: {error}"
            self._events.record(service, "FailedToCreateEndpoint", message, "Warning")
            raise


def _named(service: Wire) -> Wire:
    metadata = service["metadata"]
    return {"name": metadata["name"], "namespace": metadata["namespace"]}


def _labels_of(service: Wire) -> Wire:
    labels: Wire = dict(service["metadata"].get("labels") or {})
    labels.pop(HEADLESS, None)
    if is_headless(service):
        labels[HEADLESS] = ""
    return {**labels, MANAGED_BY: CONTROLLER}


def _but_headless(labels: Wire) -> Wire:
    return {key: value for key, value in labels.items() if key != HEADLESS}


def _served(service: Wire, pods: Iterable[Wire]) -> Iterator[Served]:
    """Yield where the pods of a service serve."""
    is_open = bool(service["spec"].get("publishNotReadyAddresses"))
    has_ports = bool(service["spec"].get("ports"))
    for pod in pods:
        if not has_endpoint(pod, with_terminating=is_open):
            continue
        address = _address_of(service, pod)
        if address is None:
            continue
        is_reachable = is_open or is_ready(pod)
        if not has_ports and is_headless(service):
            yield Served(address, None, is_reachable)
        for port in ports_of(service, pod):
            named = {name: value for name, value in port.items() if value != ""}
            yield Served(address, named, is_reachable)


def _address_of(service: Wire, pod: Wire) -> Wire | None:
    """Return the address of a pod for a service; None if it has none of its first family."""
    family = families_of(service)[0]
    if not service["spec"].get("ipFamilies") and is_headless(service):
        found = pod_addresses(pod)
    else:
        found = addresses_of(pod, family)
    if not found:
        return None
    metadata, spec = pod["metadata"], pod["spec"]
    address: Wire = {
        "ip": found[0],
        "targetRef": {
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
        },
    }
    if spec.get("nodeName"):
        address["nodeName"] = spec["nodeName"]
    if has_hostname(pod, service):
        address["hostname"] = spec["hostname"]
    return address
