"""What selects pods beside the pods themselves: services, and the workloads that own them.

Pods that say nothing of how they are to be spread are spread over nodes and zones together with
those that the same service or workload selects.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/helper`` DefaultSelector (v1.36).
"""

from collections.abc import Mapping
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.placement.podaffinity import selector_or_nothing
from kubeobj.scheduling.templates import Template

_OWNERS: Final[Mapping[tuple[str, str], str]] = {
    ("v1", "ReplicationController"): "replicationcontrollers",
    ("apps/v1", "ReplicaSet"): "replicasets",
    ("apps/v1", "StatefulSet"): "statefulsets",
}

RESOURCES: Final = ("services", *_OWNERS.values())
"""The resources that it is made of."""


@final
class Selectors:
    """Services and workloads, by namespace and name."""

    __slots__ = ("_services", "_workloads", "version")

    def __init__(self) -> None:
        self._services: dict[str, dict[str, Mapping[str, str]]] = {}
        self._workloads: dict[tuple[str, str, str], Selector] = {}
        self.version: int = 0
        """Grows with every change."""

    def put(self, resource: str, document: Wire) -> None:
        """Take in a service or a workload as it is now."""
        metadata = document["metadata"]
        namespace, name = metadata.get("namespace", ""), metadata["name"]
        chosen = (document.get("spec") or {}).get("selector")
        if resource == "services":
            services = self._services.setdefault(namespace, {})
            if services.get(name) == chosen:
                return
            if chosen is None:
                del services[name]
            else:
                services[name] = chosen
        else:
            key = (resource, namespace, name)
            selector = _workload_selector(resource, chosen)
            if self._workloads.get(key) == selector:
                return
            self._workloads[key] = selector
        self.version += 1

    def discard(self, resource: str, namespace: str, name: str) -> None:
        """Forget a service or a workload."""
        if resource == "services":
            self._services.get(namespace, {}).pop(name, None)
        else:
            self._workloads.pop((resource, namespace, name), None)
        self.version += 1

    def default_for(self, template: Template) -> Selector:
        """Return what selects a pod together with those it belongs to; everything if nothing does.

        Labels of several services are asked for together, as are those of its owner.
        """
        asked: dict[str, str] = {}
        labels = template.labels
        for selector in self._services.get(template.namespace, {}).values():
            if all(labels.get(key) == value for key, value in selector.items()):
                asked.update(selector)
        requirements = [Requirement(key, Operator.IN, (value,)) for key, value in asked.items()]
        found = Selector(requirements)
        owner = template.controller
        if owner is None:
            return found
        resource = _OWNERS.get((owner[0], owner[1]))
        if resource is None:
            return found
        own = self._workloads.get((resource, template.namespace, owner[2]))
        return found if own is None else found & own


def _workload_selector(resource: str, chosen: Wire | None) -> Selector:
    if resource == "replicationcontrollers":
        return Selector.from_labels(chosen or {})
    return selector_or_nothing(chosen)
