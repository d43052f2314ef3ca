"""The cluster that a pod comes to: nodes with their pods, and the other objects."""

from collections.abc import Iterable
from typing import Any, NamedTuple

Doc = dict[str, Any]

UNSCHEDULABLE = "Unschedulable"
"""Rejected; fewer pods might help."""
UNRESOLVABLE = "UnschedulableAndUnresolvable"
"""Rejected; removing pods does not help."""


class Rejection(NamedTuple):
    """Why a node, or every node, is refused."""

    plugin: str
    code: str


class Node:
    """A node and the pods that count as being on it."""

    def __init__(self, document: Doc, pods: Iterable[Doc] = ()) -> None:
        self.document: Doc = document
        self.name: str = document["metadata"]["name"]
        self.labels: dict[str, str] = document["metadata"].get("labels") or {}
        self.taints: list[Doc] = document.get("spec", {}).get("taints") or []
        self.pods: list[Doc] = list(pods)

    def copy(self) -> "Node":
        """Return the same node, whose pods can be changed."""
        return Node(self.document, self.pods)

    def remove(self, pod: Doc) -> None:
        """Take *pod* off the node."""
        self.pods = [other for other in self.pods if key_of(other) != key_of(pod)]


class Cluster:
    """Nodes, the pods on them, pods nominated to them, and all other objects."""

    def __init__(self, nodes: Iterable[Doc], pods: Iterable[Doc], objects: Iterable[Doc]) -> None:
        living = [pod for pod in pods if not is_over(pod)]
        self.nodes: list[Node] = [Node(node, on_node(living, node)) for node in nodes]
        self.pending: list[Doc] = [pod for pod in living if not pod["spec"].get("nodeName")]
        self.objects: list[Doc] = list(objects)

    def nominated_to(self, node: Node) -> list[Doc]:
        """Return the pending pods that wait for a place on *node*."""
        return [pod for pod in self.pending if nominated_node_of(pod) == node.name]

    def of_kind(self, kind: str, namespace: str = "") -> list[Doc]:
        """Return the objects of a kind; of all namespaces, or of those that have none, if ''."""
        return [
            item
            for item in self.objects
            if item["kind"] == kind
            and (not namespace or item["metadata"].get("namespace") == namespace)
        ]

    def find(self, kind: str, name: str, namespace: str = "") -> Doc | None:
        """Return an object, or None."""
        for item in self.of_kind(kind, namespace):
            if item["metadata"]["name"] == name:
                return item
        return None


def on_node(pods: Iterable[Doc], node: Doc) -> list[Doc]:
    """Return those of *pods* that are bound to *node*."""
    return [pod for pod in pods if pod["spec"].get("nodeName") == node["metadata"]["name"]]


def is_over(pod: Doc) -> bool:
    """Return whether the pod has ended: it then needs nothing any more."""
    return pod.get("status", {}).get("phase") in ("Succeeded", "Failed")


def is_terminating(pod: Doc) -> bool:
    """Return whether the pod is being deleted."""
    return "deletionTimestamp" in pod["metadata"]


def key_of(pod: Doc) -> str:
    """Return ``NAMESPACE/NAME``."""
    return f"{namespace_of(pod)}/{pod['metadata']['name']}"


def namespace_of(pod: Doc) -> str:
    """Return the pod's namespace."""
    return str(pod["metadata"].get("namespace", "default"))


def labels_of(pod: Doc) -> dict[str, str]:
    """Return the pod's labels."""
    return pod["metadata"].get("labels") or {}


def priority_of(pod: Doc) -> int:
    """Return the pod's priority; 0 if none is written."""
    return int(pod["spec"].get("priority") or 0)


def nominated_node_of(pod: Doc) -> str:
    """Return the node that was chosen for the pod by preemption, or ''."""
    return str(pod.get("status", {}).get("nominatedNodeName", ""))


def is_sidecar(init_container: Doc) -> bool:
    """Return whether an init container goes on running beside the others."""
    return init_container.get("restartPolicy") == "Always"
