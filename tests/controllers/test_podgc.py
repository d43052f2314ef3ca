"""Pods that nobody looks after any more are collected."""

from typing import Any

import pytest

from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.controllers.podgc import PodGarbageCollector
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import wire_of
from tests.cluster.workloads import deployment
from tests.controllers.running import POD, Running

KEPT = {"finalizers": ["example.com/kept"]}
OUT_OF_SERVICE = {"key": "node.kubernetes.io/out-of-service", "effect": "NoExecute"}


def pod(world: Running, name: str, phase: str = "Running", reason: str = "", **rest: Any) -> None:
    """Make a pod on the node ``n`` that is in a phase."""
    metadata = rest.pop("metadata", {})
    world.create("Pod", name, metadata=metadata, spec={**POD, "nodeName": "n", **rest})
    status = {"phase": phase, **({"reason": reason} if reason else {})}
    world.client.patch("pods", name, {"status": status}, type="merge", part="status")


def disruption(document: Wire) -> str:
    """Return why a pod was disrupted, if it was."""
    conditions = document["status"].get("conditions", ())
    return next((one["message"] for one in conditions if one["type"] == "DisruptionTarget"), "")


def test_a_node_that_is_gone() -> None:
    """Its pods are collected once it has been gone for forty seconds."""
    world = Running(PodGarbageCollector)
    world.create("Node", "n", "")
    pod(world, "p", metadata=KEPT)
    pod(world, "done", "Succeeded", metadata=KEPT)
    world.settle()
    world.client.delete("nodes", "n")
    world.advance(39)
    assert "deletionTimestamp" not in world.get("pods", "p")["metadata"]
    world.advance(2)
    found = world.get("pods", "p")
    assert found["metadata"]["deletionGracePeriodSeconds"] == 0
    assert found["status"]["phase"] == "Failed"
    assert disruption(found) == "PodGC: node no longer exists"
    done = world.get("pods", "done")
    assert "deletionTimestamp" in done["metadata"]
    assert (done["status"]["phase"], disruption(done)) == ("Succeeded", "")


def test_a_node_that_is_there_again() -> None:
    """A node that comes back in time keeps its pods."""
    world = Running(PodGarbageCollector)
    world.create("Node", "n", "")
    pod(world, "p")
    world.settle()
    world.client.delete("nodes", "n")
    world.advance(30)
    world.create("Node", "n", "")
    world.advance(100)
    assert world.names("pods") == ["p"]


def test_a_node_that_never_was() -> None:
    """Its pods have forty seconds, too; loops that begin anew wait anew."""
    world = Running(PodGarbageCollector)
    pod(world, "p")
    world.advance(30)
    world.manager.restart()
    world.advance(30)
    assert world.names("pods") == ["p"]
    world.advance(11)
    assert world.names("pods") == []


def test_pods_without_a_node_that_are_to_go() -> None:
    """Nobody else would let them go."""
    world = Running(PodGarbageCollector)
    world.create("Pod", "p", metadata=KEPT, spec=POD)
    world.settle()
    world.client.delete("pods", "p")
    world.settle()
    found = world.get("pods", "p")
    assert found["metadata"]["deletionGracePeriodSeconds"] == 0
    assert (found["status"]["phase"], disruption(found)) == ("Failed", "")


@pytest.mark.parametrize("ready", ["True", "Unknown"])
@pytest.mark.parametrize("taint_first", [False, True])
def test_a_node_that_is_out_of_service(ready: str, *, taint_first: bool) -> None:
    """Pods that are to go are gone, if it is not ready; others stay."""
    world = Running(PodGarbageCollector)
    taints = {"taints": [OUT_OF_SERVICE]}
    world.create("Node", "n", "", spec=taints if taint_first else {})
    condition = {"status": {"conditions": [{"type": "Ready", "status": ready}]}}
    world.client.patch("nodes", "n", condition, type="strategic", part="status")
    pod(world, "stays")
    pod(world, "goes")
    world.client.delete("pods", "goes")
    world.settle()
    if not taint_first:
        assert world.names("pods") == ["goes", "stays"]
        world.client.patch("nodes", "n", {"spec": taints}, type="merge")
        world.settle()
    assert world.names("pods") == (["goes", "stays"] if ready == "True" else ["stays"])


def _keeping(count: int) -> Any:
    def install(manager: Manager) -> PodGarbageCollector:
        return PodGarbageCollector(manager, count)

    return install


@pytest.mark.parametrize("restart", [False, True])
def test_too_many_that_have_ended(*, restart: bool) -> None:
    """Those that were evicted go first, and then the oldest."""
    world = Running(_keeping(3))
    world.create("Node", "n", "")
    for number, (name, phase, reason) in enumerate(
        [
            ("old", "Succeeded", ""),
            ("runs", "Running", ""),
            ("evicted", "Failed", "Evicted"),
            ("young", "Failed", ""),
        ]
    ):
        world.clock.advance(10 * number)
        pod(world, name, phase, reason)
    world.settle()
    assert world.names("pods") == ["evicted", "old", "runs", "young"]
    if restart:
        world.manager.restart()
    world.clock.advance(10)
    pod(world, "next", "Succeeded")
    world.settle()
    assert world.names("pods") == ["next", "old", "runs", "young"]
    world.clock.advance(10)
    pod(world, "last", "Succeeded")
    world.settle()
    assert world.names("pods") == ["last", "next", "runs", "young"]


def test_dying_between_any_two_writes() -> None:
    """Whenever the loop dies, all are collected."""

    def story(dies_at_write: int) -> Running:
        world = Running(PodGarbageCollector, dies_at_write=dies_at_write)
        world.create("Node", "n", "")
        for number in range(3):
            pod(world, f"p{number}")
        world.settle()
        world.client.delete("nodes", "n")
        world.advance(200)
        assert world.names("pods") == []
        return world

    for write in range(1, len(story(0).writes) + 1):
        story(write)


def test_a_node_that_is_deleted_from_a_cluster() -> None:
    """Its pods are made anew on others, and nothing is left of those that were there."""
    cluster = SimulatedCluster.with_nodes(3, seed=4)
    cluster.apply([deployment("web", 3)])
    cluster.converge()
    cluster.nodes["node-1"].crash()
    cluster.client.delete("nodes", "node-1")
    cluster.advance(39)
    assert _on(cluster, "node-1") == 1
    cluster.advance(2)
    cluster.converge()
    assert _on(cluster, "node-1") == 0
    assert len(cluster.client.list("pods")) == 3
    cluster.check_settled()


def _on(cluster: SimulatedCluster, node: str) -> int:
    pods = map(wire_of, cluster.client.list("pods"))
    return sum(1 for one in pods if one["spec"].get("nodeName") == node)
