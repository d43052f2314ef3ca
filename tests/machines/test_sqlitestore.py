"""`SqliteStore` against dictionaries, with restarts, crashes and disks that are full.

All that `MemoryStore` is held to in `test_store`, and besides: bursts, the end of the process with
and without a farewell, and writes that do not come to the disk.
"""

import shutil
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, rule

from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import KeyMissing, RevisionExpired, StoreUnwritable
from kubeobj.store.listing import Page
from kubeobj.store.record import Draft, Record
from kubeobj.store.sqlite.lockedwatch import LockedWatch
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.store.store import EVERYTHING
from kubeobj.testing.conformance.storecase import replay
from tests.machines.test_store import LIMIT, Model, drafts, keys

steps = st.lists(st.one_of(drafts, keys), min_size=1, max_size=2 * LIMIT)
# What is synchronised in memory takes no time, and no process or power ends here for real.
MEMORY = "/dev/shm" if Path("/dev/shm").is_dir() else None  # noqa: S108 - a directory of its own
Watching = tuple[LockedWatch, Page]


class SqliteStoreMachine(RuleBasedStateMachine):
    """One store in one file, whatever befalls it."""

    watches = Bundle("watches")

    @initialize()
    def begin(self) -> None:
        """Begin with nothing."""
        self.directory = Path(mkdtemp(prefix="kubeobj-machine-", dir=MEMORY))
        self.number = 0
        self.store = self._open()
        self.model: Model = {}
        # What was at each revision; not of those that have been leapt over.
        self.past: dict[int, Model] = {0: {}}
        self.highest = 0

    def teardown(self) -> None:
        """Leave nothing behind."""
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.directory)

    def _path(self) -> Path:
        return self.directory / f"{self.number}.sqlite"

    def _open(self) -> SqliteStore:
        return SqliteStore(self._path(), history_limit=LIMIT)

    def _write(self, step: Draft | ObjectKey) -> None:
        """Write to the store and to the model, which must agree."""
        before = self.store.revision
        key = step.key if isinstance(step, Draft) else step
        previous = self.model.get(key)
        if isinstance(step, Draft):
            record: Record | None = self.store.put(step)
            if previous is not None and previous.draft == step:
                assert record == previous
                return
        elif previous is None:
            with pytest.raises(KeyMissing):
                self.store.delete(step)
            return
        else:
            assert self.store.delete(step).data
            record = None
        revision = self.store.revision
        assert revision > self.highest if before < self.highest else revision == before + 1
        self.model = {one: self.model[one] for one in self.model if one != key}
        if record is not None:
            assert isinstance(step, Draft)
            assert record == step.at(revision)
            self.model[key] = record
        self.highest = revision
        self.past[revision] = self.model

    @rule(step=st.one_of(drafts, keys))
    def write(self, step: Draft | ObjectKey) -> None:
        """Write once, durably."""
        self._write(step)

    @rule(steps=steps)
    def burst(self, steps: list[Draft | ObjectKey]) -> None:
        """Write much at once."""
        with self.store.burst():
            for step in steps:
                self._write(step)

    @rule(steps=steps, is_burst=st.booleans(), polled=st.lists(consumes(watches), max_size=2))
    def fail(
        self,
        steps: list[Draft | ObjectKey],
        is_burst: bool,
        polled: list[Watching],
    ) -> None:
        """Write what does not come to the disk; some read what never will have been."""
        store, model, revision = self.store, self.model, self.store.revision
        past = self.past.copy()
        connection = store._journal._connection
        connection.set_progress_handler(lambda: 1, 1)
        if not is_burst:
            draft = Draft(ObjectKey("pods", "a", "new"), "", b"new", None, {})
            with pytest.raises(StoreUnwritable):
                store.put(draft)
        elif store.revision == self.highest:
            try:
                with store.burst():
                    for step in steps:
                        self._write(step)
                    for watch, _ in polled:
                        self._poll(watch)
            except StoreUnwritable:
                self.highest = max(self.highest, *self.past)
        connection.set_progress_handler(None, 0)
        if store.revision == revision:
            self.model, self.past = model, past

    @staticmethod
    def _poll(watch: LockedWatch) -> None:
        try:
            watch.poll()
        except RevisionExpired:
            return

    @rule()
    def restart(self) -> None:
        """End well, and go on; what only those have seen who are no more may be seen again."""
        self.store.close()
        self.store = self._open()
        self.highest = self.store.revision
        self._compare()

    @rule()
    def crash(self) -> None:
        """End badly: what is on the disk at some moment is all there is."""
        for suffix in ("", "-wal"):
            file = Path(f"{self._path()}{suffix}")
            if file.exists():
                shutil.copy(file, f"{self.directory / str(self.number + 1)}.sqlite{suffix}")
        self.store.close()
        self.number += 1
        self.store = self._open()
        self.highest = self.store.revision
        self._compare()

    @rule(back=st.integers(0, LIMIT))
    def compact(self, back: int) -> None:
        """Forget some of the past."""
        self.store.compact(max(0, self.store.revision - back))

    @rule()
    def look(self) -> None:
        """See what is there now, and what was."""
        self._compare()

    def _compare(self) -> None:
        store = self.store
        found = {one.key: one for name in store.resources() for one in store.list(name).records}
        assert found == self.model
        for uid in "op":
            assert {one.key for one in store.dependents(uid)} == {
                key for key, one in found.items() if uid in one.owners
            }
        for revision in range(store.compacted_revision, store.revision + 1):
            then = self.past.get(revision)
            page = store.list("pods", revision=revision)
            if then is not None:
                assert {one.key for one in page.records} == {
                    k for k in then if k.resource == "pods"
                }
            assert replay(page, store.watch("pods", since=revision)) == store.list("pods").records

    @rule(target=watches)
    def watch(self) -> Watching:
        """Watch from now on."""
        return self.store.watch("pods"), self.store.list("pods")

    @rule(target=watches, watching=consumes(watches))
    def poll(self, watching: Watching) -> Watching:
        """Read on: what the reader knows becomes what is true; or begin again."""
        watch, page = watching
        if watch._lock is not self.store._lock:
            return self.watch()  # of a process that is no more
        try:
            records = replay(page, watch)
        except RevisionExpired:
            return self.watch()
        now = self.store.list("pods", selector=EVERYTHING)
        assert records == now.records
        return watch, now


TestSqliteStore = SqliteStoreMachine.TestCase
