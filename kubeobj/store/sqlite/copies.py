"""Copies of a store: to look at, to keep, and to begin again from.

A copy is made of a store that is in use as well, by any process, and is of one revision. It comes
to its place at once when it is whole, has been read back and is on the disk, or not at all.

Source: https://www.sqlite.org/backup.html; for revisions after a restore,
https://etcd.io/docs/v3.6/op-guide/recovery/.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import final

from kubeobj.store.errors import (
    FileKept,
    StoreDamaged,
    StoreError,
    StoreUnreadable,
    StoreUnwritable,
)
from kubeobj.store.memory import HISTORY_LIMIT, MemoryStore
from kubeobj.store.sqlite.journal import Journal, opening_error, sync_directory
from kubeobj.store.sqlite.loading import load, revision_of
from kubeobj.store.sqlite.lockfile import FileLock
from kubeobj.store.sqlite.schema import check, connect

_LEAP = 1_000_000
"""How far revisions leap where nobody can tell which ones have been given out."""


@final
@dataclass(frozen=True, slots=True)
class Copied:
    """What a copy holds.

    Args:
        revision: The revision that it is of; of a restored store, the one that it goes on from.
        object_count: How many objects there are in it.
        size_bytes: How large the file is.
    """

    revision: int
    object_count: int
    size_bytes: int


def read_file(path: str | Path, *, history_limit: int = HISTORY_LIMIT) -> MemoryStore:
    """Return what is in a file now, in memory; whatever is done to it, the file stays as it is.

    Another process may be writing to the file.

    Raises:
        StoreUnreadable: If there is none, or it may not be read.
        StoreDamaged: If it is damaged, or belongs to no store.
        StoreTooNew: If a later kubeobj has made it.
    """
    path = Path(path).absolute()
    with _reading(path) as connection:
        return load(connection, path, history_limit=history_limit)


def back_up(source: str | Path, target: str | Path, *, overwrite: bool = False) -> Copied:
    """Copy a store, which may be in use, to a file of its own, private to its user.

    Args:
        source: The file of the store.
        target: The file to make; its directory is there.
        overwrite: Whether a file that is there may be replaced.

    Raises:
        FileKept: If there is a file at *target*, and it is not to be overwritten; or if it is
            *source*.
        StoreUnreadable: If *source* cannot be read, or nothing can be made at *target*.
        StoreUnwritable: If there is no room for the copy.
        StoreDamaged: If the store is damaged, or is none.
        StoreTooNew: If a later kubeobj has made it.
        StoreLocked: If what is to be overwritten is a store that is in use.
    """
    source, target = Path(source).absolute(), Path(target).absolute()
    if target.exists() and (not overwrite or target.samefile(source)):
        raise FileKept(target)
    with _unused(target), _copy(source, target) as made:
        copied = _look_at(made)
        _publish(made, target, overwrite=overwrite)
    return copied


def restore(source: str | Path, target: str | Path, *, overwrite: bool = False) -> Copied:
    """Let a store begin again from a copy, or from another store.

    Where it takes the place of another, its revisions go on after those of the other, and its
    history is forgotten: who watches lists again, and no revision ever means two things.

    Args:
        source: The copy.
        target: The file of the store; its directory is made if there is none.
        overwrite: Whether a store that is there may be replaced.

    Raises:
        FileKept: If there is a file at *target*, and it is not to be overwritten; or if it is
            *source*.
        StoreLocked: If the store is in use.
        StoreUnreadable: If *source* cannot be read, or nothing can be made at *target*.
        StoreUnwritable: If there is no room for it.
        StoreDamaged: If the copy is damaged, or is none; the store is as it was.
        StoreTooNew: If a later kubeobj has made the copy.
    """
    source, target = Path(source).absolute(), Path(target).absolute()
    if source.exists() and target.exists() and target.samefile(source):
        raise FileKept(target)
    lock = FileLock(target)
    try:
        is_there = target.exists() or _log(target).exists()
        if is_there and not overwrite:
            raise FileKept(target)
        with _copy(source, target) as made:
            _look_at(made)
            if is_there:
                _leap(made, after=_last_revision(target))
                _retire(target)
            copied = _look_at(made)
            _publish(made, target, overwrite=overwrite)
        return copied
    finally:
        lock.release()


@contextmanager
def _reading(path: Path) -> Iterator[sqlite3.Connection]:
    """Open a file that has been checked, as it is at one moment."""
    if not path.is_file():
        raise StoreUnreadable(f"{path} is no file")
    with closing(connect(path, read_only=True)) as connection:
        try:
            connection.execute("BEGIN")
            check(connection, path)
            yield connection
        except sqlite3.DatabaseError as error:
            raise opening_error(error, path) from None


@contextmanager
def _unused(path: Path) -> Iterator[None]:
    """Make sure that nobody writes to the file at *path*, if it is a store."""
    if not path.with_name(f"{path.name}-lock").exists():
        yield
        return
    lock = FileLock(path)
    try:
        yield
    finally:
        lock.release()


@contextmanager
def _copy(source: Path, target: Path) -> Iterator[Path]:
    """Make a whole copy of *source* in the directory of *target*; it goes if it is not moved."""
    made = target.with_name(f".{target.name}.{os.getpid()}.partial")
    try:
        _make_private(made)
        with _reading(source) as reading, closing(connect(made)) as writing:
            try:
                reading.backup(writing)
                # One file, and no log beside it.
                writing.execute("PRAGMA journal_mode = DELETE").fetchall()
            except sqlite3.DatabaseError as error:
                raise StoreUnwritable(f"{made} cannot be written to: {error}") from None
        yield made
    finally:
        for suffix in ("", "-journal", "-wal", "-shm"):
            made.with_name(f"{made.name}{suffix}").unlink(missing_ok=True)


def _make_private(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnreadable(f"{path} cannot be made: {error.strerror}") from None


def _look_at(path: Path) -> Copied:
    """Read all that is in a file."""
    memory = read_file(path)
    count = sum(len(memory.list(resource).records) for resource in memory.resources())
    return Copied(memory.revision, count, path.stat().st_size)


def _leap(path: Path, *, after: int | None) -> None:
    """Let the revisions of the store at *path* go on after another's, or after all there may be."""
    journal = Journal(path)
    try:
        own = journal.load(history_limit=1).revision
        floor = own + _LEAP if after is None else max(own, after)
        journal.append((), compacted=floor, prune=True)
    finally:
        journal.close()
    _as_one_file(path)


