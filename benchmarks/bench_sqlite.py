"""The store in a file: what a durable write costs, and a start with 100,000 objects.

A write is durable when the disk has it, so these figures are the disk's as well as ours. Pods are
of about 2,000 bytes each.
"""

import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from itertools import count, islice
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.datasets import pod_drafts
from kubeobj.store.record import Draft
from kubeobj.store.sqlite.copies import back_up
from kubeobj.store.sqlite.sqlitestore import SqliteStore

WRITES = 4000
BURST = 50
MANY = 100_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    """An empty store in a file."""
    with SqliteStore(tmp_path / "store.sqlite") as store:
        yield store


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The file of a store with 100,000 pods and 10,000 changes to remember."""
    path = tmp_path_factory.mktemp("many") / "store.sqlite"
    drafts = pod_drafts(MANY, namespaces=20)
    with SqliteStore(path) as store:
        while some := list(islice(drafts, 1000)):
            _write_in_a_burst(store, some)
    return path


def _write(store: SqliteStore, drafts: list[Draft]) -> None:
    for draft in drafts:
        store.put(draft)


def _write_in_a_burst(store: SqliteStore, drafts: list[Draft]) -> None:
    with store.burst():
        _write(store, drafts)


def _write_in_threads(store: SqliteStore, drafts: list[Draft], number: int) -> None:
    shares = [drafts[first::number] for first in range(number)]
    threads = [threading.Thread(target=_write, args=(store, share)) for share in shares]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _measure(
    benchmark: BenchmarkFixture,
    store: SqliteStore,
    write: Callable[[SqliteStore, list[Draft]], None],
) -> None:
    """Measure how long *write* takes for 4,000 new pods, each time others."""
    rounds = count()

    def arguments() -> tuple[tuple[SqliteStore, list[Draft]], dict[str, object]]:
        first = next(rounds) * WRITES
        return (store, list(pod_drafts(WRITES, namespaces=1, first=first))), {}

    benchmark.pedantic(write, setup=arguments, rounds=3)
    assert len(store.list("pods").records) == 3 * WRITES


def test_4000_durable_writes(benchmark: BenchmarkFixture, store: SqliteStore) -> None:
    """One after the other, by one thread: each waits for the disk."""
    _measure(benchmark, store, _write)


@pytest.mark.parametrize("threads", [8, 32])
def test_4000_durable_writes_in_threads(
    benchmark: BenchmarkFixture, store: SqliteStore, threads: int
) -> None:
    """Threads that wait for the disk at the same time wait once."""
    _measure(benchmark, store, lambda store, drafts: _write_in_threads(store, drafts, threads))


def test_4000_durable_writes_in_bursts(benchmark: BenchmarkFixture, store: SqliteStore) -> None:
    """Fifty at a time, as control loops write."""

    def write(store: SqliteStore, drafts: list[Draft]) -> None:
        for first in range(0, len(drafts), BURST):
            _write_in_a_burst(store, drafts[first : first + BURST])

    _measure(benchmark, store, write)


def test_start_with_100000_objects(benchmark: BenchmarkFixture, many: Path) -> None:
    """In a new process, checked, with the last 10,000 changes; the file is cached."""
    command = [sys.executable, "-m", "benchmarks.store_start", str(many)]

    def measure() -> str:
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout

    found = [tuple(map(float, measure().split())) for _ in range(3)]
    benchmark.pedantic(measure, rounds=1)
    benchmark.extra_info["sqlite_start_seconds"] = sorted(seconds for seconds, _ in found)[1]
    benchmark.extra_info["sqlite_megabytes"] = max(megabytes for _, megabytes in found)


def test_back_up_100000_objects(benchmark: BenchmarkFixture, many: Path, tmp_path: Path) -> None:
    """To a file that is read back before it counts."""
    copy = tmp_path / "copy.sqlite"
    copied = benchmark.pedantic(back_up, (many, copy), {"overwrite": True}, rounds=1)
    assert copied.object_count == MANY
