"""Who is told: cursors over the changes that concern them.

A watch is pulled. A write finds the watches that it concerns by an index of their selectors and
notes its revision in each, no more; the reader makes events of them when it comes. However slow a
reader is, its watch holds at most as many revisions as the history holds changes, and no records:
once the history has lost what a reader has not read, the watch has expired.

A watch that nobody holds any more is forgotten.
"""

import weakref
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import count, islice
from typing import final

from kubeobj.labels.selector import Selector
from kubeobj.labels.selectorindex import SelectorIndex
from kubeobj.store.collection import scope_of_path
from kubeobj.store.errors import RevisionExpired
from kubeobj.store.history import Change, History
from kubeobj.store.record import Record


class EventType(StrEnum):
    """What has happened, as a watch with its selector sees it."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"


@final
@dataclass(frozen=True, slots=True)
class WatchEvent:
    """One change of what a watch selects.

    Args:
        type: ADDED also for an object that has entered the selection, DELETED also for one that
            has left it.
        record: The object; of DELETED, as it last was in the selection, at the revision at which
            it went.
        previous: The object before the change, or None if there was none.
    """

    type: EventType
    record: Record
    previous: Record | None


@final
@dataclass(frozen=True, slots=True)
class Subject:
    """What a watch is about.

    Args:
        resource: Which resource.
        scope: All namespaces (``""``), one (``"shop/"``), or one object (``"shop/web"``).
        selector: Which labels.
        term: Which term besides; empty for any.
    """

    resource: str
    scope: str
    selector: Selector
    term: str

    def covers(self, record: Record) -> bool:
        """Whether *record* is of the resource and in the scope."""
        key = record.key
        if key.resource != self.resource:
            return False
        return self.scope in {"", scope_of_path(key.path), key.path}

    def selects(self, record: Record) -> bool:
        """Whether *record*, which is covered, has the labels and the term."""
        if self.term and self.term not in record.terms:
            return False
        return self.selector.matcher(record.labels)


def event_of(change: Change, subject: Subject) -> WatchEvent | None:
    """Return *change* as a watch of *subject* sees it, or None if it is none to it."""
    record, previous = change.record, change.previous
    had = previous is not None and subject.selects(previous)
    if not change.is_deletion and subject.selects(record):
        return WatchEvent(EventType.MODIFIED if had else EventType.ADDED, record, previous)
    if not had or previous is None:
        return None
    gone = record if change.is_deletion else previous.at(record.revision)
    return WatchEvent(EventType.DELETED, gone, previous)


@final
class Watch:
    """A cursor over the changes of a selection; a store makes it."""

    __slots__ = ("__weakref__", "_history", "_pending", "_read", "subject")

    subject: Subject
    """What it is about."""

    def __init__(
        self, history: History, subject: Subject, since: int, pending: Iterable[int]
    ) -> None:
        self.subject = subject
        self._history = history
        # The latest revision that the reader has seen something of.
        self._read = since
        # The revisions that concern it and have not been read, ascending.
        self._pending = deque(pending)

    @property
    def pending(self) -> int:
        """How many changes wait to be read; not all of them need be events. 0 is exact."""
        return len(self._pending)

    @property
    def revision(self) -> int:
        """The revision up to which everything has been read: where another watch may go on."""
        return self._pending[0] - 1 if self._pending else self._history.revision

    def poll(self, limit: int | None = None) -> list[WatchEvent]:
        """Return what has happened since the last poll, in order.

        Args:
            limit: How many events at most; None for all.

        Raises:
            RevisionExpired: If the history has lost what comes next. The reader must list again,
                and watch from there.
        """
        pending, history = self._pending, self._history
        if self.revision < history.compacted:
            raise RevisionExpired(self.revision, oldest=history.compacted)
        taken = len(pending) if limit is None else min(limit, len(pending))
        changes = map(history.at, islice(pending, taken))
        events = [event for change in changes if (event := event_of(change, self.subject))]
        for _ in range(taken):
            self._read = pending.popleft()
        return events

    def note(self, revision: int) -> None:
        """Take down that the change at *revision* concerns this watch; the store calls this."""
        pending = self._pending
        if self.revision < self._history.compacted:
            # It has expired for good; the first revision is enough to tell.
            first = pending[0]
            pending.clear()
            pending.append(first)
        else:
            pending.append(revision)

    def take_back(self, revision: int) -> None:
        """Forget the changes after *revision*; expire if the reader knows one; the store calls."""
        pending = self._pending
        if self._read > revision:
            pending.clear()
            # Before anything that a history can know.
            pending.append(0)
        while pending and pending[-1] > revision:
            pending.pop()


@final
class _Route:
    """The watches of one scope and term: who wants all of it, and whose selectors select what."""

    __slots__ = ("_everything", "_selectors")

    def __init__(self) -> None:
        # Most watches are those of caches, which want all there is.
        self._everything: dict[int, None] = {}
        self._selectors: SelectorIndex[int] = SelectorIndex()

    def add(self, number: int, selector: Selector) -> None:
        if selector.selects_everything:
            self._everything[number] = None
        else:
            self._selectors.add(number, selector)

    def discard(self, number: int) -> None:
        self._everything.pop(number, None)
        self._selectors.discard(number)

    def __len__(self) -> int:
        return len(self._everything) + len(self._selectors)

    def concerned(self, change: Change) -> Iterable[int]:
        """Return the watches that select the labels of *change* after or before it."""
        if not self._selectors:
            # A watch may die meanwhile, but it is cleared away only at the next change.
            return self._everything
        labels, previous = change.record.labels, change.previous
        selecting = [*self._everything, *self._selectors.match(labels)]
        if previous is None or previous.labels == labels:
            return selecting
        return {*selecting, *self._selectors.match(previous.labels)}


@final
class Watches:
    """The watches of a store, and which of them a change concerns."""

    __slots__ = ("_abandoned", "_history", "_numbers", "_routes", "_watches")

    def __init__(self, history: History) -> None:
        self._history = history
        # By resource, scope and term.
        self._routes: dict[str, dict[str, dict[str, _Route]]] = {}
        self._watches: weakref.WeakValueDictionary[int, Watch] = weakref.WeakValueDictionary()
        self._numbers = count()
        # A watch dies whenever Python drops it, even in the middle of a change to the routes; so
        # it is put down here, and cleared away at the next call.
        self._abandoned: list[tuple[Subject, int]] = []

    def open(self, subject: Subject, *, since: int) -> Watch:
        """Return a new watch, whose first poll tells what has happened after *since*."""
        self._clear_away()
        past = (
            change.record.revision
            for change in self._history.since(since)
            if subject.covers(change.record) and event_of(change, subject) is not None
        )
        watch = Watch(self._history, subject, since, past)
        number = next(self._numbers)
        self._watches[number] = watch
        routes = self._routes.setdefault(subject.resource, {}).setdefault(subject.scope, {})
        routes.setdefault(subject.term, _Route()).add(number, subject.selector)
        weakref.finalize(watch, self._abandoned.append, (subject, number)).atexit = False
        return watch

    def tell(self, change: Change) -> None:
        """Note *change*, the latest in the history, in the watches that it concerns."""
        self._clear_away()
        key = change.record.key
        routes = self._routes.get(key.resource)
        if routes is None:
            return
        path, revision, terms = key.path, change.record.revision, _terms(change)
        for scope in ("", scope_of_path(path), path):
            by_term = routes.get(scope)
            if by_term is None:
                continue
            for term in terms:
                route = by_term.get(term)
                for number in () if route is None else route.concerned(change):
                    watch = self._watches.get(number)
                    if watch is not None:
                        watch.note(revision)

    def take_back(self, revision: int) -> None:
        """Let every watch forget the changes after *revision*, as the history has."""
        for watch in list(self._watches.values()):
            watch.take_back(revision)

    def _clear_away(self) -> None:
        while self._abandoned:
            subject, number = self._abandoned.pop()
            scopes = self._routes[subject.resource]
            routes = scopes[subject.scope]
            routes[subject.term].discard(number)
            if not routes[subject.term]:
                del routes[subject.term]
            if not routes:
                del scopes[subject.scope]
            if not scopes:
                del self._routes[subject.resource]


def _terms(change: Change) -> Iterable[str]:
    """Return the terms that the object of *change* has after or before it, and the empty one."""
    before = () if change.previous is None else change.previous.terms
    return dict.fromkeys(("", *change.record.terms, *before))
