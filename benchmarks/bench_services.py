"""From the death of a ready pod to nobody being sent there: a live cluster of real processes.

In between are: the end of the process is noticed, the pod's status is written, the control loop of
EndpointSlices takes the endpoint out, and the proxy does as the new rules say.
"""

import os
import signal
import statistics
import sys
import time
from collections.abc import Iterator
from typing import Any

import psutil
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.cluster.cluster import Cluster

Doc = dict[str, Any]

REPLICAS = 8
PROGRAM = "import time; time.sleep(100000)"


def workload() -> list[Doc]:
    """Return a Service, and the pods behind it."""
    labels = {"app": "web"}
    container = {"name": "web", "image": "any", "command": [sys.executable, "-c", PROGRAM]}
    template = {"metadata": {"labels": labels}, "spec": {"containers": [container]}}
    spec = {"replicas": REPLICAS, "selector": {"matchLabels": labels}, "template": template}
    metadata = {"name": "web", "namespace": "default"}
    ports = [{"port": 8000}]
    return [
        {"apiVersion": "apps/v1", "kind": "Deployment", "metadata": metadata, "spec": spec},
        {
            "apiVersion": "v1",
            "kind": "Service",
            "metadata": metadata,
            "spec": {"selector": labels, "ports": ports},
        },
    ]


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A live cluster with pods that are all reached."""
    with Cluster(runtime="process") as made:
        made.apply(workload())
        made.wait("deployments", "web", "Available", within=60)
        wait_for(made, REPLICAS)
        yield made


def reached(cluster: Cluster) -> int:
    """Return to how many endpoints the proxy sends clients; -1 while it is being told."""
    found = cluster.node.network.reach("default", "web")
    return found.endpoints if found is not None and found.is_in_force else -1


def wait_for(cluster: Cluster, count: int) -> None:
    """Wait until clients are sent to so many endpoints."""
    end = time.perf_counter() + 60
    while reached(cluster) != count:
        assert time.perf_counter() < end
        time.sleep(0.000_5)


def processes() -> list[int]:
    """Return the processes of the pods."""
    every = psutil.process_iter(["cmdline"])
    return [one.pid for one in every if (one.info["cmdline"] or [])[1:] == ["-c", PROGRAM]]


def test_killed_pod_is_sent_nobody(benchmark: BenchmarkFixture, cluster: Cluster) -> None:
    """Kill pods one after the other; each is started anew, but not before it was taken out."""
    victims = processes()
    assert len(victims) == REPLICAS
    took: list[float] = []

    def kill() -> None:
        wait_for(cluster, REPLICAS)
        time.sleep(0.3)  # the others are at rest
        begun = time.perf_counter()
        os.kill(victims.pop(), signal.SIGKILL)
        wait_for(cluster, REPLICAS - 1)
        took.append(time.perf_counter() - begun)

    benchmark.pedantic(kill, rounds=REPLICAS)
    benchmark.extra_info["killed_to_removed"] = statistics.median(took)
