"""Nodes come, fall silent and come back; what becomes of their pods meanwhile."""

from itertools import pairwise
from typing import Any

import pytest

from kubeobj.cluster.faults import AnyFault, NodeCrash, Partition, ProcessKill
from kubeobj.cluster.process import CONTROLLERS
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.controllers.nodelifecycle import NodeLifecycleController
from kubeobj.controllers.tainteviction import TaintEvictionController
from kubeobj.node.nodeobject import Machine
from kubeobj.reconcile.moments import seconds_of
from kubeobj.reconcile.request import wire_of
from tests.cluster.workloads import deployment
from tests.controllers.running import POD, Running

Document = dict[str, Any]
UNREACHABLE = "node.kubernetes.io/unreachable"
NOT_READY = "node.kubernetes.io/not-ready"


def ready(cluster: SimulatedCluster | Running, name: str) -> str | None:
    """Return what the Ready condition of a node says."""
    conditions = wire_of(cluster.client.get("nodes", name))["status"].get("conditions", ())
    return next((one["status"] for one in conditions if one["type"] == "Ready"), None)


def taints(cluster: SimulatedCluster | Running, name: str) -> list[tuple[str, str]]:
    """Return the taints of a node."""
    spec = wire_of(cluster.client.get("nodes", name))["spec"]
    return [(one["key"], one["effect"]) for one in spec.get("taints") or ()]


def driving(cluster: SimulatedCluster) -> list[str]:
    """Return the nodes that drive pods away."""
    return [
        name
        for name in cluster.nodes
        if any(effect == "NoExecute" for _, effect in taints(cluster, name))
    ]


def pods(cluster: SimulatedCluster, node: str = "") -> dict[str, Document]:
    """Return the pods by name, on one node or on all."""
    found = map(wire_of, cluster.client.list("pods"))
    return {
        one["metadata"]["name"]: one
        for one in found
        if not node or one["spec"].get("nodeName") == node
    }


def going(cluster: SimulatedCluster) -> list[str]:
    """Return the pods that are being deleted."""
    return sorted(n for n, one in pods(cluster).items() if "deletionTimestamp" in one["metadata"])


def events(cluster: SimulatedCluster | Running, kind: str) -> list[tuple[str, str]]:
    """Return reason and name of what has been told of a kind."""
    return [
        (one["reason"], one["involvedObject"]["name"])
        for one in map(wire_of, cluster.client.list("events"))
        if one["involvedObject"]["kind"] == kind
    ]


def running(nodes: int = 3, replicas: int = 3) -> SimulatedCluster:
    """Return a cluster on which a Deployment runs."""
    cluster = SimulatedCluster.with_nodes(nodes, seed=11)
    cluster.apply([deployment("web", replicas)])
    cluster.converge()
    return cluster


@pytest.mark.parametrize("fault", [NodeCrash("node-1"), Partition("node-1")])
def test_a_node_falls_silent(fault: AnyFault) -> None:
    """It is unknown after fifty seconds, and loses its pods after three hundred more."""
    cluster = running()
    (lost,) = pods(cluster, "node-1")
    cluster.inject(fault)
    cluster.advance(39)
    assert ready(cluster, "node-1") == "True"
    # Its last heartbeat was at most ten seconds old.
    cluster.advance(12)
    assert ready(cluster, "node-1") == "Unknown"
    assert sorted(taints(cluster, "node-1")) == [
        (UNREACHABLE, "NoExecute"),
        (UNREACHABLE, "NoSchedule"),
    ]
    (condition,) = [
        one for one in pods(cluster)[lost]["status"]["conditions"] if one["type"] == "Ready"
    ]
    assert condition["status"] == "False"
    told = events(cluster, "Node")
    assert told.count(("NodeNotReady", "node-1")) == 1
    assert ("NodeNotReady", lost) in events(cluster, "Pod")
    began = cluster.now
    cluster.advance(280)
    assert going(cluster) == []
    cluster.advance(25)
    assert going(cluster) == [lost]
    assert cluster.now - began > 300
    # It is replaced, though nobody can say that it has ended.
    cluster.converge()
    others = [name for name, one in pods(cluster).items() if name != lost]
    assert len(others) == 3
    assert not set(others) & set(pods(cluster, "node-1"))
    assert [one.name for one in cluster.nodes["node-1"]] == [lost]
    assert cluster.nodes["node-1"].is_up == isinstance(fault, Partition)


