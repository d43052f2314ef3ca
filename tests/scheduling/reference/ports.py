"""Ports of the node that pods take for themselves."""

from tests.scheduling.reference.cluster import UNSCHEDULABLE, Cluster, Doc, Node, is_sidecar
from tests.scheduling.reference.plugin import Filter

EVERY_ADDRESS = "0.0.0.0"  # noqa: S104 - nothing is bound to it


def host_ports(pod: Doc) -> list[tuple[str, str, int]]:
    """Return address, protocol and number of each port of the node that the pod takes.

    Sidecars count; other init containers do not.
    """
    sidecars = [c for c in pod["spec"].get("initContainers") or [] if is_sidecar(c)]
    return [
        (port.get("hostIP") or EVERY_ADDRESS, port.get("protocol") or "TCP", port["hostPort"])
        for container in [*pod["spec"]["containers"], *sidecars]
        for port in container.get("ports") or []
        if port.get("hostPort")
    ]


def collide(one: tuple[str, str, int], other: tuple[str, str, int]) -> bool:
    """Return whether two ports cannot both be taken."""
    same_address = one[0] == other[0] or EVERY_ADDRESS in (one[0], other[0])
    return same_address and one[1:] == other[1:]


class NodePorts(Filter):
    """No two pods of a node take the same port of it."""

    name = "NodePorts"

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        super().__init__(cluster, pod)
        # Kubernetes notes which ports are taken, not how often: the first of several pods that
        # are thought away frees the port for all of them, the first that comes back takes it.
        self.freed: list[tuple[str, tuple[str, str, int]]] = []

    def has_nothing_to_say(self) -> bool:
        return not host_ports(self.pod)

    def check(self, node: Node) -> str | None:
        taken = [port for pod in node.pods for port in host_ports(pod)]
        held = [port for port in taken if (node.name, port) not in self.freed]
        wanted = host_ports(self.pod)
        if any(collide(one, other) for one in wanted for other in held):
            return UNSCHEDULABLE
        return None

    def pod_added(self, pod: Doc, node: Node) -> None:
        again = [(node.name, port) for port in host_ports(pod)]
        self.freed = [port for port in self.freed if port not in again]

    def pod_removed(self, pod: Doc, node: Node) -> None:
        self.freed = [*self.freed, *[(node.name, port) for port in host_ports(pod)]]
