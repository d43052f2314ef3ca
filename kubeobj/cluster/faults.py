"""Faults: what goes wrong in a simulated cluster, as data.

A fault begins at some time and, if it lasts, ends at another. What is wrong with the API is a
*trouble* (`kubeobj.cluster.troubles`), and `ApiFault` lets one last for a while.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from kubeobj.clock import VirtualClock
from kubeobj.cluster.apitrouble import ApiTroubles, Trouble, Untroubled
from kubeobj.cluster.process import Process
from kubeobj.errors import KubeobjError
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.request import Request


class NoSuchTarget(KubeobjError, LookupError):
    """A fault is to strike something that is not there."""


class Site(Protocol):
    """What faults strike: the parts of a cluster."""

    @property
    def clock(self) -> VirtualClock:
        """Its clock."""
        ...

    @property
    def nodes(self) -> Mapping[str, SimulatedNode]:
        """Its machines by name."""
        ...

    @property
    def processes(self) -> Mapping[str, Process]:
        """Its processes by name."""
        ...

    @property
    def troubles(self) -> ApiTroubles:
        """What is wrong with its API."""
        ...

    def look_at(self, pods: Iterable[Request]) -> None:
        """Let nodes look at pods, because something has changed on them."""
        ...

    def look_at_node(self, name: str) -> None:
        """Let a node look at all of its pods, because it has come back."""
        ...


class Fault(Protocol):
    """Something that goes wrong."""

    def begin(self, site: Site) -> None:
        """Let it go wrong.

        Raises:
            NoSuchTarget: If what it strikes is not there.
        """
        ...

    def end(self, site: Site) -> None:
        """Let it be well again."""
        ...


def _node(site: Site, name: str) -> SimulatedNode:
    node = site.nodes.get(name)
    if node is None:
        known = ", ".join(site.nodes) or "none"
        raise NoSuchTarget(f"there is no node {name!r}; there are: {known}")
    return node


def _process(site: Site, name: str) -> Process:
    process = site.processes.get(name)
    if process is None:
        known = ", ".join(site.processes)
        raise NoSuchTarget(f"there is no process {name!r}; there are: {known}")
    return process


@final
@dataclass(frozen=True, slots=True)
class NodeCrash:
    """A node goes down with all that runs on it; when it ends, it comes up again."""

    node: str

    def begin(self, site: Site) -> None:
        """Let the node go down."""
        _node(site, self.node).crash()

    def end(self, site: Site) -> None:
        """Let it come up: its containers are started again."""
        node = _node(site, self.node)
        node.boot(site.clock.now())
        site.look_at_node(self.node)


@final
@dataclass(frozen=True, slots=True)
class Partition:
    """A node and the API do not hear of each other; what runs on the node goes on."""

    node: str

    def begin(self, site: Site) -> None:
        """Cut the node off."""
        _node(site, self.node).is_connected = False

    def end(self, site: Site) -> None:
        """Let them hear of each other again."""
        node = _node(site, self.node)
        node.is_connected = True
        site.look_at_node(self.node)


@final
@dataclass(frozen=True, slots=True)
class SlowNode:
    """Everything that begins on a node takes longer.

    Args:
        node: Which.
        times: How many times longer.
    """

    node: str
    times: float = 10.0

    def begin(self, site: Site) -> None:
        """Make it slow."""
        _node(site, self.node).slow_down(self.times)

    def end(self, site: Site) -> None:
        """Make it as fast as before."""
        _node(site, self.node).slow_down(1.0)


@final
@dataclass(frozen=True, slots=True)
class ContainerCrash:
    """The processes of a pod end.

    Args:
        pod: Its name.
        namespace: Its namespace.
        container: Only this container; empty for all that run.
        exit_code: With which code.
        reason: Why, in one word, as its status tells it: ``OOMKilled``.
    """

    pod: str
    namespace: str = "default"
    container: str = ""
    exit_code: int = 1
    reason: str = "Error"

    def begin(self, site: Site) -> None:
        """Let them end."""
        key = Request(self.namespace, self.pod)
        for node in site.nodes.values():
            run = node.pods.get(key)
            if run is None or not node.is_up:
                continue
            for one in run.containers:
                if self.container in {"", one.name}:
                    run.crash(one.name, site.clock.now(), self.exit_code, self.reason)
            site.look_at([key])
            return
        raise NoSuchTarget(f"no node runs a pod {key}")

    def end(self, site: Site) -> None:
        """Do nothing: they are started again, or not, as their pod has it."""


@final
@dataclass(frozen=True, slots=True)
class ProcessKill:
    """A process is killed, and begins anew with nothing but the API.

    Args:
        process: Which: ``kube-controller-manager``, ``kube-scheduler``, ``operator``.
        down_seconds: How long it stays down.
    """

    process: str
    down_seconds: float = 0.0

    def begin(self, site: Site) -> None:
        """Kill it."""
        _process(site, self.process).kill(self.down_seconds)

    def end(self, site: Site) -> None:
        """Do nothing: it comes up by itself."""


@final
@dataclass(frozen=True, slots=True)
class Relist:
    """A process lists everything again, as after watches that could not go on.

    Args:
        process: Which; empty for all.
    """

    process: str = ""

    def begin(self, site: Site) -> None:
        """Let it list."""
        found = [_process(site, self.process)] if self.process else site.processes.values()
        for process in found:
            process.manager.relist()

    def end(self, site: Site) -> None:
        """Do nothing: it has listed."""


@final
@dataclass(frozen=True, slots=True)
class ClockJump:
    """The clock jumps ahead, and nobody has done what was due in between.

    Args:
        seconds: How far.
    """

    seconds: float

    def begin(self, site: Site) -> None:
        """Let it jump."""
        site.clock.advance(self.seconds)

    def end(self, site: Site) -> None:
        """Do nothing: time does not go back."""


@final
@dataclass(frozen=True, slots=True)
class ApiFault:
    """Something is wrong with the API.

    Args:
        trouble: What.
    """

    trouble: Trouble

    def begin(self, site: Site) -> None:
        """Let it begin."""
        site.troubles.begin(self.trouble)

    def end(self, site: Site) -> None:
        """Let it end."""
        site.troubles.end(self.trouble)


AnyFault: TypeAlias = Fault | Untroubled
"""A fault, or what is wrong with the API."""


def as_fault(fault: AnyFault) -> Fault:
    """Return what is wrong with the API as a fault that lets it last; a fault as it is."""
    return ApiFault(fault) if isinstance(fault, Untroubled) else fault