@pytest.mark.parametrize("fault", [NodeCrash("node-1"), Partition("node-1")])
@pytest.mark.parametrize("seconds", [30, 100, 1000])
def test_a_node_comes_back(fault: AnyFault, seconds: float) -> None:
    """All is as before, but for pods that had to go meanwhile."""
    cluster = running()
    (before,) = pods(cluster, "node-1")
    cluster.inject(fault, seconds=seconds)
    cluster.advance(seconds)
    cluster.advance(15)
    assert ready(cluster, "node-1") == "True"
    assert taints(cluster, "node-1") == []
    cluster.advance(120)
    cluster.converge()
    cluster.check_settled()
    assert going(cluster) == []
    assert (before in pods(cluster)) == (seconds < 300)
    # What runs there is what should.
    assert sorted(one.name for one in cluster.nodes["node-1"]) == sorted(pods(cluster, "node-1"))


def test_pods_that_do_not_tolerate_it_go_at_once_and_others_never() -> None:
    """How long a pod stays is up to its tolerations."""
    cluster = SimulatedCluster.with_nodes(2, seed=1)
    forever = {"key": UNREACHABLE, "operator": "Exists", "effect": "NoExecute"}
    for name, tolerations in {
        "stays": [forever],
        "soon": [{**forever, "tolerationSeconds": 10}],
        "first": [forever, {**forever, "tolerationSeconds": 10}],
    }.items():
        spec = {**POD, "nodeName": "node-1", "tolerations": tolerations}
        cluster.client.create(
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "spec": spec}
        )
    cluster.settle()
    cluster.inject(NodeCrash("node-1"))
    cluster.advance(55)
    assert going(cluster) == []
    cluster.advance(10)
    assert going(cluster) == ["soon"]
    cluster.advance(1000)
    assert going(cluster) == ["soon"]
    (marked,) = [
        one
        for one in pods(cluster)["soon"]["status"]["conditions"]
        if one["type"] == "DisruptionTarget"
    ]
    assert marked["reason"] == "DeletionByTaintManager"


def test_eviction_is_called_off() -> None:
    """A node that comes back in time keeps its pods, and it is told that they were to go."""
    cluster = running()
    (name,) = pods(cluster, "node-1")
    cluster.inject(NodeCrash("node-1"), seconds=200)
    cluster.advance(1000)
    assert name in pods(cluster, "node-1")
    assert ("TaintManagerEviction", name) in events(cluster, "Pod")


def test_the_time_goes_on_when_the_loops_end() -> None:
    """A new process of the loops counts from when the taint was added."""
    cluster = running()
    (lost,) = pods(cluster, "node-1")
    cluster.inject(NodeCrash("node-1"))
    cluster.advance(200)
    cluster.inject(ProcessKill(CONTROLLERS), seconds=20)
    cluster.advance(100)
    assert going(cluster) == []
    cluster.advance(60)
    assert going(cluster) == [lost]


def zoned(**sizes: int) -> SimulatedCluster:
    """Return a cluster of zones with so many nodes each."""
    return SimulatedCluster.with_nodes(
        [
            Machine(f"{zone}-{number}", labels={"topology.kubernetes.io/zone": zone})
            for zone, size in sizes.items()
            for number in range(size)
        ],
        seed=2,
    )


def test_nodes_of_a_zone_drive_pods_away_one_after_the_other() -> None:
    """One in ten seconds and zone."""
    cluster = zoned(a=10, b=10)
    for zone in "ab":
        for number in range(3):
            cluster.inject(NodeCrash(f"{zone}-{number}"))
    seen = []
    cluster.advance(40)
    for _ in range(4):
        cluster.advance(10)
        seen.append(len(driving(cluster)))
    assert seen[-1] == 6
    steps = [after - before for before, after in pairwise([0, *seen])]
    assert all(step <= 4 for step in steps)
    added = sorted(
        seconds_of(one["timeAdded"])
        for name in ("a-0", "a-1", "a-2")
        for one in wire_of(cluster.client.get("nodes", name))["spec"]["taints"]
        if one["effect"] == "NoExecute"
    )
    assert [after - before for before, after in pairwise(added)] == [10, 10]


