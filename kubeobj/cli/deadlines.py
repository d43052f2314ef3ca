"""Until when a command waits for something, and how often it looks."""

import time
from typing import Final, final

from kubeobj.clock import LiveClock

LOOKED_SECONDS: Final = 0.1
"""How long it is waited between two looks."""

CLOCK: Final = LiveClock()


@final
class Deadline:
    """Until when it is waited.

    Args:
        seconds: How long from now on; None for ever.
    """

    def __init__(self, seconds: float | None) -> None:
        self._ends_at = None if seconds is None else CLOCK.now() + seconds

    @property
    def is_past(self) -> bool:
        """Whether it has been waited so long."""
        return self._ends_at is not None and CLOCK.now() > self._ends_at

    def pause(self, seconds: float = LOOKED_SECONDS) -> None:
        """Let some time pass before the next look."""
        time.sleep(seconds)
