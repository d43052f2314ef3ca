"""The store in one file: what every store promises."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.store.store import Store
from kubeobj.testing.conformance.store import StoreConformance


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
