"""What hands out the addresses and ports of Services, made anew from the Services themselves.

The Services say which addresses and ports are theirs. What is kept here is an index of that: it
is read from them when it is first needed, and goes with each one that is written.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/storage`` (v1.36).
"""

from collections.abc import Iterable, Mapping
from typing import Protocol, final

from kubeobj.api.allocation.ipallocator import IpAllocator
from kubeobj.api.allocation.portallocator import PortAllocator
from kubeobj.documents import Wire

SERVICE_CIDR = "10.0.0.0/16"
"""The network of Services where nothing else is said."""

NODE_PORTS = (30000, 32767)
"""The first and last port on nodes where nothing else is said."""


class Stored(Protocol):
    """What is stored."""

    def every(self, resource: str, namespace: str = "") -> Iterable[Wire]:
        """Yield the objects of a resource, in one namespace or all."""
        ...


@final
class Allocators:
    """The addresses and ports of the Services of one server.

    Args:
        cidrs: The networks, one or two; the first is that of Services that ask for no family.
        node_ports: The first and the last port on nodes.

    >>> Allocators().first_address
    '10.0.0.1'
    """

    __slots__ = ("_addresses", "_known", "_ports", "cidrs", "node_ports")

    def __init__(
        self, *, cidrs: tuple[str, ...] = (SERVICE_CIDR,), node_ports: tuple[int, int] = NODE_PORTS
    ) -> None:
        self.cidrs: tuple[str, ...] = cidrs
        self.node_ports: tuple[int, int] = node_ports
        self._addresses = {
            "IPv6" if ":" in allocator.cidr else "IPv4": allocator
            for allocator in map(IpAllocator, cidrs)
        }
        self._ports = PortAllocator(*node_ports)
        self._known = False

    def anew(self) -> "Allocators":
        """Return the same for another server, which reads the Services for itself."""
        return Allocators(cidrs=self.cidrs, node_ports=self.node_ports)

    @property
    def cidr(self) -> str:
        """The network of Services that ask for no family."""
        return self.cidrs[0]

    @property
    def families(self) -> tuple[str, ...]:
        """The families of addresses that there are, the usual one first."""
        return tuple(self._addresses)

    @property
    def first_address(self) -> str:
        """The first address that a Service can have."""
        return self._addresses[self.families[0]].first_address

    def addresses(self, stored: Stored) -> Mapping[str, IpAllocator]:
        """Return what hands out addresses, by family."""
        self._learn(stored)
        return self._addresses

    def ports(self, stored: Stored) -> PortAllocator:
        """Return what hands out ports on nodes."""
        self._learn(stored)
        return self._ports

    def _learn(self, stored: Stored) -> None:
        """Read once what the Services have."""
        if self._known:
            return
        self._known = True
        for service in stored.every("services"):
            spec = service["spec"]
            for address in spec.get("clusterIPs", ()):
                for allocator in self._addresses.values():
                    allocator.mark(address)
            for port in held_ports(spec):
                self._ports.mark(port)


def held_ports(spec: Wire) -> list[int]:
    """Return the ports on nodes that a Service has by its *spec*."""
    ports = [port["nodePort"] for port in spec.get("ports") or () if port.get("nodePort")]
    if health := spec.get("healthCheckNodePort"):
        ports.append(health)
    return ports
