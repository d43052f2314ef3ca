"""The store in one file: what every store promises, and what outlives the process."""

import stat
import threading
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.errors import (
    KeyExists,
    KeyMissing,
    RecordError,
    RevisionExpired,
    StoreClosed,
    StoreUnreadable,
)
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Draft
from kubeobj.store.sqlite.journal import UNPRUNED_LIMIT
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.store.store import ABSENT, Store
from kubeobj.testing.conformance.store import StoreConformance
from kubeobj.testing.conformance.storecase import refused, replay
from tests.store.sqlite.objects import draft_of, everything_in, key_of, names_in


class TestSqliteStore(StoreConformance):
    """Every promise of a store."""

    @pytest.fixture(autouse=True)
    def directory(self, tmp_path: Path) -> Iterator[None]:
        """Have somewhere to put the files, and close them at the end."""
        self._directory = tmp_path
        self._numbers = count()
        self._open: list[SqliteStore] = []
        yield
        for store in self._open:
            store.close()

    def make_store(self, *, history_limit: int) -> Store:
        """Make one."""
        path = self._directory / f"{next(self._numbers)}.sqlite"
        self._open.append(SqliteStore(path, history_limit=history_limit))
        return self._open[-1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where there is no store yet, nor a directory for it."""
    return tmp_path / "state" / "store.sqlite"


# ---------------------------------------------------------------- afterwards


def test_what_was_written_is_there_after_a_restart(path: Path) -> None:
    """To the byte: objects of any kind, bytes without a revision, deletions, the revision."""
    with SqliteStore(path) as store:
        store.put(draft_of("a", app="web"))
        store.put(draft_of("b", app="db"))
        store.put(draft_of("a", app="web", tier="front"))
        store.put(Draft(ObjectKey("nodes", "", "n"), "", b"\x00\xff", None, {}, ("o", "p"), ("t",)))
        store.delete(key_of("b"))
        before, past = everything_in(store), store.list("pods", revision=2)
    with SqliteStore(path) as store:
        assert everything_in(store) == before
        assert (store.revision, store.compacted_revision) == (5, 0)
        assert store.list("pods", revision=2) == past
        assert names_in(store) == ["a"]
        assert [one.key.name for one in store.list("pods", term="t=a").records] == ["a"]
        assert [one.key.name for one in store.dependents("p")] == ["n"]
        web = Selector.parse("app=web")
        assert [one.key.name for one in store.list("pods", selector=web).records] == ["a"]
        assert store.put(draft_of("c")).revision == 6


def test_a_watch_goes_on_after_a_restart(path: Path) -> None:
    """From any revision that is remembered, and from none before."""
    with SqliteStore(path, history_limit=10) as store:
        for number in range(30):
            store.put(draft_of("abc"[number % 3], n=str(number)))
        store.delete(key_of("b"))
        page = store.list("pods", revision=25)
        watch = store.watch("pods", since=25)
        expected = watch.poll()
        assert store.compacted_revision == 21
    with SqliteStore(path, history_limit=10) as store:
        assert store.compacted_revision == 21
        assert store.watch("pods", since=25).poll() == expected
        assert replay(page, store.watch("pods", since=25)) == store.list("pods").records
        with pytest.raises(RevisionExpired):
            store.watch("pods", since=20)


def test_the_history_of_a_file_is_bounded(path: Path) -> None:
    """What neither the state nor the history needs goes now and then."""
    with SqliteStore(path, history_limit=10) as store:
        with store.burst():
            store.put(draft_of("kept"))
            for number in range(3 * UNPRUNED_LIMIT):
                store.put(draft_of("a", n=str(number)))
        store.put(draft_of("a", n="last"))
        store.put(draft_of("b"))
        store.delete(key_of("b"))
        (rows,) = store._journal._connection.execute("SELECT count(*) FROM changes").fetchone()
        # What is left: one object, what the first change that was remembered replaced, the changes.
        assert rows == 1 + 1 + 10 + 3
    with SqliteStore(path, history_limit=5) as store:
        assert (names_in(store), store.revision) == (["a", "kept"], 3 * UNPRUNED_LIMIT + 4)
        assert store.compacted_revision == store.revision - 5
        with pytest.raises(RevisionExpired):
            store.list("pods", revision=store.revision - 6)


def test_compaction_gives_the_disk_its_room_back(path: Path) -> None:
    """And no revision is used twice, even if nothing is left."""
    with SqliteStore(path) as store:
        with store.burst():
            for number in range(200):
                store.put(draft_of(f"n{number}", size=5000))
            for number in range(200):
                store.delete(key_of(f"n{number}"))
        before = path.with_name("store.sqlite-wal").stat().st_size + path.stat().st_size
        store.compact(400)
        after = path.with_name("store.sqlite-wal").stat().st_size + path.stat().st_size
        assert after < before / 20
    with SqliteStore(path) as store:
        assert (store.resources(), store.revision, store.compacted_revision) == ((), 400, 400)
        assert store.put(draft_of("a")).revision == 401


def test_a_closed_store_is_read_and_not_written(path: Path) -> None:
    """What was not in the file when it was closed never will be."""
    store = SqliteStore(path)
    store.put(draft_of("a"))
    store.close()
    store.close()
    assert names_in(store) == ["a"]
    with pytest.raises(StoreClosed):
        store.put(draft_of("b"))
    with pytest.raises(StoreClosed):
        store.compact(1)
    with pytest.raises(StoreClosed), store.burst():
        store.delete(key_of("a"))
    assert names_in(store) == ["a"]


def test_the_files_are_private(path: Path) -> None:
    """Whatever the user's mask is."""
    with SqliteStore(path) as store:
        store.put(draft_of("a"))
        found = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
    names = ("store.sqlite", "store.sqlite-lock", "store.sqlite-shm", "store.sqlite-wal")
    assert found == dict.fromkeys(names, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_where_no_file_can_be_is_said(tmp_path: Path) -> None:
    """Before anything is made."""
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreUnreadable, match=r"file/store.sqlite-lock cannot be made"):
        SqliteStore(tmp_path / "file" / "store.sqlite")
    (tmp_path / "store.sqlite").mkdir()
    with pytest.raises(StoreUnreadable, match=r"store.sqlite cannot be opened: Is a directory"):
        SqliteStore(tmp_path / "store.sqlite")


def test_what_is_no_text_is_refused(path: Path) -> None:
    """Half a surrogate pair is no character; the store goes on as if nobody had asked."""
    with SqliteStore(path) as store:
        watch = store.watch("pods")
        for draft in (
            Draft(key_of("\ud800"), "", b"{}", None, {}),
            Draft(key_of("a"), "", b"{}", None, {"a": "\ud800"}),
            Draft(key_of("a"), "", b"{}", None, {}, terms=("\ud800",)),
        ):
            with pytest.raises(RecordError):
                store.put(draft)
        assert (store.revision, store.resources(), watch.pending) == (0, (), 0)
        assert store.put(draft_of("a")).revision == 1
    with SqliteStore(path) as store:
        assert names_in(store) == ["a"]


def test_words_of_many_and_of_few_are_found_after_a_restart(path: Path) -> None:
    """However many objects have them, and however often one has them."""
    with SqliteStore(path) as store, store.burst():
        for number in range(40):
            terms = ("all", "all", f"half={number % 2}", f"own={number}")
            store.put(
                Draft(key_of(f"n{number:02}"), "", b"{}", None, {}, (f"o{number % 3}",), terms)
            )
    with SqliteStore(path) as store:
        counts = [len(store.list("pods", term=term).records) for term in ("all", "half=1", "own=7")]
        assert counts == [40, 20, 1]
        assert len(store.dependents("o0")) == 14
        store.delete(key_of("n00"))
        store.put(draft_of("n01"))
        counts = [len(store.list("pods", term=term).records) for term in ("all", "half=1", "own=1")]
        assert counts == [38, 19, 0]
        assert len(store.dependents("o0")) == 13


def test_a_fork_is_in_memory(path: Path) -> None:
    """It goes on by itself, and the file stays as it is."""
    with SqliteStore(path) as store:
        store.put(draft_of("a"))
        fork = store.fork()
        assert isinstance(fork, MemoryStore)
        fork.put(draft_of("b"))
        assert names_in(store) == ["a"]


# ---------------------------------------------------------------- bursts and threads


def _commits(store: SqliteStore) -> list[str]:
    """Return a list that grows with each transaction of *store* that is committed."""
    found: list[str] = []

    def note(statement: str) -> None:
        if statement == "COMMIT":
            found.append(statement)

    store._journal._connection.set_trace_callback(note)
    return found


def test_a_burst_is_one_transaction(path: Path) -> None:
    """With the bursts in it; a write that is refused is no part of it, and no end."""
    with SqliteStore(path) as store:
        commits = _commits(store)
        with store.burst():
            store.put(draft_of("a"))
            with store.burst():
                store.put(draft_of("b"))
            with pytest.raises(KeyExists):
                store.put(draft_of("a", app="x"), expected_revision=ABSENT)
            store.delete(key_of("a"))
            assert (names_in(store), commits) == (["b"], [])
        assert (len(commits), store.revision) == (1, 3)
        with store.burst():
            pass
        store.put(draft_of("b"))
        assert (len(commits), store.revision) == (1, 3)


def test_what_was_written_before_a_burst_broke_is_kept(path: Path) -> None:
    """As it would be without a burst."""
    with SqliteStore(path) as store, refused(ZeroDivisionError), store.burst():
        store.put(draft_of("a"))
        raise ZeroDivisionError
    with SqliteStore(path) as store:
        assert names_in(store) == ["a"]


def test_what_is_done_when_saved_waits_for_the_file(path: Path) -> None:
    """After the burst, in order; outside of one at once."""
    done: list[str] = []
    with SqliteStore(path) as store:
        commits = _commits(store)
        store.when_saved(lambda: done.append("at once"))
        with store.burst():
            store.put(draft_of("a"))
            store.when_saved(lambda: done.append(f"after {len(commits)}"))
            store.when_saved(lambda: done.append("and this"))
            assert done == ["at once"]
        assert done == ["at once", "after 1", "and this"]
        with refused(ZeroDivisionError), store.burst():
            store.when_saved(lambda: done.append("last"))
            raise ZeroDivisionError
        assert done[3:] == ["last"]


def test_a_burst_can_be_saved_in_between(path: Path) -> None:
    """For who cannot wait."""
    with SqliteStore(path) as store:
        commits = _commits(store)
        with store.burst():
            store.put(draft_of("a"))
            store.flush()
            assert len(commits) == 1
        store.flush()
        assert len(commits) == 1


def test_threads_that_write_at_once_share_a_transaction(path: Path) -> None:
    """Each has its own answer."""
    with SqliteStore(path) as store:
        commits = _commits(store)
        answers: dict[str, int] = {}

        def write(name: str) -> None:
            try:
                answers[name] = store.put(draft_of(name), expected_revision=ABSENT).revision
            except KeyExists:
                answers[name] = -1

        threads = [threading.Thread(target=write, args=(name,)) for name in "abcdefgh"]
        with store.burst():
            store.put(draft_of("a"))
            for thread in threads:
                thread.start()
            while len(store._queue) < len(threads):
                threading.Event().wait(0.001)
        for thread in threads:
            thread.join()
        assert len(commits) == 2
        assert answers.pop("a") == -1
        assert sorted(answers.values()) == list(range(2, 9))


def test_nobody_sees_what_could_still_be_lost(path: Path) -> None:
    """Another thread's questions wait until the burst is in the file."""
    seen: list[tuple[int, list[str], int, int]] = []
    with SqliteStore(path) as store:
        watch = store.watch("pods")
        commits = _commits(store)

        def look() -> None:
            names = names_in(store)
            seen.append((len(commits), names, watch.pending, len(watch.poll())))

        reader = threading.Thread(target=look)
        with store.burst():
            store.put(draft_of("a"))
            reader.start()
            store.put(draft_of("b"))
            assert seen == []
        reader.join()
        assert seen == [(1, ["a", "b"], 2, 2)]


def test_many_threads_lose_nothing(path: Path) -> None:
    """Writes, bursts, deletions and readers, all at once."""
    with SqliteStore(path) as store:
        errors: list[Exception] = []

        def work(name: str) -> None:
            try:
                for number in range(30):
                    store.put(draft_of(f"{name}{number}"))
                    if number % 5 == 0:
                        with store.burst():
                            store.put(draft_of(f"{name}{number}", app="web"))
                            store.delete(key_of(f"{name}{number}"))
                    names_in(store)
            except Exception as error:
                errors.append(error)

        threads = [threading.Thread(target=work, args=(name,)) for name in "abcd"]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        expected, revision = everything_in(store), store.revision
        assert (len(expected["pods"]), revision) == (4 * 24, 4 * (30 + 12))
        with pytest.raises(KeyMissing):
            store.delete(key_of("a0"))
    with SqliteStore(path) as store:
        assert (everything_in(store), store.revision) == (expected, revision)
