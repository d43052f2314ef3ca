"""A live cluster for programs of coroutines: what `Cluster` does, without holding up their loop."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar, final

from kubeobj.api.client import Client
from kubeobj.api.client.podstreams import LogQuery, LogStream
from kubeobj.api.client.writer import Manifests
from kubeobj.cluster.cluster import Cluster, Executed, lines_in
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

    What may take its time is done in a thread; each log that is read has one of its own. The
    arguments are those of `Cluster`.
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
        self._threads: ThreadPoolExecutor | None = None
        # Each has a thread of its own, as many as there are: none keeps another from its thread.
        self._logs: dict[LogStream, None] = {}

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
        await _alone(self.cluster.start)

    async def stop(self, *, leave_pods: bool = False) -> None:
        """End; see `Cluster.stop`. Whoever follows a log comes to its end."""
        try:
            await _alone(lambda: self.cluster.stop(leave_pods=leave_pods))
        finally:
            threads, self._threads = self._threads, None
            for log in tuple(self._logs):
                log.close()
            if threads is not None:
                threads.shutdown(wait=False)

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
    ) -> AsyncGenerator[str, None]:
        """Yield what a container has printed, line by line; see `Cluster.logs`.

        It is followed no more once this iterator is closed, its task is cancelled, or the cluster
        has been stopped.
        """
        query = LogQuery(
            container=container, follow=follow, previous=previous, tail_lines=tail_lines
        )
        loop, threads = asyncio.get_running_loop(), ThreadPoolExecutor(1, "kubeobj-log")
        opening = threads.submit(lambda: self.cluster.streams.log(pod, query, namespace=namespace))
        try:
            log = await asyncio.wrap_future(opening)
            self._logs[log] = None
            if not self.cluster.is_running:
                log.close()  # it has been stopped meanwhile
            lines = lines_in(log)
            try:
                while (line := await loop.run_in_executor(threads, next, lines, None)) is not None:
                    yield line
            finally:
                threads.submit(lines.close)  # once the thread waits for no line any more
        finally:
            opening.add_done_callback(self._let_go)
            threads.shutdown(wait=False)

    def _let_go(self, opening: "Future[LogStream]") -> None:
        """End a log; who waits for its next line comes to its end."""
        if not opening.cancelled() and opening.exception() is None:
            self._logs.pop(opening.result(), None)
            opening.result().close()

    async def status(self) -> Wire:
        """Return how the cluster is; see `Cluster.status`."""
        return await self._done(self.cluster.status)

    async def _done(self, work: Callable[[], T]) -> T:
        if not self.cluster.is_running:
            return work()  # which says so
        if self._threads is None:
            self._threads = ThreadPoolExecutor(64, "kubeobj-async")
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)


async def _alone(work: Callable[[], T]) -> T:
    """Do something in a thread that nobody else uses."""
    threads = ThreadPoolExecutor(1, "kubeobj-async")
    try:
        return await asyncio.get_running_loop().run_in_executor(threads, work)
    finally:
        threads.shutdown(wait=False)
