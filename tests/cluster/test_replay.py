"""A simulation is a function of its seed: byte for byte, in any process."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_SCRIPT = """
import hashlib, sys
from random import Random
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.faults import NodeCrash, Partition, ProcessKill, SlowNode
from kubeobj.cluster.process import CONTROLLERS, SCHEDULER
from kubeobj.cluster.troubles import (
    ClosedWatches, Conflicts, DeathAtWrite, DoubledWatches, Forgotten, LateWatches, LostWatches,
    Throttled,
)
from tests.cluster.workloads import budget, daemon_set, deployment, job, stateful_set

seed = int(sys.argv[1])
draw = Random(seed)
cluster = SimulatedCluster.with_nodes(4, seed=seed)
cluster.apply([
    deployment("web", 5, behaviour={"readySeconds": 3}), stateful_set("db", 3), daemon_set("log"),
    job("batch", backoffLimit=99), budget("web", "web", maxUnavailable=1),
])
makers = [
    lambda: NodeCrash(f"node-{draw.randint(1, 4)}"),
    lambda: Partition(f"node-{draw.randint(1, 4)}"),
    lambda: SlowNode("node-1"), lambda: ProcessKill(SCHEDULER, 9), lambda: Conflicts(0.3),
    lambda: DeathAtWrite(CONTROLLERS, draw.randint(1, 30)), lambda: Throttled(0.2),
    lambda: Forgotten(0.3), lambda: LostWatches(0.1), lambda: LateWatches(5, 0.5),
    lambda: DoubledWatches(0.5), lambda: ClosedWatches(0.3),
]
for _ in range(8):
    cluster.inject(draw.choice(makers)(), at=draw.randint(0, 300), seconds=draw.randint(1, 400))
cluster.advance(100)
cluster.apply([deployment("web", 6, image="app:2", behaviour={"readySeconds": 3})])
cluster.advance(1200)
store = cluster.server.store
digest = hashlib.sha256()
for resource in store.resources():
    for record in store.list(resource).records:
        digest.update(str(record.key).encode() + record.data)
for one in cluster.faults.history:
    digest.update(repr((one.at, one.begins, type(one.fault).__name__)).encode())
print(store.revision, digest.hexdigest())
"""


def _play(seed: int, hash_seed: int) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": str(hash_seed), "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(seed)],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    return done.stdout


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_replay_is_the_same_to_the_byte(seed: int) -> None:
    """In two processes whose sets and dicts are in different order."""
    assert _play(seed, 1) == _play(seed, 4242)


def test_another_seed_is_another_story() -> None:
    """Names, at least, are others."""
    assert _play(1, 0) != _play(2, 0)