def _last_revision(path: Path) -> int | None:
    """Return the last revision that a store has given out; None if it cannot be read."""
    try:
        with _reading(path) as connection:
            return revision_of(connection)
    except StoreError:
        return None


def _retire(path: Path) -> None:
    """Leave no log beside a store: what takes its place must not be read with it."""
    try:
        if path.exists():
            _as_one_file(path)
    except StoreDamaged:
        # It cannot be read, so nothing in its log can, either.
        pass
    for log in (_log(path), path.with_name(f"{path.name}-shm")):
        log.unlink(missing_ok=True)


def _as_one_file(path: Path) -> None:
    """Let a store be one file, with no log beside it."""
    with closing(connect(path)) as connection:
        try:
            connection.execute("PRAGMA journal_mode = DELETE").fetchall()
        except sqlite3.DatabaseError as error:
            raise opening_error(error, path) from None


def _log(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _publish(made: Path, target: Path, *, overwrite: bool) -> None:
    """Move a file that is whole to its place, for good."""
    try:
        _sync(made)
        if not overwrite:
            # Refused if somebody has been quicker.
            os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        made.replace(target)
        sync_directory(target)
    except FileExistsError:
        raise FileKept(target) from None
    except OSError as error:
        raise StoreUnwritable(f"{target} cannot be made: {error.strerror}") from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
