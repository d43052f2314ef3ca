"""Which faults begin and end when, and what has become of them."""

from dataclasses import dataclass
from heapq import heappop, heappush
from typing import final

from kubeobj.cluster.faults import Fault, Site


@final
@dataclass(frozen=True, slots=True)
class FaultEntry:
    """What has happened.

    Args:
        at: When, in seconds since 1970.
        fault: Which fault.
        begins: Whether it has begun, or ended.
    """

    at: float
    fault: Fault
    begins: bool


@final
class FaultBook:
    """Lets faults begin and end at their times. It works in steps.

    Args:
        site: What they strike.
    """

    __slots__ = ("_due", "_number", "_site", "history")

    def __init__(self, site: Site) -> None:
        self.history: list[FaultEntry] = []
        """What has begun and ended so far."""
        self._site = site
        self._due: list[tuple[float, int, Fault, bool]] = []
        self._number = 0

    def enter(self, fault: Fault, at: float, seconds: float | None) -> None:
        """Let a fault begin at a time and, unless *seconds* is None, end so much later."""
        self._enter(fault, at, begins=True)
        if seconds is not None:
            self._enter(fault, at + seconds, begins=False)

    def _enter(self, fault: Fault, at: float, *, begins: bool) -> None:
        self._number += 1
        heappush(self._due, (at, self._number, fault, begins))

    @property
    def deadline(self) -> float | None:
        """When the next one begins or ends, in seconds since 1970."""
        return self._due[0][0] if self._due else None

    def step(self) -> bool:
        """Let begin and end what is due; return whether anything was.

        Raises:
            NoSuchTarget: If what a fault strikes is not there.
        """
        busy = False
        while self._due and self._due[0][0] <= self._site.clock.now():
            _, _, fault, begins = heappop(self._due)
            if begins:
                fault.begin(self._site)
            else:
                fault.end(self._site)
            self.history.append(FaultEntry(self._site.clock.now(), fault, begins))
            busy = True
        return busy
