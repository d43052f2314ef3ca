"""The store in one file: what it has acknowledged, it still has after any end of the process.

Who reads, reads memory. A write is worked out there, put into the file, and only then shown and
acknowledged; if the file cannot take it, memory takes it back. Threads that write at the same time
share what makes a write durable, and so does all that one thread writes in a *burst*.
"""

from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock, get_ident
from types import TracebackType
from typing import Self, final

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import RecordError, StoreClosed, StoreUnwritable
from kubeobj.store.history import Change
from kubeobj.store.listing import Page
from kubeobj.store.memory import HISTORY_LIMIT, MemoryStore
from kubeobj.store.record import Draft, Record
from kubeobj.store.sqlite.journal import Journal
from kubeobj.store.sqlite.lockedwatch import LockedWatch
from kubeobj.store.sqlite.lockfile import FileLock
from kubeobj.store.sqlite.rows import Row, row_of
from kubeobj.store.sqlite.wish import Wish
from kubeobj.store.store import EVERYTHING


@final
class SqliteStore:
    """Records by key, and their history, in one file; a `Store`. Safe for several threads.

    A write that has returned survives the end of the process, however that comes, and the loss of
    power. One that is refused, as on a full disk, has changed nothing; the store can still be read,
    and written to again when there is room. After a restart revisions and history go on where they
    were, so a watch can go on as well.

    Args:
        path: The file; made if there is none, private to its user, with its directory. Beside it
            are its log (``-wal``, ``-shm``) and its lock (``-lock``).
        history_limit: How many changes are remembered, at least 1.

    Raises:
        StoreLocked: If another process has it.
        StoreDamaged: If it is damaged, or belongs to no store.
        StoreTooNew: If a later kubeobj has made it.
        StoreUnreadable: If it cannot be opened or made.
        StoreUnwritable: If there is no room to make it.

    >>> from tempfile import TemporaryDirectory
    >>> directory = TemporaryDirectory()
    >>> path = Path(directory.name) / "state" / "store.sqlite"
    >>> with SqliteStore(path) as store:
    ...     store.put(Draft.of(ObjectKey("pods", "shop", "web-0"), {"kind": "Pod"})).revision
    1
    >>> with SqliteStore(path) as store:
    ...     [event.record.key.name for event in store.watch("pods", since=0).poll()]
    ['web-0']
    >>> directory.cleanup()
    """

    __slots__ = (
        "_after",
        "_burst",
        "_floor",
        "_is_closed",
        "_journal",
        "_lock",
        "_memory",
        "_queue",
        "_rows",
        "_unsaved",
        "_writer",
        "path",
    )

    path: Path
    """The file."""

    def __init__(self, path: str | Path, *, history_limit: int = HISTORY_LIMIT) -> None:
        self.path = Path(path).absolute()
        # Held by who reads or writes memory, and until what was written is in the file.
        self._lock = RLock()
        self._queue: deque[Wish] = deque()
        # The thread that is in a burst, if one is.
        self._burst: int | None = None
        self._after: list[Callable[[], object]] = []
        # What memory has and the file has not, and as rows. Empty whenever nobody holds the lock.
        self._unsaved: list[Change] = []
        self._rows: list[Row] = []
        self._writer = FileLock(self.path)
        try:
            self._journal = Journal(self.path)
            self._memory = self._journal.load(history_limit=history_limit)
        except BaseException:
            self._writer.release()
            raise
        # No revision up to this one is given out again: somebody may have seen it taken back.
        self._floor = self._memory.revision
        self._is_closed = False

    def __enter__(self) -> Self:
        """Return this; at the end it is closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close it."""
        self.close()

    def close(self) -> None:
        """Leave the file to others. What was read stays readable; a second time nothing happens."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
            try:
                self._save()
            finally:
                self._journal.close()
                self._writer.release()

    # ------------------------------------------------------------ writing

    def put(
        self, draft: Draft, *, expected_revision: int | None = None, is_change: bool = False
    ) -> Record:
        """Store *draft* in place of what is under its key; see `Store.put`.

        Raises:
            StoreUnwritable: If the file cannot take it, such as on a full disk.
            StoreClosed: If the store has been closed.
        """
        return self._write(
            lambda: self._memory.put(
                draft, expected_revision=expected_revision, is_change=is_change
            )
        )

    def delete(
        self, key: ObjectKey, *, expected_revision: int | None = None, uid: str | None = None
    ) -> Record:
        """Delete what is under *key*; see `Store.delete`.

        Raises:
            StoreUnwritable: If the file cannot take it, such as on a full disk.
            StoreClosed: If the store has been closed.
        """
        return self._write(
            lambda: self._memory.delete(key, expected_revision=expected_revision, uid=uid)
        )

    def compact(self, revision: int) -> None:
        """Forget what was before *revision*, and give the disk back its room; see `Store.compact`.

        Raises:
            StoreUnwritable: If the file cannot be written to.
            StoreClosed: If the store has been closed.
        """
        with self._lock:
            self._check_open()
            self._memory.compact(revision)
            self._save(prune=True)
            self._journal.shrink()

    @contextmanager
    def burst(self) -> Iterator[None]:
        """Let all that this thread writes in the block become durable at its end, at once.

        Until then only this thread can read or write: what it has written is told to nobody who
        could tell it on. So it must do nothing else in the block that others can see, such as
        starting a process; `when_saved` does that in time. If the block raises, what it has written
        before is kept, as it would be without a burst. A burst in a burst is part of it.

        Raises:
            StoreUnwritable: If the file cannot take it; then all of it has been taken back. What
                this thread has concluded from it is wrong: its watches have expired, and caches
                made of them are to be made anew.
            StoreClosed: If something was written after the store has been closed.

        >>> from tempfile import TemporaryDirectory
        >>> with TemporaryDirectory() as directory, SqliteStore(f"{directory}/s.sqlite") as store:
        ...     with store.burst():
        ...         for name in ("a", "b"):
        ...             _ = store.put(Draft.of(ObjectKey("pods", "x", name), {"kind": "Pod"}))
        ...     store.revision
        2
        """
        if self._burst == get_ident():
            yield
            return
        actions: list[Callable[[], object]] = []
        try:
            with self._lock:
                self._burst = get_ident()
                try:
                    yield
                finally:
                    self._burst = None
                    self._save(is_seen=True)
                    actions, self._after = self._after, actions
        finally:
            for action in actions:
                action()

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do *action* as soon as what this thread has written is durable: after the burst, or now.

        If it cannot be made durable, nothing is done.
        """
        if self._burst == get_ident():
            self._after.append(action)
        else:
            action()

    def flush(self) -> None:
        """Make durable what this thread has written in its burst so far.

        Raises:
            StoreUnwritable: If the file cannot take it; see `burst`.
        """
        with self._lock:
            self._save(is_seen=True)

    def _write(self, work: Callable[[], Record]) -> Record:
        if self._burst == get_ident():
            return self._apply(work)
        wish = Wish(work)
        self._queue.append(wish)
        with self._lock:
            # Who had the lock before may have granted it, with others, in one go.
            if not wish.is_settled:
                self._grant()
        return wish.outcome()

    def _grant(self) -> None:
        """Do what all threads that are waiting have asked for, and save it."""
        wishes = [self._queue.popleft() for _ in range(len(self._queue))]
        try:
            for wish in wishes:
                wish.grant(self._apply)
            self._save()
        except StoreUnwritable as error:
            for wish in wishes:
                wish.refuse(str(error))
        except BaseException:
            self._take_back(is_seen=False)
            for wish in wishes:
                wish.refuse("the write was interrupted")
            raise

    def _apply(self, work: Callable[[], Record]) -> Record:
        """Do *work*, one write or none, on memory, and note what is to be saved."""
        self._check_open()
        memory = self._memory
        if self._floor > memory.revision:
            self._journal.append((), compacted=self._floor, prune=True)
            memory.skip_to(self._floor)
        before = memory.revision
        record = work()
        if memory.revision != before:
            change = memory.latest
            try:
                row = row_of(change)
            except RecordError:
                memory.take_back([change], to=before)
                raise
            self._unsaved.append(change)
            self._rows.append(row)
        return record

    def _save(self, *, prune: bool = False, is_seen: bool = False) -> None:
        """Put into the file what it has not yet; or take it back, and raise."""
        if not (self._rows or prune):
            return
        try:
            self._journal.append(self._rows, compacted=self._memory.compacted_revision, prune=prune)
        except BaseException:
            self._take_back(is_seen=is_seen)
            raise
        self._unsaved.clear()
        self._rows.clear()

    def _take_back(self, *, is_seen: bool) -> None:
        """Let memory be again what the file is."""
        memory, saved = self._memory, self._journal.revision
        if is_seen:
            self._floor = max(self._floor, memory.revision)
            self._after.clear()
        lost = [change for change in self._unsaved if change.record.revision > saved]
        memory.take_back(lost, to=saved)
        self._unsaved.clear()
        self._rows.clear()

    def _check_open(self) -> None:
        if self._is_closed:
            raise StoreClosed(f"{self.path} has been closed")

    # ------------------------------------------------------------ reading

    @property
    def revision(self) -> int:
        """The revision of the latest write."""
        with self._lock:
            return self._memory.revision

    @property
    def compacted_revision(self) -> int:
        """The oldest revision that can be listed and watched from."""
        with self._lock:
            return self._memory.compacted_revision

    def get(self, key: ObjectKey) -> Record | None:
        """Return what is stored under *key*, if anything."""
        with self._lock:
            return self._memory.get(key)

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
        with self._lock:
            return self._memory.list(
                resource,
                namespace=namespace,
                selector=selector,
                term=term,
                revision=revision,
                limit=limit,
                after=after,
            )

    def resources(self) -> tuple[str, ...]:
        """Return the resources of which something is stored, in order."""
        with self._lock:
            return self._memory.resources()

    def dependents(self, uid: str) -> tuple[Record, ...]:
        """Return every object that the object with *uid* owns; see `Store.dependents`."""
        with self._lock:
            return self._memory.dependents(uid)

    def watch(
        self,
        resource: str,
        *,
        namespace: str = "",
        name: str = "",
        selector: Selector = EVERYTHING,
        term: str = "",
        since: int | None = None,
    ) -> LockedWatch:
        """Return a cursor over what changes; see `Store.watch`."""
        with self._lock:
            watch = self._memory.watch(
                resource,
                namespace=namespace,
                name=name,
                selector=selector,
                term=term,
                since=since,
            )
        return LockedWatch(watch, self._lock)

    def fork(self) -> MemoryStore:
        """Return a store in memory with the same records and history that goes on by itself."""
        with self._lock:
            return self._memory.fork()
