"""A load of HTTP requests that notices every one that fails.

with LoadGenerator(address, port) as load:
    ...                        # what must not be noticed by anybody
assert load.failures == []
assert load.answered > 0
"""

import socket
import threading
from types import TracebackType
from typing import Self

REQUEST = b"GET / HTTP/1.1\r\nHost: load\r\nConnection: %s\r\n\r\n"


class BrokenAnswer(Exception):
    """An answer that is none, or only a part of one."""


class LoadGenerator:
    """Asks over and over, in several threads, until it is told to stop.

    Args:
        address: Whom to ask.
        port: At which port.
        askers: In how many threads.
        keep_alive: Whether a connection is used again. One that the server has closed between two
            requests is no failure, as no HTTP client takes it for one.
        pause_seconds: How long each asker rests between two requests.
    """

    def __init__(
        self,
        address: str,
        port: int,
        *,
        askers: int = 4,
        keep_alive: bool = False,
        pause_seconds: float = 0.0,
    ) -> None:
        self.failures: list[str] = []
        """What has gone wrong, request by request."""
        self.bodies: dict[str, int] = {}
        """How often each body was the answer."""
        self._place = address, port
        self._keep_alive = keep_alive
        self._pause_seconds = pause_seconds
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask_on, daemon=True) for _ in range(askers)]

    @property
    def answered(self) -> int:
        """How many requests were answered."""
        return sum(self.bodies.values())

    def start(self) -> None:
        """Begin."""
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """End, when those requests are answered that are under way."""
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self.stop()

    # ------------------------------------------------------------ inside

    def _ask_on(self) -> None:
        connection: _Connection | None = None
        while not self._stop.is_set():
            try:
                if connection is None:
                    connection = _Connection(self._place)
                body = connection.ask(keep_alive=self._keep_alive)
            except (OSError, BrokenAnswer) as error:
                is_stale = connection is not None and connection.is_stale
                if connection is not None:
                    connection.close()
                    connection = None
                if not is_stale:
                    with self._lock:
                        self.failures.append(f"{type(error).__name__}: {error}")
                continue
            with self._lock:
                self.bodies[body] = self.bodies.get(body, 0) + 1
            if not connection.goes_on:
                connection.close()
                connection = None
            if self._pause_seconds:
                self._stop.wait(self._pause_seconds)
        if connection is not None:
            connection.close()


class _Connection:
    """One connection of an HTTP client."""

    def __init__(self, place: tuple[str, int]) -> None:
        self._socket = socket.create_connection(place, 20)
        self._file = self._socket.makefile("rb")
        self._asked = 0
        self._got = b""
        self.goes_on = True

    @property
    def is_stale(self) -> bool:
        """Whether it was used before and has ended without a byte of the last answer."""
        return self._asked > 1 and not self._got

    def ask(self, *, keep_alive: bool) -> str:
        """Return the body of the answer to one request."""
        self._asked += 1
        self._got = b""
        self._socket.sendall(REQUEST % (b"keep-alive" if keep_alive else b"close"))
        self._got = status = self._file.readline()
        if not status.startswith((b"HTTP/1.1 200 ", b"HTTP/1.0 200 ")):
            raise BrokenAnswer(status.decode(errors="replace").strip() or "nothing")
        length, self.goes_on = 0, keep_alive and status.startswith(b"HTTP/1.1")
        while (line := self._file.readline().strip()) != b"":
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                length = int(value)
            if name.lower() == b"connection" and value.strip().lower() == b"close":
                self.goes_on = False
        body = self._file.read(length)
        if len(body) != length:
            raise BrokenAnswer(f"{len(body)} of {length} bytes")
        return body.decode(errors="replace")

    def close(self) -> None:
        """End it."""
        self._file.close()
        self._socket.close()
