"""A range of numbers of which each is handed out once.

The lower end of the range is kept for those who ask for a certain number: what is chosen by
chance comes from above it, until that is used up (KEP-3070, KEP-3668).
"""

from typing import final

from kubeobj.names import SUFFIX_ALPHABET, SuffixSource

_DRAWN_CHARACTERS = 7  # 27 ** 7 is a hundred thousand times the largest range of IPv4 services


class NumberUnavailableError(ValueError):
    """A number cannot be handed out: it is taken, out of range, or there is none left."""


@final
class NumberPool:
    """The numbers from *first* to *last*.

    Args:
        first: The first number that may be handed out.
        last: The last one.
        reserved: How many at the lower end are not chosen while there are others.
    """

    __slots__ = ("_first", "_last", "_middle", "_taken")

    def __init__(self, first: int, last: int, *, reserved: int = 0) -> None:
        self._first = first
        self._last = last
        self._middle = first + reserved
        self._taken: set[int] = set()

    def __contains__(self, number: int) -> bool:
        """Return whether *number* is taken."""
        return number in self._taken

    def covers(self, number: int) -> bool:
        """Return whether *number* is in the range."""
        return self._first <= number <= self._last

    def mark(self, number: int) -> None:
        """Note that *number* is taken, whoever has it, if it is in the range."""
        if self.covers(number):
            self._taken.add(number)

    def take(self, number: int) -> None:
        """Hand out *number*.

        Raises:
            NumberUnavailableError: If it is taken; the caller has looked whether it is covered.
        """
        if number in self._taken:
            raise NumberUnavailableError("already allocated")
        self._taken.add(number)

    def take_any(self, ids: SuffixSource) -> int:
        """Hand out one that is chosen by chance.

        Raises:
            NumberUnavailableError: If none is left.
        """
        for first, last in ((self._middle, self._last), (self._first, self._middle - 1)):
            count = last - first + 1
            if count < 1:
                continue
            start = _draw(ids) % count
            for step in range(count):
                number = first + (start + step) % count
                if number not in self._taken:
                    self._taken.add(number)
                    return number
        raise NumberUnavailableError("range is full")

    def give_back(self, number: int) -> None:
        """Take *number* back; nothing happens if it was not handed out."""
        self._taken.discard(number)


def _draw(ids: SuffixSource) -> int:
    """Return a number by chance."""
    drawn = 0
    for character in ids.suffix(_DRAWN_CHARACTERS):
        drawn = drawn * len(SUFFIX_ALPHABET) + SUFFIX_ALPHABET.index(character)
    return drawn
