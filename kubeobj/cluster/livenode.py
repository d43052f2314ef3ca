"""This machine as a node of a live cluster: the agent, what keeps the node, and its network."""

import logging
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, final

import orjson

from kubeobj.api.options import WriteOptions
from kubeobj.clock import Clock
from kubeobj.cluster.localvolumes import LocalVolumes
from kubeobj.cluster.options import Options
from kubeobj.cluster.podshutdown import PodShutdown
from kubeobj.cluster.runtimechoice import PROCESS, Chosen
from kubeobj.cluster.savedexecutor import SavedExecutor
from kubeobj.cluster.servicehosts import ServiceHosts
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.cluster.statedirectory import PRIVATE_DIRECTORY, StateDirectory
from kubeobj.documents import Wire
from kubeobj.network.servicenetwork import NetworkConfig, ServiceNetwork
from kubeobj.node.agent import AgentLoop, AgentOptions
from kubeobj.node.executor import ThreadExecutor
from kubeobj.node.host import HostFacts, read_facts
from kubeobj.node.nodeinputs import NodeInputs
from kubeobj.node.nodekeeper import Keeping, NodeKeeper
from kubeobj.node.nodestatus import NodeConfig
from kubeobj.node.podfacts import ClusterDns, NodeFacts
from kubeobj.node.podlogs.logkeeper import LogKeeper
from kubeobj.node.podlogs.rotation import LogRotator
from kubeobj.node.podsources import PodSources
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request
from kubeobj.runtimes.errors import RuntimeFault

_LOG: Final = logging.getLogger("kubeobj.node")

_OWN_SERVICE: Final = "Service default/kubernetes:"


