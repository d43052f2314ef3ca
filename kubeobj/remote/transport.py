"""Requests of HTTP over a unix socket, on connections that are used again."""

import http.client
import socket
import threading
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

import orjson

from kubeobj.clock import LiveClock
from kubeobj.cluster.statedirectory import socket_address
from kubeobj.documents import Wire
from kubeobj.remote.errors import NoCluster, error_of

# The server lets go of a connection that nobody uses; so does the client, but sooner.
_IDLE_SECONDS: Final = 20.0
_KEPT: Final = 4
_CLOCK: Final = LiveClock()


@final
@dataclass(frozen=True, slots=True)
class Answer:
    """What a server has answered.

    Args:
        status: The code.
        body: The body.
        warnings: What it warns of.
    """

    status: int
    body: bytes
    warnings: tuple[str, ...] = ()


@final
class UnixConnection(http.client.HTTPConnection):
    """A connection to a unix socket.

    Args:
        path: Where the socket is.
        timeout: How long to wait for an answer, in seconds; None for ever.
    """

    def __init__(self, path: Path, timeout: float | None = None) -> None:
        super().__init__("localhost", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        """Connect.

        Raises:
            OSError: If nobody listens there.
        """
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        with socket_address(self._path) as address:
            self.sock.connect(address)


@final
class Transport:
    """Asks the server behind a unix socket; any thread may.

    Args:
        path: Where the socket is.
        headers: What every request says besides.
    """

    def __init__(self, path: Path, headers: Sequence[tuple[str, str]] = ()) -> None:
        self.path: Path = path
        self.headers: tuple[tuple[str, str], ...] = tuple(headers)
        self._lock = threading.Lock()
        self._idle: list[tuple[float, UnixConnection]] = []

    def with_headers(self, headers: Iterable[tuple[str, str]]) -> "Transport":
        """Return another that says other things besides, on the same connections."""
        twin = Transport(self.path, tuple(headers))
        twin._lock, twin._idle = self._lock, self._idle
        return twin

    def ask(
        self,
        method: str,
        target: str,
        body: bytes | None = None,
        content_type: str = "application/json",
    ) -> Answer:
        """Return the answer to a request.

        Raises:
            NoCluster: If nobody answers.
            ApiError: If the server refuses.
        """
        connection, is_used = self._connection()
        try:
            response = self._sent(connection, method, target, body, content_type)
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if not is_used or method != "GET":
                raise self._nobody(error) from error
            connection = UnixConnection(self.path)
            try:
                response = self._sent(connection, method, target, body, content_type)
            except (OSError, http.client.HTTPException) as again:
                connection.close()
                raise self._nobody(again) from again
        try:
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._nobody(error) from error
        self._keep(connection, response)
        if response.status >= 400:
            raise error_of(_status(data), response.status)
        return Answer(response.status, data, _warnings(response))

    def open(self, target: str) -> tuple[UnixConnection, http.client.HTTPResponse]:
        """Return the beginning of an answer that goes on, and what to close in the end.

        Raises:
            NoCluster: If nobody answers.
            ApiError: If the server refuses.
        """
        connection = UnixConnection(self.path)
        try:
            response = self._sent(connection, "GET", target, None, "")
            if response.status < 400:
                return connection, response
            data = response.read()
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            raise self._nobody(error) from error
        connection.close()
        raise error_of(_status(data), response.status)

    def close(self) -> None:
        """Let go of the connections that nobody uses."""
        with self._lock:
            while self._idle:
                self._idle.pop()[1].close()

    # ------------------------------------------------------------ inside

    def _connection(self) -> tuple[UnixConnection, bool]:
        now = _CLOCK.now()
        with self._lock:
            while self._idle:
                since, connection = self._idle.pop()
                if now - since < _IDLE_SECONDS:
                    return connection, True
                connection.close()
        return UnixConnection(self.path), False

    def _keep(self, connection: UnixConnection, response: http.client.HTTPResponse) -> None:
        if response.will_close:
            connection.close()
            return
        with self._lock:
            if len(self._idle) < _KEPT:
                self._idle.append((_CLOCK.now(), connection))
                return
        connection.close()

    def _sent(
        self,
        connection: UnixConnection,
        method: str,
        target: str,
        body: bytes | None,
        content_type: str,
    ) -> http.client.HTTPResponse:
        connection.putrequest(method, target, skip_accept_encoding=True)
        for name, value in self.headers:
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("Content-Type", content_type)
            connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        return connection.getresponse()

    def _nobody(self, error: Exception) -> NoCluster:
        why = ""
        if not isinstance(error, FileNotFoundError | ConnectionRefusedError):
            why = str(error) or type(error).__name__
        return NoCluster(self.path.parent, why)


def _status(data: bytes) -> Wire:
    try:
        found: object = orjson.loads(data)
    except orjson.JSONDecodeError:
        return {"message": data.decode(errors="replace").strip()}
    return found if isinstance(found, dict) else {}


def _warnings(response: http.client.HTTPResponse) -> tuple[str, ...]:
    """Return the texts of the warnings, which come as ``299 - "TEXT"``."""
    found = response.headers.get_all("Warning") or ()
    return tuple(
        one.partition('"')[2].removesuffix('"').replace('\\"', '"').replace("\\\\", "\\")
        for one in found
    )
