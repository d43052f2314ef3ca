"""Daemon sets on nodes, whose pods start, fail and end when a test says so."""

from typing import Any

from kubeobj.controllers.daemonset import DaemonSetController
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from tests.controllers.running import POD, Running

NAME = "agent"
LABELS = {"app": "agent"}


class DaemonWorld(Running):
    """A DaemonSet ``agent`` on some nodes, beside its loop, and a kubelet by hand.

    Args:
        nodes: How many nodes there are.
        dies_at_write: Before which write the loops end and begin anew; 0 for never.
        pod: More of the spec of the pods.
        spec: The rest of its spec.
    """

    def __init__(
        self, nodes: int, *, dies_at_write: int = 0, pod: Wire | None = None, **spec: Any
    ) -> None:
        super().__init__(DaemonSetController, GarbageCollector, dies_at_write=dies_at_write)
        for number in range(nodes):
            self.node(f"n{number}")
        template = {"metadata": {"labels": LABELS}, "spec": {**POD, **(pod or {})}}
        asked = {"selector": {"matchLabels": LABELS}, "template": template, **spec}
        self.create("apps/v1/DaemonSet", NAME, spec=asked)
        self.settle()

    def node(self, name: str, labels: Wire | None = None, **spec: Any) -> None:
        """Create a node that is ready, with the taints that are given and no others."""
        self.create("Node", name, "", metadata={"labels": labels or {}}, spec=spec)
        taints = {"spec": {"taints": spec.get("taints")}}
        self.client.patch("nodes", name, taints, type="merge")

    def change_node(self, name: str, **parts: Any) -> None:
        """Change a node, as a merge patch does."""
        self.client.patch("nodes", name, parts, type="merge")
        self.settle()

    @property
    def status(self) -> Wire:
        """The status of the set."""
        found: Wire = self.get("daemonsets.apps", NAME)["status"]
        return found

    def change(self, **spec: Any) -> None:
        """Change the spec, as a merge patch does."""
        change = {"spec": spec}
        self.client.patch("daemonsets.apps", NAME, change, type="merge", namespace="default")
        self.settle()

    def roll(self, image: str) -> None:
        """Let it have pods of another image."""
        self.change(template={"spec": {"containers": [{"name": "c", "image": image}]}})

    def on(self, node: str) -> list[Wire]:
        """Return the pods that are on a node or meant for it."""
        return [one for one in self.there("pods") if node_of(one) == node]

    def placed(self) -> list[str]:
        """Return the nodes of the pods that are to stay."""
        return sorted(node_of(one) for one in self.there("pods") if not is_leaving(one))

    def leaving(self) -> list[Wire]:
        """Return the pods that are on their way out."""
        return [one for one in self.there("pods") if is_leaving(one)]

    def images(self) -> list[str]:
        """Return node and image of the pods that are to stay."""
        return sorted(
            f"{node_of(one)} {one['spec']['containers'][0]['image']}"
            for one in self.there("pods")
            if not is_leaving(one)
        )

    def start(self, pod: Wire, *, ready: bool = True, phase: str = "Running") -> None:
        """Let a pod run on its node, or end there."""
        name = pod["metadata"]["name"]
        if not pod["spec"].get("nodeName"):
            self.client.bind(name, node_of(pod), namespace="default")
        now = text_of(self.clock.now())
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
        self.client.patch(
            "pods",
            name,
            {"status": {"phase": phase, "conditions": [condition]}},
            type="merge",
            part="status",
            namespace="default",
        )

    def end(self, pod: Wire) -> None:
        """Let a pod be gone."""
        name = pod["metadata"]["name"]
        self.client.delete("pods", name, namespace="default", grace_period_seconds=0)

    def live(self) -> None:
        """Let pods start that have not, and end those that are to, until nothing changes."""
        for _ in range(60):
            waiting = [one for one in self.there("pods") if is_leaving(one) or not is_well(one)]
            if not waiting:
                return
            for pod in waiting:
                if is_leaving(pod):
                    self.end(pod)
                elif pod["status"]["phase"] in {"Pending", "Running"}:
                    self.start(pod)
            self.settle()
            self.advance(1)
        raise AssertionError(self.names("pods"))


def node_of(pod: Wire) -> str:
    """Return the node of a pod, by its affinity."""
    affinity = pod["spec"]["affinity"]["nodeAffinity"]
    (term,) = affinity["requiredDuringSchedulingIgnoredDuringExecution"]["nodeSelectorTerms"]
    (field,) = term["matchFields"]
    assert (field["key"], field["operator"]) == ("metadata.name", "In")
    (name,) = field["values"]
    return str(name)


def is_well(pod: Wire) -> bool:
    """Return whether a pod runs, is ready, and is to stay."""
    conditions = pod["status"].get("conditions") or ()
    is_ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return pod["status"]["phase"] == "Running" and is_ready and not is_leaving(pod)


def is_leaving(pod: Wire) -> bool:
    return "deletionTimestamp" in pod["metadata"]