@final
class LiveNode:
    """This machine as a node.

    Args:
        manager: The loop that it is part of; nobody else is.
        api: The API.
        chosen: What runs pods.
        directory: Where the state of the cluster is.
        options: What the cluster is made of.
    """

    def __init__(
        self,
        manager: Manager,
        api: SharedApi,
        chosen: Chosen,
        directory: StateDirectory,
        options: Options,
    ) -> None:
        self.manager: Manager = manager
        """Its loop."""
        self.name: str = options.node_name
        """The name of its Node."""
        self._api = api
        self._clock: Clock = manager.clock
        self._chosen = chosen
        self._options = options
        self._directory = directory
        self.logs: Path = directory.node / "logs"
        """Where the logs of containers are."""
        for path in (directory.node, directory.node / "pods", self.logs, directory.volumes):
            path.mkdir(mode=PRIVATE_DIRECTORY, parents=True, exist_ok=True)
        self._threads = ThreadExecutor()
        self._executor = SavedExecutor(self._threads, api)
        self._wake: Callable[[], object] = lambda: None
        self._host: HostFacts = read_facts(directory.node)
        self._addresses: tuple[str, ...] = (chosen.node_address,)
        self.network: ServiceNetwork = ServiceNetwork(
            NetworkConfig(
                node=self.name,
                node_addresses=tuple(dict.fromkeys(("127.0.0.1", chosen.node_address))),
                dns=chosen.dns,
                local_ranges=(chosen.services,),
                opens_host_ports=chosen.name == PROCESS,
            ),
            wake=self._woken,
            log=directory.node / "proxy.log",
            clock=self._clock,
        )
        """What makes Services reachable."""
        self._shutdown = PodShutdown(chosen.runtime, self._clock)
        self._agent: AgentLoop | None = None
        self._keeper: NodeKeeper | None = None

    def start(self, wake: Callable[[], object]) -> None:
        """Begin, before the loop does.

        Args:
            wake: Lets the loop look; from any thread.
        """
        self._wake = wake
        self.network.start()
        self._agent = AgentLoop(
            AgentOptions(
                runtime=self._chosen.runtime,
                node=self._facts(),
                executor=self._executor,
                inputs=self._inputs,
                static_pods=self._options.static_pods,
                pressures=self._pressures,
                wake=self._woken,
                failed=_unreadable,
                longest_wait=self._options.longest_wait,
            )
        )
        self.manager.install(
            self._agent,
            self._install_keeper,
            self.network,
            self._install_names,
            self._install_volumes,
            self._install_log_keeper,
        )

    def stop(self, do: Callable[[Callable[[], object]], object], *, leave_pods: bool) -> None:
        """End the pods, unless they are left, and look after them no more.

        Args:
            do: Does something in the thread of the loop.
            leave_pods: Whether pods go on.
        """
        agent = self._agent
        if agent is None:
            return
        pods: list[Wire] = []

        def let_go() -> None:
            with suppress(RuntimeError):  # it was never installed
                pods.extend(agent.agent.running())
            agent.close()

        with suppress(RuntimeError):  # the thread has ended already
            do(let_go)
        if not leave_pods:
            with suppress(RuntimeFault):
                self._shutdown.end_all(pods)
                if self._directory.is_temporary:
                    # What engines keep of them would be found by no cluster again.
                    self._shutdown.remove_all()

    def hurry(self) -> None:
        """Give pods that are ending no more time; from any thread."""
        self._shutdown.hurry()

    def close(self) -> None:
        """Let go of everything, after the loop has ended."""
        self._executor.close()
        self.network.stop()
        self._chosen.close()

    # ------------------------------------------------------------ asking

    @property
    def keeper(self) -> NodeKeeper | None:
        """What keeps the node; None before the loop has begun."""
        return self._keeper

    def pods(self) -> Iterable[Wire]:
        """Return what each pod uses, as PodMetrics; whoever asks has the API's turn."""
        return () if self._keeper is None else self._keeper.measurements.pods()

    def nodes(self) -> Iterable[Wire]:
        """Return what the node uses, as NodeMetrics; whoever asks has the API's turn."""
        return () if self._keeper is None else self._keeper.measurements.nodes()

    @property
    def troubles(self) -> tuple[str, ...]:
        """What is wrong with it, and what to do about it."""
        # Nobody answers for the API's own Service yet, so that it cannot be reached harms nobody.
        found = [one for one in self.network.status().troubles if not one.startswith(_OWN_SERVICE)]
        status = None if self._keeper is None else self._keeper.last
        if status is not None and not status.runtime.ready:
            found.append(status.runtime.message)
        return tuple(found)

    # ------------------------------------------------------------ inside

    def _woken(self) -> None:
        self._wake()

    def _facts(self) -> NodeFacts:
        resolver = self.network.resolver
        # What asks for names asks port 53; there is no way to tell it of another.
        servers = (resolver[0],) if resolver is not None and resolver[1] == 53 else ()
        return NodeFacts(
            name=self.name,
            addresses=self._addresses,
            pods_directory=self._directory.node / "pods",
            logs_directory=self.logs,
            hostname=self.name,
            memory_bytes=self._host.memory_bytes,
            dns=ClusterDns(servers, self.network.config.domain),
            service_names=None if servers else self.network.hosts_lines,
            late_variables=getattr(self._chosen.runtime, "late_variables", {}),
        )

    def _inputs(self, manager: Manager, changed: Callable[[Request], object]) -> NodeInputs:
        sources = PodSources(manager, self.name, changed)
        return NodeInputs(self._facts(), sources, manager.clock, self._token)

    def _token(self, namespace: str, account: str, request: Wire) -> Wire:
        outcome = self._api.ask(
            lambda: self._api.server.act(
                "serviceaccounts/token",
                request,
                namespace=namespace,
                name=account,
                options=WriteOptions(),
            )
        )
        answer: Wire = orjson.loads(outcome.data)
        return answer

    def _install_keeper(self, manager: Manager) -> None:
        agent = self._agent
        if agent is None:
            raise AssertionError("the agent is there before it is installed")
        config = NodeConfig(
            name=self.name,
            addresses=self._addresses,
            hostname=self.name,
            labels=self._options.node_labels,
            pressure_seconds=self._options.pressure_seconds,
        )
        keeping = Keeping(self._directory.node, config, self._host, self._woken)
        self._keeper = NodeKeeper(
            manager, self._chosen.runtime, self._executor, agent.agent, keeping
        )
        manager.add(self._keeper)

    def _install_names(self, manager: Manager) -> None:
        ServiceHosts(manager, self.network.zone, self._facts)

    def _install_volumes(self, manager: Manager) -> None:
        LocalVolumes(manager, self._directory.volumes, self._executor)

    def _install_log_keeper(self, manager: Manager) -> None:
        rotator = LogRotator(self._chosen.runtime, self._clock)
        manager.add(LogKeeper(rotator, self._clock, self._executor), quiet=True)

    def _pressures(self) -> Sequence[str]:
        return () if self._keeper is None else self._keeper.pressures


def _unreadable(path: Path, why: str) -> None:
    _LOG.warning("%s holds no pod: %s", path, why)
