"""What must always be so is checked as it happens; and whoever breaks it is named."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from kubeobj.api.errors import Forbidden, Timeout
from kubeobj.cluster.faults import NodeCrash, Partition
from kubeobj.cluster.invariants.builtin import BUILTIN
from kubeobj.cluster.invariants.invariant import Change, Followed, InvariantViolated, World
from kubeobj.cluster.process import CONTROLLERS
from kubeobj.cluster.simulated import Plan, SimulatedCluster
from kubeobj.cluster.troubles import LostWatches
from kubeobj.controllers.builtin import LOOPS
from kubeobj.controllers.deployment import DeploymentController
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request, wire_of
from kubeobj.runtimes.simulatedpod import SimulatedPod
from tests.cluster.workloads import budget, deployment, job, pod, stateful_set

WITHOUT_DEPLOYMENTS = tuple(loop for loop in LOOPS if loop is not DeploymentController)


class Careless:
    """Scales every ReplicaSet of a Deployment that says so, without looking at anything."""

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._deployments = manager.informer("deployments.apps")
        self._sets = manager.informer("replicasets.apps")
        loop = manager.controller("careless", self.reconcile, needs=[self._deployments])
        self._deployments.subscribe(
            lambda _, new: loop.queue.add(Request.of(new)) if new is not None else None
        )

    def reconcile(self, request: Request) -> None:
        """Do what the label says."""
        found = self._deployments.cache.find(request)
        size = (found or {"metadata": {}})["metadata"].get("labels", {}).get("size")
        if size is not None:
            patch = {"spec": {"replicas": int(size)}}
            self._client.patch(
                "replicasets.apps", "web-1", patch, type="merge", namespace="default"
            )


def under_careless(size: str) -> SimulatedCluster:
    """Return a cluster with a Deployment of three pods, which is told to have another size."""
    cluster = SimulatedCluster.with_nodes(2, plan=Plan(loops=(*WITHOUT_DEPLOYMENTS, Careless)))
    (_made,) = cluster.apply([deployment("web", 3)])
    metadata = wire_of(cluster.client.get("deployments", "web"))["metadata"]
    owner = {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "name": "web",
        "uid": metadata["uid"],
        "controller": True,
    }
    replica_set = deployment("web", 3)
    replica_set["kind"] = "ReplicaSet"
    replica_set["metadata"] = {"name": "web-1", "ownerReferences": [owner]}
    cluster.client.create(replica_set)
    cluster.advance(10)
    cluster.client.patch("deployments", "web", {"metadata": {"labels": {"size": size}}})
    return cluster


@pytest.mark.parametrize(
    ("size", "says"),
    [
        (
            "2",
            "was scaled from 3 to 2, which leaves 2 available; 3 are needed",
        ),
        (
            "5",
            "was scaled from 3 to 5, which makes 5 replicas; 4 are allowed",
        ),
    ],
)
def test_a_rollout_out_of_bounds_is_caught(size: str, says: str) -> None:
    """The moment it is written; with the time and the seed."""
    cluster = under_careless(size)
    with pytest.raises(InvariantViolated) as caught:
        cluster.settle()
    assert caught.value.texts == (f"Deployment default/web: ReplicaSet default/web-1 {says}",)
    assert (caught.value.seconds, caught.value.seed) == (10, 0)
    assert str(caught.value).startswith(
        "rollouts keep within maxUnavailable and maxSurge: violated after 10 s, seed 0\n  Deploy"
    )


def test_a_rollout_within_bounds_is_none_of_its_business() -> None:
    """One more is allowed."""
    cluster = under_careless("4")
    cluster.settle()
    assert cluster.client.get("replicasets", "web-1").at("spec", "replicas") == 4


def test_a_rollout_past_what_a_dead_watch_has_not_told_is_nobodys_fault() -> None:
    """The loops never heard of the first ReplicaSet; Kubernetes' own would do the same."""
    cluster = SimulatedCluster.with_nodes(2, seed=28)
    cluster.inject(LostWatches(0.5, CONTROLLERS), seconds=1)
    cluster.apply([deployment("web", 5)])
    cluster.advance(2)
    cluster.apply([deployment("web", 5, image="app:2")])
    cluster.settle()
    sets = cluster.client.list("replicasets")
    assert [one.at("spec", "replicas") for one in sets] == [5, 5], "seven are allowed"
    cluster.converge(within=3600)
    cluster.check_settled()


