"""Selectors in, label sets asked: which selectors select this object?

A selector needs a number of keys, each with a value that will do. For a label set, every label
names the selectors that it satisfies on its key; a selector that is named as often as it needs
keys has all it needs. Labels that a selector refuses, and bounds that they fail, are taken away
last. All of this is done for all selectors at once, on bitmaps, so an answer does not depend on
how selectors crowd together.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Generic, final

from pyroaring import BitMap

from kubeobj.labels.demands import Demands, demands_of
from kubeobj.labels.labelsets import read_labels
from kubeobj.labels.postings import (
    LabelTable,
    Posting,
    PostingTable,
    difference,
    intersection,
    union,
)
from kubeobj.labels.requirement import parse_integer
from kubeobj.labels.selector import Selector, as_selector
from kubeobj.labels.slots import Id, Slots
from kubeobj.labels.thresholds import Thresholds

# How far satisfied keys are counted: the work is labels times this. The few selectors that need
# more keys are matched one by one, once they have this many.
_COUNTED = 8


@final
class SelectorIndex(Generic[Id]):
    """Selectors by id, and which of them select a label set.

    Ids are hashable and comparable with each other. Not safe for use by several threads at once
    while one of them changes it.

    Args:
        items: The first selectors, as if each were added.

    >>> index = SelectorIndex([("web", "app=web"), ("live", "app,env!=test")])
    >>> index.match({"app": "web", "env": "prod"})
    ['live', 'web']
    >>> index.match({"app": "web", "env": "test"})
    ['web']
    """

    __slots__ = (
        "_above",
        "_absent",
        "_accepted",
        "_below",
        "_needs",
        "_present",
        "_refused",
        "_selectors",
        "_slots",
    )

    def __init__(self, items: Iterable[tuple[Id, Selector | str]] = ()) -> None:
        """Add *items*.

        Raises:
            SelectorError: If a text is no selector.
        """
        self._slots: Slots[Id] = Slots()
        self._selectors: dict[int, Selector] = {}
        self._needs: PostingTable[int] = PostingTable()
        self._accepted = LabelTable()
        self._present: PostingTable[str] = PostingTable()
        self._refused = LabelTable()
        self._absent: PostingTable[str] = PostingTable()
        self._above: dict[str, Thresholds] = {}
        self._below: dict[str, Thresholds] = {}
        for id_, selector in items:
            self.add(id_, selector)

    # ------------------------------------------------------------ changing

    def add(self, id: Id, selector: Selector | str) -> None:  # noqa: A002 - for callers
        """Index *selector* under *id*, in place of the one that was there.

        Raises:
            SelectorError: If a text is no selector; nothing has changed then.
        """
        selector = as_selector(selector)
        demands = demands_of(selector)
        self.discard(id)
        slot = self._slots.take(id)
        self._selectors[slot] = selector
        if demands is not None:
            self._enter(slot, demands)

    def discard(self, id: Id) -> None:  # noqa: A002 - for callers
        """Forget the selector of *id*, if there is one."""
        slot = self._slots.get(id)
        if slot is None:
            return
        demands = demands_of(self._selectors.pop(slot))
        if demands is not None:
            self._leave(slot, demands)
        self._slots.release(id)

    def _enter(self, slot: int, demands: Demands) -> None:
        self._needs.link(min(demands.needs, _COUNTED + 1), slot)
        for key, values in demands.accepted.items():
            self._accepted.link(key, values, slot)
        for key in demands.present:
            self._present.link(key, slot)
        for key, values in demands.refused.items():
            self._refused.link(key, values, slot)
        for key in demands.absent:
            self._absent.link(key, slot)
        for key, bound in demands.above.items():
            self._above.setdefault(key, Thresholds()).add(slot, bound)
        for key, bound in demands.below.items():
            self._below.setdefault(key, Thresholds()).add(slot, -bound)

    def _leave(self, slot: int, demands: Demands) -> None:
        self._needs.unlink(min(demands.needs, _COUNTED + 1), slot)
        for key, values in demands.accepted.items():
            self._accepted.unlink(key, values, slot)
        for key in demands.present:
            self._present.unlink(key, slot)
        for key, values in demands.refused.items():
            self._refused.unlink(key, values, slot)
        for key in demands.absent:
            self._absent.unlink(key, slot)
        for table, bounds in ((self._above, demands.above), (self._below, demands.below)):
            for key in bounds:
                table[key].discard(slot)
                if not table[key]:
                    del table[key]

    # ------------------------------------------------------------ asking

    def match(self, labels: Mapping[str, str] | None) -> list[Id]:
        """Return the ids of the selectors that select *labels*, ascending; None is no labels.

        Raises:
            LabelsTypeError: If *labels* are no mapping of strings to strings.
        """
        items = list(zip(*read_labels(labels), strict=True))
        found = self._satisfied(items)
        if found:
            found = difference(found, self._vetoes(items))
        if found and (self._above or self._below):
            found = self._within_bounds(found, items)
        return self._slots.ids(found)

    def selector(self, id: Id) -> Selector:  # noqa: A002 - for callers
        """Return the selector of *id*.

        Raises:
            UnknownIdError: If there is none.
        """
        return self._selectors[self._slots[id]]

    def __len__(self) -> int:
        return len(self._slots)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._slots

    def __iter__(self) -> Iterator[Id]:
        """Iterate over the ids as they are now, ascending."""
        return iter(self._slots.ids(self._slots.live))

    def _satisfied(self, items: list[tuple[str, str]]) -> BitMap:
        """Return the selectors that find every key they need, with a value that will do."""
        counted = self._count(items)
        parts: list[Posting] = [self._needs[0]] if 0 in self._needs else []
        parts += (
            intersection(named, (self._needs[needs],))
            for needs, named in enumerate(counted, start=1)
            if needs in self._needs
        )
        if len(counted) == _COUNTED and _COUNTED + 1 in self._needs:
            labels = dict(items)
            many = intersection(counted[-1], (self._needs[_COUNTED + 1],))
            parts.append(BitMap([s for s in many if self._selectors[s].matcher(labels)]))
        return union(parts)

    def _count(self, items: list[tuple[str, str]]) -> list[BitMap]:
        """Return the selectors satisfied on at least one key, on at least two, and so on."""
        counted: list[BitMap] = []
        for key, value in items:
            postings = (self._accepted.find(key, value), self._present.get(key))
            named = union(posting for posting in postings if posting is not None)
            if not named:
                continue
            if len(counted) < _COUNTED:
                counted.append(BitMap())
            for more in range(len(counted) - 1, 0, -1):
                counted[more] |= counted[more - 1] & named
            counted[0] |= named
        return counted

    def _vetoes(self, items: list[tuple[str, str]]) -> Iterator[Posting]:
        """Yield the selectors that refuse one of the labels or keys."""
        for key, value in items:
            for posting in (self._refused.find(key, value), self._absent.get(key)):
                if posting is not None:
                    yield posting

    def _within_bounds(self, found: BitMap, items: list[tuple[str, str]]) -> BitMap:
        """Return those of *found* whose bounds the labels keep."""
        for key, value in items:
            above, below = self._above.get(key), self._below.get(key)
            if above is None and below is None:
                continue
            number = parse_integer(value)
            if above is not None:
                found = found - above.failing(found, number)
            if below is not None:
                found = found - below.failing(found, None if number is None else -number)
        return found
