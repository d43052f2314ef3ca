"""Which services select which pods, asked in both directions.

A pod that changes leads to the services that select it by an index of their selectors; services
that do not are never looked at.

Source: ``k8s.io/kubernetes/pkg/controller/endpointslice`` and ``endpoint`` (v1.36), where services
are looked through one by one.
"""

from collections.abc import Callable, Iterable
from typing import final

from kubeobj.controllers.podendpoints import ZONE, facts_of
from kubeobj.documents import Wire
from kubeobj.labels.labelselector import selector_of
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.request import Cached, Request


@final
class ServicePods:
    """Services by what they select, and pods by who selects them.

    Args:
        services: The services; whichever changes is to be looked at.
        pods: The pods; whichever changes in what services go by makes those that select it, or
            did, be looked at.
        add: Is told which service is to be looked at.
    """

    __slots__ = ("_add", "_indexes", "_pods", "_selectors")

    def __init__(
        self, services: Informer, pods: Informer, add: Callable[[Request], object]
    ) -> None:
        self._add = add
        self._pods = pods
        self._selectors: dict[Request, Selector] = {}
        # By namespace: the names of services by their selectors.
        self._indexes: dict[str, SelectorIndex[str]] = {}
        services.subscribe(self._note_service)
        pods.subscribe(self._note_pod)

    def pods_of(self, service: Request) -> list[Cached]:
        """Return the pods that a service selects; none if it selects none by labels."""
        selector = self._selectors.get(service)
        return [] if selector is None else self._pods.cache.select(service.namespace, selector)

    def services_of(self, pod: Cached) -> list[Request]:
        """Return the services that select a pod."""
        metadata = pod["metadata"]
        index = self._indexes.get(metadata["namespace"])
        if index is None:
            return []
        namespace = metadata["namespace"]
        return [Request(namespace, name) for name in index.match(metadata.get("labels"))]

    def follow_nodes(self, nodes: Informer) -> None:
        """Look at the services of pods on nodes that come, or turn out to be in another zone."""
        nodes.subscribe(self._note_node)

    def _note_service(self, old: Cached | None, new: Cached | None) -> None:
        service = old if new is None else new
        if service is None:
            return
        key = Request.of(service)
        before, after = _labels_selected(old), _labels_selected(new)
        if before != after:
            self._forget(key)
            if after:
                selector = self._selectors[key] = selector_of({"matchLabels": after})
                self._indexes.setdefault(key.namespace, SelectorIndex()).add(key.name, selector)
        self._add(key)

    def _forget(self, key: Request) -> None:
        if self._selectors.pop(key, None) is not None:
            self._indexes[key.namespace].discard(key.name)

    def _note_pod(self, old: Cached | None, new: Cached | None) -> None:
        pod = old if new is None else new
        if pod is None or pod["metadata"]["namespace"] not in self._indexes:
            return
        before, after = facts_of(old), facts_of(new)
        if before == after:
            return
        for one, facts in ((old, before), (new, after)):
            if one is not None and facts is not None:
                for key in self.services_of(one):
                    self._add(key)

    def _note_node(self, old: Cached | None, new: Cached | None) -> None:
        if new is None or (old is not None and _zone(old) == _zone(new)):
            return
        for pod in self._pods.cache.by(node_words, new["metadata"]["name"]):
            for key in self.services_of(pod):
                self._add(key)


def node_words(pod: Cached) -> Iterable[str]:
    """Return the node of a pod, if it has one."""
    name = pod["spec"].get("nodeName")
    return (name,) if name else ()


def _labels_selected(service: Cached | None) -> Wire:
    """Return the labels that pods of a service have; none if it selects no pods."""
    if service is None or service["spec"].get("type") == "ExternalName":
        return {}
    return service["spec"].get("selector") or {}


def _zone(node: Cached) -> str | None:
    zone: str | None = (node["metadata"].get("labels") or {}).get(ZONE)
    return zone