def test_users_may_scale_as_they_like() -> None:
    """What a user asks for is no rollout."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([deployment("web", 4)])
    cluster.settle()
    for replicas in (1, 8, 0, 3):
        cluster.client.patch("deployments", "web", {"spec": {"replicas": replicas}})
        cluster.advance(30)
        cluster.check_settled()


def _evict(cluster: SimulatedCluster, name: str) -> None:
    cluster.client.evict(name, namespace="default")
    cluster.settle()


def _lying(cluster: SimulatedCluster) -> None:
    """Let a budget allow more than there is."""
    status = {"disruptionsAllowed": 5}
    cluster.client.patch("pdb", "b", {"status": status}, type="merge", part="status")


def test_an_eviction_beyond_a_budget_is_caught() -> None:
    """Here the budget says that there is room, and there is none."""
    plan = Plan(loops=LOOPS)
    cluster = SimulatedCluster.with_nodes(2, plan=plan)
    cluster.apply([deployment("web", 2), budget("b", "web", minAvailable=2)])
    cluster.settle()
    names = [one.at("metadata", "name") for one in cluster.client.list("pods")]
    _lying(cluster)
    with pytest.raises(InvariantViolated, match="evictions keep to disruption budgets") as caught:
        _evict(cluster, str(names[0]))
    assert caught.value.texts == (
        (
            f"PodDisruptionBudget default/b: pod default/{names[0]} was evicted, which leaves 1 "
            "healthy pods; 2 are needed"
        ),
    )


def test_an_eviction_within_a_budget_is_fine() -> None:
    """So is one of a pod that nobody counts on, and one by which a budget could not know better."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([deployment("web", 3), budget("b", "web", minAvailable=2), pod("alone")])
    cluster.settle()
    names = [str(one.at("metadata", "name")) for one in cluster.client.list("pods")]
    _evict(cluster, "alone")
    # Its budget has not heard of this yet.
    cluster.client.delete("pods", names[2], grace_period_seconds=0)
    _evict(cluster, names[1])
    cluster.advance(60)
    cluster.check_settled()


def test_the_same_on_a_machine_that_is_down_is_fine() -> None:
    """Nothing runs there; and when it comes up, it asks before it starts anything."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([stateful_set("db", 1)])
    cluster.settle()
    node = str(cluster.client.get("pods", "db-0").at("spec", "nodeName"))
    cluster.inject(NodeCrash(node), seconds=30)
    cluster.client.patch("nodes", node, {"spec": {"unschedulable": True}}, type="merge")
    cluster.client.delete("pods", "db-0", grace_period_seconds=0)
    cluster.advance(60)
    cluster.check_settled()
    assert str(cluster.client.get("pods", "db-0").at("spec", "nodeName")) != node
    assert Request("default", "db-0") not in cluster.nodes[node].pods


def _quota(**hard: str) -> dict[str, Any]:
    metadata = {"name": "q"}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata,
        "spec": {"hard": hard},
    }


def test_a_creation_beyond_a_quota_is_caught() -> None:
    """Here the quota says that nothing is used."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.apply([_quota(pods="1")])
    cluster.settle()
    cluster.apply([pod("one")])
    status = {"used": {"pods": "0"}}
    cluster.client.patch("resourcequotas", "q", {"status": status}, type="merge", part="status")
    cluster.apply([pod("two")])
    with pytest.raises(InvariantViolated, match="nothing is created beyond a quota") as caught:
        cluster.settle()
    assert caught.value.texts == (
        "ResourceQuota default/q: pods default/two was created, which makes pods: 2 of 1",
    )


def test_a_quota_that_is_kept_and_one_that_is_lowered_are_fine() -> None:
    """What is there may be more than may come."""
    cluster = SimulatedCluster.with_nodes(1)
    cluster.apply([pod("zero"), _quota(pods="2")])
    cluster.settle()
    cluster.apply([pod("one")])
    with pytest.raises(Forbidden, match="exceeded quota"):
        cluster.client.create(pod("two"))
    cluster.apply([_quota(pods="1")])
    cluster.advance(1)
    cluster.client.delete("pods", "one")
    cluster.client.delete("pods", "zero")
    cluster.advance(60)
    cluster.apply([pod("three")])
    cluster.settle()
    cluster.check_settled()


def test_invariants_can_be_left_out() -> None:
    """Then nobody looks."""
    invariants = tuple(one for one in BUILTIN if one.__name__ != "QuotasHold")  # type: ignore[attr-defined]
    cluster = SimulatedCluster.with_nodes(1, plan=Plan(invariants=invariants))
    cluster.apply([_quota(pods="1")])
    cluster.settle()
    cluster.apply([pod("one")])
    status = {"used": {"pods": "0"}}
    cluster.client.patch("resourcequotas", "q", {"status": status}, type="merge", part="status")
    cluster.apply([pod("two")])
    cluster.settle()
    assert len(cluster.client.list("pods").items) == 2


class Told:
    """Writes down what it is told."""

    def __init__(self, _world: World) -> None:
        self.name = "told"
        self.changes: list[Change] = []

    @property
    def follows(self) -> tuple[Followed, ...]:
        """Deployments, and pods once there is a Deployment."""
        what = Followed("pods", "app=web")
        return (Followed("deployments.apps"), *((what,) if self.changes else ()))

    def take(self, change: Change) -> tuple[str, ...]:
        """Write it down."""
        self.changes.append(change)
        return ()


