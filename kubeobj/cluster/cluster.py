"""A cluster of one's own on this machine, live; or, with `Cluster.simulated`, on virtual time.

One process is the whole cluster: the API with its store, Kubernetes' control loops, the scheduler,
the node agent and the network of Services. Pods are processes of this machine, or containers of
Docker or Podman.
"""

import os
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self, final

from kubeobj.api.client import Client
from kubeobj.api.client.applying import objects_in
from kubeobj.api.client.podstreams import Channel, LogQuery, LogStream
from kubeobj.api.client.writer import Manifests
from kubeobj.api.errors import Timeout
from kubeobj.clock import START_SECONDS
from kubeobj.cluster.applying import apply_all, wait_for_account
from kubeobj.cluster.livenode import LiveNode
from kubeobj.cluster.options import Options
from kubeobj.cluster.podstreams import LocalPodStreams
from kubeobj.cluster.rollout import Rollout
from kubeobj.cluster.running import RunningCluster
from kubeobj.cluster.sharedapi import SharedApi
from kubeobj.cluster.statedirectory import StateDirectory
from kubeobj.documents import Wire
from kubeobj.models.codec import AnyObject
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.manager import Install
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import wire_of
from kubeobj.runtimes.cri import ContainerRuntime

if TYPE_CHECKING:
    from kubeobj.cluster.simulated import Plan, SimulatedCluster
    from kubeobj.node.nodeobject import Machine

_LOOKED_EVERY_SECONDS: Final = 0.02
_NODE_SECONDS: Final = 10.0


@final
@dataclass(frozen=True, slots=True)
class Executed:
    """What a command in a container has left.

    Args:
        exit_code: With which code it ended.
        stdout: What it printed.
        stderr: What it complained of.
    """

    exit_code: int
    stdout: str
    stderr: str


