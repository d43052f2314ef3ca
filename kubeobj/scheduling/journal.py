"""Which nodes have changed, in order, for readers that come back from time to time."""

from typing import Final, final

KEPT: Final = 65_536
"""How many changes are kept; a reader that is further behind begins anew."""


@final
class Journal:
    """Changes of nodes, by their slots.

    >>> journal = Journal()
    >>> journal.note(3)
    >>> journal.note(3, is_node=True)
    >>> journal.since(0), journal.end
    ({3: True}, 2)
    """

    __slots__ = ("_changes", "_start")

    def __init__(self) -> None:
        # Twice the slot, and one more if the node itself has changed and not only its pods.
        self._changes: list[int] = []
        self._start = 0

    @property
    def end(self) -> int:
        """The place after the last change."""
        return self._start + len(self._changes)

    def note(self, slot: int, *, is_node: bool = False) -> None:
        """Note that a node has changed.

        Args:
            slot: Its slot.
            is_node: Whether it has itself, and not only what pods are there.
        """
        self._changes.append(slot * 2 + is_node)
        if len(self._changes) > 2 * KEPT:
            del self._changes[:KEPT]
            self._start += KEPT

    def since(self, place: int) -> dict[int, bool] | None:
        """Return the slots that have changed since a place, each with whether the node itself has.

        None if so many have that they are no longer known.
        """
        if place < self._start:
            return None
        found: dict[int, bool] = {}
        for change in self._changes[place - self._start :]:
            slot = change >> 1
            found[slot] = bool(change & 1) or found.get(slot, False)
        return found
