"""Bounds of ``>`` and ``<`` in order: whose bound does an integer fail?

A member passes where its threshold is below the number asked about. For ``<`` both are negated.
"""

from typing import final

from pyroaring import BitMap
from sortedcontainers import SortedList


@final
class Thresholds:
    """Slots with one threshold each."""

    __slots__ = ("_ascending", "_by_slot", "_members")

    def __init__(self) -> None:
        self._by_slot: dict[int, int] = {}
        self._ascending = SortedList()
        self._members = BitMap()

    def __bool__(self) -> bool:
        return bool(self._by_slot)

    def add(self, slot: int, threshold: int) -> None:
        """Give *slot*, which has none, a threshold."""
        self._by_slot[slot] = threshold
        self._ascending.add((threshold, slot))
        self._members.add(slot)

    def discard(self, slot: int) -> None:
        """Take the threshold of *slot*, which has one."""
        self._ascending.remove((self._by_slot.pop(slot), slot))
        self._members.discard(slot)

    def failing(self, candidates: BitMap, number: int | None) -> BitMap:
        """Return the candidates whose threshold is not below *number*; all, if it is None.

        The cheapest of three ways: look at each candidate, at all who pass, or at all who fail.
        """
        asked = candidates & self._members
        if number is None or not asked:
            return asked
        passing = self._ascending.bisect_left((number, -1))
        failing = len(self._ascending) - passing
        if len(asked) <= min(passing, failing):
            return BitMap([slot for slot in asked if self._by_slot[slot] >= number])
        if passing < failing:
            return asked - BitMap([slot for _, slot in self._ascending.islice(0, passing)])
        return asked & BitMap([slot for _, slot in self._ascending.islice(passing)])
