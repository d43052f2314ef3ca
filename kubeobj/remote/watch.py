"""A watch over a socket: a thread reads it as it comes, and its owner takes what is there."""

import http.client
import threading
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from types import TracebackType
from typing import Generic, Self, TypeVar, final

import orjson

from kubeobj.api.client.results import ObjectEvent
from kubeobj.api.errors import ApiError
from kubeobj.documents import Wire
from kubeobj.remote.errors import error_of
from kubeobj.remote.transport import UnixConnection
from kubeobj.store.watch import EventType

Item = TypeVar("Item")


@final
class RemoteWatch(Generic[Item]):
    """A watch of objects on a server; a `Watch`.

    Args:
        connection: What it is read from, and closed with.
        response: The answer, whose lines are the events.
        read: Makes an object of one.
        resource_version: From where it goes on; empty if it begins with what there is.
        patience: How long `poll` waits if nothing is there, in seconds.
    """

    def __init__(
        self,
        connection: UnixConnection,
        response: http.client.HTTPResponse,
        read: Callable[[Wire], Item],
        resource_version: str,
        patience: float = 0.0,
    ) -> None:
        self._connection = connection
        self._response = response
        self._socket = connection.sock
        self._read = read
        self._version = resource_version
        # Whether what there was at the beginning has been told.
        self._has_begun = bool(resource_version)
        self._patience = patience
        self._events: deque[tuple[ObjectEvent[Item] | None, str]] = deque()
        self._failure: ApiError | None = None
        self._is_over = False
        self._is_closed = False
        self._came = threading.Condition()
        threading.Thread(target=self._receive, name="kubeobj-watch", daemon=True).start()

    @property
    def resource_version(self) -> str:
        """Up to when everything has been read; see `Watch.resource_version`."""
        return self._version

    @property
    def is_open(self) -> bool:
        """Whether events may still come."""
        with self._came:
            return not self._is_closed and not (self._is_over and not self._events)

    def poll(self, limit: int | None = None) -> list[ObjectEvent[Item]]:
        """Return what has happened since the last poll; see `Watch.poll`."""
        self.wait(self._patience)
        with self._came:
            found: list[ObjectEvent[Item]] = []
            while self._events and (limit is None or len(found) < limit):
                event, version = self._events.popleft()
                self._version = version or self._version
                if event is not None:
                    found.append(event)
            if not found and not self._events and self._failure is not None:
                raise self._failure
            return found

    def wait(self, timeout: float | None = None) -> bool:
        """Wait until there is something to be polled; return whether there is.

        Args:
            timeout: How long at most, in seconds; None for ever.
        """
        with self._came:
            self._came.wait_for(lambda: self._is_over or self._has_events, timeout)
            return self._has_events or self._failure is not None

    def close(self) -> None:
        """End the watch."""
        with self._came:
            self._is_closed = True
            self._events.clear()
            self._failure = None
        if self._socket is not None:
            with suppress(OSError):
                self._socket.shutdown(2)

    @property
    def _has_events(self) -> bool:
        return any(event is not None for event, _ in self._events)

    def __iter__(self) -> Iterator[ObjectEvent[Item]]:
        while events := self.poll():
            yield from events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    # ------------------------------------------------------------ in the thread

    def _receive(self) -> None:
        try:
            while not self._is_closed and (line := self._response.readline()):
                self._take(orjson.loads(line))
        except (OSError, ValueError, http.client.HTTPException):
            pass  # it ends here; the reader goes on from where it was
        finally:
            with self._came:
                self._is_over = True
                self._came.notify_all()
            with suppress(OSError):
                self._connection.close()

    def _take(self, line: Wire) -> None:
        found = line["object"]
        with self._came:
            if self._is_closed:
                return
            if line["type"] == "ERROR":
                self._failure = error_of(found, found.get("code", 500))
            elif line["type"] == "BOOKMARK":
                self._has_begun = True
                self._events.append((None, found["metadata"]["resourceVersion"]))
            else:
                # While what there was is still being told, no watch could go on from there.
                version = found["metadata"]["resourceVersion"] if self._has_begun else ""
                event = ObjectEvent(EventType(line["type"]), self._read(found))
                self._events.append((event, version))
            self._came.notify_all()