def test_invariants_are_told_of_each_write_in_order_and_by_whom() -> None:
    """And of what was there before they came to look, as no news."""
    found: list[Told] = []

    def make(world: World) -> Told:
        found.append(Told(world))
        return found[-1]

    cluster = SimulatedCluster.with_nodes(1, plan=Plan(invariants=(make, make)))
    early = pod("early")
    early["metadata"]["labels"] = {"app": "web"}
    cluster.apply([early, pod("other")])
    cluster.settle()
    cluster.apply([deployment("web", 1)])
    cluster.settle()
    for told in found:
        news = [one for one in told.changes if one.is_news]
        assert [one.revision for one in news] == sorted(one.revision for one in news)
        assert (news[0].by, news[0].old, news[0].key) == ("", None, Request("default", "web"))
        (before,) = [one for one in told.changes if not one.is_news]
        assert before.key == Request("default", "early")
        made = next(one for one in news if one.what.resource == "pods")
        assert (made.by, made.old) == (CONTROLLERS, None)
        after = [one for one in news if one.key == made.key]
        assert {one.by for one in after} == {CONTROLLERS, "kube-scheduler", "kubelet"}
        assert all(two.old == one.new for one, two in itertools.pairwise(after))
    assert found[0].changes == found[1].changes


def test_a_users_own_invariant() -> None:
    """It is asked after everything that happens."""
    cluster = SimulatedCluster.with_nodes(1, seed=4)
    cluster.always("few pods", lambda one: len(one.client.list("pods").items) < 3)
    cluster.apply([deployment("web", 2)])
    cluster.advance(5)
    cluster.client.patch("deployments", "web", {"spec": {"replicas": 3}})
    with pytest.raises(InvariantViolated, match="few pods: violated after 5 s, seed 4"):
        cluster.settle()


# ------------------------------------------------------------ in the end


def _unplaced(cluster: SimulatedCluster) -> None:
    cluster.apply([pod("alone")])


def _orphan(cluster: SimulatedCluster) -> None:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "gone", "uid": "no-more"}
    made = pod("alone", nodeName="node-1")
    made["metadata"]["ownerReferences"] = [owner]
    cluster.client.create(made)


def _unsettled(cluster: SimulatedCluster) -> None:
    cluster.apply([deployment("web", 2)])


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (_unplaced, r"it has no node, and could go to node-\d"),
        (_orphan, "pods default/alone: its owners are gone"),
        (_unsettled, "Deployment default/web: its status is from before its last change"),
    ],
)
def test_what_is_not_so_in_the_end_is_named(
    spoil: Callable[[SimulatedCluster], None], says: str
) -> None:
    """Before the loops have come to it."""
    cluster = SimulatedCluster.with_nodes(2)
    spoil(cluster)
    with pytest.raises(InvariantViolated, match=says):
        cluster.check_settled()
    cluster.settle()
    cluster.check_settled()


def test_convergence_takes_as_long_as_it_takes() -> None:
    """Until the last workload has what it asks for, after the last fault."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([deployment("web", 2, behaviour={"readySeconds": 20}), job("j")])
    assert cluster.converge() == 20
    assert cluster.converge() == 0
    cluster.inject(NodeCrash("node-1"), at=cluster.now + 10, seconds=50)
    assert cluster.converge() >= 60
    cluster.check_settled()


def test_what_does_not_converge_is_named_and_why() -> None:
    """The workload, what it lacks, and what its pods say."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([deployment("web", 1, behaviour={"runSeconds": 1, "exitCode": 1})])
    big = deployment("big", 1)
    big["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "99"}}
    cluster.apply([big])
    with pytest.raises(Timeout) as caught:
        cluster.converge(within=300)
    text = str(caught.value)
    assert "the cluster has not converged in 300 seconds" in text
    assert "Deployment default/big: 0 of 1 pods are available" in text
    assert "Insufficient cpu" in text
    assert "container app waits: CrashLoopBackOff" in text


def test_what_runs_is_looked_at_where_it_runs() -> None:
    """A pod runs as long as a process of it does."""
    run = SimulatedPod("u", "10.0.0.1", 0, [], {})
    assert not run.is_running


def test_two_pods_of_one_identity_are_caught() -> None:
    """A machine that nobody hears of runs a pod, while its user says that it does not."""
    cluster = SimulatedCluster.with_nodes(2)
    cluster.apply([stateful_set("db", 1)])
    cluster.settle()
    node = str(cluster.client.get("pods", "db-0").at("spec", "nodeName"))
    cluster.inject(Partition(node))
    cluster.client.patch("nodes", node, {"spec": {"unschedulable": True}}, type="merge")
    cluster.client.delete("pods", "db-0", grace_period_seconds=0)
    with pytest.raises(InvariantViolated, match="each member of a StatefulSet runs once") as caught:
        cluster.advance(60)
    (text,) = caught.value.texts
    assert text.startswith("pod default/db-0 runs on node-")
