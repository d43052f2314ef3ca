"""Who waits for sockets and moments: the least that a proxy needs, and little per event.

A file that is in trouble wakes both who reads and who writes it: they find out when they try.
Source: epoll(7).
"""

import heapq
import select
from collections.abc import Callable
from itertools import count
from time import monotonic  # noqa: TID251 - the one place of the proxy that reads it
from typing import Final, TypeAlias, final

Call: TypeAlias = Callable[[], object]
"""What is called when something has come."""

_READ: Final = select.EPOLLIN
_WRITE: Final = select.EPOLLOUT
_NOT_READ: Final = ~_READ
_NOT_WRITE: Final = ~_WRITE


@final
class Timer:
    """Something that is called at a moment, unless it is cancelled before."""

    __slots__ = ("call",)

    def __init__(self, call: Call | None) -> None:
        self.call: Call | None = call
        """What is called; None if it is cancelled."""

    def cancel(self) -> None:
        """Do not call it."""
        self.call = None


@final
class EventLoop:
    """Waits for sockets and moments. One thread runs it, and nobody else touches it."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._readers: dict[int, Call] = {}
        self._writers: dict[int, Call] = {}
        self._timers: list[tuple[float, int, Timer]] = []
        self._numbers = count()
        self._runs = True

    def time(self) -> float:
        """Return the seconds since some moment; they never go back."""
        return monotonic()

    def run(self) -> None:
        """Work until it is stopped."""
        readers, writers, poll = self._readers, self._writers, self._epoll.poll
        while self._runs:
            for file, event in poll(self._pause()):
                # One of the first may have closed what one of the next is about.
                if event & _NOT_WRITE and (call := readers.get(file)) is not None:
                    call()
                if event & _NOT_READ and (call := writers.get(file)) is not None:
                    call()
            if self._timers:
                self._call_due()

    def stop(self) -> None:
        """Let it end when it is done with what has come."""
        self._runs = False

    def close(self) -> None:
        """Give up what it waits with."""
        self._epoll.close()

    def call_later(self, seconds: float, call: Call) -> Timer:
        """Call something in so many seconds."""
        timer = Timer(call)
        heapq.heappush(self._timers, (self.time() + seconds, next(self._numbers), timer))
        return timer

    def add_reader(self, file: int, call: Call) -> None:
        """Call something whenever there is something to read."""
        is_new = file not in self._readers
        self._readers[file] = call
        if is_new:
            self._register(file, _READ, is_known=file in self._writers)

    def remove_reader(self, file: int) -> None:
        """Wait no longer for something to read."""
        if self._readers.pop(file, None) is not None:
            self._unregister(file, _WRITE, is_left=file in self._writers)

    def add_writer(self, file: int, call: Call) -> None:
        """Call something whenever something can be written."""
        is_new = file not in self._writers
        self._writers[file] = call
        if is_new:
            self._register(file, _WRITE, is_known=file in self._readers)

    def remove_writer(self, file: int) -> None:
        """Wait no longer until something can be written."""
        if self._writers.pop(file, None) is not None:
            self._unregister(file, _READ, is_left=file in self._readers)

    # ------------------------------------------------------------ inside

    def _register(self, file: int, event: int, *, is_known: bool) -> None:
        if is_known:
            self._epoll.modify(file, _READ | _WRITE)
        else:
            self._epoll.register(file, event)

    def _unregister(self, file: int, left: int, *, is_left: bool) -> None:
        if is_left:
            self._epoll.modify(file, left)
        else:
            self._epoll.unregister(file)

    def _pause(self) -> float | None:
        timers = self._timers
        while timers and timers[0][2].call is None:
            heapq.heappop(timers)
        return max(timers[0][0] - self.time(), 0.0) if timers else None

    def _call_due(self) -> None:
        now, timers = self.time(), self._timers
        while timers and timers[0][0] <= now:
            call = heapq.heappop(timers)[2].call
            if call is not None:
                call()
