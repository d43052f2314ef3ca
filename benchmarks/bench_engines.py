"""50 pods on Docker and on Podman, beside what those engines' own commands take for the same.

Measured in turns, so that a busy machine is as busy for both, and from outside: from a command
until all containers run and the terminal is free. `scripts/engines` has to have been run; Compose
and what Podman's pods hold themselves together with are installed here. Each pod of Kubernetes is
two containers; a service of Compose is one, with a network of its own.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.documents import Document

PODS = 50
ROUNDS = int(os.environ.get("KUBEOBJ_BENCH_ROUNDS", "3"))
IMAGE = "kubeobj.test/busybox:1"
COMMAND = ["/bin/sleep", "1000000"]
CONFIGURATION = "/run/kubeobj-engines/containers.conf"
PACKAGES = {"docker-compose": "docker-compose", "/usr/bin/catatonit": "catatonit"}
ENDED = {"terminationGracePeriodSeconds": 0}


def _run(*command: str | Path) -> str:
    known = {**os.environ, "CONTAINERS_CONF": CONFIGURATION}
    run = subprocess.run(
        list(map(str, command)), check=False, capture_output=True, text=True, env=known
    )
    assert run.returncode == 0, f"{command}: {run.stdout[-2000:]}{run.stderr[-2000:]}"
    return run.stdout


def _timed(up: Callable[[], object]) -> float:
    start = time.perf_counter()
    up()
    return time.perf_counter() - start


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same fifty containers as pods and as services, and the commands for them."""
    missing = [package for name, package in PACKAGES.items() if not shutil.which(name)]
    if missing:
        _run("apt-get", "install", "-y", "-q", "--no-install-recommends", *missing)
    made = tmp_path_factory.mktemp("engines")
    pods: list[Document] = []
    services: Document = {}
    for number in range(PODS):
        name = f"sleeper-{number}"
        container: Document = {"name": "main", "image": IMAGE, "command": COMMAND}
        spec: Document = {**ENDED, "containers": [{**container, "imagePullPolicy": "Never"}]}
        pods.append({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec})
        services[name] = {"image": IMAGE, "command": COMMAND, "stop_grace_period": "0s"}
    (made / "pods.yaml").write_text("\n---\n".join(map(json.dumps, pods)))
    (made / "compose.json").write_text(json.dumps({"version": "3", "services": services}))
    return made


def _kubeobj(folder: Path, engine: str) -> float:
    state = folder / f"state-{engine}"
    command = (sys.executable, "-m", "kubeobj")
    more = ("--runtime", engine, "--detach", "--timeout", "600", "--state", state)
    try:
        return _timed(lambda: _run(*command, "up", "-f", folder / "pods.yaml", *more))
    finally:
        _run(*command, "down", "--state", state)
        shutil.rmtree(state)


def _compose(folder: Path) -> float:
    command = ("docker-compose", "-p", "kubeobj-bench", "-f", folder / "compose.json")
    try:
        return _timed(lambda: _run(*command, "up", "-d"))
    finally:
        _run(*command, "down", "-t", "0")


def _kube_play(folder: Path) -> float:
    try:
        return _timed(lambda: _run("podman", "play", "kube", folder / "pods.yaml"))
    finally:
        _run("podman", "play", "kube", "--down", folder / "pods.yaml")


@pytest.mark.parametrize(("engine", "peer"), [("docker", _compose), ("podman", _kube_play)])
def test_50_pods(
    benchmark: BenchmarkFixture, folder: Path, engine: str, peer: Callable[[Path], float]
) -> None:
    """In turns; what counts is how often the peer's median goes into ours."""
    ours: list[float] = []
    theirs: list[float] = []

    def measure() -> None:
        ours.append(_kubeobj(folder, engine))
        theirs.append(peer(folder))

    benchmark.pedantic(measure, rounds=ROUNDS)
    mine, other = statistics.median(ours), statistics.median(theirs)
    benchmark.extra_info[f"{engine}_up_seconds"] = mine
    benchmark.extra_info[f"{engine}_peer_seconds"] = other
    benchmark.extra_info[f"{engine}_up_times_peer"] = mine / other
