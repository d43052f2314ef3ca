"""Files that are no store, or a store no more, and disks that are full."""

import resource
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing, nullcontext
from pathlib import Path
from typing import Any, cast

import pytest

from kubeobj.store.errors import (
    RevisionExpired,
    StoreDamaged,
    StoreError,
    StoreTooNew,
    StoreUnreadable,
    StoreUnwritable,
)
from kubeobj.store.sqlite.copies import read_file
from kubeobj.store.sqlite.journal import opening_error
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.testing.conformance.storecase import refused
from tests.store.sqlite.objects import draft_of, everything_in, names_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of three objects, one of them changed, and a deletion."""
    path = tmp_path / "store.sqlite"
    with SqliteStore(path) as store:
        for number, name in enumerate("abcdb"):
            store.put(draft_of(name, size=3000, n=str(number)))
        store.delete(store.list("pods").records[-1].key)
        store.compact(2)
    return path


# ---------------------------------------------------------------- damaged files


def _change(path: Path, statement: str) -> None:
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(statement)


@pytest.mark.parametrize(
    ("statement", "what"),
    [
        pytest.param("DELETE FROM changes WHERE revision = 1", "missing", id="an-object"),
        pytest.param("DELETE FROM changes WHERE revision = 2", "has replaced", id="replaced"),
        pytest.param("DELETE FROM changes WHERE revision = 3", "missing", id="a-change"),
        pytest.param("DELETE FROM changes WHERE revision = 4", "has replaced", id="before-deleted"),
        pytest.param("UPDATE changes SET data = x'7b7d'", "revision 1: the checksum", id="data"),
        pytest.param("UPDATE changes SET labels = '[' WHERE revision = 2", "checksum", id="labels"),
        pytest.param("UPDATE changes SET name = 'e' WHERE revision = 4", "checksum", id="name"),
        pytest.param("UPDATE changes SET data = 5", "revision 1: ", id="type"),
        pytest.param("UPDATE counters SET value = 1 WHERE name = 'settled'", "missing", id="count"),
        pytest.param("DROP TABLE changes", "no such table", id="table"),
        pytest.param("DELETE FROM counters", "its counters", id="counters"),
        pytest.param("PRAGMA application_id = 7", "another program", id="other"),
    ],
)
def test_what_is_missing_or_changed_is_noticed(path: Path, statement: str, what: str) -> None:
    """Nothing is lost silently, and nothing is changed."""
    _change(path, statement)
    before = path.read_bytes()
    for look in (SqliteStore, read_file):
        with pytest.raises(StoreDamaged, match=f"{what}.*kubeobj restore") as caught:
            look(path)
        assert caught.value.path == str(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize("size", [1, 50, 100, 5000, 20_000])
def test_a_file_that_is_cut_is_noticed(path: Path, size: int) -> None:
    """Wherever."""
    path.write_bytes(path.read_bytes()[:size])
    with pytest.raises(StoreDamaged):
        SqliteStore(path)
    assert path.stat().st_size == size


def test_any_byte_that_is_spoilt_is_noticed_or_does_not_matter(path: Path) -> None:
    """A byte in each hundred; what is left is read as it was, or not at all."""
    with SqliteStore(path) as store:
        expected = everything_in(store)
    good = path.read_bytes()
    noticed = 0
    for at in range(0, len(good), 97):
        path.write_bytes(good[:at] + bytes([good[at] ^ 0x55]) + good[at + 1 :])
        try:
            with SqliteStore(path) as store:
                assert everything_in(store) == expected, at
        except StoreError:
            noticed += 1
    assert noticed > 20


@pytest.mark.parametrize(
    "data", [b"hello", b"\x00" * 4096, b"SQLite format 3\x00" + b"\x07" * 9000]
)
def test_the_file_of_another_is_left_alone(tmp_path: Path, data: bytes) -> None:
    """Text, nothing but zeros, something like a database."""
    path = tmp_path / "store.sqlite"
    path.write_bytes(data)
    with pytest.raises(StoreDamaged):
        SqliteStore(path)
    assert path.read_bytes() == data


def test_the_database_of_another_is_left_alone(tmp_path: Path) -> None:
    """It has tables, but not ours."""
    path = tmp_path / "store.sqlite"
    _change(path, "CREATE TABLE changes (x)")
    before = path.read_bytes()
    with pytest.raises(StoreDamaged, match="another program"):
        SqliteStore(path)
    assert path.read_bytes() == before


def test_a_log_without_its_file_is_no_new_store(tmp_path: Path) -> None:
    """Who has lost the one may find it again."""
    (tmp_path / "store.sqlite-wal").write_bytes(b"x")
    with pytest.raises(StoreDamaged, match="its log is still there"):
        SqliteStore(tmp_path / "store.sqlite")


def test_an_empty_file_is_a_new_store(tmp_path: Path) -> None:
    """The process has ended between making it and filling it."""
    path = tmp_path / "store.sqlite"
    path.touch()
    with SqliteStore(path) as store:
        assert store.put(draft_of("a")).revision == 1


def test_a_later_version_is_not_touched(path: Path) -> None:
    """It says who can read it."""
    _change(path, "PRAGMA user_version = 2")
    before = path.read_bytes()
    with pytest.raises(StoreTooNew, match="is of version 2, and this kubeobj knows those up to 1"):
        SqliteStore(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (sqlite3.SQLITE_CORRUPT, StoreDamaged),
        (sqlite3.SQLITE_IOERR_READ, StoreUnwritable),
        (sqlite3.SQLITE_FULL, StoreUnwritable),
        (sqlite3.SQLITE_BUSY, StoreUnreadable),
        (sqlite3.SQLITE_CANTOPEN, StoreUnreadable),
    ],
)
def test_what_a_database_says_is_told_apart(code: int, kind: type[StoreError]) -> None:
    """Damage is not trouble, and trouble is no damage."""
    error = sqlite3.DatabaseError("why")
    error.sqlite_errorcode = code
    assert type(opening_error(error, Path("/x"))) is kind


# ---------------------------------------------------------------- full disks


def _fill(store: SqliteStore) -> Callable[[], None]:
    """Let the file grow no more; return what gives it room again."""
    connection = store._journal._connection
    (pages,) = connection.execute("PRAGMA page_count").fetchone()
    connection.execute(f"PRAGMA max_page_count = {pages}")

    def make_room() -> None:
        connection.execute("PRAGMA max_page_count = 1000000")

    return make_room


def test_a_write_that_does_not_fit_is_refused_whole(path: Path) -> None:
    """Nobody has seen it, the store goes on being read, and writes again when there is room."""
    with SqliteStore(path) as store:
        before, revision = everything_in(store), store.revision
        watch = store.watch("pods")
        make_room = _fill(store)
        for _ in range(3):
            with pytest.raises(StoreUnwritable, match="database or disk is full"):
                store.put(draft_of("big", size=100_000))
        assert (everything_in(store), store.revision, watch.poll()) == (before, revision, [])
        with pytest.raises(RevisionExpired):
            store.list("pods", revision=1)
        make_room()
        assert store.put(draft_of("big", size=100_000)).revision == revision + 1
        assert [event.record.key.name for event in watch.poll()] == ["big"]
        expected = everything_in(store)
    with SqliteStore(path) as store:
        assert everything_in(store) == expected


def test_a_burst_that_does_not_fit_is_taken_back(path: Path) -> None:
    """Who has seen it begins anew, and no revision of it is ever used again."""
    with SqliteStore(path) as store:
        before, revision = everything_in(store), store.revision
        reader, stranger = store.watch("pods"), store.watch("pods")
        late = None
        done: list[str] = []
        make_room = _fill(store)
        with refused(StoreUnwritable), store.burst():
            store.put(draft_of("a", size=10, app="web"))
            store.delete(store.list("pods").records[1].key)
            store.put(draft_of("big", size=100_000))
            store.put(draft_of("n"))
            assert [event.type.value for event in reader.poll(limit=2)] == ["MODIFIED", "DELETED"]
            late = store.watch("pods")
            store.when_saved(lambda: done.append("it is not"))
        assert (everything_in(store), store.revision, done) == (before, revision, [])
        for watch in (reader, late):
            assert watch.pending
            with pytest.raises(RevisionExpired):
                watch.poll()
        assert stranger.poll() == []
        page = store.list("pods")
        with pytest.raises(StoreUnwritable):
            store.put(draft_of("big", size=100_000))
        assert everything_in(store) == before
        make_room()
        record = store.put(draft_of("next"))
        assert record.revision == revision + 5
        assert [event.record for event in stranger.poll()] == [record]
        assert page.revision < store.compacted_revision == revision + 4
        expected, names = everything_in(store), names_in(store)
    with SqliteStore(path) as store:
        assert (everything_in(store), names_in(store)) == (expected, names)
        assert (store.revision, store.compacted_revision) == (revision + 5, revision + 4)


def test_a_disk_without_room_says_so(tmp_path: Path) -> None:
    """The system, and not the database, has no room: in the log, and for a new file."""
    script = "\n".join(
        (
            "import resource, sys",
            "from tests.store.sqlite.objects import *",
            "from kubeobj.store.errors import StoreUnwritable",
            "store = SqliteStore(sys.argv[1])",
            "store.put(draft_of('a'))",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, resource.RLIM_INFINITY))",
            "try:",
            "    store.put(draft_of('b', size=100_000))",
            "except StoreUnwritable as error:",
            "    print(error)",
            "print(names_in(store), store.revision)",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)",
            "print(store.put(draft_of('c', size=100_000)).revision)",
            "store.close()",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))",
            "try:",
            "    SqliteStore(sys.argv[1] + '-other')",
            "except StoreUnwritable as error:",
            "    print(error)",
        )
    )
    path = tmp_path / "store.sqlite"
    command = [sys.executable, "-c", script, str(path)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    assert said == [
        f"{path} cannot be written to: disk I/O error",
        "['a'] 1",
        "2",
        f"{path}-other cannot be written to: disk I/O error",
    ]
    with SqliteStore(path) as store:
        assert names_in(store) == ["a", "c"]
    with SqliteStore(f"{path}-other") as store:
        assert store.put(draft_of("a")).revision == 1


def test_limits_are_back_to_what_they_were() -> None:
    """The tests above have limited other processes only."""
    assert resource.getrlimit(resource.RLIMIT_FSIZE)[0] != 0


# ---------------------------------------------------------------- interrupts


class Interrupted:
    """A connection that something happens to just before or after a statement."""

    def __init__(
        self, connection: sqlite3.Connection, statement: str, error: BaseException, *, is_late: bool
    ) -> None:
        self._connection = connection
        self._statement = statement
        self._error: BaseException | None = error
        self._is_late = is_late

    def __getattr__(self, name: str) -> Any:
        return getattr(self._connection, name)

    def execute(self, statement: str, *values: Any) -> Any:
        """Do it, unless it is the one."""
        if statement != self._statement or self._error is None:
            return self._connection.execute(statement, *values)
        error, self._error = self._error, None
        if self._is_late:
            self._connection.execute(statement, *values)
        raise error


@pytest.mark.parametrize("is_burst", [True, False], ids=["burst", "write"])
@pytest.mark.parametrize("is_late", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("moment", ["BEGIN IMMEDIATE", "COMMIT"])
def test_an_interrupt_leaves_file_and_memory_alike(
    path: Path, moment: str, is_late: bool, is_burst: bool
) -> None:
    """It comes whenever the user likes: what is in the file by then is written."""
    with SqliteStore(path) as store:
        before, journal = store.revision, store._journal
        interrupted = Interrupted(journal._connection, moment, KeyboardInterrupt(), is_late=is_late)
        journal._connection = cast(sqlite3.Connection, interrupted)
        with pytest.raises(KeyboardInterrupt), store.burst() if is_burst else nullcontext():
            store.put(draft_of("new"))
        is_written = moment == "COMMIT" and is_late
        assert ("new" in names_in(store)) is is_written
        assert (store.revision, store._unsaved) == (before + is_written, [])
        store.put(draft_of("next"))
        expected, revision = everything_in(store), store.revision
    with SqliteStore(path) as store:
        assert (everything_in(store), store.revision) == (expected, revision)


def test_what_sqlite_has_rolled_back_is_not_rolled_back_again(path: Path) -> None:
    """Some errors end the transaction, and some do not."""
    error = sqlite3.OperationalError("disk I/O error")
    with SqliteStore(path) as store:
        connection = store._journal._connection
        rolled = Interrupted(connection, "COMMIT", error, is_late=False)
        twice = Interrupted(cast(sqlite3.Connection, rolled), "ROLLBACK", error, is_late=True)
        store._journal._connection = cast(sqlite3.Connection, twice)
        with pytest.raises(StoreUnwritable, match="disk I/O error"):
            store.put(draft_of("new"))
        store.put(draft_of("next"))
        assert "new" not in names_in(store)


def test_room_that_cannot_be_given_back_now_is_no_loss(path: Path) -> None:
    """It will be, another time."""
    error = sqlite3.OperationalError("database is locked")
    with SqliteStore(path) as store:
        connection, statement = store._journal._connection, "PRAGMA wal_checkpoint(TRUNCATE)"
        busy = Interrupted(connection, statement, error, is_late=False)
        store._journal._connection = cast(sqlite3.Connection, busy)
        store.compact(store.revision)
        assert store.compacted_revision == store.revision
        expected = everything_in(store)
    with SqliteStore(path) as store:
        assert everything_in(store) == expected
