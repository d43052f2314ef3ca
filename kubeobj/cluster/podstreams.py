"""Logs, commands and ports of the pods of this machine: a `PodStreams` beside the runtime.

The words of what is refused are those of the API server and the kubelet.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` strategy.go LogLocation, and
``pkg/kubelet`` validateContainerLogStatus (v1.36).
"""

import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.client.podstreams import Channel, LogQuery, LogStream, PodConnection, PodSession
from kubeobj.api.errors import BadRequest, InternalError
from kubeobj.clock import Clock, LiveClock
from kubeobj.documents import Wire
from kubeobj.errors import TimeError
from kubeobj.meta.timestamps import Time
from kubeobj.node.podlogs.following import LogFollower
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.reading import read_log
from kubeobj.reconcile.request import wire_of
from kubeobj.runtimes.cri import ContainerRuntime, Session, Stream
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

_DEFAULT_CONTAINER: Final = "kubectl.kubernetes.io/default-container"
_KINDS: Final = ("initContainers", "containers", "ephemeralContainers")


@final
class LocalPodStreams:
    """Reaches into the pods of this machine.

    Args:
        client: Reads the pods.
        runtime: Runs them.
        logs: Where their logs are.
        clock: The time.
    """

    def __init__(
        self, client: Client, runtime: ContainerRuntime, logs: Path, clock: Clock | None = None
    ) -> None:
        self._client = client
        self._runtime = runtime
        self._logs = logs
        self._clock: Clock = LiveClock() if clock is None else clock

    # ------------------------------------------------------------ logs

    def log(self, pod: str, query: LogQuery, *, namespace: str | None = None) -> LogStream:
        """Return the log of a container; see `PodStreams.log`."""
        found = wire_of(self._client.get("pods", pod, namespace=namespace))
        container = container_of(found, query.container, for_logs=True)
        path = self._log_path(found, container, previous=query.previous)
        options = self._options(query)
        try:
            if not query.follow or query.previous:
                return _WholeLog(path, options)
            return _FollowedLog(LogFollower(path, options, self._runs(found, container, path)))
        except OSError as error:
            raise _unreadable(container, pod, error) from error

    def _options(self, query: LogQuery) -> LogOptions:
        since: float | None = None
        if query.since_seconds is not None:
            since = self._clock.now() - query.since_seconds
        if query.since_time:
            try:
                since = float(Time.parse(query.since_time).unix_seconds)
            except TimeError as error:
                raise BadRequest(f"sinceTime is no time: {error}") from None
        try:
            return LogOptions(
                follow=query.follow,
                previous=query.previous,
                tail_lines=query.tail_lines,
                since=since,
                limit_bytes=query.limit_bytes,
                timestamps=query.timestamps,
                stream="" if query.stream == "All" else query.stream.lower(),
            )
        except ValueError as error:
            raise BadRequest(str(error)) from None

    def _log_path(self, pod: Wire, container: str, *, previous: bool) -> Path:
        """Return the file of a container's log.

        Raises:
            BadRequest: If there is none.
        """
        metadata = pod["metadata"]
        directory = f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"
        where = self._logs / directory / container
        attempts = []
        with suppress(OSError):
            attempts = sorted(int(one.stem) for one in where.glob("*.log") if one.stem.isdigit())
        name = metadata["name"]
        if previous:
            attempts = attempts[:-1]
            if not attempts:
                msg = f'previous terminated container "{container}" in pod "{name}" not found'
                raise BadRequest(msg)
        if attempts:
            return where / f"{attempts[-1]}.log"
        waiting = (_status_of(pod, container).get("state") or {}).get("waiting")
        if waiting is not None:
            reason = waiting.get("reason", "")
            msg = f'container "{container}" in pod "{name}" is waiting to start: {reason}'
        else:
            msg = f'container "{container}" in pod "{name}" is not available'
        raise BadRequest(msg)

    def _runs(self, pod: Wire, container: str, path: Path) -> Callable[[], bool]:
        """Return what tells whether the run that a log is of still goes on."""
        try:
            runs = self._containers(pod, container)
        except RuntimeFault:
            runs = []
        found = [one for one in runs if str(one.attempt) == path.stem]

        def is_running() -> bool:
            if not found:
                return False
            try:
                state = self._runtime.container(found[-1].id).state
            except NoSuchContainer:
                return False
            except RuntimeFault:
                return True  # nobody can say now; it is asked again
            return state in {ContainerState.RUNNING, ContainerState.CREATED}

        return is_running

    # ------------------------------------------------------------ commands

    def exec(
        self,
        pod: str,
        command: Sequence[str],
        *,
        container: str = "",
        stdin: bool = False,
        tty: bool = False,
        namespace: str | None = None,
    ) -> PodSession:
        """Run a command in a container; see `PodStreams.exec`."""
        if not command:
            raise BadRequest("you must specify at least one command for the container")
        running = self._running(pod, container, namespace)
        try:
            return _LocalSession(
                self._runtime.exec(running.id, tuple(command), stdin=stdin, tty=tty)
            )
        except RuntimeFault as error:
            raise InternalError(f"Internal error occurred: {error}") from error

    def attach(
        self, pod: str, *, container: str = "", stdin: bool = False, namespace: str | None = None
    ) -> PodSession:
        """Return the streams of a container; see `PodStreams.attach`."""
        running = self._running(pod, container, namespace)
        try:
            return _LocalSession(self._runtime.attach(running.id, stdin=stdin))
        except RuntimeFault as error:
            raise InternalError(f"Internal error occurred: {error}") from error

    def _running(self, pod: str, container: str, namespace: str | None) -> Container:
        """Return a container that runs.

        Raises:
            BadRequest: If it does not.
        """
        found = wire_of(self._client.get("pods", pod, namespace=namespace))
        _refuse_ended(found)
        name = container_of(found, container)
        for one in reversed(self._containers(found, name)):
            if one.state is ContainerState.RUNNING:
                return one
        raise BadRequest(f'unable to upgrade connection: container not found ("{name}")')

    # ------------------------------------------------------------ ports

    def port_forward(self, pod: str, port: int, *, namespace: str | None = None) -> PodConnection:
        """Return a connection to a port in a pod; see `PodStreams.port_forward`."""
        found = wire_of(self._client.get("pods", pod, namespace=namespace))
        _refuse_ended(found)
        sandbox = self._sandbox(found)
        if sandbox is None:
            phase = (found.get("status") or {}).get("phase", "Pending")
            raise BadRequest(f"unable to forward port because pod is not running: {phase}")
        return SocketConnection(self._runtime.port_forward(sandbox.id, port))

    # ------------------------------------------------------------ what runs

    def _sandbox(self, pod: Wire) -> Sandbox | None:
        uid = pod["metadata"]["uid"]
        for one in reversed(self._runtime.sandboxes()):
            if one.pod.uid == uid and one.state is SandboxState.READY:
                return one
        return None

    def _containers(self, pod: Wire, name: str) -> list[Container]:
        """Return the runs of a container, oldest first."""
        uid = pod["metadata"]["uid"]
        return [
            one
            for sandbox in self._runtime.sandboxes()
            if sandbox.pod.uid == uid
            for one in self._runtime.containers(sandbox.id)
            if one.name == name
        ]


