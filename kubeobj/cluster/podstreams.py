"""Logs, commands and ports of the pods of this machine: a `PodStreams` beside the runtime.

The words of what is refused are those of the API server and the kubelet.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` strategy.go LogLocation, and
``pkg/kubelet`` validateContainerLogStatus (v1.36).
"""

import socket
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.client.podstreams import Channel, LogQuery, LogStream, PodConnection, PodSession
from kubeobj.api.errors import BadRequest, InternalError
from kubeobj.api.podspec.visiting import containers_of, usual_container
from kubeobj.clock import Clock, LiveClock
from kubeobj.documents import Wire
from kubeobj.errors import TimeError
from kubeobj.meta.timestamps import Time
from kubeobj.node.podlogs.availability import (
    LogsUnavailable,
    container_id_meant,
    container_meant,
)
from kubeobj.node.podlogs.containerlogs import FollowedLog, WholeLog
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.reconcile.request import wire_of
from kubeobj.runtimes.cri import ContainerRuntime, Session, Stream
from kubeobj.runtimes.errors import RuntimeFault
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState


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
        try:
            container = container_meant(found, query.container or usual_container(found))
            path = self._log_path(found, container, previous=query.previous)
        except LogsUnavailable as error:
            raise BadRequest(error.message) from None
        options = self._options(query)
        run = self._run_of(found, container, path) if query.follow else None
        try:
            if run is None:
                return WholeLog(path, options)
            return FollowedLog(self._runtime, run, path, options)
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

        Of a container that waits to be run again, the run that ended last is the previous one.

        Raises:
            LogsUnavailable: If there is none.
        """
        metadata = pod["metadata"]
        directory = f"{metadata['namespace']}_{metadata['name']}_{metadata['uid']}"
        where = self._logs / directory / container
        attempts = []
        with suppress(OSError):
            attempts = sorted(int(one.stem) for one in where.glob("*.log") if one.stem.isdigit())
        if previous and not _is_waiting(pod, container):
            attempts = attempts[:-1]
        if attempts:
            return where / f"{attempts[-1]}.log"
        # It says why there is none, or the files of what has run are gone.
        shown = container_id_meant(pod, container, previous=previous)
        raise LogsUnavailable(f"unable to retrieve container logs for {shown}")

    def _run_of(self, pod: Wire, container: str, path: Path) -> Container | None:
        """Return the run that a log is of, if the runtime still knows it."""
        try:
            runs = self._containers(pod, container)
        except RuntimeFault:
            return None
        return next((one for one in reversed(runs) if str(one.attempt) == path.stem), None)

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


def container_of(pod: Wire, said: str) -> str:
    """Return the container that is meant.

    Args:
        pod: The pod.
        said: Which is asked for; empty for the usual one.

    Raises:
        BadRequest: If the pod has no such container.
    """
    spec, name = pod["spec"], pod["metadata"]["name"]
    names = [one["name"] for one in containers_of(spec)]
    if said:
        if said not in names:
            raise BadRequest(f"container {said} is not valid for pod {name}")
        return said
    return usual_container(pod) or str(spec["containers"][0]["name"])


def _is_waiting(pod: Wire, container: str) -> bool:
    status: Wire = pod.get("status") or {}
    return any(
        one["name"] == container and "waiting" in (one.get("state") or {})
        for field in ("containerStatuses", "initContainerStatuses")
        for one in status.get(field) or ()
    )


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
