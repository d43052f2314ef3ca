"""Services reachable on this machine: the whole of it, in one object.

What a cluster does with it::

    network = ServiceNetwork(
        NetworkConfig(
            node="here",
            dns=(DnsPlace("127.5.128.10", or_from=5300),),
            balancer_addresses=("127.0.0.1",),
        ),
        wake=loop_thread.wake,   # called from other threads when there is news
        log=state / "proxy.log",
    )
    network.start()              # the proxy's process, the DNS thread; never raises
    manager.install(network)     # a control loop over Services, EndpointSlices and Namespaces
    ...
    network.reach("shop", "web").is_in_force
    network.status()             # for ``kubeobj status``
    network.stop()               # after the manager's last step

`start` and `install` may come in any order, and the manager may be restarted: rules are told to the
proxy whenever there is one, and all of them to each new one. If the proxy's process dies, it is
started anew within milliseconds. Connections that go through it end with it, and with the agent.

The control loop runs in the thread that steps the manager, and waits for nothing there: that the
proxy has done what it was told becomes known in a thread of its own, which calls *wake*, so that
events and the status of load balancers are written at the next step.

The API server itself is a Service like all others (``kubernetes`` in ``default``): whoever makes
that Service and an EndpointSlice with the address and port of a listener, makes it reachable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

from kubeobj.clock import Clock
from kubeobj.network.anyip import is_loopback, make_local, unmake_local
from kubeobj.network.dns.resolvconf import upstreams
from kubeobj.network.dns.server import DnsPlace, DnsServer
from kubeobj.network.dns.zone import DOMAIN, Zone
from kubeobj.network.hostports import HostPorts
from kubeobj.network.hostsfile import hosts_lines
from kubeobj.network.proxyprocess import ProxyProcess
from kubeobj.network.rulebook import SERVICE, Owner, RuleBook
from kubeobj.network.rules import Frontend, joined
from kubeobj.network.serviceloop import ServiceLoop
from kubeobj.network.serviceports import NodePlaces
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request


@final
@dataclass(frozen=True, slots=True)
class NetworkConfig:
    """Where and how Services are reached.

    Args:
        node: The name of this machine's node, which tells what is local.
        node_addresses: Where node ports are opened.
        balancer_addresses: Where the ports of load balancers are opened.
        domain: Under which name Services are found.
        dns: Where the DNS server listens; the first place is the one that pods are told.
        upstreams: Whom to ask for other names, each an address and a port; None for whom this
            machine asks.
        local_ranges: Ranges of addresses to make this machine's own as long as it runs; those of
            loopback are so anyway.
        opens_host_ports: Whether ports of the node that its pods ask for are opened here; engines
            open them themselves.
    """

    node: str = ""
    node_addresses: tuple[str, ...] = ("127.0.0.1",)
    balancer_addresses: tuple[str, ...] = ("127.0.0.1",)
    domain: str = DOMAIN
    dns: tuple[DnsPlace, ...] = ()
    upstreams: tuple[tuple[str, int], ...] | None = None
    local_ranges: tuple[str, ...] = ()
    opens_host_ports: bool = False


@final
@dataclass(frozen=True, slots=True)
class Reach:
    """Whether and where a Service is reached.

    Args:
        resource_version: The version of the Service that the rules are made of.
        is_in_force: Whether the proxy does what that version and the EndpointSlices say that were
            known with it.
        endpoints: How many endpoints traffic goes to.
        places: Where clients come in: ``127.5.128.7:80/TCP``.
        troubles: What is wrong with other places, and what to do about it.
    """

    resource_version: str
    is_in_force: bool
    endpoints: int
    places: tuple[str, ...]
    troubles: tuple[str, ...]


@final
@dataclass(frozen=True, slots=True)
class NetworkStatus:
    """How the network is.

    Args:
        proxy_pid: The proxy's process; None if there is none.
        proxy_starts: How often it was started.
        services: How many Services are proxied.
        dns: Where the DNS server listens: ``127.5.128.10:53``.
        taken: Where clients of Services were to come in and cannot: ``127.0.0.1:30080/TCP``.
        troubles: What is wrong, and what to do about it.
    """

    proxy_pid: int | None
    proxy_starts: int
    services: int
    dns: tuple[str, ...]
    taken: tuple[str, ...]
    troubles: tuple[str, ...]


def nobody() -> None:
    """Tell nobody."""


@final
class ServiceNetwork:
    """Services reachable on this machine. See the top of this file.

    Args:
        config: Where and how.
        wake: Called, from other threads, when the manager should be stepped.
        log: Where the proxy's last words go; None for nowhere.
        clock: The time; None for the machine's.
    """

    def __init__(
        self,
        config: NetworkConfig,
        *,
        wake: Callable[[], object] = nobody,
        log: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.config: NetworkConfig = config
        self.zone: Zone = Zone(config.domain, [place.address for place in config.dns])
        """The names of Services."""
        self.proxy: ProxyProcess = ProxyProcess(wake, log=log, clock=clock)
        """The proxy's process."""
        places = NodePlaces(config.node, config.node_addresses, config.balancer_addresses)
        self._book = RuleBook()
        self._loop = ServiceLoop(places, self.zone, self.proxy, self._book)
        self._host_ports = HostPorts(places, self.proxy, self._book)
        self._dns = DnsServer(self.zone, config.dns, self._upstreams())
        self._faults: tuple[str, ...] = ()

    # ------------------------------------------------------------ running

    def __call__(self, manager: Manager) -> None:
        """Put the control loop into a manager: this is what `Manager.install` takes."""
        self._loop.install(manager)
        if self.config.opens_host_ports:
            self._host_ports.install(manager)

    def start(self) -> None:
        """Start the proxy and the DNS server; what goes wrong is in the status."""
        faults: list[str] = []
        for network in self.config.local_ranges:
            if is_loopback(network):
                continue
            try:
                make_local(network)
            except OSError as error:
                faults.append(str(error))
        self._faults = tuple(faults)
        self.proxy.start()
        self._dns.start()

    def stop(self) -> None:
        """End both, and wait for that."""
        self._dns.stop()
        self.proxy.stop()
        for network in self.config.local_ranges:
            if not is_loopback(network):
                with suppress(OSError):
                    unmake_local(network)

    # ------------------------------------------------------------ asking; from any thread

    @property
    def is_in_force(self) -> bool:
        """Whether the proxy does all that is known."""
        return self._loop.is_synced and self.proxy.applied >= self.proxy.number

    @property
    def resolver(self) -> tuple[str, int] | None:
        """Where pods ask for names: an address and a port; None if they cannot."""
        for place in self.config.dns:
            port = self._dns.bound.get(place)
            if port is not None:
                return place.address, port
        return None

    def reach(self, namespace: str, name: str) -> Reach | None:
        """Return whether and where a Service is reached; None if nothing is known of it yet."""
        service = Request(namespace, name)
        told = self._loop.told.get(service)
        if told is None:
            return None
        troubles = self._loop.troubles_of(service)
        rules = self._book.asked(Owner(SERVICE, service))
        asked = {one: None for rule in rules for one in rule.frontends}
        return Reach(
            resource_version=told.resource_version,
            is_in_force=told.number <= self.proxy.applied and self.proxy.pid is not None,
            endpoints=told.endpoints,
            places=tuple(str(one) for one in asked if one not in troubles),
            troubles=tuple(troubles.values()),
        )

    def hosts_lines(self, namespace: str, *, pods_only: bool = False) -> str:
        """Return the names of Services as a hosts file has them.

        Args:
            namespace: From whose point of view.
            pods_only: Whether who reads it can reach no addresses of Services.
        """
        return hosts_lines(self.zone, namespace, pods_only=pods_only)

    def status(self) -> NetworkStatus:
        """Return how the network is."""
        return NetworkStatus(
            proxy_pid=self.proxy.pid,
            proxy_starts=self.proxy.starts,
            services=len(self._loop.told),
            dns=tuple(joined(place.address, port) for place, port in self._dns.bound.items()),
            taken=tuple(str(one) for _, troubles in self._of_services() for one in troubles),
            troubles=tuple(self._troubles()),
        )

    # ------------------------------------------------------------ inside

    def _upstreams(self) -> Sequence[tuple[str, int]]:
        if self.config.upstreams is not None:
            return self.config.upstreams
        own = [place.address for place in self.config.dns]
        return [(address, 53) for address in upstreams(own)]

    def _troubles(self) -> list[str]:
        found = [*self._faults]
        if self.proxy.fault:
            found.append(self.proxy.fault)
        for place, why in self._dns.faults.items():
            found.append(f"DNS cannot listen at {joined(place.address, place.port)}: {why}")
        for service, troubles in self._of_services():
            found += [f"Service {service}: {trouble}" for trouble in troubles.values()]
        found += self._host_ports.troubles()
        return found

    def _of_services(self) -> Iterator[tuple[Request, Mapping[Frontend, str]]]:
        for service in self._book.owners(SERVICE):
            yield service, self._loop.troubles_of(service)