# ---------------------------------------------------------------- which container


def container_of(pod: Wire, said: str, *, for_logs: bool = False) -> str:
    """Return the container that is meant.

    Args:
        pod: The pod.
        said: Which is asked for; empty for the usual one.
        for_logs: Whether one has to be said where there are several.

    Raises:
        BadRequest: If the pod has no such container, or it is not clear which is meant.
    """
    spec, name = pod["spec"], pod["metadata"]["name"]
    names = [one["name"] for kind in _KINDS for one in spec.get(kind) or ()]
    mains = [one["name"] for one in spec["containers"]]
    if said:
        if said not in names:
            raise BadRequest(f"container {said} is not valid for pod {name}")
        return said
    usual = (pod["metadata"].get("annotations") or {}).get(_DEFAULT_CONTAINER)
    if usual in mains:
        return str(usual)
    if len(mains) > 1 and for_logs:
        listed = " ".join(mains)
        msg = f"a container name must be specified for pod {name}, choose one of: [{listed}]"
        raise BadRequest(msg)
    return str(mains[0])


def _status_of(pod: Wire, container: str) -> Wire:
    status: Wire = pod.get("status") or {}
    for kind in ("initContainerStatuses", "containerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(kind) or ():
            if one["name"] == container:
                found: Wire = one
                return found
    return {}


def _refuse_ended(pod: Wire) -> None:
    phase = (pod.get("status") or {}).get("phase")
    if phase in {"Succeeded", "Failed"}:
        msg = f"cannot exec into a container in a completed pod; current phase is {phase}"
        raise BadRequest(msg)


def _unreadable(container: str, pod: str, error: OSError) -> BadRequest:
    why = error.strerror or str(error)
    return BadRequest(f'the log of container "{container}" in pod "{pod}" cannot be read: {why}')


# ---------------------------------------------------------------- streams


@final
class _WholeLog:
    """A log as it is now."""

    def __init__(self, path: Path, options: LogOptions) -> None:
        self._printed = read_log(path, options)
        self._is_closed = False

    def __iter__(self) -> Iterator[bytes]:
        for one in self._printed:
            if self._is_closed:
                return
            yield one.data

    def close(self) -> None:
        self._is_closed = True


@final
class _FollowedLog:
    """A log that goes on."""

    def __init__(self, follower: LogFollower) -> None:
        self._follower = follower

    def __iter__(self) -> Iterator[bytes]:
        for one in self._follower:
            yield one.data

    def close(self) -> None:
        self._follower.close()


@final
class _LocalSession:
    """A session of the runtime, in the words of clients."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def read(self, timeout: float | None = None) -> tuple[Channel, bytes] | None:
        found = self._session.read(timeout)
        if found is None:
            return None
        stream, data = found
        return (Channel.STDERR if stream is Stream.STDERR else Channel.STDOUT), data

    def write(self, data: bytes) -> None:
        self._session.write(data)

    def close_stdin(self) -> None:
        self._session.close_stdin()

    def resize(self, columns: int, rows: int) -> None:
        self._session.resize(columns, rows)

    def wait(self, timeout: float | None = None) -> int:
        try:
            return self._session.wait(timeout)
        except RuntimeFault as error:
            raise InternalError(f"Internal error occurred: {error}") from error

    def close(self) -> None:
        self._session.close()


@final
class SocketConnection:
    """A connection that is a socket.

    Args:
        made: The socket.
    """

    def __init__(self, made: socket.socket) -> None:
        self._socket = made

    def recv(self, size: int) -> bytes:
        """Return what has come; see `PodConnection.recv`."""
        return self._socket.recv(size)

    def sendall(self, data: bytes) -> None:
        """Send all of this; see `PodConnection.sendall`."""
        self._socket.sendall(data)

    def end(self) -> None:
        """Tell the other side that nothing more will be sent."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of it."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
