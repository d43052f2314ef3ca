"""The store in memory, made of a file."""

import gc
import sqlite3
from pathlib import Path
from typing import cast

from kubeobj.store.errors import StoreDamaged
from kubeobj.store.history import Change, History
from kubeobj.store.memory import MemoryStore
from kubeobj.store.record import Record
from kubeobj.store.sqlite.rows import COLUMNS, Row, RowReader
from kubeobj.store.sqlite.schema import number


def load(connection: sqlite3.Connection, path: Path, *, history_limit: int) -> MemoryStore:
    """Return what is in a file that has been checked, with its history.

    Args:
        connection: The file; nobody writes to it meanwhile, or a transaction is open.
        path: Where it is, for messages.
        history_limit: How many changes are remembered, at least 1.

    Raises:
        StoreDamaged: If a row is missing, or not as it was written.
    """
    # A hundred thousand records are no garbage, and looking for some takes half as long again.
    is_collecting = gc.isenabled()
    gc.disable()
    try:
        return _load(connection, path, history_limit)
    finally:
        if is_collecting:
            gc.enable()


def _load(connection: sqlite3.Connection, path: Path, history_limit: int) -> MemoryStore:
    compacted, settled = counters(connection)
    records: dict[str, dict[str, Record]] = {}
    changes: list[Change] = []
    reader, count, revision = RowReader(), 0, 0
    for found in connection.execute(f"SELECT {COLUMNS} FROM changes ORDER BY revision"):  # noqa: S608 - a constant
        row = cast(Row, found)
        try:
            record = reader.record(row)
        except (ValueError, TypeError) as error:
            raise StoreDamaged(path, f"revision {row[0]}: {error}") from None
        revision, by_path, place = (
            row[0],
            records.setdefault(record.key.resource, {}),
            record.key.path,
        )
        previous = by_path.get(place)
        if row[2]:
            by_path.pop(place, None)
        else:
            by_path[place] = record
        if revision <= compacted:
            count += 1
            continue
        if row[1] != (0 if previous is None else previous.revision):
            raise StoreDamaged(path, f"what revision {revision} has replaced is missing")
        changes.append(Change(record, previous, is_deletion=bool(row[2])))
    revision = max(revision, compacted)
    if count != settled or len(changes) != revision - compacted:
        raise StoreDamaged(path, "changes are missing")
    filled = {resource: by_path for resource, by_path in records.items() if by_path}
    history = History.of(changes, revision=revision, compacted=compacted, limit=history_limit)
    return MemoryStore.resumed(filled, history)


def counters(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return the oldest revision whose state is known, and how many rows are not after it."""
    question = "SELECT value FROM counters WHERE name = "
    return number(connection, f"{question}'compacted'"), number(connection, f"{question}'settled'")


def revision_of(connection: sqlite3.Connection) -> int:
    """Return the revision of the latest change that is in a file."""
    return max(number(connection, "SELECT max(revision) FROM changes"), counters(connection)[0])
