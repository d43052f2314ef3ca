"""Logs, commands and ports of pods, over a socket: a `PodStreams` of another process."""

import http.client
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, suppress
from typing import TYPE_CHECKING, Final, final
from urllib.parse import quote, urlencode

import orjson

from kubeobj.api.client import channels
from kubeobj.api.client.podstreams import Channel, LogQuery, LogStream, PodConnection, PodSession
from kubeobj.api.errors import InternalError
from kubeobj.cluster.statedirectory import socket_address
from kubeobj.remote.errors import NoCluster, error_of
from kubeobj.remote.transport import Transport, UnixConnection

if TYPE_CHECKING:
    from websockets.sync.client import ClientConnection

_PIECE: Final = 32 * 1024


@final
class RemotePodStreams:
    """Reaches into the pods of a cluster that another process runs.

    Args:
        transport: Asks the server.
        namespace: The namespace of what does not say one.
    """

    def __init__(self, transport: Transport, namespace: str = "default") -> None:
        self._transport = transport
        self._namespace = namespace

    def log(self, pod: str, query: LogQuery, *, namespace: str | None = None) -> LogStream:
        """Return the log of a container; see `PodStreams.log`."""
        said = {
            "container": query.container,
            "follow": "true" if query.follow else "",
            "previous": "true" if query.previous else "",
            "sinceSeconds": _text(query.since_seconds),
            "sinceTime": query.since_time,
            "timestamps": "true" if query.timestamps else "",
            "tailLines": _text(query.tail_lines),
            "limitBytes": _text(query.limit_bytes),
            "stream": "" if query.stream == "All" else query.stream,
        }
        target = self._target(pod, "log", namespace, [(n, v) for n, v in said.items() if v])
        return _RemoteLog(*self._transport.open(target))

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
        said = [("command", one) for one in command]
        said += _streams(container, stdin=stdin, tty=tty)
        return _RemoteSession(self._socket(self._target(pod, "exec", namespace, said)))

    def attach(
        self, pod: str, *, container: str = "", stdin: bool = False, namespace: str | None = None
    ) -> PodSession:
        """Return the streams of a container; see `PodStreams.attach`."""
        said = _streams(container, stdin=stdin, tty=False)
        return _RemoteSession(self._socket(self._target(pod, "attach", namespace, said)))

    def port_forward(self, pod: str, port: int, *, namespace: str | None = None) -> PodConnection:
        """Return a connection to a port in a pod; see `PodStreams.port_forward`."""
        target = self._target(pod, "portforward", namespace, [("ports", str(port))])
        return _RemoteConnection(self._socket(target))

    def _target(
        self, pod: str, part: str, namespace: str | None, said: Sequence[tuple[str, str]]
    ) -> str:
        place = self._namespace if namespace is None else namespace
        path = f"/api/v1/namespaces/{quote(place, safe='')}/pods/{quote(pod, safe='')}/{part}"
        return f"{path}?{urlencode(said)}" if said else path

    def _socket(self, target: str) -> "ClientConnection":
        """Return a WebSocket of channels.

        Raises:
            NoCluster: If nobody answers.
            ApiError: If the server refuses.
        """
        from websockets.exceptions import InvalidStatus, WebSocketException
        from websockets.sync.client import unix_connect
        from websockets.typing import Subprotocol

        with ExitStack() as stack:
            try:
                address = stack.enter_context(socket_address(self._transport.path))
                # Entered here and left by `close`, as it is used by several threads in between.
                return unix_connect(
                    address,
                    f"ws://localhost{target}",
                    subprotocols=[Subprotocol(channels.PROTOCOL)],
                    additional_headers=self._transport.headers,
                    user_agent_header=None,
                    compression=None,
                    max_size=None,
                    close_timeout=1,
                ).__enter__()
            except InvalidStatus as error:
                status = error.response
                raise error_of(_status(status.body), status.status_code) from None
            except (OSError, WebSocketException) as error:
                raise NoCluster(self._transport.path.parent, str(error)) from error


def _status(body: bytes | bytearray | None) -> dict[str, object]:
    with suppress(orjson.JSONDecodeError):
        found = orjson.loads(body or b"{}")
        if isinstance(found, dict):
            return found
    return {}


def _text(number: int | None) -> str:
    return "" if number is None else str(number)


