"""Each fault does what it says, and where it ends all is well again."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeobj.cluster.faults import (
    AnyFault,
    ClockJump,
    ContainerCrash,
    NodeCrash,
    NoSuchTarget,
    Partition,
    ProcessKill,
    Relist,
    SlowNode,
)
from kubeobj.cluster.process import CONTROLLERS, KUBELETS, SCHEDULER
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.troubles import (
    ClosedWatches,
    Conflicts,
    DeathAtWrite,
    DoubledWatches,
    Forgotten,
    LateWatches,
    LostWatches,
    Throttled,
    Unavailable,
)
from kubeobj.reconcile.request import Request, wire_of
from tests.cluster.workloads import daemon_set, deployment, pod

Document = dict[str, Any]


def running(count: int = 1, **rest: Any) -> SimulatedCluster:
    """Return a cluster of two nodes with a Deployment that has all it wants."""
    cluster = SimulatedCluster.with_nodes(2, seed=3)
    cluster.apply([deployment("web", count, **rest)])
    cluster.converge()
    return cluster


def pods(cluster: SimulatedCluster) -> list[Document]:
    """Return the pods."""
    return [wire_of(one) for one in cluster.client.list("pods")]


def ready_node(cluster: SimulatedCluster, name: str) -> str:
    """Return what the Ready condition of a node says."""
    status = wire_of(cluster.client.get("nodes", name))["status"]
    (found,) = [one["status"] for one in status["conditions"] if one["type"] == "Ready"]
    return str(found)


def restarts(cluster: SimulatedCluster) -> int:
    """Return how often containers have been started again."""
    return sum(
        int(one["restartCount"]) for p in pods(cluster) for one in p["status"]["containerStatuses"]
    )


@pytest.mark.parametrize("fault", [NodeCrash("node-1"), Partition("node-1")])
def test_a_node_that_is_not_heard_of_is_not_ready(fault: AnyFault) -> None:
    """After its grace period; its pods are made to go, and elsewhere others come."""
    cluster = running(4)
    cluster.inject(fault, seconds=600)
    cluster.advance(90)
    assert ready_node(cluster, "node-1") == "Unknown"
    cluster.advance(500)
    there = [one for one in pods(cluster) if "deletionTimestamp" not in one["metadata"]]
    assert [one["spec"]["nodeName"] for one in there] == ["node-2"] * 4
    cluster.advance(20)
    assert ready_node(cluster, "node-1") == "True"
    cluster.advance(600)
    assert len(pods(cluster)) == 4
    cluster.check_settled()


def test_what_runs_goes_on_in_a_partition_but_not_in_a_crash() -> None:
    """A crash starts containers again."""
    for fault, expected in ((NodeCrash("node-1"), 1), (Partition("node-1"), 0)):
        cluster = SimulatedCluster.with_nodes(1)
        cluster.apply([pod("p")])
        cluster.settle()
        cluster.inject(fault, seconds=20)
        cluster.advance(10)
        assert cluster.nodes["node-1"].is_up == (expected == 0)
        cluster.advance(20)
        assert restarts(cluster) == expected


def test_a_slow_node_is_slow_as_long_as_it_lasts() -> None:
    """Ten times as slow by default."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.inject(SlowNode("node-1"), seconds=50)
    cluster.apply([pod("p", behaviour={"startSeconds": 2})])
    cluster.advance(19)
    assert pods(cluster)[0]["status"]["phase"] == "Pending"
    cluster.advance(1)
    assert pods(cluster)[0]["status"]["phase"] == "Running"
    cluster.advance(30)
    cluster.apply([pod("q", behaviour={"startSeconds": 2})])
    cluster.advance(2)
    assert {one["status"]["phase"] for one in pods(cluster)} == {"Running"}


def test_a_container_crash_is_told_with_its_code() -> None:
    """And the container is started again."""
    cluster = running()
    name = pods(cluster)[0]["metadata"]["name"]
    cluster.inject(ContainerCrash(name, exit_code=137, reason="OOMKilled"))
    cluster.advance(1)
    (container,) = pods(cluster)[0]["status"]["containerStatuses"]
    last = container["lastState"]["terminated"]
    assert (last["exitCode"], last["reason"], container["restartCount"]) == (137, "OOMKilled", 1)
    cluster.check_settled()


