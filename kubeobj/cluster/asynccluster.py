"""A live cluster for programs of coroutines: what `Cluster` does, without holding up their loop."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, final

from kubeobj.api.client import Client
from kubeobj.api.client.writer import Manifests
from kubeobj.cluster.cluster import Cluster, Executed
from kubeobj.cluster.options import Options
from kubeobj.cluster.rollout import Rollout
from kubeobj.documents import Wire
from kubeobj.models.codec import AnyObject
from kubeobj.reconcile.manager import Install
from kubeobj.runtimes.cri import ContainerRuntime

T = TypeVar("T")


@final
class AsyncCluster:
    """A cluster on this machine; an asynchronous context manager.

    What may take its time is done in a thread. The arguments are those of `Cluster`.
    """

    def __init__(
        self,
        state: Path | str | None = None,
        runtime: str | ContainerRuntime = "auto",
        *,
        options: Options | None = None,
    ) -> None:
        self.cluster: Cluster = Cluster(state, runtime, options=options)
        """The same cluster for threads."""
        # Of its own: who waits for a cluster must not keep others from the threads of the loop.
        self._threads = ThreadPoolExecutor(64, "kubeobj-async")

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self) -> None:
        """Begin; see `Cluster.start`."""
        await self._done(self.cluster.start)

    async def stop(self, *, leave_pods: bool = False) -> None:
        """End; see `Cluster.stop`."""
        await self._done(lambda: self.cluster.stop(leave_pods=leave_pods))

    @property
    def client(self) -> Client:
        """A client whose questions are answered at once, in this thread; see `Cluster.client`."""
        return self.cluster.client

    def install(self, *loops: Install) -> None:
        """Let control loops of the user's own run; see `Cluster.install`."""
        self.cluster.install(*loops)

    async def apply(self, manifests: Manifests | Path) -> tuple[AnyObject, ...]:
        """Apply manifests; see `Cluster.apply`."""
        return await self._done(lambda: self.cluster.apply(manifests))

    async def delete(self, kind: str, name: str, *, namespace: str | None = None) -> None:
        """Delete an object; see `Cluster.delete`."""
        await self._done(lambda: self.cluster.delete(kind, name, namespace=namespace))

    async def wait(
        self,
        kind: str,
        name: str,
        condition: str | Callable[[AnyObject], bool],
        *,
        within: float,
        namespace: str | None = None,
    ) -> AnyObject | None:
        """Wait until an object is as it should be; see `Cluster.wait`."""
        return await self._done(
            lambda: self.cluster.wait(kind, name, condition, within=within, namespace=namespace)
        )

    async def scale(
        self, kind: str, name: str, *, replicas: int, namespace: str | None = None
    ) -> None:
        """Say how many replicas a workload is to have; see `Cluster.scale`."""
        await self._done(
            lambda: self.cluster.scale(kind, name, replicas=replicas, namespace=namespace)
        )

    async def rollout(self, kind: str, name: str, *, namespace: str | None = None) -> Rollout:
        """Return the rollout of a workload, whose methods block; see `Cluster.rollout`."""
        return await self._done(lambda: self.cluster.rollout(kind, name, namespace=namespace))

    async def events(self, *, namespace: str | None = None, about: str = "") -> tuple[Wire, ...]:
        """Return what has happened; see `Cluster.events`."""
        return await self._done(lambda: self.cluster.events(namespace=namespace, about=about))

    async def exec(
        self,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        namespace: str | None = None,
    ) -> Executed:
        """Run a command in a container, to its end; see `Cluster.exec`."""
        return await self._done(
            lambda: self.cluster.exec(pod, command, container=container, namespace=namespace)
        )

    async def logs(
        self,
        pod: str,
        *,
        container: str = "",
        follow: bool = False,
        previous: bool = False,
        tail_lines: int | None = None,
        namespace: str | None = None,
    ) -> AsyncIterator[str]:
        """Yield what a container has printed, line by line; see `Cluster.logs`."""
        lines = await self._done(
            lambda: self.cluster.logs(
                pod,
                container=container,
                follow=follow,
                previous=previous,
                tail_lines=tail_lines,
                namespace=namespace,
            )
        )
        while (line := await self._done(lambda: next(lines, None))) is not None:
            yield line

    async def status(self) -> Wire:
        """Return how the cluster is; see `Cluster.status`."""
        return await self._done(self.cluster.status)

    async def _done(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)
