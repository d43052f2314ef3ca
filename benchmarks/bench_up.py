"""`kubeobj up` with 50 pods of one process each: how soon they run, and what it costs to keep them.

Measured from outside, of the command as people run it, with `--detach`; "agent" is the process that
is the cluster, without those that carry traffic and look after processes.
"""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.documents import Document

PODS = 50
IDLE_SECONDS = 20.0
RESTARTS = 10


def _pod(name: str, *command: str) -> Document:
    container: Document = {"name": "main", "image": "host", "command": command}
    spec: Document = {"terminationGracePeriodSeconds": 1, "containers": [container]}
    return {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}


def _write(path: Path, *pods: Document) -> Path:
    path.write_text(json.dumps({"apiVersion": "v1", "kind": "List", "items": pods}))
    return path


def _kubeobj(state: Path, *args: str) -> str:
    command = [sys.executable, "-m", "kubeobj", *args, "--state", str(state)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _up(state: Path, manifests: Path) -> str:
    return _kubeobj(state, "up", "-f", str(manifests), "--runtime", "process", "--detach")


def _end(state: Path) -> None:
    _kubeobj(state, "down")
    shutil.rmtree(state)


@pytest.fixture(scope="module")
def manifests(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Fifty pods that sleep."""
    pods = [_pod(f"sleeper-{number}", "sleep", "1000000") for number in range(PODS)]
    return _write(tmp_path_factory.mktemp("manifests") / "pods.json", *pods)


@pytest.fixture(scope="module")
def running(manifests: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The state of a cluster that keeps them."""
    state = tmp_path_factory.mktemp("running") / "state"
    _up(state, manifests)
    yield state
    _end(state)


def test_up_of_50_pods(
    benchmark: BenchmarkFixture, manifests: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """From the command, with no cluster yet, until all of them run and the terminal is free."""
    states = [tmp_path_factory.mktemp("up") / "state" for _ in range(3)]
    turn = iter(states)

    def measure() -> str:
        return _up(next(turn), manifests)

    said = benchmark.pedantic(measure, rounds=len(states))
    assert "down" in said
    for state in states:
        _end(state)


def test_an_idle_agent(benchmark: BenchmarkFixture, running: Path) -> None:
    """Resident megabytes, and per cent of a core, with 50 pods that need nothing."""
    agent = int((running / "lock").read_text().split()[0])
    benchmark.pedantic(time.sleep, (2.0,), rounds=1)
    before, start = _cpu_seconds(agent), time.perf_counter()
    time.sleep(IDLE_SECONDS)
    used = _cpu_seconds(agent) - before
    benchmark.extra_info["agent_idle_percent"] = 100 * used / (time.perf_counter() - start)
    pages = int(Path(f"/proc/{agent}/statm").read_text().split()[1])
    benchmark.extra_info["agent_megabytes"] = pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def test_restarts_of_containers(benchmark: BenchmarkFixture, running: Path, tmp_path: Path) -> None:
    """Ten containers that end, one after the other, beside fifty that do not; the slowest counts.

    They say themselves when they begin and when they end, so the time until a shell has begun, and
    until one has ended, is in it.
    """
    pods = [
        _pod(
            f"ender-{number}",
            *("sh", "-c"),
            f"date +%s%N >> {tmp_path}/{number}; sleep {3 + 0.3 * number};"
            f" date +%s%N >> {tmp_path}/{number}; exit 1",
        )
        for number in range(RESTARTS)
    ]
    _up(running, _write(tmp_path / "pods.json", *pods))
    benchmark.pedantic(time.sleep, (4 + 0.3 * RESTARTS,), rounds=1)
    times = [
        list(map(int, (tmp_path / str(number)).read_text().split())) for number in range(RESTARTS)
    ]
    gaps = [(found[2] - found[1]) / 1e9 for found in times]
    benchmark.extra_info["restart_seconds"] = max(gaps)


def _cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
