"""From time to place: a scale on which times when nothing happens take little room.

In most simulations a few seconds matter, and minutes pass between them. So a stretch without any
happening is cut short, and drawn as such; elsewhere the scale is even.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, final

_SHARE: Final = 1 / 16
"""How much of the whole a quiet stretch may take."""

_SHORTEST_SECONDS: Final = 10.0
"""No stretch shorter than this is cut."""

_STEPS: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 21600, 86400)
_TICK_WIDTH: Final = 58.0
"""The least room between two ticks, for their texts."""


@final
@dataclass(frozen=True, slots=True)
class Stretch:
    """A part of the scale.

    Args:
        begin: When it begins, in seconds.
        end: When it ends.
        left: Where it begins.
        right: Where it ends.
        is_cut: Whether it takes less room than it would.
    """

    begin: float
    end: float
    left: float
    right: float
    is_cut: bool


@final
class TimeScale:
    """Places for times.

    Args:
        begin: The first time, in seconds.
        end: The last.
        moments: When something happens.
        left: The place of the first time.
        right: The place of the last.

    >>> scale = TimeScale(0, 100, [50], left=0, right=200)
    >>> scale.place(50), scale.place(1000)
    (100.0, 200.0)
    """

    __slots__ = ("_begins", "begin", "end", "left", "right", "stretches")

    def __init__(
        self, begin: float, end: float, moments: Iterable[float], *, left: float, right: float
    ) -> None:
        self.begin: float = begin
        self.end: float = max(end, begin + 1e-3)
        self.left: float = left
        self.right: float = right
        within = {at for at in moments if begin < at < self.end}
        times = [begin, *sorted(within), self.end]
        gaps = [later - at for at, later in pairwise(times)]
        longest = _longest(gaps)
        whole = sum(min(gap, longest) for gap in gaps)
        self.stretches: list[Stretch] = []
        at_place = left
        for at, later in pairwise(times):
            room = (right - left) * min(later - at, longest) / whole
            is_cut = later - at > longest
            self.stretches.append(Stretch(at, later, at_place, at_place + room, is_cut))
            at_place += room
        self._begins = [one.begin for one in self.stretches]

    def place(self, at: float) -> float:
        """Return where a time is; the ends for times before and after."""
        at = min(max(at, self.begin), self.end)
        one = self.stretches[max(bisect_right(self._begins, at) - 1, 0)]
        return one.left + (one.right - one.left) * (at - one.begin) / (one.end - one.begin)

    @property
    def cuts(self) -> Iterator[Stretch]:
        """The stretches that are cut short."""
        return (one for one in self.stretches if one.is_cut)

    def ticks(self, wanted: Iterable[float] = ()) -> list[float]:
        """Return the times to write below, none too near to another.

        Args:
            wanted: Times to write if there is room, the most wanted first.
        """
        ends = [at for one in self.stretches if one.is_cut for at in (one.begin, one.end)]
        places: list[tuple[float, float]] = []
        for at in (self.begin, self.end, *wanted, *ends, *self._round_times()):
            if not self.begin <= at <= self.end:
                continue
            place = self.place(at)
            if all(abs(place - other) >= _TICK_WIDTH for other, _ in places):
                places.append((place, at))
        return [at for _, at in sorted(places)]

    def _round_times(self) -> Iterator[float]:
        """Yield round times in the even parts, from the roundest on."""
        even = [one for one in self.stretches if not one.is_cut]
        if not even:
            return
        first = max(even, key=lambda one: one.right - one.left)
        per_second = (first.right - first.left) / (first.end - first.begin)
        fits = [one for one in _STEPS if one * per_second >= _TICK_WIDTH]
        every = fits[0] if fits else _STEPS[-1]
        runs: list[list[float]] = []
        for one in even:
            if runs and runs[-1][1] == one.begin:
                runs[-1][1] = one.end
            else:
                runs.append([one.begin, one.end])
        for begin, end in runs:
            number = -(-begin // every)
            while number * every <= end:
                yield number * every
                number += 1


def _longest(gaps: list[float]) -> float:
    """Return how long a stretch may be at most before it is cut."""
    whole = sum(gaps)
    least = max(_SHORTEST_SECONDS, whole / 400)
    longest = whole
    for _ in range(4):  # what is cut makes the whole shorter, and so the share
        longest = max(whole * _SHARE, least)
        whole = sum(min(gap, longest) for gap in gaps)
    return longest