@pytest.mark.parametrize(
    ("size", "crashed", "driving_after"),
    [
        pytest.param(10, 7, 0, id="a small zone stops"),
        pytest.param(60, 40, None, id="a large one is slow"),
    ],
)
def test_a_zone_of_which_much_is_silent(size: int, crashed: int, driving_after: int | None) -> None:
    """It drives away fewer pods, or none."""
    cluster = zoned(a=size, b=2)
    for number in range(crashed):
        cluster.inject(NodeCrash(f"a-{number}"))
    cluster.advance(60)
    first = len(driving(cluster))
    cluster.advance(200)
    after = len(driving(cluster))
    if driving_after is None:
        assert 1 <= after - first <= 3
    else:
        # Those that had begun before the others fell silent go on.
        assert after == first <= 2
    # Those that are silent get no new pods, whatever else.
    assert (UNREACHABLE, "NoSchedule") in taints(cluster, "a-0")


def test_a_whole_zone_that_is_silent_is_evicted_as_ever() -> None:
    """Where others are heard of, it is the zone that is down."""
    cluster = zoned(a=3, b=3)
    for number in range(3):
        cluster.inject(NodeCrash(f"a-{number}"))
    cluster.advance(100)
    assert sorted(driving(cluster)) == ["a-0", "a-1", "a-2"]


@pytest.mark.parametrize("zones", [{"a": 3}, {"a": 2, "b": 2}])
def test_nobody_is_heard_of(zones: dict[str, int]) -> None:
    """Then who listens is cut off: nothing is driven away until somebody is heard of again."""
    cluster = zoned(**zones)
    cluster.apply([deployment("web", 4)])
    cluster.converge()
    before = sorted(pods(cluster))
    for name in cluster.nodes:
        cluster.inject(Partition(name), seconds=2000)
    cluster.advance(1900)
    assert {ready(cluster, name) for name in cluster.nodes} == {"Unknown"}
    assert driving(cluster) == []
    assert going(cluster) == []
    cluster.advance(300)
    assert sorted(pods(cluster)) == before
    assert {ready(cluster, name) for name in cluster.nodes} == {"True"}
    assert all(taints(cluster, name) == [] for name in cluster.nodes)


def test_some_come_back_when_nobody_was_heard_of() -> None:
    """Those that are still silent lose their pods now, one after the other."""
    cluster = zoned(a=4)
    for name in cluster.nodes:
        cluster.inject(Partition(name), seconds=400 if name in {"a-0", "a-1"} else 5000)
    cluster.advance(390)
    assert driving(cluster) == []
    cluster.advance(60)
    assert sorted(driving(cluster)) == ["a-2", "a-3"]


def test_a_node_that_is_cordoned() -> None:
    """It takes no new pods, keeps those that it has, and takes some again once it may."""
    cluster = running(2, 2)
    change: Document = {"spec": {"unschedulable": True}}
    cluster.client.patch("nodes", "node-1", change, type="merge")
    cluster.settle()
    assert taints(cluster, "node-1") == [("node.kubernetes.io/unschedulable", "NoSchedule")]
    on_node = sorted(pods(cluster, "node-1"))
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 6}}, type="merge")
    cluster.converge()
    assert sorted(pods(cluster, "node-1")) == on_node
    cluster.client.patch("nodes", "node-1", {"spec": {"unschedulable": None}}, type="merge")
    cluster.settle()
    assert taints(cluster, "node-1") == []


# ------------------------------------------------------------ without kubelets


def test_a_node_that_never_reports() -> None:
    """It is unknown a minute after it was made, even for loops that have begun since."""
    world = Running(NodeLifecycleController)
    world.create("Node", "n", "", metadata={"labels": {"kubernetes.io/os": "linux"}})
    world.advance(50)
    world.manager.restart()
    world.advance(9)
    assert ready(world, "n") is None
    world.advance(2)
    assert ready(world, "n") == "Unknown"
    conditions = world.get("nodes", "n", "")["status"]["conditions"]
    assert {one["type"] for one in conditions} == {
        "Ready",
        "MemoryPressure",
        "DiskPressure",
        "PIDPressure",
    }
    assert {one["reason"] for one in conditions} == {"NodeStatusNeverUpdated"}
    assert world.get("nodes", "n", "")["metadata"]["labels"]["beta.kubernetes.io/os"] == "linux"


def test_nodes_come_and_go() -> None:
    """It is told."""
    world = Running(NodeLifecycleController)
    world.create("Node", "n", "")
    world.settle()
    world.client.delete("nodes", "n")
    world.settle()
    assert events(world, "Node") == [("RegisteredNode", "n"), ("RemovingNode", "n")]


