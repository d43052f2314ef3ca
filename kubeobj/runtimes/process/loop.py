"""What a warden waits for: file descriptors, moments, and the ends of its children."""

import heapq
import os
import selectors
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from typing import TypeAlias, final

Act: TypeAlias = Callable[[], object]
"""What is done when something has come."""


@final
@dataclass(order=True, slots=True)
class Timer:
    """Something that is to be done at a moment, unless it is cancelled."""

    at: float
    number: int
    act: Act = field(compare=False)
    cancelled: bool = field(default=False, compare=False)

    def cancel(self) -> None:
        """Let it not be done."""
        self.cancelled = True


@final
class Loop:
    """Waits, and does what is to be done, one after the other; it costs nothing while it waits."""

    def __init__(self) -> None:
        self._selector = selectors.DefaultSelector()
        self._timers: list[Timer] = []
        self._count = count()
        self._ending = False

    def watch(self, fd: int, act: Act) -> None:
        """Do something whenever there is something to read."""
        self._selector.register(fd, selectors.EVENT_READ, act)

    def want_to_write(self, fd: int, act: Act, *, wanted: bool) -> None:
        """Do it as well when something can be written, or no more."""
        events = selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0)
        self._selector.modify(fd, events, act)

    def forget(self, fd: int) -> None:
        """Watch something no more; it must still be open."""
        self._selector.unregister(fd)

    def after(self, seconds: float, act: Act) -> Timer:
        """Do something in a while."""
        at = time.monotonic() + max(0.0, seconds)  # noqa: TID251 - what is waited for is real
        timer = Timer(at, next(self._count), act)
        heapq.heappush(self._timers, timer)
        return timer

    def on_children(self, act: Act) -> None:
        """Do something whenever a child may have ended; and end when told to by a signal."""
        mine, theirs = os.pipe()
        os.set_blocking(mine, False)
        os.set_blocking(theirs, False)
        signal.set_wakeup_fd(theirs, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)

        def woken() -> None:
            os.read(mine, 4096)
            act()

        self.watch(mine, woken)

    def end(self) -> None:
        """Return from `run` once what is being done is done."""
        self._ending = True

    def run(self) -> None:
        """Wait and do, until the end."""
        while not self._ending:
            for key, _ in self._selector.select(self._patience()):
                # What was done before may have ended this.
                if key.fd in self._selector.get_map():
                    key.data()
            self._due()

    def _patience(self) -> float | None:
        while self._timers and self._timers[0].cancelled:
            heapq.heappop(self._timers)
        if not self._timers:
            return None
        return max(0.0, self._timers[0].at - time.monotonic())  # noqa: TID251 - the same

    def _due(self) -> None:
        while self._timers and self._timers[0].at <= time.monotonic():  # noqa: TID251 - the same
            timer = heapq.heappop(self._timers)
            if not timer.cancelled:
                timer.act()
