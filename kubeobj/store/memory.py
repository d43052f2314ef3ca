"""The store in this process.

Objects are kept by resource. A fork shares all of them: a collection that two stores have is
copied by the one that first writes to it, and neither pays for what it does not touch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import final

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.collection import Collection, scope_of
from kubeobj.store.errors import (
    KeyExists,
    KeyMissing,
    RevisionAhead,
    RevisionConflict,
    UidConflict,
)
from kubeobj.store.history import Change, History
from kubeobj.store.listing import Page, Question, read_page
from kubeobj.store.record import Draft, Record
from kubeobj.store.sharing import Sharing
from kubeobj.store.store import ABSENT, EVERYTHING
from kubeobj.store.watch import Subject, Watch, Watches

HISTORY_LIMIT = 10_000
"""How many changes a store remembers unless it is told otherwise."""


@final
class MemoryStore:
    """Records by key, and their history; a `Store`. Not safe for several threads at once.

    Args:
        records: What is in it, such as the records of a `Snapshot`.
        revision: The revision it is at; every one of *records* is at this or an earlier one.
        history_limit: How many changes are remembered, at least 1.

    >>> store = MemoryStore()
    >>> pods = store.watch("pods")
    >>> key = ObjectKey("pods", "shop", "web-0")
    >>> store.put(Draft.of(key, {"kind": "Pod", "metadata": {"labels": {"app": "web"}}})).revision
    1
    >>> [event.type.name for event in pods.poll()]
    ['ADDED']
    >>> [record.key.name for record in store.list("pods", selector=Selector.parse("app")).records]
    ['web-0']
    """

    __slots__ = ("_collections", "_history", "_own", "_sharing", "_watches")

    def __init__(
        self,
        records: Iterable[Record] = (),
        *,
        revision: int = 0,
        history_limit: int = HISTORY_LIMIT,
    ) -> None:
        """Begin with *records*.

        Raises:
            ValueError: If two of them have one key, or one is later than *revision*.
        """
        self._collections: dict[str, Collection] = {}
        # The resources whose collections are this store's alone.
        self._own: set[str] = set()
        self._sharing = Sharing()
        self._history = History(revision=revision, limit=history_limit)
        self._watches = Watches(self._history)
        for record in records:
            self._load(record)

    @classmethod
    def resumed(cls, records: Mapping[str, dict[str, Record]], history: History) -> "MemoryStore":
        """Return a store that goes on where another has stopped.

        Args:
            records: What is in it, by resource and path; it is the store's own from now on, and
                so are the labels in it, which nobody may change.
            history: What has happened, up to the revision that the store is at.
        """
        store = cls(history_limit=history.limit)
        store._collections = {resource: Collection.of(found) for resource, found in records.items()}
        store._own = set(records)
        store._history = history
        store._watches = Watches(history)
        return store

    @property
    def revision(self) -> int:
        """The revision of the latest write."""
        return self._history.revision

    @property
    def compacted_revision(self) -> int:
        """The oldest revision that can be listed and watched from."""
        return self._history.compacted

    def fork(self) -> "MemoryStore":
        """Return a store with the same records and history that goes on by itself.

        It costs next to nothing, for both share what neither changes. Nobody watches it yet.
        """
        twin = MemoryStore(history_limit=self._history.limit)
        twin._collections = self._collections.copy()
        twin._history = self._history.copy()
        twin._watches = Watches(twin._history)
        self._own.clear()
        return twin

    # ------------------------------------------------------------ writing

    def put(
        self, draft: Draft, *, expected_revision: int | None = None, is_change: bool = False
    ) -> Record:
        """Store *draft* in place of what is under its key; see `Store.put`."""
        if "/" in draft.key.namespace:
            raise ValueError(f"the namespace of {draft.key} has a slash")
        previous = self.get(draft.key)
        if expected_revision is not None:
            _expect(draft.key, previous, expected_revision)
        if previous is not None and not is_change and previous.holds(draft):
            return previous
        record = self._sharing.record(draft, self.revision + 1, previous)
        self._writable(record.key.resource).put(record.key.path, record)
        self._tell(Change(record, previous))
        return record

    def delete(
        self, key: ObjectKey, *, expected_revision: int | None = None, uid: str | None = None
    ) -> Record:
        """Delete what is under *key*; see `Store.delete`."""
        previous = self.get(key)
        if previous is None:
            raise KeyMissing(f"nothing is stored under {key}")
        if uid is not None and previous.uid != uid:
            raise UidConflict(key, expected=uid, actual=previous.uid)
        if expected_revision is not None:
            _expect(key, previous, expected_revision)
        record = previous.at(self.revision + 1)
        self._remove(key)
        self._tell(Change(record, previous, is_deletion=True))
        return record

    def compact(self, revision: int) -> None:
        """Forget what was before *revision*; see `Store.compact`."""
        if revision > self.revision:
            raise RevisionAhead(revision, current=self.revision)
        self._history.compact(revision)

    # ------------------------------------------------------------ keeping it elsewhere

    @property
    def latest(self) -> Change:
        """The latest write. There must be one that has not been forgotten."""
        return self._history.at(self.revision)

    def take_back(self, changes: Sequence[Change], *, to: int) -> None:
        """Undo the latest writes, as if they had never been.

        A watch that has told its reader of one of them has expired from now on.

        Args:
            changes: All of them after *to*, in order.
            to: The revision to be at again.
        """
        for change in reversed(changes):
            key, previous = change.record.key, change.previous
            if previous is not None:
                self._writable(key.resource).put(key.path, previous)
            else:
                self._remove(key)
        self._history.take_back(to)
        self._watches.take_back(to)

    def skip_to(self, revision: int) -> None:
        """Let the next write take the revision after *revision*, and forget all history."""
        self._history.skip_to(revision)

    def _load(self, record: Record) -> None:
        if self.get(record.key) is not None:
            raise ValueError(f"two records have the key {record.key}")
        if not 0 < record.revision <= self.revision:
            raise ValueError(f"{record.key} is at {record.revision}, the store at {self.revision}")
        shared = self._sharing.record(record.draft, record.revision)
        self._writable(record.key.resource).put(record.key.path, shared)

    def _remove(self, key: ObjectKey) -> None:
        collection = self._writable(key.resource)
        collection.remove(key.path)
        if not collection.records:
            del self._collections[key.resource]

    def _tell(self, change: Change) -> None:
        self._history.append(change)
        self._watches.tell(change)

    def _writable(self, resource: str) -> Collection:
        """Return the collection of *resource*, which from now on is this store's alone."""
        collection = self._collections.get(resource)
        if collection is None or resource not in self._own:
            collection = Collection() if collection is None else collection.copy()
            self._collections[resource] = collection
            self._own.add(resource)
        return collection

    # ------------------------------------------------------------ reading

    def get(self, key: ObjectKey) -> Record | None:
        """Return what is stored under *key*, if anything."""
        collection = self._collections.get(key.resource)
        return None if collection is None else collection.records.get(key.path)

    def list(  # noqa: PLR0913 - a question has so many parts
        self,
        resource: str,
        *,
        namespace: str = "",
        selector: Selector = EVERYTHING,
        term: str = "",
        revision: int | None = None,
        limit: int = 0,
        after: str = "",
    ) -> Page:
        """Return the objects of a resource, or a page of them; see `Store.list`."""
        when = self.revision if revision is None else revision
        self._history.check(when)
        overlay = self._history.undo(resource, when)
        collection = self._collections.get(resource) or Collection()
        question = Question(scope_of(namespace), selector, term, limit, after)
        return read_page(collection, question, revision=when, overlay=overlay)

    def resources(self) -> tuple[str, ...]:
        """Return the resources of which something is stored, in order."""
        return tuple(sorted(self._collections))

    def dependents(self, uid: str) -> tuple[Record, ...]:
        """Return every object that the object with *uid* owns; see `Store.dependents`."""
        return tuple(
            record
            for resource in self.resources()
            for record in self._collections[resource].dependents(uid)
        )

    def watch(
        self,
        resource: str,
        *,
        namespace: str = "",
        name: str = "",
        selector: Selector = EVERYTHING,
        term: str = "",
        since: int | None = None,
    ) -> Watch:
        """Return a cursor over what changes; see `Store.watch`."""
        start = self.revision if since is None else since
        self._history.check(start)
        scope = f"{namespace}/{name}" if name else scope_of(namespace)
        return self._watches.open(Subject(resource, scope, selector, term), since=start)

    # ------------------------------------------------------------ keeping

    def burst(self) -> AbstractContextManager[None]:
        """Let writes belong together; here each is kept at once. See `Store.burst`."""
        return nullcontext()

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do something now; see `Store.when_saved`."""
        action()


def _expect(key: ObjectKey, record: Record | None, revision: int) -> None:
    if record is None:
        if revision != ABSENT:
            raise KeyMissing(f"nothing is stored under {key}")
    elif revision == ABSENT:
        raise KeyExists(f"something is stored under {key} already")
    elif record.revision != revision:
        raise RevisionConflict(key, expected=revision, actual=record.revision)
