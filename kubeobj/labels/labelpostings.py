"""The postings of labels: which slots hold a key, a value of it, an integer in a range."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import final

from sortedcontainers import SortedKeyList

from kubeobj.labels.labelsets import LabelSet, as_mapping
from kubeobj.labels.postings import Posting, PostingTable, size
from kubeobj.labels.requirement import INTEGER_LIMIT, parse_integer

# What is no integer sorts before every integer, where no range reaches.
_NO_INTEGER = -INTEGER_LIMIT - 1


@final
@dataclass(frozen=True, slots=True)
class Extent:
    """The slots that one requirement is about, and what it costs to read them.

    Args:
        postings: The slots; no two postings share one, for an object has one value per key.
        width: How many postings there are, or at most.
        size: How many slots there are, or at most.
    """

    postings: Iterable[Posting]
    width: int
    size: int


_NOWHERE = Extent((), 0, 0)


@final
class LabelPostings:
    """Which slots hold which labels."""

    __slots__ = ("_numbers", "keys", "values")

    keys: PostingTable[str]
    """By key: who has a label with it."""
    values: dict[str, PostingTable[str]]
    """By key, then by value: who has that label. It has the same keys."""
    _numbers: dict[str, SortedKeyList]
    """By key: its values by the integers they are; only of keys that were asked for a range."""

    def __init__(self) -> None:
        self.keys = PostingTable()
        self.values = {}
        self._numbers = {}

    def copy(self) -> "LabelPostings":
        """Return the same postings, for somebody else to change."""
        twin = LabelPostings()
        twin.keys = self.keys.copy()
        twin.values = {key: table.copy() for key, table in self.values.items()}
        return twin

    def relabel(self, slot: int, before: LabelSet, after: LabelSet) -> None:
        """Let *slot*, which has the labels *before*, have those of *after* instead."""
        old, new = as_mapping(before), as_mapping(after)
        for key, value in old.items():
            if new.get(key) != value:
                self._unlink(key, value, slot)
                if key not in new:
                    self._unlink_key(key, slot)
        for key, value in new.items():
            if old.get(key) != value:
                if key not in old:
                    self._link_key(key, slot)
                self._link(key, value, slot)

    def _link_key(self, key: str, slot: int) -> None:
        if self.keys.link(key, slot):
            self.values[key] = PostingTable()

    def _unlink_key(self, key: str, slot: int) -> None:
        if self.keys.unlink(key, slot):
            del self.values[key]
            self._numbers.pop(key, None)

    def _link(self, key: str, value: str, slot: int) -> None:
        if self.values[key].link(value, slot) and key in self._numbers:
            self._numbers[key].add(value)

    def _unlink(self, key: str, value: str, slot: int) -> None:
        if self.values[key].unlink(value, slot) and key in self._numbers:
            self._numbers[key].remove(value)

    def with_key(self, key: str) -> Extent:
        """Return the slots that have the label *key*."""
        posting = self.keys.get(key)
        return _NOWHERE if posting is None else Extent((posting,), 1, size(posting))

    def with_value(self, key: str, values: tuple[str, ...]) -> Extent:
        """Return the slots whose label *key* has one of *values*."""
        table = self.values.get(key)
        if table is None:
            return _NOWHERE
        distinct = values if len(values) == 1 else dict.fromkeys(values)
        postings = tuple(table[value] for value in distinct if value in table)
        return Extent(postings, len(postings), sum(map(size, postings)))

    def within(self, key: str, above: int, below: int) -> Extent:
        """Return the slots whose label *key* is an integer between the two, both excluded."""
        table = self.values.get(key)
        if table is None:
            return _NOWHERE
        width = len(table)
        if key in self._numbers:
            numbers = self._numbers[key]
            width = numbers.bisect_key_left(below) - numbers.bisect_key_right(above)
        if width <= 0:
            return _NOWHERE
        # Sorting the values can wait: a few candidates are matched one by one instead.
        return Extent(self._read_range(key, above, below), width, size(self.keys[key]))

    def _read_range(self, key: str, above: int, below: int) -> Iterator[Posting]:
        table = self.values[key]
        numbers = self._numbers.get(key)
        if numbers is None:
            numbers = self._numbers[key] = SortedKeyList(table, key=_number)
        for value in numbers.irange_key(above, below, inclusive=(False, False)):
            yield table[value]


def _number(value: str) -> int:
    number = parse_integer(value)
    return _NO_INTEGER if number is None else number
