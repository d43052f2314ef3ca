"""The form of the file: its tables, its version, and how it is opened.

Every change is a row under its revision, and nothing is written twice: the state is the latest row
of each object, the history is the rows of the last changes. A row goes when neither needs it.

Source: https://www.sqlite.org/wal.html and https://www.sqlite.org/pragma.html.
"""

import sqlite3
from pathlib import Path
from urllib.parse import quote

from kubeobj.store.errors import StoreDamaged, StoreTooNew, StoreUnreadable

VERSION = 1
"""The version of the form that is written."""

APPLICATION = 0x6B6F626A
"""What tells the file from those of others: ``kobj``."""

_WAIT_SECONDS = 30.0
# Two rows of a pod in a page of 4,096 bytes would waste half of it.
_PAGE_BYTES = 8192
# Room in the log that is kept for later, so that it need not grow again.
_LOG_BYTES = 32 << 20
_CACHE_KIBIBYTES = 4096

_COUNTERS = 2
_TABLES = (
    """
    CREATE TABLE changes (
        revision INTEGER PRIMARY KEY,
        replaces INTEGER NOT NULL,
        is_deletion INTEGER NOT NULL,
        resource TEXT NOT NULL,
        namespace TEXT NOT NULL,
        name TEXT NOT NULL,
        uid TEXT NOT NULL,
        revision_at INTEGER,
        labels TEXT NOT NULL,
        owners TEXT NOT NULL,
        terms TEXT NOT NULL,
        data BLOB NOT NULL,
        checksum INTEGER NOT NULL
    )
    """,
    # compacted: the oldest revision whose state is known; settled: how many rows are not after it.
    "CREATE TABLE counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID",
    "INSERT INTO counters VALUES ('compacted', 0), ('settled', 0)",
    f"PRAGMA application_id = {APPLICATION}",
    f"PRAGMA user_version = {VERSION}",
)


def connect(path: Path, *, read_only: bool = False) -> sqlite3.Connection:
    """Return a connection to the file at *path*, which is there; one thread uses it at a time.

    Raises:
        StoreUnreadable: If it cannot be opened.
    """
    mode = "ro" if read_only else "rw"
    try:
        return sqlite3.connect(
            f"file:{quote(str(path))}?mode={mode}",
            uri=True,
            timeout=_WAIT_SECONDS,
            isolation_level=None,
            check_same_thread=False,
        )
    except sqlite3.Error as error:
        raise StoreUnreadable(f"{path} cannot be opened: {error}") from None


def prepare(connection: sqlite3.Connection) -> None:
    """Let *connection* write so that what is committed survives the loss of power."""
    for setting in (
        f"page_size = {_PAGE_BYTES}",
        "auto_vacuum = INCREMENTAL",
        "journal_mode = WAL",
        "synchronous = FULL",
        # Only macOS knows a difference between written and written for good.
        "fullfsync = ON",
        "checkpoint_fullfsync = ON",
        f"journal_size_limit = {_LOG_BYTES}",
        f"cache_size = -{_CACHE_KIBIBYTES}",
        "temp_store = MEMORY",
    ):
        connection.execute(f"PRAGMA {setting}")


def create(connection: sqlite3.Connection) -> None:
    """Make the tables, all or none."""
    connection.execute("BEGIN IMMEDIATE")
    for statement in _TABLES:
        connection.execute(statement)
    connection.execute("COMMIT")


def is_empty(connection: sqlite3.Connection) -> bool:
    """Whether nothing has been made in the file yet."""
    return not number(connection, "SELECT count(*) FROM sqlite_master")


def check(connection: sqlite3.Connection, path: Path) -> None:
    """Make sure that the file is a store, of a version that is known, and sound.

    Raises:
        StoreDamaged: If it is not.
        StoreTooNew: If a later kubeobj has made it.
    """
    if number(connection, "PRAGMA application_id") != APPLICATION:
        raise StoreDamaged(path, "it is the file of another program")
    version = number(connection, "PRAGMA user_version")
    if version > VERSION:
        raise StoreTooNew(path, version=version, known=VERSION)
    if number(connection, "SELECT count(*) FROM counters") != _COUNTERS:
        raise StoreDamaged(path, "its counters are missing")
    (verdict,) = connection.execute("PRAGMA quick_check(1)").fetchone()
    if verdict != "ok":
        raise StoreDamaged(path, str(verdict))


def number(connection: sqlite3.Connection, question: str, *values: int) -> int:
    """Return the one number that *question* asks for; 0 for null."""
    (found,) = connection.execute(question, values).fetchone()
    return int(found or 0)
