"""Ports of the node that pods take for themselves."""

from tests.scheduling.reference.cluster import UNSCHEDULABLE, Doc, Node, is_sidecar
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

    def has_nothing_to_say(self) -> bool:
        return not host_ports(self.pod)

    def check(self, node: Node) -> str | None:
        wanted = host_ports(self.pod)
        for pod in node.pods:
            if any(collide(one, other) for one in wanted for other in host_ports(pod)):
                return UNSCHEDULABLE
        return None
