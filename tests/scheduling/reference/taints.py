"""Nodes closed to new pods, nodes asked for by name, and taints."""

from tests.scheduling.reference.cluster import UNRESOLVABLE, Cluster, Doc, Node
from tests.scheduling.reference.normalize import normalize
from tests.scheduling.reference.plugin import Filter

CLOSED = {"key": "node.kubernetes.io/unschedulable", "effect": "NoSchedule"}


def tolerates(toleration: Doc, taint: Doc) -> bool:
    """Return whether *toleration* fits *taint*; what it leaves empty fits everything."""
    if toleration.get("effect") and toleration["effect"] != taint["effect"]:
        return False
    if toleration.get("key") and toleration["key"] != taint["key"]:
        return False
    if toleration.get("operator", "Equal") == "Exists":
        return True
    return bool(toleration.get("value", "") == taint.get("value", ""))


def untolerated(pod: Doc, taints: list[Doc], effects: tuple[str, ...]) -> list[Doc]:
    """Return the taints of one of *effects* that the pod does not tolerate."""
    tolerations = pod["spec"].get("tolerations") or []
    return [
        taint
        for taint in taints
        if taint["effect"] in effects and not any(tolerates(t, taint) for t in tolerations)
    ]


def keeps_out(pod: Doc, taints: list[Doc]) -> bool:
    """Return whether one of *taints* forbids the pod to come."""
    return bool(untolerated(pod, taints, ("NoSchedule", "NoExecute")))


class NodeUnschedulable(Filter):
    """A cordoned node takes only pods that tolerate it."""

    name = "NodeUnschedulable"

    def check(self, node: Node) -> str | None:
        closed = node.document.get("spec", {}).get("unschedulable", False)
        return UNRESOLVABLE if closed and keeps_out(self.pod, [CLOSED]) else None


class NodeName(Filter):
    """A pod that names its node goes there and nowhere else."""

    name = "NodeName"

    def check(self, node: Node) -> str | None:
        wanted = self.pod["spec"].get("nodeName")
        return UNRESOLVABLE if wanted and wanted != node.name else None


class TaintToleration(Filter):
    """Taints of the effects NoSchedule and NoExecute must be tolerated."""

    name = "TaintToleration"

    def check(self, node: Node) -> str | None:
        return UNRESOLVABLE if keeps_out(self.pod, node.taints) else None


def score_taint_toleration(_: Cluster, pod: Doc, nodes: list[Node]) -> dict[str, int]:
    """The fewer PreferNoSchedule taints the pod does not tolerate, the better."""
    bad = {node.name: len(untolerated(pod, node.taints, ("PreferNoSchedule",))) for node in nodes}
    return normalize(bad, reverse=True)