def test_a_process_that_is_killed_comes_back_with_nothing_but_the_api() -> None:
    """And does nothing meanwhile."""
    cluster = running()
    cluster.inject(ProcessKill(SCHEDULER, 30))
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 3}})
    cluster.advance(29)
    assert [bool(one["spec"].get("nodeName")) for one in pods(cluster)].count(False) == 2
    assert not cluster.processes[SCHEDULER].is_up
    cluster.advance(2)
    cluster.check_settled()
    assert cluster.processes[SCHEDULER].kills == 1


def test_a_clock_that_jumps_lets_nothing_happen_in_between() -> None:
    """What was due is done at once after it."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.apply([pod("p", behaviour={"startSeconds": 100})])
    cluster.settle()
    cluster.inject(ClockJump(400))
    assert cluster.now == 400
    cluster.settle()
    assert pods(cluster)[0]["status"]["phase"] == "Running"


@pytest.mark.parametrize("write", range(1, 12))
@pytest.mark.parametrize("done", [True, False])
def test_a_process_may_die_at_any_write(write: int, done: bool) -> None:
    """Whether it was done or not, nothing is done twice or not at all."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.inject(DeathAtWrite(CONTROLLERS, write, done))
    cluster.apply([deployment("web", 3)])
    cluster.converge()
    cluster.advance(60)
    assert len(pods(cluster)) == 3
    cluster.check_settled()
    assert cluster.processes[CONTROLLERS].kills == 1


HINDERED: list[Any] = [
    pytest.param(Unavailable(CONTROLLERS), id="unavailable"),
    pytest.param(Conflicts(1.0, CONTROLLERS), id="conflicts"),
    pytest.param(Throttled(1.0, 7, CONTROLLERS), id="throttled"),
    pytest.param(LostWatches(1.0, CONTROLLERS), id="lost"),
    pytest.param(LateWatches(45.0, 1.0, CONTROLLERS), id="late"),
    pytest.param(ClosedWatches(1.0, CONTROLLERS), id="closed"),
]


@pytest.mark.parametrize("fault", HINDERED)
def test_a_trouble_of_the_api_keeps_a_process_from_its_work_until_it_ends(fault: AnyFault) -> None:
    """Here: a Deployment is to grow, and does not."""
    cluster = running()
    cluster.inject(fault, seconds=40)
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 3}})
    cluster.advance(39)
    assert len(pods(cluster)) == 1
    cluster.advance(600)
    assert len(pods(cluster)) == 3
    cluster.check_settled()
    assert cluster.troubles.active == ()


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(DoubledWatches(), id="doubled"),
        pytest.param(Forgotten(), id="forgotten"),
        pytest.param(Relist(), id="relist"),
        pytest.param(Relist(KUBELETS), id="relist-of-one"),
    ],
)
def test_a_trouble_that_hinders_nobody(fault: AnyFault) -> None:
    """Events that come twice, and lists that are asked for again, change nothing."""
    cluster = running()
    cluster.inject(fault, seconds=40)
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 3}})
    cluster.advance(100)
    assert len(pods(cluster)) == 3
    cluster.check_settled()


@pytest.mark.parametrize("fault", HINDERED)
def test_a_trouble_of_one_process_is_none_of_the_others(fault: AnyFault) -> None:
    """A pod of nobody's is placed and run."""
    cluster = running()
    cluster.inject(fault)
    cluster.apply([pod("alone")])
    cluster.advance(5)
    assert wire_of(cluster.client.get("pods", "alone"))["status"]["phase"] == "Running"


