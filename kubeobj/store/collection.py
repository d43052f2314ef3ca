"""The objects of one resource, in order, and found by label and by owner.

Forks share collections. A collection that is shared is never changed: who wants to write copies
it first. A copy shares the label indexes with its original, and copies one when it first changes
it. The index of all namespaces is made when a label is first asked for, that of one namespace
when the other has found too much elsewhere; that is no change, and whoever shares the collection
gains from it.

A *scope* is a prefix of paths: all namespaces (``""``), one namespace (``"shop/"``), or one object
(``"shop/web"``).
"""

from collections.abc import Iterator
from typing import final

from sortedcontainers import SortedList

from kubeobj.labels.index import LabelIndex
from kubeobj.labels.selector import Selector
from kubeobj.store.paths import PathIndex
from kubeobj.store.record import Record

# How many objects of other namespaces may be found in vain. Looking at them costs less than 0.1 ms,
# and an index of one more namespace makes every write there dearer.
_WASTE = 1000


def scope_of(namespace: str) -> str:
    """Return the scope of *namespace*; empty stands for all of them."""
    return f"{namespace}/" if namespace else ""


def scope_of_path(path: str) -> str:
    """Return the scope of the namespace that *path* is in."""
    return path[: path.index("/") + 1]


@final
class Collection:
    """Records by path."""

    __slots__ = ("_indexes", "_order", "_own_indexes", "_owners", "_terms", "records")

    records: dict[str, Record]
    """By path; to be read only."""

    def __init__(self) -> None:
        self.records = {}
        self._order = SortedList()
        self._owners = PathIndex()
        self._terms = PathIndex()
        self._indexes: dict[str, LabelIndex[str]] = {}
        self._own_indexes: set[str] = set()

    @classmethod
    def of(cls, records: dict[str, Record]) -> "Collection":
        """Return a collection of *records* by path, which are its own from now on."""
        made = cls()
        made.records = records
        made._order = SortedList(records)
        made._owners = PathIndex.of((path, record.owners) for path, record in records.items())
        made._terms = PathIndex.of((path, record.terms) for path, record in records.items())
        return made

    def copy(self) -> "Collection":
        """Return the same collection, for somebody else to change; nobody may change this one."""
        twin = Collection()
        twin.records = self.records.copy()
        twin._order = self._order.copy()
        twin._owners = self._owners.copy()
        twin._terms = self._terms.copy()
        twin._indexes = self._indexes.copy()
        return twin

    # ------------------------------------------------------------ changing

    def put(self, path: str, record: Record) -> None:
        """Keep *record* under *path*, in place of what was there."""
        before = self.records.get(path)
        self.records[path] = record
        if before is None:
            self._order.add(path)
        if before is None or before.labels != record.labels:
            for index in self._writable_indexes(path):
                index.add(path, record.labels)
        owners, terms = ((), ()) if before is None else (before.owners, before.terms)
        if owners != record.owners:
            self._owners.move(path, owners, record.owners)
        if terms != record.terms:
            self._terms.move(path, terms, record.terms)

    def remove(self, path: str) -> None:
        """Forget what is under *path*, which there is."""
        before = self.records.pop(path)
        self._order.remove(path)
        for index in self._writable_indexes(path):
            index.discard(path)
        self._owners.move(path, before.owners, ())
        self._terms.move(path, before.terms, ())

    def _writable_indexes(self, path: str) -> Iterator[LabelIndex[str]]:
        for scope in ("", scope_of_path(path)):
            index = self._indexes.get(scope)
            if index is None:
                continue
            if scope not in self._own_indexes:
                index = self._indexes[scope] = index.copy()
                self._own_indexes.add(scope)
            yield index

    # ------------------------------------------------------------ asking

    def paths(self, scope: str, after: str = "") -> Iterator[str]:
        """Yield the paths in *scope* that come after *after*, in order."""
        # Nothing is between a text and the same text with a NUL behind it.
        start = max(after + "\0", scope) if after else scope
        return iter(self._order.irange(start, _end(scope), inclusive=(True, False)))

    def count(self, scope: str, after: str = "") -> int:
        """Return how many paths there are in *scope* after *after*."""
        start = max(after + "\0", scope) if after else scope
        end = _end(scope)
        last: int = len(self._order) if end is None else self._order.bisect_left(end)
        first: int = self._order.bisect_left(start)
        return max(0, last - first)

    def select(self, scope: str, selector: Selector) -> list[str]:
        """Return the paths in *scope*, all namespaces or one, of what *selector* selects."""
        if scope in self._indexes:
            return self._indexes[scope].select(selector)
        found = self._index("").select(selector)
        inside = [path for path in found if path.startswith(scope)] if scope else found
        if len(found) - len(inside) > _WASTE:
            self._index(scope)
        return inside

    def _index(self, scope: str) -> LabelIndex[str]:
        index = self._indexes.get(scope)
        if index is None:
            records = self.records
            index = LabelIndex((path, records[path].labels) for path in self.paths(scope))
            self._indexes[scope] = index
            self._own_indexes.add(scope)
        return index

    def with_term(self, scope: str, term: str) -> Iterator[str]:
        """Yield the paths in *scope* of what has *term*, in order."""
        return (path for path in self._terms.find(term) if path.startswith(scope))

    def dependents(self, uid: str) -> Iterator[Record]:
        """Yield the records that *uid* owns, in order."""
        return map(self.records.__getitem__, self._owners.find(uid))


def _end(scope: str) -> str | None:
    """Return the first text after everything in *scope*, or None if there is none."""
    # "0" follows "/" at once.
    return scope[:-1] + "0" if scope else None
