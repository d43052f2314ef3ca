"""The log of a container of a pod, read or followed.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet.go GetKubeletContainerLogs (v1.36).
"""

from collections.abc import Iterator
from contextlib import closing
from typing import Protocol, final

from kubeobj.documents import Wire
from kubeobj.node.podlogs.availability import (
    LogsUnavailable,
    container_id_meant,
    container_meant,
)
from kubeobj.node.podlogs.following import LogFollower
from kubeobj.node.podlogs.logoptions import ALL, LogOptions
from kubeobj.node.podlogs.printing import Printed
from kubeobj.node.podlogs.reading import read_log
from kubeobj.runtimes.cri import ContainerRuntime, Happened, RuntimeEvent
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState


class Log(Protocol):
    """What there is to show of a log, to be iterated over once."""

    def __iter__(self) -> Iterator[Printed]:
        """Yield what there is, as it comes."""
        ...

    def close(self) -> None:
        """End it; any thread may."""
        ...


def open_log(
    runtime: ContainerRuntime, pod: Wire, container_name: str = "", options: LogOptions = ALL
) -> Log:
    """Return the log of a container of a pod.

    Args:
        runtime: What runs it.
        pod: The pod, with its status.
        container_name: Which of its containers; empty for the only one.
        options: Which part is wanted, and how.

    Raises:
        LogsUnavailable: If there is none.
    """
    name = container_meant(pod, container_name)
    shown = container_id_meant(pod, name, previous=options.previous)
    container_id = shown.partition("://")[2] or shown
    try:
        container = runtime.container(container_id)
    except NoSuchContainer:
        raise LogsUnavailable(f"unable to retrieve container logs for {shown}") from None
    try:
        if not options.follow or container.state is not ContainerState.RUNNING:
            return _Ended(container, options)
        return _Followed(runtime, container, options)
    except FileNotFoundError:
        message = f'failed to try resolving symlinks in path "{container.log_path}": no such file'
        raise LogsUnavailable(f"{message} or directory") from None
    except OSError as error:
        why = (error.strerror or "it cannot be read").lower()
        message = f'failed to open log file "{error.filename}": {why}'
        raise LogsUnavailable(message) from error


@final
class _Ended:
    """The log of a container that is read as it is now."""

    def __init__(self, container: Container, options: LogOptions) -> None:
        container.log_path.stat()  # to tell now that there is none
        self._container = container
        self._options = options
        self._is_closed = False

    def __iter__(self) -> Iterator[Printed]:
        for printed in read_log(self._container.log_path, self._options):
            if self._is_closed:
                return
            yield printed

    def close(self) -> None:
        self._is_closed = True


@final
class _Followed:
    """The log of a container that runs; it ends when the container does."""

    def __init__(
        self, runtime: ContainerRuntime, container: Container, options: LogOptions
    ) -> None:
        self._runtime = runtime
        self._id = container.id
        self._follower = LogFollower(container.log_path, options, self._runs)

    def __iter__(self) -> Iterator[Printed]:
        unsubscribe = self._runtime.subscribe(self._hear)
        try:
            with closing(self._follower):
                yield from self._follower
        finally:
            unsubscribe()

    def close(self) -> None:
        self._follower.close()

    def _hear(self, event: RuntimeEvent) -> None:
        ends = event.what in (Happened.STOPPED, Happened.REMOVED)
        if ends and event.container_id in ("", self._id):
            self._follower.look()

    def _runs(self) -> bool:
        try:
            return self._runtime.container(self._id).state is ContainerState.RUNNING
        except NoSuchContainer:
            return False
        except RuntimeFault:
            return True  # nobody knows just now
