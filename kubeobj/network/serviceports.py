"""From a Service and its EndpointSlices to the rules of the proxy.

A port of a Service is reached at its cluster IPs; at its node port on each of the node's addresses;
at its external IPs; and, for a load balancer, at its own port on the balancer's addresses. Who has
no endpoints refuses, as a closed port does.

Clients are all on this machine, so an external traffic policy makes no difference: also Kubernetes
sends what comes from within the cluster to all endpoints.

Source: ``k8s.io/kubernetes/pkg/proxy`` serviceport.go, topology.go (v1.36); the concept page
Service.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.network.endpoints import Endpoint, PortKey, chosen, endpoints_by_port
from kubeobj.network.rules import Backend, Frontend, Rule

OTHER_PROXY: Final = "service.kubernetes.io/service-proxy-name"
"""The label of Services that somebody else's proxy looks after."""

AFFINITY_SECONDS: Final = 10_800
"""How long a client is sent to the same endpoint, unless the Service says."""

FAMILIES: Final = ("IPv4", "IPv6")


@final
@dataclass(frozen=True, slots=True)
class NodePlaces:
    """Where Services are reached on this node, besides their own addresses.

    Args:
        node: The name of this node; empty if it has none.
        node_addresses: Where node ports are opened.
        balancer_addresses: Where the ports of load balancers are opened.
    """

    node: str = ""
    node_addresses: tuple[str, ...] = ("127.0.0.1",)
    balancer_addresses: tuple[str, ...] = ("127.0.0.1",)


def is_headless(service: Wire) -> bool:
    """Return whether a Service has no address of its own."""
    return service["spec"].get("clusterIP", "") in {"", "None"}


def is_proxied(service: Wire) -> bool:
    """Return whether anything is forwarded for a Service."""
    if service["spec"].get("type") == "ExternalName" or is_headless(service):
        return False
    return OTHER_PROXY not in (service["metadata"].get("labels") or ())


def is_balanced(service: Wire) -> bool:
    """Return whether a Service wants a load balancer, and no other's than this machine's."""
    spec = service["spec"]
    is_ours = spec.get("type") == "LoadBalancer" and not spec.get("loadBalancerClass")
    return is_ours and is_proxied(service)


def family_of(address: str) -> str:
    """Return the family of an address, ``IPv4`` or ``IPv6``."""
    return "IPv6" if ":" in address else "IPv4"


def cluster_addresses(service: Wire) -> list[str]:
    """Return the addresses of a Service's own, the first one first."""
    spec = service["spec"]
    found: list[str] = spec.get("clusterIPs") or [spec.get("clusterIP") or "None"]
    return [one for one in found if one != "None"]


def rules_of(service: Wire, slices: Iterable[Wire], places: NodePlaces) -> list[Rule]:
    """Return how a Service is forwarded; nothing for one that is not.

    Args:
        service: The Service.
        slices: All its EndpointSlices.
        places: Where on this node it is reached.
    """
    if not is_proxied(service):
        return []
    endpoints = endpoints_by_port(slices, places.node)
    found: list[Rule] = []
    for port in service["spec"].get("ports") or ():
        protocol = port.get("protocol") or "TCP"
        if protocol == "SCTP":
            continue  # no user program can forward it
        for family in FAMILIES:
            key: PortKey = port.get("name") or "", protocol, family
            found += _PortRules(service, port, key, places).make(endpoints.get(key, ()))
    return found


@final
class _PortRules:
    """Makes the rules of one port for one family of addresses."""

    def __init__(self, service: Wire, port: Wire, key: PortKey, places: NodePlaces) -> None:
        metadata = service["metadata"]
        name, self._protocol, self._family = key
        self._key = f"{metadata['namespace']}/{metadata['name']}:{name}/{self._family}"
        self._service, self._spec, self._port, self._places = (
            service, service["spec"], port, places,
        )  # fmt: skip

    def make(self, endpoints: Iterable[Endpoint]) -> list[Rule]:
        inside = self._at(cluster_addresses(self._service), self._port["port"])
        outside, balancer = self._outside()
        everywhere = list(endpoints)
        is_local = self._spec.get("internalTrafficPolicy") == "Local"
        if not is_local:
            return self._rules("", (*inside, *outside), chosen(everywhere), balancer)
        near = chosen(everywhere, local_only=True)
        return [
            *self._rules("/local", inside, near, ()),
            *self._rules("", outside, chosen(everywhere), balancer),
        ]

    def _outside(self) -> tuple[tuple[Frontend, ...], tuple[Frontend, ...]]:
        """Return where clients from outside come in, and where of that to the load balancer."""
        spec, port = self._spec, self._port
        found = list(self._at(spec.get("externalIPs") or (), port["port"]))
        if port.get("nodePort"):
            found += self._at(self._places.node_addresses, port["nodePort"])
        balancer: tuple[Frontend, ...] = ()
        if is_balanced(self._service):
            balancer = self._at(self._places.balancer_addresses, port["port"])
            found += balancer
        return tuple(dict.fromkeys(found)), balancer

    def _at(self, addresses: Iterable[str], port: int) -> tuple[Frontend, ...]:
        return tuple(
            Frontend(self._protocol, one, port)
            for one in addresses
            if family_of(one) == self._family
        )

    def _rules(
        self,
        suffix: str,
        frontends: tuple[Frontend, ...],
        backends: tuple[Backend, ...],
        balancer: tuple[Frontend, ...],
    ) -> list[Rule]:
        if not frontends:
            return []
        # An endpoint that is the Service itself would be a ring.
        own = {(one.address, one.port) for one in frontends}
        backends = tuple(one for one in backends if one not in own)
        sources = tuple(one.strip() for one in self._spec.get("loadBalancerSourceRanges") or ())
        guarded = balancer if sources else ()
        key = self._key + suffix
        return [Rule(key, frontends, backends, self._affinity(), guarded, sources)]

    def _affinity(self) -> int:
        if self._spec.get("sessionAffinity") != "ClientIP":
            return 0
        config = (self._spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}
        seconds: int = config.get("timeoutSeconds") or AFFINITY_SECONDS
        return seconds
