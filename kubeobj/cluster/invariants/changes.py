"""The writes to a store since one has last looked, one by one and in order."""

from typing import final

import orjson

from kubeobj.cluster.invariants.invariant import Change, Followed
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.request import Request
from kubeobj.store.errors import RevisionExpired
from kubeobj.store.record import Record
from kubeobj.store.store import Store, WatchCursor
from kubeobj.store.watch import EventType


@final
class Changes:
    """What has changed in a store, for those who follow some of it.

    Args:
        store: The store.
    """

    __slots__ = ("_cursors", "_store", "_there")

    def __init__(self, store: Store) -> None:
        self._store = store
        self._cursors: dict[Followed, WatchCursor] = {}
        # What is known to be there, for a write to be told with what it has replaced.
        self._there: dict[Followed, dict[Request, Wire]] = {}

    def follow(self, what: Followed) -> list[Change]:
        """Follow some objects from now on; return those there are, as no news."""
        there = self._there[what] = {}
        selector = Selector.parse(what.selector)
        page = self._store.list(what.resource, selector=selector)
        self._cursors[what] = self._store.watch(
            what.resource, selector=selector, since=page.revision
        )
        for record in page.records:
            there[_key_of(record)] = orjson.loads(record.data)
        return self.there(what)

    def there(self, what: Followed) -> list[Change]:
        """Return the objects that are followed, as no news."""
        revision = self._store.revision
        return [
            Change(what, key, None, document, revision, "", is_news=False)
            for key, document in self._there[what].items()
        ]

    def poll(self, by: str) -> list[Change]:
        """Return what has been written to what is followed, by whom is told."""
        found: list[Change] = []
        for what, cursor in list(self._cursors.items()):
            if cursor.pending:
                found += self._read(what, cursor, by)
        if len(found) > 1:
            found.sort(key=lambda change: change.revision)
        return found

    def _read(self, what: Followed, cursor: WatchCursor, by: str) -> list[Change]:
        try:
            events = cursor.poll()
        except RevisionExpired:
            return self._begin_anew(what)
        there, found = self._there[what], []
        for event in events:
            key = _key_of(event.record)
            old, new = there.get(key), None
            if event.type is EventType.DELETED:
                there.pop(key, None)
            else:
                new = there[key] = orjson.loads(event.record.data)
            found.append(Change(what, key, old, new, event.record.revision, by, is_news=True))
        return found

    def _begin_anew(self, what: Followed) -> list[Change]:
        """So much has been written at once that nobody knows the order any more."""
        before = self._there[what]
        found = self.follow(what)
        there, revision = self._there[what], self._store.revision
        gone = [
            Change(what, key, old, None, revision, "", is_news=False)
            for key, old in before.items()
            if key not in there
        ]
        return [*gone, *found]


def _key_of(record: Record) -> Request:
    return Request(record.key.namespace, record.key.name)
