"""Backups and what is made of them."""

import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from kubeobj.store.errors import (
    FileKept,
    RevisionExpired,
    StoreDamaged,
    StoreLocked,
    StoreUnreadable,
    StoreUnwritable,
)
from kubeobj.store.sqlite.copies import back_up, read_file, restore
from kubeobj.store.sqlite.schema import connect
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.testing.conformance.storecase import refused
from tests.store.sqlite.objects import draft_of, everything_in, names_in


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "state" / "store.sqlite"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Where its backup goes."""
    return tmp_path / "backup.sqlite"


def _fill(path: Path, names: str = "abc") -> None:
    with SqliteStore(path) as store:
        for name in names:
            store.put(draft_of(name))


def test_a_backup_is_the_store_as_it_was(path: Path, copy: Path) -> None:
    """In one private file, taken while the store is in use, with its history."""
    with SqliteStore(path) as store:
        store.put(draft_of("a"))
        store.put(draft_of("b"))
        expected, events = everything_in(store), store.watch("pods", since=0).poll()
        copied = back_up(path, copy)
        store.put(draft_of("c"))
    assert (copied.revision, copied.object_count) == (2, 2)
    assert copied.size_bytes == copy.stat().st_size
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    memory = read_file(copy)
    assert {one: memory.list(one).records for one in memory.resources()} == expected
    assert memory.watch("pods", since=0).poll() == events
    assert sorted(file.name for file in copy.parent.iterdir()) == ["backup.sqlite", "state"]


def test_a_backup_under_load_is_of_one_revision(path: Path, copy: Path) -> None:
    """Of one that was acknowledged, and no half of a burst is in it."""
    stop = threading.Event()
    with SqliteStore(path) as store:
        store.put(draft_of("first"))

        def write() -> None:
            number = 0
            while not stop.is_set():
                number += 1
                with store.burst():
                    store.put(draft_of("one", n=str(number)))
                    store.put(draft_of("two", n=str(number)))

        writer = threading.Thread(target=write)
        writer.start()
        revisions = []
        for _ in range(10):
            before = store.revision
            revision = back_up(path, copy, overwrite=True).revision
            assert before <= revision <= store.revision
            records = read_file(copy).list("pods").records
            assert len({one.labels["n"] for one in records if one.labels}) <= 1
            assert revision % 2 == 1
            revisions.append(revision)
        stop.set()
        writer.join()
        assert revisions == sorted(revisions)


def test_another_process_can_back_up(path: Path, copy: Path) -> None:
    """While this one has the store."""
    with SqliteStore(path) as store:
        store.put(draft_of("a"))
        script = (
            "import sys; from kubeobj.store.sqlite.copies import back_up; back_up(*sys.argv[1:])"
        )
        subprocess.run([sys.executable, "-c", script, str(path), str(copy)], check=True)
        store.put(draft_of("b"))
    assert [one.key.name for one in read_file(copy).list("pods").records] == ["a"]


def test_a_file_that_is_there_is_kept(path: Path, copy: Path) -> None:
    """Unless it is said otherwise; and never the store itself."""
    _fill(path)
    copy.write_text("precious")
    with pytest.raises(FileKept, match=r"backup.sqlite is there already"):
        back_up(path, copy)
    assert copy.read_text() == "precious"
    back_up(path, copy, overwrite=True)
    assert read_file(copy).revision == 3
    with pytest.raises(FileKept):
        back_up(path, path, overwrite=True)
    with pytest.raises(FileKept):
        restore(copy, path)
    with pytest.raises(FileKept):
        restore(path, path, overwrite=True)
    assert read_file(path).revision == 3


def test_a_store_in_use_is_not_overwritten(path: Path, copy: Path) -> None:
    """By a restore, or by the backup of another."""
    _fill(copy)
    with SqliteStore(path) as store:
        for work in (restore, back_up):
            with pytest.raises(StoreLocked):
                work(copy, path, overwrite=True)
        store.put(draft_of("mine"))
        assert names_in(store) == ["mine"]
    back_up(copy, path, overwrite=True)
    assert read_file(path).revision == 3


def test_a_restored_store_is_the_backup(path: Path, copy: Path) -> None:
    """Where none was, history and revisions go on as in the backup."""
    _fill(path)
    back_up(path, copy)
    other = path.parent.parent / "new" / "store.sqlite"
    restored = restore(copy, other)
    assert (restored.revision, restored.object_count) == (3, 3)
    with SqliteStore(other) as store:
        assert names_in(store) == ["a", "b", "c"]
        assert len(store.watch("pods", since=0).poll()) == 3
        assert store.put(draft_of("d")).revision == 4


def test_a_restored_store_uses_no_revision_twice(path: Path, copy: Path) -> None:
    """It goes on after the one whose place it takes, which nobody can watch on from."""
    _fill(path)
    back_up(path, copy)
    with SqliteStore(path) as store:
        for name in "defgh":
            store.put(draft_of(name))
    assert restore(copy, path, overwrite=True).revision == 8
    with SqliteStore(path) as store:
        assert names_in(store) == ["a", "b", "c"]
        with pytest.raises(RevisionExpired):
            store.watch("pods", since=5)
        assert [one.revision for one in store.list("pods").records] == [1, 2, 3]
        assert store.put(draft_of("d")).revision == 9


def test_a_damaged_store_is_replaced(path: Path, copy: Path) -> None:
    """Its log goes with it; how far it had come is not known, so revisions leap."""
    _fill(path)
    back_up(path, copy)
    path.write_bytes(b"no database" * 1000)
    path.with_name("store.sqlite-wal").write_bytes(b"no log")
    assert restore(copy, path, overwrite=True).revision == 1_000_003
    with SqliteStore(path) as store:
        assert names_in(store) == ["a", "b", "c"]
        assert store.put(draft_of("d")).revision == 1_000_004


def test_a_log_whose_store_is_gone_is_not_read_with_another(path: Path, copy: Path) -> None:
    """What it says belongs to the one that is gone."""
    _fill(path)
    back_up(path, copy)
    with SqliteStore(path) as store:
        store.put(draft_of("d"))
        log = path.with_name("store.sqlite-wal").read_bytes()
    path.unlink()
    path.with_name("store.sqlite-wal").write_bytes(log)
    with pytest.raises(FileKept):
        restore(copy, path)
    restore(copy, path, overwrite=True)
    with SqliteStore(path) as store:
        assert names_in(store) == ["a", "b", "c"]


def test_a_damaged_backup_changes_nothing(path: Path, copy: Path) -> None:
    """The store is as it was, and nothing is left behind."""
    _fill(path)
    back_up(path, copy)
    copy.write_bytes(copy.read_bytes()[:-100] + b"\x07" * 100)
    data = path.read_bytes()
    for work in (restore, back_up):
        with pytest.raises(StoreDamaged):
            work(copy, path, overwrite=True)
    assert path.read_bytes() == data
    assert not list(path.parent.glob("*.partial*"))
    assert not list(path.parent.glob(".*"))


def test_what_cannot_be_read_or_made_is_said(path: Path, copy: Path) -> None:
    """Which file, and why."""
    with pytest.raises(StoreUnreadable, match=r"store.sqlite is no file"):
        back_up(path, copy)
    with pytest.raises(StoreUnreadable, match="is no file"):
        read_file(path)
    _fill(path)
    with pytest.raises(StoreUnreadable, match="cannot be made: No such file or directory"):
        back_up(path, copy / "there" / "backup")
    assert not copy.exists()
    copy.mkdir()
    with pytest.raises(StoreUnwritable, match="cannot be made: Is a directory"):
        back_up(path, copy, overwrite=True)
    link = copy.with_name("link")
    link.symlink_to(copy / "nowhere")
    with pytest.raises(FileKept):
        back_up(path, link)
    with pytest.raises(StoreUnreadable, match="unable to open database file"):
        connect(copy / "nowhere")


def test_a_backup_that_does_not_fit_leaves_nothing(path: Path, copy: Path) -> None:
    """The disk is full."""
    with SqliteStore(path) as store:
        store.put(draft_of("big", size=300_000))
    script = "\n".join(
        (
            "import resource, sys",
            "from kubeobj.store.sqlite.copies import back_up, StoreUnwritable",
            "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))",
            "try:",
            "    back_up(*sys.argv[1:])",
            "except StoreUnwritable as error:",
            "    print(error)",
        )
    )
    command = [sys.executable, "-c", script, str(path), str(copy)]
    said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "cannot be written to: disk I/O error" in said
    assert [file.name for file in copy.parent.iterdir()] == ["state"]
    with refused(StoreUnwritable), SqliteStore(path) as store:
        store._journal._connection.execute("PRAGMA max_page_count = 1")
        store.put(draft_of("bigger", size=300_000))
    assert back_up(path, copy).object_count == 1


def test_a_file_that_is_read_stays_as_it_is(path: Path) -> None:
    """Whatever is done to what was read of it."""
    _fill(path)
    memory = read_file(path)
    memory.put(draft_of("d"))
    assert read_file(path).revision == 3
    with SqliteStore(path) as store:
        store.put(draft_of("e"))
        assert read_file(path).revision == 4
        assert names_in(store) == ["a", "b", "c", "e"]
