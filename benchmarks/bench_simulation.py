"""A whole simulated cluster: 200 nodes and 100 Deployments of 50 replicas, on virtual time.

What is measured is everything that happens: the API, all control loops of Kubernetes, the
scheduler, and the nodes. Each is asked once, for the next would find another cluster.
"""

from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.cluster.simulated import SimulatedCluster

NODES = 200
DEPLOYMENTS = 100
REPLICAS = 50
PODS = DEPLOYMENTS * REPLICAS
FEW = 3


def _deployment(number: int) -> dict[str, Any]:
    labels = {"app": f"web-{number}"}
    requests = {"cpu": "100m", "memory": "64Mi"}
    container = {"name": "web", "image": "nginx:1", "resources": {"requests": requests}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": f"web-{number}"},
        "spec": {
            "replicas": REPLICAS,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


def _empty() -> SimulatedCluster:
    """Return a cluster in which nothing runs yet."""
    return SimulatedCluster.with_nodes(nodes=NODES, seed=7)


def _running() -> SimulatedCluster:
    """Return a cluster in which all pods are ready."""
    cluster = _empty()
    _start(cluster, DEPLOYMENTS)
    return cluster


def _start(cluster: SimulatedCluster, deployments: int) -> None:
    for number in range(deployments):
        cluster.client.create(_deployment(number))
    cluster.settle()


def _roll(cluster: SimulatedCluster, deployments: int) -> None:
    change = {"spec": {"template": {"spec": {"containers": [{"name": "web", "image": "nginx:2"}]}}}}
    for number in range(deployments):
        cluster.client.patch("deployments", f"web-{number}", change, type="strategic")
    cluster.settle()


def _count(cluster: SimulatedCluster, name: str) -> int:
    found = cluster.client.list("deployments")
    return sum(one.document["status"].get(name, 0) for one in found)


def test_start_5000_pods(benchmark: BenchmarkFixture) -> None:
    """From the Deployments until all of their pods are ready."""
    cluster = _empty()
    benchmark.pedantic(_start, args=(cluster, DEPLOYMENTS), rounds=1)
    assert _count(cluster, "readyReplicas") == PODS


def test_roll_5000_pods(benchmark: BenchmarkFixture) -> None:
    """A rolling update of all Deployments, until all pods are new and ready."""
    cluster = _running()
    benchmark.pedantic(_roll, args=(cluster, DEPLOYMENTS), rounds=1)
    assert _count(cluster, "updatedReplicas") == _count(cluster, "readyReplicas") == PODS
    assert _count(cluster, "replicas") == PODS


def test_a_day_of_200_nodes(benchmark: BenchmarkFixture) -> None:
    """Nothing happens but that nodes say every five minutes that they are well."""
    cluster = _running()
    benchmark.pedantic(cluster.advance, kwargs={"days": 1}, rounds=1)
    assert _count(cluster, "readyReplicas") == PODS


def test_a_replay(benchmark: BenchmarkFixture) -> None:
    """The same calls on clusters of one seed leave the same store, byte for byte."""

    def replay() -> list[bytes]:
        cluster = _empty()
        _start(cluster, FEW)
        _roll(cluster, FEW)
        cluster.advance(hours=1)
        store = cluster.server.store
        return [record.data for name in store.resources() for record in store.list(name).records]

    first = replay()
    assert benchmark.pedantic(replay, rounds=1) == first
