"""Which ports of a node a pod takes, and which of them cannot be taken twice.

Source: ``k8s.io/kube-scheduler/framework`` HostPortInfo (v1.36).
"""

from collections.abc import Iterable
from typing import NamedTuple, final

from kubeobj.documents import Wire

ANY_ADDRESS = "0.0.0.0"  # noqa: S104 - what the API calls every address of a node


@final
class HostPort(NamedTuple):
    """A port of a node."""

    address: str
    protocol: str
    port: int

    def conflicts(self, other: "HostPort") -> bool:
        """Return whether only one pod of a node can have both.

        >>> HostPort("10.0.0.1", "TCP", 80).conflicts(HostPort("0.0.0.0", "TCP", 80))
        True
        """
        if (self.protocol, self.port) != (other.protocol, other.port):
            return False
        return self.address == other.address or ANY_ADDRESS in (self.address, other.address)


def host_ports_of(pod: Wire) -> tuple[HostPort, ...]:
    """Return the ports that a pod takes of its node, those of its sidecars among them."""
    spec: Wire = pod["spec"]
    containers = [
        *spec["containers"],
        *(one for one in spec.get("initContainers") or () if one.get("restartPolicy") == "Always"),
    ]
    return tuple(
        HostPort(port.get("hostIP") or ANY_ADDRESS, port.get("protocol") or "TCP", port["hostPort"])
        for container in containers
        for port in container.get("ports") or ()
        if port.get("hostPort", 0) > 0
    )


def is_any_taken(wanted: Iterable[HostPort], taken: Iterable[HostPort]) -> bool:
    """Return whether one of the ports that are *wanted* conflicts with one that is *taken*."""
    there = list(taken)
    return any(one.conflicts(other) for one in wanted for other in there)