@final
class Cluster:
    """A cluster on this machine; a context manager. Any thread may use it.

    What it keeps true is what was applied: after the end of a process, of the cluster itself, or
    of the machine, pods come back with the next start.

    Args:
        state: The directory of its state, which outlives it; None for one that goes with it.
        runtime: What runs pods: ``process``, ``docker``, ``podman``, or a runtime of one's own;
            ``auto`` for what the state has had before, else Docker or Podman if one answers, else
            processes.
        options: What else it is made of; None for what is usual.
    """

    def __init__(
        self,
        state: Path | str | None = None,
        runtime: str | ContainerRuntime = "auto",
        *,
        options: Options | None = None,
    ) -> None:
        self.directory: StateDirectory = (
            StateDirectory.temporary() if state is None else StateDirectory(Path(state))
        )
        """Where its state is."""
        self.options: Options = Options() if options is None else options
        """What else it is made of."""
        self._wanted_runtime = runtime
        self._running: RunningCluster | None = None
        self._ending: RunningCluster | None = None
        self._operators: list[Install] = []

    @staticmethod
    def simulated(
        nodes: "int | Iterable[Machine]" = 3,
        *,
        seed: int = 0,
        start_seconds: float = START_SECONDS,
        plan: "Plan | None" = None,
    ) -> "SimulatedCluster":
        """Return a cluster whose nodes are simulated and whose time is virtual.

        See `SimulatedCluster.with_nodes`.
        """
        from kubeobj.cluster.simulated import SimulatedCluster

        return SimulatedCluster.with_nodes(nodes, seed=seed, start_seconds=start_seconds, plan=plan)

    # ------------------------------------------------------------ beginning and ending

    def start(self) -> None:
        """Begin, or go on from where the state is; return once it can be used.

        Raises:
            StateInUse: If another process runs it.
            StateError: If its state cannot be used.
            StoreError: If what is stored cannot be read.
            RuntimeFault: If the runtime that was asked for does not answer.
        """
        if self._running is not None:
            return
        self.directory.hold()
        try:
            self._running = RunningCluster(self.directory, self._wanted_runtime, self.options)
        except BaseException:
            self.directory.release()
            raise
        try:
            self._running.start()
            if self._operators:
                self._running.install(self._operators)
            wait_for_account(self.client, "default")
            self._wait_for_node(self._running)
        except BaseException:
            self.stop(leave_pods=True)
            raise

    def stop(self, *, leave_pods: bool = False) -> None:
        """End: pods first, each with its time of grace, then the loops. What was applied stays.

        Args:
            leave_pods: Whether pods go on without the cluster, to be found again by the next.
        """
        running = self._running
        if running is None:
            return
        self._ending, self._running = running, None
        try:
            running.stop(leave_pods=leave_pods)
        finally:
            self.directory.release()

    def hurry(self) -> None:
        """Give pods no more time that `stop` is ending, or is about to; from any thread."""
        for one in (self._running, self._ending):
            if one is not None:
                one.hurry()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def is_running(self) -> bool:
        """Whether it has been started, and not been stopped."""
        return self._running is not None

    def install(self, *loops: Install) -> None:
        """Let control loops of the user's own run, in a thread of their own."""
        self._operators += loops
        if self._running is not None:
            self._running.install(loops)

    # ------------------------------------------------------------ asking and changing

    @property
    def api(self) -> SharedApi:
        """Its API, for several threads."""
        return self._there.api

    @property
    def client(self) -> Client:
        """A client of whoever has the cluster, who may do everything; for any thread."""
        return self._there.client

    @property
    def node(self) -> LiveNode:
        """The machine, as a node."""
        return self._there.node

    def apply(self, manifests: Manifests | Path) -> tuple[AnyObject, ...]:
        """Apply manifests, as ``kubectl apply`` does.

        Args:
            manifests: Objects in any form, YAML or JSON text, or the path of a file.

        Raises:
            ManifestError: If a text is no YAML or JSON.
            ApiError: If one of them is refused; those before it are applied.
            OSError: If the file cannot be read.
        """
        given = manifests.read_text(encoding="utf-8") if isinstance(manifests, Path) else manifests
        return tuple(apply_all(self.client, objects_in(given)))

    def wait(
        self,
        kind: str,
        name: str,
        condition: str | Callable[[AnyObject], bool],
        *,
        within: float,
        namespace: str | None = None,
    ) -> AnyObject | None:
        """Wait until an object is as it should be; see `Client.wait_for`.

        Args:
            kind: The kind, by any name.
            name: Which object.
            condition: The condition that is to be true (``Available``), ``deleted``, or a function.
            within: How long to wait, in seconds.
            namespace: In which namespace; None for ``default``.

        Raises:
            Timeout: If that takes longer.
        """
        return self.client.wait_for(
            kind, name, condition, within=within, every=_LOOKED_EVERY_SECONDS, namespace=namespace
        )

    def scale(self, kind: str, name: str, *, replicas: int, namespace: str | None = None) -> None:
        """Say how many replicas a workload is to have; see `Client.scale`."""
        self.client.scale(kind, name, replicas=replicas, namespace=namespace)

    def rollout(self, kind: str, name: str, *, namespace: str | None = None) -> Rollout:
        """Return the rollout of a workload, to be watched, undone, restarted or held.

        Raises:
            NotFound: If there is no such workload.
            BadRequest: If its kind has no rollouts.
        """
        return Rollout(self.client, kind, name, namespace)

    def delete(self, kind: str, name: str, *, namespace: str | None = None) -> None:
        """Delete an object; what is made of it goes with it. See `Client.delete`."""
        self.client.delete(kind, name, namespace=namespace)

    def events(self, *, namespace: str | None = None, about: str = "") -> tuple[Wire, ...]:
        """Return what has happened, oldest first.

        Args:
            namespace: In which namespace; None for ``default``, empty for all.
            about: The name of the object that it is about; empty for any.
        """
        fields = f"involvedObject.name={about}" if about else ""
        found = self.client.list("events", namespace=namespace, fields=fields)
        return tuple(sorted(map(wire_of, found), key=_when))

    # ------------------------------------------------------------ reaching into pods

    @property
    def streams(self) -> LocalPodStreams:
        """Logs, commands and ports of pods; a `PodStreams`."""
        there = self._there
        return LocalPodStreams(there.client, there.chosen.runtime, there.node.logs)

    def logs(
        self,
        pod: str,
        *,
        container: str = "",
        follow: bool = False,
        previous: bool = False,
        tail_lines: int | None = None,
        namespace: str | None = None,
    ) -> Iterator[str]:
        """Yield what a container has printed, line by line.

        Args:
            pod: Which pod.
            container: Which of its containers; empty for the only one.
            follow: Whether to go on until it ends.
            previous: Whether what it printed the last time it ran is wanted.
            tail_lines: How many lines from the end; None for all.
            namespace: In which namespace; None for ``default``.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it has no such container, or that has not printed anything yet.
        """
        query = LogQuery(
            container=container, follow=follow, previous=previous, tail_lines=tail_lines
        )
        return lines_in(self.streams.log(pod, query, namespace=namespace))

    def exec(
        self,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        namespace: str | None = None,
    ) -> Executed:
        """Run a command in a container, to its end.

        Args:
            pod: In which pod.
            command: The program and its arguments.
            container: In which container; empty for the usual one.
            namespace: In which namespace; None for ``default``.

        Raises:
            NotFound: If there is no such pod.
            BadRequest: If it has no such container, or that does not run.
        """
        session = self.streams.exec(pod, command, container=container, namespace=namespace)
        printed: dict[Channel, list[bytes]] = {Channel.STDOUT: [], Channel.STDERR: []}
        try:
            while (found := session.read()) is not None:
                printed[found[0]].append(found[1])
            code = session.wait()
        finally:
            session.close()
        out, err = (b"".join(parts).decode(errors="replace") for parts in printed.values())
        return Executed(code, out, err)

    def status(self) -> Wire:
        """Return how the cluster is, as JSON: its process, what runs its pods, what is wrong."""
        there = self._there
        network, keeper = there.node.network.status(), there.node.keeper
        last = None if keeper is None else keeper.last
        return {
            "state": str(self.directory.path),
            "pid": os.getpid(),
            "since": text_of(there.began),
            "node": there.node.name,
            "runtime": {
                "name": there.chosen.name,
                "version": "" if last is None else last.version.version,
                "what": there.chosen.what,
                "why": there.chosen.why,
            },
            "network": {
                "services": network.services,
                "dns": list(network.dns),
                "taken": list(network.taken),
                "proxy": network.proxy_pid,
            },
            "troubles": list(there.node.troubles),
        }

    @property
    def measurements(self) -> LiveNode:
        """What pods and the node use, as the metrics API gives it."""
        return self._there.node

    # ------------------------------------------------------------ inside

    def _wait_for_node(self, running: RunningCluster) -> None:
        """Wait until pods can be given to the node, or it is known why they cannot."""

        def is_settled(node: Unstructured) -> bool:
            keeper = running.node.keeper
            last = None if keeper is None else keeper.last
            is_broken = last is not None and not last.runtime.ready
            conditions = wire_of(node).get("status", {}).get("conditions") or ()
            is_ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
            return is_ready or is_broken

        with suppress(Timeout):
            self.client.wait_for(
                "nodes",
                running.node.name,
                is_settled,
                within=_NODE_SECONDS,
                every=_LOOKED_EVERY_SECONDS,
            )

    @property
    def _there(self) -> RunningCluster:
        if self._running is None:
            msg = "the cluster does not run: start() it, or use it as a context manager"
            raise RuntimeError(msg)
        return self._running


def lines_in(log: LogStream) -> Generator[str, None, None]:
    """Yield the lines of a log, and end it with who reads it."""
    begun = b""
    try:
        for piece in log:
            *whole, begun = (begun + piece).split(b"\n")
            for line in whole:
                yield line.decode(errors="replace")
        if begun:
            yield begun.decode(errors="replace")
    finally:
        log.close()


def _when(event: Wire) -> str:
    return str(event.get("lastTimestamp") or event.get("eventTime") or "")