def test_late_events_come_in_time_and_in_order() -> None:
    """The cluster wakes up for them."""
    cluster = running()
    cluster.inject(LateWatches(12.0, 1.0, SCHEDULER), seconds=5)
    cluster.apply([pod("alone")])
    cluster.settle()
    assert cluster.troubles.deadline == cluster.began + cluster.now + 12
    took = cluster.run_until(
        lambda one: wire_of(one.client.get("pods", "alone"))["spec"].get("nodeName")
    )
    assert took == 12


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (NodeCrash("node-9"), "there is no node 'node-9'; there are: node-1, node-2"),
        (Partition(""), "there is no node ''; there are: node-1, node-2"),
        (SlowNode("x"), "there is no node 'x'; there are: node-1, node-2"),
        (
            ProcessKill("etcd"),
            (
                "there is no process 'etcd'; there are: "
                "kubelet, kube-controller-manager, kube-scheduler"
            ),
        ),
        (Relist("etcd"), "there is no process 'etcd'"),
        (ContainerCrash("nobody", "shop"), "no node runs a pod shop/nobody"),
    ],
)
def test_a_fault_that_strikes_nothing_says_so(fault: AnyFault, says: str) -> None:
    """And what there is."""
    cluster = SimulatedCluster.with_nodes(2)
    with pytest.raises(NoSuchTarget) as caught:
        cluster.inject(fault)
    assert str(caught.value).startswith(says)


def test_faults_come_at_their_times_and_are_written_down() -> None:
    """Not before, not after; and never in the past."""
    cluster = SimulatedCluster.with_nodes(2)
    fault = NodeCrash("node-1")
    cluster.inject(fault, at=30, seconds=15)
    cluster.advance(100)
    found = [(one.at - cluster.began, one.fault, one.begins) for one in cluster.faults.history]
    assert found == [(30, fault, True), (45, fault, False)]
    with pytest.raises(ValueError, match="nothing can be changed at 99 s"):
        cluster.inject(fault, at=99)


# ------------------------------------------------------------ nodes


def test_a_node_that_was_deleted_stays_away_until_it_comes_up_anew() -> None:
    """Its pods go, and are replaced; when it boots, it registers."""
    cluster = running(2)
    cluster.apply([daemon_set("log")])
    cluster.settle()
    cluster.client.delete("nodes", "node-1")
    cluster.advance(900)
    assert [one.at("metadata", "name") for one in cluster.client.list("nodes")] == ["node-2"]
    assert {one["spec"]["nodeName"] for one in pods(cluster)} == {"node-2"}
    assert not cluster.nodes["node-1"].pods
    cluster.check_settled()
    cluster.inject(NodeCrash("node-1"), seconds=5)
    cluster.advance(60)
    assert ready_node(cluster, "node-1") == "True"
    assert {one["spec"]["nodeName"] for one in pods(cluster)} == {"node-1", "node-2"}