def _streams(container: str, *, stdin: bool, tty: bool) -> list[tuple[str, str]]:
    said = [("stdout", "true")]
    said += [("container", container)] if container else []
    said += [("stdin", "true")] if stdin else []
    # A terminal has one stream for all that is printed.
    said += [("tty", "true")] if tty else [("stderr", "true")]
    return said


@final
class _RemoteLog:
    """A log that comes over a connection of its own."""

    def __init__(self, connection: UnixConnection, response: http.client.HTTPResponse) -> None:
        self._connection = connection
        self._response = response
        self._socket = connection.sock
        self._lock = threading.Lock()
        self._is_read = False

    def __iter__(self) -> Iterator[bytes]:
        with self._lock:
            self._is_read = True
        try:
            while piece := self._response.read1(_PIECE):
                yield piece
        except (OSError, ValueError, http.client.HTTPException):
            return  # closed, or the server is gone
        finally:
            self._response.close()
            self._connection.close()

    def close(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(2)
        with self._lock:
            if not self._is_read:  # else who reads it closes it
                self._is_read = True
                self._response.close()
                self._connection.close()


@final
class _RemoteSession:
    """A command whose streams come as messages of channels; a thread takes them."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket
        self._printed: deque[tuple[Channel, bytes]] = deque()
        self._end: bytes | None = None
        self._is_over = False
        self._came = threading.Condition()
        threading.Thread(target=self._receive, name="kubeobj-exec", daemon=True).start()

    def read(self, timeout: float | None = None) -> tuple[Channel, bytes] | None:
        with self._came:
            if not self._came.wait_for(lambda: self._printed or self._is_over, timeout):
                raise TimeoutError
            return self._printed.popleft() if self._printed else None

    def write(self, data: bytes) -> None:
        self._send(channels.message(channels.STDIN, data))

    def close_stdin(self) -> None:
        with suppress(BrokenPipeError):
            self._send(channels.closing(channels.STDIN))

    def resize(self, columns: int, rows: int) -> None:
        with suppress(BrokenPipeError):
            self._send(channels.resizing(columns, rows))

    def wait(self, timeout: float | None = None) -> int:
        with self._came:
            if not self._came.wait_for(lambda: self._is_over, timeout):
                raise TimeoutError
        if self._end is None:
            raise InternalError("the connection was lost, and nobody knows how the command ended")
        return channels.exit_code_in(self._end)

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            self._socket.send(data)
        except ConnectionClosed:
            raise BrokenPipeError from None

    def _receive(self) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            for told in self._socket:
                if isinstance(told, bytes) and told:
                    self._take(told[0], told[1:])
        except ConnectionClosed:
            pass
        finally:
            with self._came:
                self._is_over = True
                self._came.notify_all()

    def _take(self, channel: int, data: bytes) -> None:
        with self._came:
            if channel == channels.STDOUT:
                self._printed.append((Channel.STDOUT, data))
            elif channel == channels.STDERR:
                self._printed.append((Channel.STDERR, data))
            elif channel == channels.ERROR:
                self._end = data
                self._is_over = True
            self._came.notify_all()


@final
class _RemoteConnection:
    """A connection to a port, as messages of two channels: data, and what is wrong."""

    def __init__(self, socket: "ClientConnection") -> None:
        self._socket = socket
        self._left = b""
        self._is_ended = False
        # The first message of each channel says the port.
        self._unsaid = {0, 1}

    def recv(self, size: int) -> bytes:
        from websockets.exceptions import ConnectionClosed

        while not self._left and not self._is_ended:
            try:
                told = self._socket.recv()
            except ConnectionClosed:
                self._is_ended = True
                break
            if isinstance(told, bytes) and told:
                self._take(told[0], told[1:])
        found, self._left = self._left[:size], self._left[size:]
        return found

    def _take(self, channel: int, data: bytes) -> None:
        if channel in self._unsaid:
            self._unsaid.discard(channel)
        elif channel == 0:
            self._left = data
        elif channel == channels.CLOSE and data[:1] == b"\x00":
            self._is_ended = True

    def sendall(self, data: bytes) -> None:
        from websockets.exceptions import ConnectionClosed

        try:
            for start in range(0, len(data), _PIECE):
                self._socket.send(channels.message(0, data[start : start + _PIECE]))
        except ConnectionClosed:
            raise BrokenPipeError from None

    def end(self) -> None:
        from websockets.exceptions import ConnectionClosed

        with suppress(ConnectionClosed):
            self._socket.send(channels.closing(0))

    def close(self) -> None:
        self._socket.close()
