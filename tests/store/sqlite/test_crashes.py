"""The end of a process at any moment, and of the power: what was acknowledged is there."""

import json
import os
import random
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeAlias

import pytest

from kubeobj.store.errors import StoreLocked
from kubeobj.store.sqlite.sqlitestore import SqliteStore
from kubeobj.testing.conformance.storecase import replay
from tests.store.sqlite.objects import draft_of, everything_in, names_in
from tests.store.sqlite.writer import ENDLESS, HISTORY_LIMIT

ROUNDS = 200
SEED = 20260501

Steps: TypeAlias = list[tuple[str, str, float]]
State: TypeAlias = dict[str, str]
"""The value of each object, by name."""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where the store is."""
    return tmp_path / "store.sqlite"


@pytest.fixture
def writer(path: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that forks writers."""
    command = [sys.executable, "-m", "tests.store.sqlite.writer", str(path)]
    with subprocess.Popen(
        command, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as process:
        yield process
        assert process.stdin
        process.stdin.close()


def _round(process: subprocess.Popen[str], seed: str, last: int) -> list[tuple[Steps, int | None]]:
    """Let a child write, kill it after *last* lines; return what it tried and what was done."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{seed}\n")
    process.stdin.flush()
    pid, tried = 0, list[tuple[Steps, int | None]]()
    for number, line in enumerate(process.stdout):
        match json.loads(line):
            case ["pid", int(found)]:
                pid = found
            case ["try", steps]:
                tried.append((steps, None))
            case ["done", int(revision)]:
                tried[-1] = (tried[-1][0], revision)
            case _:
                break
        if pid and number >= last:
            os.kill(pid, signal.SIGKILL)
            last = sys.maxsize
    return tried


def _after(state: State, revision: int, steps: Steps) -> tuple[State, int]:
    """Return what *steps* make of *state* and *revision*."""
    state = dict(state)
    for verb, name, value in steps:
        if verb == "put":
            state[name] = str(value)
            revision += 1
        elif name in state:
            del state[name]
            revision += 1
    return state, revision


def _found(store: SqliteStore) -> tuple[State, int]:
    records = store.list("pods").records
    return {one.key.name: one.labels["value"] for one in records}, store.revision


def test_what_was_acknowledged_survives_any_end(path: Path, writer: subprocess.Popen[str]) -> None:
    """Two hundred times in a row; what was being written is there whole, or not at all."""
    chance = random.Random(SEED)  # noqa: S311 - to be repeated
    state, revision, killed = State(), 0, 0
    for number in range(ROUNDS):
        seed = f"{SEED}-{number}"
        tried = _round(writer, seed, chance.randrange(2, 40))
        for steps, acknowledged in tried[:-1]:
            state, revision = _after(state, revision, steps)
            assert revision == acknowledged, seed
        last, acknowledged = tried[-1] if tried else ([], revision)
        killed += acknowledged is None
        perhaps = _after(state, revision, last)
        possible = (perhaps,) if acknowledged is not None else ((state, revision), perhaps)
        with SqliteStore(path, history_limit=HISTORY_LIMIT) as store:
            assert _found(store) in possible, seed
            state, revision = _found(store)
            past = store.list("pods", revision=store.compacted_revision)
            watch = store.watch("pods", since=store.compacted_revision)
            assert replay(past, watch) == store.list("pods").records, seed
    assert killed > ROUNDS / 10


def test_the_lock_goes_with_the_process(path: Path, writer: subprocess.Popen[str]) -> None:
    """Its holder is named; once that is gone, however, others have it."""
    assert writer.stdin
    assert writer.stdout
    writer.stdin.write(f"{ENDLESS}\n")
    writer.stdin.flush()
    kind, pid = json.loads(writer.stdout.readline())
    assert kind == "pid"
    json.loads(writer.stdout.readline())  # it writes, so it has the lock
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(StoreLocked, match=f"in use by process {pid}: one process writes") as caught:
        SqliteStore(path)
    assert caught.value.pid == pid
    os.kill(pid, signal.SIGKILL)
    while json.loads(writer.stdout.readline()) != ["end"]:
        pass
    with SqliteStore(path) as store, pytest.raises(StoreLocked, match=f"process {os.getpid()}:"):
        SqliteStore(store.path)
    with SqliteStore(path) as store:
        store.put(draft_of("free"))


@pytest.mark.parametrize("seed", range(4))
def test_a_log_that_is_torn_loses_only_what_was_not_whole(path: Path, seed: int) -> None:
    """Cut or spoilt at any byte, as by the loss of power: a state of the past, in order."""
    chance = random.Random(seed)  # noqa: S311 - to be repeated
    states: dict[int, State] = {0: {}}
    with SqliteStore(path) as store:
        for number in range(30):
            name = f"n{number % 7}"
            with store.burst():
                store.put(draft_of(name, size=chance.randrange(12_000), value=str(number)))
                store.put(draft_of("twin", value=str(number)))
            states[store.revision] = _found(store)[0]
        log = path.with_name("store.sqlite-wal").read_bytes()
        base = path.read_bytes()
    copy = path.with_name("copy.sqlite")
    reached = []
    for _ in range(40):
        for file in path.parent.glob("copy.sqlite*"):
            file.unlink()
        at = chance.randrange(len(log))
        torn = log[:at] if chance.random() < 0.5 else log[:at] + b"\xa5" * 64 + log[at + 64 :]
        copy.write_bytes(base)
        path.with_name("copy.sqlite-wal").write_bytes(torn)
        with SqliteStore(copy) as store:
            assert _found(store)[0] == states[store.revision], (seed, at)
            reached.append(store.revision)
            assert store.put(draft_of("next", value="")).revision == reached[-1] + 1
    assert len(set(reached)) > 5


def test_the_files_of_a_killed_process_can_be_copied(path: Path) -> None:
    """The file with its log is the store."""
    with SqliteStore(path) as store:
        store.put(draft_of("a"))
        (path.parent / "other").mkdir()
        for name in ("store.sqlite", "store.sqlite-wal"):
            shutil.copy(path.with_name(name), path.parent / "other" / name)
        store.put(draft_of("b"))
        expected = everything_in(store)
    with SqliteStore(path.parent / "other" / "store.sqlite") as other:
        assert names_in(other) == ["a"]
    with SqliteStore(path) as store:
        assert everything_in(store) == expected
