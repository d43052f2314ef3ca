"""Live queries: what has entered and left a selection since it was last asked.

A live query is pulled. A change is noted in it as one id, and a later change of the same id
cancels it, so however slow its reader, a query holds at most the difference between what the
reader knows and what is true. A query that nobody holds any more is forgotten.
"""

import weakref
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import count
from typing import Generic, final

from kubeobj.labels.labelsets import LabelSet, as_mapping
from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.labels.slots import Id


@final
@dataclass(frozen=True, slots=True)
class Changes(Generic[Id]):
    """What has changed in a selection; false if nothing has.

    Args:
        entered: Ids that are selected now and were not before, ascending.
        left: Ids that were selected before and are not now, ascending.
    """

    entered: tuple[Id, ...] = ()
    left: tuple[Id, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.entered or self.left)


@final
class LiveQuery(Generic[Id]):
    """A cursor over the changes of one selection; `LabelIndex.follow` makes it."""

    __slots__ = ("__weakref__", "_entered", "_left", "selector")

    selector: Selector
    """What it follows."""

    def __init__(self, selector: Selector, entered: Iterable[Id]) -> None:
        self.selector = selector
        self._entered: set[Id] = set(entered)
        self._left: set[Id] = set()

    def poll(self) -> Changes[Id]:
        """Return what has entered and left since the last poll.

        An id that entered and left again, or left and came back, in between is not among them.
        """
        changes = Changes(tuple(sorted(self._entered)), tuple(sorted(self._left)))
        self._entered = set()
        self._left = set()
        return changes

    def note(self, id_: Id, *, is_selected: bool) -> None:
        """Take down that *id_* has entered or left; the index calls this."""
        came, went = (self._entered, self._left) if is_selected else (self._left, self._entered)
        if id_ in went:
            went.remove(id_)
        else:
            came.add(id_)


@final
class LiveQueries(Generic[Id]):
    """The live queries of an index, and which of them a change concerns."""

    __slots__ = ("_abandoned", "_numbers", "_queries", "_routes")

    def __init__(self) -> None:
        self._routes: SelectorIndex[int] = SelectorIndex()
        self._queries: weakref.WeakValueDictionary[int, LiveQuery[Id]] = (
            weakref.WeakValueDictionary()
        )
        self._numbers = count()
        # A query dies whenever Python drops it, even in the middle of a change to the routes; so
        # its number is put down here, and cleared away at the next call.
        self._abandoned: list[int] = []

    def open(self, selector: Selector, entered: Iterable[Id]) -> LiveQuery[Id]:
        """Return a new live query, whose first poll delivers *entered*."""
        self._clear_away()
        query = LiveQuery(selector, entered)
        number = next(self._numbers)
        self._queries[number] = query
        self._routes.add(number, selector)
        weakref.finalize(query, self._abandoned.append, number).atexit = False
        return query

    def tell(self, id_: Id, before: LabelSet | None, after: LabelSet | None) -> None:
        """Note in the queries concerned that *id_* has other labels; None: it is not indexed."""
        self._clear_away()
        if not self._routes:
            return
        had, has = self._concerned(before), self._concerned(after)
        for number in had ^ has:
            query = self._queries.get(number)
            if query is not None:
                query.note(id_, is_selected=number in has)

    def _concerned(self, labels: LabelSet | None) -> set[int]:
        return set() if labels is None else set(self._routes.match(as_mapping(labels)))

    def _clear_away(self) -> None:
        while self._abandoned:
            self._routes.discard(self._abandoned.pop())