def test_a_lease_that_was_deleted_is_made_anew() -> None:
    """At its next renewal."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.client.delete("leases", "node-1", namespace="kube-node-lease")
    cluster.advance(600)
    assert cluster.client.get("leases", "node-1", namespace="kube-node-lease")
    assert ready_node(cluster, "node-1") == "True"


def _renewed(cluster: SimulatedCluster, name: str = "node-1") -> str:
    lease = cluster.client.get("leases", name, namespace="kube-node-lease")
    return str(lease.at("spec", "renewTime"))


def test_quiet_heartbeats_are_leapt_over_and_leave_what_they_would() -> None:
    """A quiet day is few writes; the last renewal is never older than it is allowed to be."""
    cluster = running()
    before = cluster.server.store.revision
    cluster.advance(hours=24)
    quiet = cluster.server.store.revision - before
    assert quiet < 2 * 24 * 3600 / 300 * 2 + 20
    assert ready_node(cluster, "node-1") == "True"
    one = SimulatedCluster.with_nodes(2, seed=3)
    one.apply([deployment("web", 1)])
    one.converge()
    for _ in range(24 * 12):
        one.advance(minutes=5)
    assert (_renewed(one), _renewed(one, "node-2")) == (
        _renewed(cluster),
        _renewed(cluster, "node-2"),
    )


def test_every_heartbeat_counts_while_somebody_is_silent() -> None:
    """And the others are not taken for dead."""
    cluster = running()
    cluster.inject(Partition("node-2"))
    cluster.advance(1000)
    assert (ready_node(cluster, "node-1"), ready_node(cluster, "node-2")) == ("True", "Unknown")


# ------------------------------------------------------------ pods and their nodes


def refused(cluster: SimulatedCluster, **spec: Any) -> tuple[str, str, str]:
    """Return how it ends with a pod that was put on a node by hand."""
    made = pod("p", nodeName="node-1", **spec)
    cluster.client.create(made)
    cluster.advance(5)
    status = wire_of(cluster.client.get("pods", "p"))["status"]
    return status["phase"], status.get("reason", ""), status.get("message", "")


def _asking(**requests: str) -> list[Document]:
    return [{"name": "app", "image": "app:1", "resources": {"requests": requests}}]


def test_a_node_refuses_what_it_has_no_room_for() -> None:
    """As its kubelet says it."""
    phase, reason, message = refused(SimulatedCluster.with_nodes(1), containers=_asking(cpu="9"))
    assert (phase, reason) == ("Failed", "OutOfcpu")
    assert message == (
        "Pod was rejected: Node didn't have enough resource: cpu, requested: 9000, used: 0, "
        "capacity: 8000"
    )


def test_a_node_refuses_what_is_for_other_nodes() -> None:
    """And tells so in an event."""
    cluster = SimulatedCluster.with_nodes(1)
    phase, reason, message = refused(cluster, nodeSelector={"gpu": "yes"})
    assert (phase, reason) == ("Failed", "NodeAffinity")
    assert message.startswith("Pod was rejected: Predicate NodeAffinity failed")
    found = [wire_of(one) for one in cluster.client.list("events")]
    (event,) = [one for one in found if one["involvedObject"]["kind"] == "Pod"]
    assert (event["reason"], event["type"]) == ("NodeAffinity", "Warning")


def test_a_node_refuses_ports_that_are_taken_until_they_are_not() -> None:
    """A pod that has ended takes none."""
    port = [{"name": "app", "image": "app:1", "ports": [{"containerPort": 80, "hostPort": 80}]}]
    cluster = SimulatedCluster.with_nodes(1)
    cluster.client.create(pod("first", nodeName="node-1", containers=port))
    cluster.settle()
    assert refused(cluster, containers=port)[1] == "NodePorts"
    for name in ("first", "p"):
        cluster.client.delete("pods", name)
    cluster.advance(60)
    assert refused(cluster, containers=port)[0] == "Running"


@pytest.mark.parametrize("takes", [0, 100])
def test_a_pod_that_runs_too_long_fails(takes: int) -> None:
    """Also if its containers end well when they are asked to."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.apply(
        [
            pod(
                "p",
                activeDeadlineSeconds=20,
                restartPolicy="Never",
                behaviour={"stopSeconds": takes},
            )
        ]
    )
    cluster.advance(19)
    assert pods(cluster)[0]["status"]["phase"] == "Running"
    cluster.advance(200)
    status = pods(cluster)[0]["status"]
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")


# ------------------------------------------------------------ forks


def _state(cluster: SimulatedCluster) -> list[bytes]:
    store = cluster.server.store
    return [one.data for what in store.resources() for one in store.list(what).records]


def _scaled(cluster: SimulatedCluster) -> None:
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 5}})


def _crashed(cluster: SimulatedCluster) -> None:
    cluster.inject(NodeCrash("node-1"))


def _contained(cluster: SimulatedCluster) -> None:
    cluster.inject(ContainerCrash(pods(cluster)[0]["metadata"]["name"]))


@pytest.mark.parametrize("change", [_scaled, _crashed, _contained])
def test_what_happens_in_a_fork_does_not_happen_here(
    change: Callable[[SimulatedCluster], None],
) -> None:
    """Nor the other way round; and both go on as if the other were not there."""
    cluster, alone = running(3), running(3)
    fork = cluster.fork()
    before, here = _state(fork), _state(cluster)
    change(fork)
    fork.advance(900)
    assert _state(cluster) == here
    assert _state(fork) != before
    cluster.advance(900)
    alone.advance(900)
    assert _state(cluster) == _state(alone)

    fork = cluster.fork()
    before = _state(fork)
    change(cluster)
    cluster.advance(900)
    assert _state(fork) == before
    assert Request("default", pods(fork)[0]["metadata"]["name"]) in {
        key for node in fork.nodes.values() for key in node
    }
    fork.advance(900)
    fork.check_settled()
