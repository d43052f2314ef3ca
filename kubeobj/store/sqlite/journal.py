"""The file that changes are appended to. One thread uses it at a time.

A change that was appended survives the end of the process and the loss of power: SQLite has written
it to its log, and the log is on the disk, before `append` returns.
"""

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import final

from kubeobj.store.errors import StoreDamaged, StoreUnreadable, StoreUnwritable
from kubeobj.store.memory import MemoryStore
from kubeobj.store.sqlite.loading import counters, load, revision_of
from kubeobj.store.sqlite.rows import COLUMNS, Row
from kubeobj.store.sqlite.schema import check, connect, create, is_empty, number, prepare

UNPRUNED_LIMIT = 1000
"""How many changes have been forgotten before their rows go."""

# A shorter file looks empty to SQLite.
_HEADER_BYTES = 100
_APPEND = f"INSERT INTO changes ({COLUMNS}) VALUES ({', '.join('?' * 13)})"  # noqa: S608 - constants


@final
class Journal:
    """The file at *path*, made if there is none; its directory is there.

    Raises:
        StoreUnreadable: If it cannot be made or opened.
        StoreUnwritable: If there is no room to make it.
        StoreDamaged: If it is damaged, or belongs to no store.
        StoreTooNew: If a later kubeobj has made it.
    """

    __slots__ = ("_compacted", "_connection", "_path", "_settled", "revision")

    revision: int
    """The revision of the latest change that is in the file for good."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.revision = self._compacted = self._settled = 0
        _make(path)
        self._connection = connect(path)
        try:
            self._prepare()
        except BaseException:
            self._connection.close()
            raise

    def _prepare(self) -> None:
        connection = self._connection
        try:
            is_new = is_empty(connection)
            if is_new and 0 < self._path.stat().st_size < _HEADER_BYTES:
                raise StoreDamaged(self._path, "it has been cut short")
            if not is_new:
                check(connection, self._path)
            prepare(connection)
            if is_new:
                create(connection)
                sync_directory(self._path)
        except sqlite3.DatabaseError as error:
            raise opening_error(error, self._path) from None

    def load(self, *, history_limit: int) -> MemoryStore:
        """Return what is in the file.

        Raises:
            StoreDamaged: If it is damaged.
        """
        try:
            memory = load(self._connection, self._path, history_limit=history_limit)
            self._compacted, self._settled = counters(self._connection)
        except sqlite3.DatabaseError as error:
            raise opening_error(error, self._path) from None
        self.revision = memory.revision
        return memory

    def append(self, rows: Sequence[Row], *, compacted: int, prune: bool = False) -> None:
        """Append changes, all or none; when this returns they are there for good.

        Args:
            rows: The changes, in order.
            compacted: The oldest revision that is remembered; what only older ones need goes now
                and then.
            prune: Whether it goes now.

        Raises:
            StoreUnwritable: If they cannot be written: the disk is full, say. None of them is.
        """
        prune = prune or compacted - self._compacted >= UNPRUNED_LIMIT
        connection = self._connection
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(_APPEND, rows)
            settled = self._prune(compacted) if prune else self._settled
            connection.execute("COMMIT")
            self._compacted, self._settled = compacted if prune else self._compacted, settled
            self.revision = rows[-1][0] if rows else max(self.revision, self._compacted)
        except sqlite3.Error as error:
            self._roll_back()
            raise StoreUnwritable(f"{self._path} cannot be written to: {error}") from None
        except BaseException:
            # An interrupt may come before or after the change is there for good.
            self._roll_back()
            self._look()
            raise

    def shrink(self) -> None:
        """Give the disk back what is free in the file, as far as that is possible now."""
        try:
            # As a script: a statement would be stepped once, and give back one page.
            self._connection.executescript("PRAGMA incremental_vacuum")
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        except sqlite3.Error:
            # Nothing is lost; it will be tried again.
            self._roll_back()

    def close(self) -> None:
        """Put the log into the file, and leave it."""
        self._connection.close()

    def _prune(self, compacted: int) -> int:
        """Delete the rows that only what was before *compacted* needs; return how many settle."""
        connection, span = self._connection, (self._compacted, compacted)
        within = "revision > ? AND revision <= ?"
        arrived = number(connection, f"SELECT count(*) FROM changes WHERE {within}", *span)  # noqa: S608 - constants
        gone = connection.execute(
            "DELETE FROM changes WHERE revision IN"  # noqa: S608 - constants
            f" (SELECT replaces FROM changes WHERE replaces > 0 AND {within})",
            span,
        ).rowcount
        gone += connection.execute(
            f"DELETE FROM changes WHERE is_deletion AND {within}",  # noqa: S608 - constants
            span,
        ).rowcount
        settled = self._settled + arrived - gone
        for name, value in (("compacted", compacted), ("settled", settled)):
            connection.execute("UPDATE counters SET value = ? WHERE name = ?", (value, name))
        return settled

    def _roll_back(self) -> None:
        if self._connection.in_transaction:
            try:
                self._connection.execute("ROLLBACK")
            except sqlite3.Error:
                # SQLite has rolled back by itself.
                return

    def _look(self) -> None:
        self._compacted, self._settled = counters(self._connection)
        self.revision = revision_of(self._connection)


def opening_error(
    error: sqlite3.DatabaseError, path: Path
) -> StoreDamaged | StoreUnreadable | StoreUnwritable:
    """Return what it means that a file cannot be opened because of *error*."""
    match error.sqlite_errorcode & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            return StoreDamaged(path, str(error))
        case sqlite3.SQLITE_FULL | sqlite3.SQLITE_IOERR:
            return StoreUnwritable(f"{path} cannot be written to: {error}")
        case _:
            return StoreUnreadable(f"{path} cannot be opened: {error}")


def _make(path: Path) -> None:
    """Make an empty file where there is none, private to its user."""
    log = path.with_name(f"{path.name}-wal")
    try:
        is_there = path.exists()
        if not is_there and log.exists() and log.stat().st_size:
            raise StoreDamaged(path, "the file is gone, and its log is still there")
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError as error:
        raise StoreUnreadable(f"{path} cannot be opened: {error.strerror}") from None


def sync_directory(path: Path) -> None:
    """Make sure that the name of the file at *path* is on the disk, too."""
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
