"""The log of a container: as it is now, or followed until the container ends.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet.go GetKubeletContainerLogs (v1.36).
"""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import final

from kubeobj.node.podlogs.following import LogFollower
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.reading import read_log
from kubeobj.runtimes.cri import ContainerRuntime, Happened, RuntimeEvent
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState

_ENDS = (Happened.STOPPED, Happened.REMOVED)
_GOES_ON = (ContainerState.CREATED, ContainerState.RUNNING)


@final
class WholeLog:
    """A log as it is now, to be iterated over once. Any thread closes it.

    Args:
        path: The file that was written to last.
        options: Which part is wanted.

    Raises:
        OSError: If there is none.
    """

    def __init__(self, path: Path, options: LogOptions) -> None:
        path.stat()
        self._path = path
        self._options = options
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        """Yield what it says."""
        for printed in read_log(self._path, self._options):
            if self._is_closed:
                return
            yield printed.data

    def close(self) -> None:
        """End it."""
        self._is_closed = True


@final
class FollowedLog:
    """A log that ends when its container does, to be iterated over once. Any thread closes it.

    Args:
        runtime: What runs the container, and tells when it ends.
        container: The container.
        path: The file that it writes to.
        options: Which part is wanted.

    Raises:
        OSError: If there is none.
    """

    def __init__(
        self, runtime: ContainerRuntime, container: Container, path: Path, options: LogOptions
    ) -> None:
        self._runtime = runtime
        self._container = container
        self._follower = LogFollower(path, options, self._runs)

    def __iter__(self) -> Iterator[bytes]:
        """Yield what it says, as it comes."""
        unsubscribe = self._runtime.subscribe(self._hear)
        try:
            with closing(self._follower):
                for printed in self._follower:
                    yield printed.data
        finally:
            unsubscribe()

    def close(self) -> None:
        """End it; who iterates over it comes to its end."""
        self._follower.close()

    def _hear(self, event: RuntimeEvent) -> None:
        if event.what in _ENDS and event.container_id in ("", self._container.id):
            self._follower.look()

    def _runs(self) -> bool:
        try:
            return self._runtime.container(self._container.id).state in _GOES_ON
        except NoSuchContainer:
            return False
        except RuntimeFault:
            return True  # nobody knows just now; it is asked again