def report(world: Running, status: str, at: str = "2026-01-01T00:00:00Z") -> None:
    """Let a node say whether it is ready."""
    condition = {
        "type": "Ready",
        "status": status,
        "lastHeartbeatTime": at,
        "lastTransitionTime": at,
    }
    change = {"status": {"conditions": [condition]}}
    world.client.patch("nodes", "n", change, type="strategic", part="status")
    world.settle()


def test_a_node_that_says_that_it_is_not_ready() -> None:
    """Its taints follow; how its pods are, it says itself."""
    world = Running(NodeLifecycleController, TaintEvictionController)
    world.create("Node", "n", "")
    world.create("Node", "other", "")
    world.create("Pod", "p", spec={**POD, "nodeName": "n"})
    on_pod = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    world.client.patch("pods", "p", on_pod, type="strategic", part="status")
    change = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
    world.client.patch("nodes", "other", change, type="strategic", part="status")
    report(world, "True")
    report(world, "False")
    assert sorted(taints(world, "n")) == [(NOT_READY, "NoExecute"), (NOT_READY, "NoSchedule")]
    assert [one["status"] for one in world.get("pods", "p")["status"]["conditions"]] == ["True"]
    report(world, "True", "2026-01-01T00:00:01Z")
    assert taints(world, "n") == []


def test_a_pod_that_comes_late_has_its_time() -> None:
    """What it tolerates for a while, it tolerates from when it came."""
    world = Running(TaintEvictionController)
    taint = {"key": "k", "effect": "NoExecute", "timeAdded": "1970-01-01T00:00:00Z"}
    world.create("Node", "n", "", spec={"taints": [taint]})
    toleration: Document = {
        "key": "k",
        "operator": "Exists",
        "effect": "NoExecute",
        "tolerationSeconds": 60,
    }
    spec = {**POD, "nodeName": "n", "tolerations": [toleration]}
    world.create("Pod", "p", spec=spec)
    world.create("Pod", "q", spec={**POD, "nodeName": "n"})
    world.settle()
    assert _going(world) == ["q"]
    world.advance(59)
    assert _going(world) == ["q"]
    world.advance(2)
    assert _going(world) == ["p", "q"]


def _going(world: Running) -> list[str]:
    """Return who is being deleted, or is gone."""
    there = [
        one["metadata"]["name"]
        for one in world.there("pods")
        if "deletionTimestamp" not in one["metadata"]
    ]
    return [name for name in ("p", "q") if name not in there]


def _story(dies_at_write: int) -> tuple[Running, list[tuple[str, str]]]:
    world = Running(NodeLifecycleController, TaintEvictionController, dies_at_write=dies_at_write)
    for name in ("n", "other"):
        world.create("Node", name, "")
    toleration = {"operator": "Exists", "effect": "NoExecute", "tolerationSeconds": 60}
    for name, seconds in {"p": 60, "q": 100_000}.items():
        spec = {
            **POD,
            "nodeName": "n",
            "tolerations": [{**toleration, "tolerationSeconds": seconds}],
        }
        world.create("Pod", name, spec=spec)
        on_pod = {"status": {"conditions": [{"type": "Ready", "status": "True"}]}}
        world.client.patch("pods", name, on_pod, type="strategic", part="status")
    report(world, "True")
    for second in range(300):
        world.advance(1)
        change = {"type": "Ready", "status": "True", "lastHeartbeatTime": _moment(second)}
        patch = {"status": {"conditions": [change]}}
        world.client.patch("nodes", "other", patch, type="strategic", part="status")
    silent = sorted(taints(world, "n"))
    report(world, "True", "2026-01-01T01:00:00Z")
    world.advance(20)
    return world, silent


def _moment(second: int) -> str:
    return f"2026-01-01T00:{second // 60:02}:{second % 60:02}Z"


def test_dying_between_any_two_writes() -> None:
    """Whenever the loops die, the node is marked, its pod goes, and all is well in the end."""
    count = len(_story(0)[0].writes)
    for write in range(count + 1):
        world, silent = _story(write)
        assert silent == [(UNREACHABLE, "NoExecute"), (UNREACHABLE, "NoSchedule")]
        assert taints(world, "n") == []
        assert _going(world) == ["p"]
        assert ready(world, "n") == "True"
        (condition,) = world.get("pods", "q")["status"]["conditions"]
        assert condition["status"] == "False"
