"""Postings: the slots that hold a label, or the selectors that ask for one, as a set of integers.

A slot is a small integer that stands for one object or one selector. Most labels in a large
cluster are either held by very many objects or by very few, so a posting has three shapes: one
slot as itself, a few as a tuple, more as a compressed bitmap. Only this file knows the shapes.

Invariant: a posting is never empty; a term that nothing holds has no posting.

Source of the idea: the postings algebra of Prometheus' time series index; and Chambi, Lemire,
Kaser, Godin, "Better bitmap performance with Roaring bitmaps" (2016).
"""

from collections.abc import Hashable, Iterable
from typing import TypeAlias, TypeVar, final

from pyroaring import BitMap

Posting: TypeAlias = int | tuple[int, ...] | BitMap
"""One or more slots. A bitmap in here may be an index's own: read it, never change it."""

Term = TypeVar("Term", bound=Hashable)

# A bitmap costs about 200 bytes however few its members; a tuple of this many, half of that.
_FEW = 8


@final
class PostingTable(dict[Term, Posting]):
    """From a term to the slots that hold it."""

    __slots__ = ()

    def copy(self) -> "PostingTable[Term]":
        """Return the same postings, for somebody else to change."""
        twin = PostingTable(self)
        for term, posting in self.items():
            if isinstance(posting, BitMap):
                twin[term] = posting.copy()
        return twin

    def link(self, term: Term, slot: int) -> bool:
        """Let *slot* hold *term*, which it does not yet; return whether it is the first."""
        posting = self.get(term)
        if isinstance(posting, BitMap):
            posting.add(slot)
        else:
            self[term] = slot if posting is None else _with(posting, slot)
        return posting is None

    def unlink(self, term: Term, slot: int) -> bool:
        """Let *slot*, which holds *term*, hold it no longer; return whether it was the last."""
        posting = self[term]
        if isinstance(posting, int):
            del self[term]
            return True
        if isinstance(posting, tuple):
            self[term] = _without(posting, slot)
            return False
        posting.discard(slot)
        # Half the limit, so that a posting at its edge does not change shape all the time.
        if len(posting) <= _FEW // 2:
            self[term] = tuple(posting)
        return False


@final
class LabelTable(dict[str, PostingTable[str]]):
    """From a label, by key and then by value, to the slots that hold it."""

    __slots__ = ()

    def link(self, key: str, values: Iterable[str], slot: int) -> None:
        """Let *slot* hold the label *key* with each of *values*, none of which it does yet."""
        table = self.get(key)
        if table is None:
            table = self[key] = PostingTable()
        for value in values:
            table.link(value, slot)

    def unlink(self, key: str, values: Iterable[str], slot: int) -> None:
        """Let *slot* no longer hold the label *key* with each of *values*."""
        table = self[key]
        for value in values:
            table.unlink(value, slot)
        if not table:
            del self[key]

    def find(self, key: str, value: str) -> Posting | None:
        """Return the slots that hold the label *key* with *value*, if there are any."""
        table = self.get(key)
        return None if table is None else table.get(value)


def posting_of(slots: list[int]) -> Posting:
    """Return the posting of *slots*, which are distinct, ascending, and at least one."""
    if len(slots) > _FEW:
        bitmap = BitMap(slots)
        bitmap.run_optimize()
        bitmap.shrink_to_fit()
        return bitmap
    return slots[0] if len(slots) == 1 else tuple(slots)


def size(posting: Posting) -> int:
    """Return how many slots *posting* has."""
    return 1 if isinstance(posting, int) else len(posting)


def union(postings: Iterable[Posting]) -> BitMap:
    """Return the slots that are in any of *postings*; if it is one bitmap, that very bitmap."""
    few, bitmaps = _sorted_out(postings)
    if few:
        bitmaps.append(BitMap(few))
    if len(bitmaps) == 1:
        return bitmaps[0]
    return BitMap.union(*bitmaps) if bitmaps else BitMap()


def intersection(base: BitMap, postings: Iterable[Posting]) -> BitMap:
    """Return those of *base* that are in any of *postings*.

    A small base meets each posting by itself: their union could be far larger than the answer.
    """
    few, bitmaps = _sorted_out(postings)
    parts = [base & bitmap for bitmap in bitmaps]
    if few:
        parts.append(base & BitMap(few))
    if len(parts) == 1:
        return parts[0]
    return BitMap.union(*parts) if parts else BitMap()


def difference(base: BitMap, postings: Iterable[Posting]) -> BitMap:
    """Return those of *base* that are in none of *postings*."""
    few, bitmaps = _sorted_out(postings)
    if few:
        bitmaps.append(BitMap(few))
    for bitmap in bitmaps:
        base = base - bitmap
    return base


def _sorted_out(postings: Iterable[Posting]) -> tuple[list[int], list[BitMap]]:
    few: list[int] = []
    bitmaps: list[BitMap] = []
    for posting in postings:
        if isinstance(posting, int):
            few.append(posting)
        elif isinstance(posting, tuple):
            few += posting
        else:
            bitmaps.append(posting)
    return few, bitmaps


def _with(posting: int | tuple[int, ...], slot: int) -> Posting:
    few = (posting,) if isinstance(posting, int) else posting
    return (*few, slot) if len(few) < _FEW else BitMap((*few, slot))


def _without(posting: tuple[int, ...], slot: int) -> int | tuple[int, ...]:
    rest = tuple(held for held in posting if held != slot)
    return rest[0] if len(rest) == 1 else rest
