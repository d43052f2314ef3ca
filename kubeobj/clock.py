"""Time, as something that is handed in: what reads it takes a `Clock`.

A live clock is the machine's; a virtual one stands still until it is told to move, so that what
runs on it can run again and find the same times.
"""

import time
from typing import Protocol, final

START_SECONDS = 1_767_225_600.0
"""When a virtual clock begins unless it is told otherwise: 2026-01-01T00:00:00Z."""


class Clock(Protocol):
    """Where the time comes from."""

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        ...


@final
class LiveClock:
    """The time of the machine.

    >>> LiveClock().now() > 1_700_000_000
    True
    """

    __slots__ = ()

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        return time.time()  # noqa: TID251 - the one place that reads it


@final
class VirtualClock:
    """A clock that moves when it is told to.

    Args:
        start_seconds: When it begins, in seconds since 1970.

    >>> clock = VirtualClock(100)
    >>> clock.advance(2.5)
    >>> clock.now()
    102.5
    """

    __slots__ = ("_now",)

    def __init__(self, start_seconds: float = START_SECONDS) -> None:
        self._now = float(start_seconds)

    def now(self) -> float:
        """Return the seconds since 1970-01-01T00:00:00Z."""
        return self._now

    def advance(self, seconds: float) -> None:
        """Move on.

        Raises:
            ValueError: If *seconds* is negative: time does not go back.
        """
        if seconds < 0:
            msg = f"time does not go back, so not by {seconds} seconds"
            raise ValueError(msg)
        self._now += seconds
