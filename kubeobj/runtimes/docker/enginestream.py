"""A connection to an engine that stays open: what it streams, and what is sent to it.

The SDK reads answers through a buffer, and what that has read beyond the head of an answer is lost
to who takes the socket over; so these connections are made here.

Source: Docker Engine API 1.41, "Stream format" and "Hijacking".
"""

import json
import socket
from collections.abc import Mapping
from typing import Final, final
from urllib.parse import quote, urlencode, urlsplit

from kubeobj.documents import Wire
from kubeobj.runtimes.docker.enginefaults import EngineFault, unavailable
from kubeobj.runtimes.docker.frames import ChunkReader

_HEAD_LIMIT: Final = 64 * 1024
_PIECE: Final = 64 * 1024


def connected(url: str, timeout: float | None) -> socket.socket:
    """Return a socket that is connected to the engine at *url*.

    Raises:
        OSError: If that does not work.
    """
    parts = urlsplit(url)
    if parts.scheme == "tcp":
        return socket.create_connection(
            (parts.hostname or "localhost", parts.port or 2375), timeout
        )
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout)
        connection.connect(parts.path)
    except OSError:
        connection.close()
        raise
    return connection


@final
class EngineStream:
    """An answer that goes on, and where it allows that, a way to send something.

    Args:
        connection: The connection, on which the request has been sent.
        rest: What has come after the head of the answer.
        chunked: Whether the answer is in chunks.
    """

    def __init__(self, connection: socket.socket, rest: bytes, *, chunked: bool) -> None:
        self.connection: socket.socket = connection
        self._chunks = ChunkReader() if chunked else None
        self._rest = rest

    @property
    def ended(self) -> bool:
        """Whether the engine has said that nothing more comes."""
        return self._chunks is not None and self._chunks.ended

    def begun(self) -> bytes:
        """Return what has come with the head of the answer, once."""
        rest, self._rest = self._rest, b""
        return self._unpacked(rest) if rest else b""

    def receive(self) -> bytes | None:
        """Return what comes next, maybe nothing yet; None once nothing will.

        Raises:
            TimeoutError: If nothing has come by the connection's time limit.
            BlockingIOError: If nothing is there, and the connection does not wait.
        """
        if self.ended:
            return None
        try:
            data = self.connection.recv(_PIECE)
        except (ConnectionResetError, BrokenPipeError):
            return None
        if not data:
            return None
        return self._unpacked(data)

    def _unpacked(self, data: bytes) -> bytes:
        return data if self._chunks is None else self._chunks.feed(data)

    def send(self, data: bytes) -> None:
        """Send something.

        Raises:
            BrokenPipeError: If nobody takes it.
        """
        try:
            self.connection.sendall(data)
        except (ConnectionError, TimeoutError) as error:
            raise BrokenPipeError(str(error)) from None

    def end_sending(self) -> None:
        """Say that nothing more will be sent."""
        try:
            self.connection.shutdown(socket.SHUT_WR)
        except OSError:
            return  # it is gone already

    def close(self) -> None:
        """Let go of the connection."""
        self.connection.close()


def open_stream(  # noqa: PLR0913 - a request has these parts
    url: str,
    method: str,
    path: str,
    query: Mapping[str, str],
    body: Wire | None = None,
    *,
    upgrade: bool = False,
    timeout: float | None = 60,
) -> EngineStream:
    """Send a request, and return the answer as it comes.

    Args:
        url: Where the engine is.
        method: What is asked for.
        path: Of what, with the version of the API.
        query: How.
        body: What is sent along.
        upgrade: Whether something will be sent on the same connection.
        timeout: How long the engine may take to begin its answer, in seconds.

    Raises:
        EngineFault: If the engine refuses.
        RuntimeUnavailable: If it cannot be reached.
    """
    content = b"" if body is None else json.dumps(body).encode()
    lines = [
        f"{method} {quote(path)}?{urlencode(query)} HTTP/1.1",
        "Host: docker",
        "Content-Type: application/json",
        f"Content-Length: {len(content)}",
    ]
    if upgrade:
        lines += ["Connection: Upgrade", "Upgrade: tcp"]
    try:
        connection = connected(url, timeout)
    except OSError as error:
        raise unavailable(url, error) from None
    try:
        connection.sendall("\r\n".join([*lines, "", ""]).encode("latin-1") + content)
        stream = _answer(connection)
    except OSError as error:
        connection.close()
        raise unavailable(url, error) from None
    except BaseException:
        connection.close()
        raise
    return stream


def _answer(connection: socket.socket) -> EngineStream:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(_PIECE)
        if not piece or len(data) > _HEAD_LIMIT:
            raise ConnectionResetError("the engine has not answered")
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    first, *fields = head.decode("latin-1").split("\r\n")
    status = int(first.split(" ", 2)[1])
    headers = {
        name.strip().lower(): value.strip().lower()
        for name, _, value in (line.partition(":") for line in fields)
    }
    chunked = headers.get("transfer-encoding", "") == "chunked"
    stream = EngineStream(connection, rest, chunked=chunked)
    if status >= 400:
        raise EngineFault(status, _message(stream, headers.get("content-length")))
    return stream


def _message(stream: EngineStream, length: str | None) -> str:
    """Return what the engine says of a refusal."""
    found = stream.begun()
    wanted = int(length) if length and length.isdecimal() else _HEAD_LIMIT
    while len(found) < wanted and (piece := stream.receive()) is not None:
        found += piece
        if length is None and found.rstrip().endswith(b"}"):
            break
    return EngineFault.message_of(found)
