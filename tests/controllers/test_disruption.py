"""Budgets say how many pods may be evicted, and never more than that."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.api.errors import TooManyRequests
from kubeobj.controllers.deployment import DeploymentController
from kubeobj.controllers.disruption import DisruptionController
from kubeobj.controllers.replicaset import ReplicaSetController
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from tests.controllers.running import POD, Running, owned_by

LABELS = {"app": "web"}
TEMPLATE: Wire = {"metadata": {"labels": LABELS}, "spec": POD}


class Budgeted(Running):
    """A server with the loop of budgets, and whatever else."""

    def __init__(self, *loops: Any, **more: Any) -> None:
        super().__init__(DisruptionController, *loops, **more)

    def budget(self, name: str = "b", **spec: Any) -> Wire:
        """Create a budget of the pods ``app=web``, and let the loop look at it."""
        asked = {"selector": {"matchLabels": LABELS}, **spec}
        made = self.create("policy/v1/PodDisruptionBudget", name, spec=asked)
        self.settle()
        return made

    def status(self, name: str = "b") -> Wire:
        """Return the status of a budget."""
        status: Wire = self.get("poddisruptionbudgets.policy", name)["status"]
        return status

    def counts(self) -> tuple[int, int, int, int]:
        """Return how many pods there should be, must be well, are well, and may go."""
        status = self.status()
        return (
            status["expectedPods"],
            status["desiredHealthy"],
            status["currentHealthy"],
            status["disruptionsAllowed"],
        )

    def condition(self) -> Wire:
        """Return the condition of the budget, without the times."""
        (found,) = self.status()["conditions"]
        return {name: found[name] for name in ("type", "status", "reason")}

    def replica_set(self, replicas: int, name: str = "web", labels: Wire = LABELS) -> None:
        """Create a replica set, and its pods, which are well."""
        template = {"metadata": {"labels": labels}, "spec": POD}
        spec = {"replicas": replicas, "selector": {"matchLabels": labels}, "template": template}
        self.create("apps/v1/ReplicaSet", name, spec=spec)
        self.settle()
        self.make_ready()

    def pods(self, count: int, **metadata: Any) -> None:
        """Create pods that are well."""
        for number in range(count):
            self.create("Pod", f"p{number}", metadata={"labels": LABELS, **metadata}, spec=POD)
        self.make_ready()

    def make_ready(self) -> None:
        """Let all pods be ready, and the loops see it."""
        for name in self.names("pods"):
            self.say(name)
        self.settle()

    def say(self, name: str, *, ready: bool = True) -> None:
        """Let a pod run, ready or not."""
        now = text_of(self.clock.now())
        condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": now}
        self.set_status(name, phase="Running", conditions=[condition])

    def set_status(self, name: str, **status: Any) -> None:
        """Report something of a pod."""
        self.client.patch(
            "pods", name, {"status": status}, type="strategic", namespace="default", part="status"
        )


@pytest.mark.parametrize(
    ("spec", "replicas", "desired", "allowed"),
    [
        ({"minAvailable": 2}, 5, 2, 3),
        ({"minAvailable": 5}, 5, 5, 0),
        ({"minAvailable": 7}, 5, 7, 0),
        ({"minAvailable": 0}, 5, 0, 5),
        ({"minAvailable": "50%"}, 5, 3, 2),
        ({"minAvailable": "100%"}, 5, 5, 0),
        ({"minAvailable": "1%"}, 5, 1, 4),
        ({"maxUnavailable": 1}, 5, 4, 1),
        ({"maxUnavailable": 0}, 5, 5, 0),
        ({"maxUnavailable": 9}, 5, 0, 5),
        ({"maxUnavailable": "30%"}, 5, 3, 2),
        ({"maxUnavailable": "1%"}, 5, 4, 1),
        ({"maxUnavailable": "1%"}, 0, 0, 0),
    ],
)
def test_counts_are_of_what_owners_ask_for(
    spec: Wire, replicas: int, desired: int, allowed: int
) -> None:
    """Shares are of the size of the owner, and are rounded up."""
    world = Budgeted(ReplicaSetController)
    world.budget(**spec)
    world.replica_set(replicas)
    assert world.counts() == (replicas, desired, replicas, allowed)
    is_allowed = allowed > 0
    assert world.condition() == {
        "type": "DisruptionAllowed",
        "status": str(is_allowed),
        "reason": "SufficientPods" if is_allowed else "InsufficientPods",
    }


def test_pods_that_are_missing_count_as_gone() -> None:
    """The owner asks for more than there are."""
    world = Budgeted(ReplicaSetController)
    world.budget(maxUnavailable=2)
    world.replica_set(4)
    world.say(world.names("pods")[0], ready=False)
    world.settle()
    assert world.counts() == (4, 2, 3, 1)


def test_the_owner_of_the_owner_is_asked() -> None:
    """While a Deployment rolls, its two sets are of one size together."""
    world = Budgeted(ReplicaSetController, DeploymentController)
    world.budget(maxUnavailable=1)
    spec = {"replicas": 4, "selector": {"matchLabels": LABELS}, "template": TEMPLATE}
    world.create("apps/v1/Deployment", "web", spec=spec)
    world.settle()
    world.make_ready()
    change = {"spec": {"template": {"metadata": {"annotations": {"a": "b"}}}}}
    world.client.patch("deployments.apps", "web", change, type="merge", namespace="default")
    world.settle()
    assert len(world.names("replicasets.apps")) == 2
    assert world.counts()[:2] == (4, 3)


def test_a_new_size_is_seen_at_once() -> None:
    """Nothing has become of the pods yet."""
    world = Budgeted(ReplicaSetController)
    world.budget(maxUnavailable=1)
    world.replica_set(2)
    assert world.counts() == (2, 1, 2, 1)
    change = {"spec": {"replicas": 5}}
    world.client.patch("replicasets.apps", "web", change, type="merge", namespace="default")
    world.settle()
    assert world.counts() == (5, 4, 2, 0)


def test_pods_of_nobody_count_for_a_number_only() -> None:
    """There is no size to take a share of, and that is told."""
    world = Budgeted()
    world.pods(3)
    world.budget(minAvailable=2)
    assert world.counts() == (3, 2, 3, 1)
    world.budget("share", minAvailable="50%")
    assert world.status("share")["expectedPods"] == 0
    assert world.status("share")["disruptionsAllowed"] == 0
    assert ("UnmanagedPods", "PodDisruptionBudget", "share") in world.events()


def test_no_pod_may_go_if_nobody_knows_how_many_there_should_be() -> None:
    """The owner is of a kind without size; what is not known is taken for none."""
    world = Budgeted()
    owner = world.create("ConfigMap", "owner")
    world.pods(2, **owned_by(owner, controller=True))
    world.budget(maxUnavailable=1)
    assert world.status()["disruptionsAllowed"] == 0
    assert world.condition()["reason"] == "SyncFailed"
    reasons = [reason for reason, _, _ in world.events()]
    assert "CalculateExpectedPodCountFailed" in reasons


def test_an_owner_that_is_gone_is_waited_for_without_asking() -> None:
    """No pod may go, and no deadline is left that comes again and again."""
    world = Budgeted(ReplicaSetController)
    world.budget(maxUnavailable=1)
    world.replica_set(2)
    world.client.delete(
        "replicasets.apps", "web", namespace="default", propagation_policy="Background"
    )
    world.say(world.names("pods")[0], ready=False)
    world.settle()
    assert world.condition()["reason"] == "SyncFailed"
    assert world.status()["disruptionsAllowed"] == 0
    world.advance(4000)
    assert world.manager.deadline is None


def test_an_eviction_counts_until_the_pod_ends_or_two_minutes_have_passed() -> None:
    """The API notes who goes; if they do not, they are there again."""
    world = Budgeted()
    world.pods(3)
    world.budget(minAvailable=2)
    now = text_of(world.clock.now())
    noted = {"status": {"disruptedPods": {"p0": now, "gone": now}, "disruptionsAllowed": 0}}
    world.client.patch(
        "poddisruptionbudgets.policy", "b", noted, type="merge", namespace="default", part="status"
    )
    world.settle()
    assert world.counts() == (3, 2, 2, 0)
    assert world.status()["disruptedPods"] == {"p0": now}
    world.advance(119)
    assert world.counts() == (3, 2, 2, 0)
    world.advance(2)
    assert world.counts() == (3, 2, 3, 1)
    assert "disruptedPods" not in world.status()
    assert ("NotDeleted", "Pod", "p0") in world.events()


def test_a_pod_that_was_to_go_and_did_not_is_let_be() -> None:
    """After two minutes the word that it is disrupted is taken back, unless the node said so."""
    world = Budgeted()
    world.pods(2)
    for name, reason in (("p0", "EvictionByEvictionAPI"), ("p1", "TerminationByKubelet")):
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": reason,
            "lastTransitionTime": text_of(world.clock.now()),
        }
        world.set_status(name, conditions=[condition])
    world.settle()
    world.advance(119)
    assert _target(world, "p0")["status"] == "True"
    world.advance(2)
    assert _target(world, "p0")["status"] == "False"
    assert "reason" not in _target(world, "p0")
    world.advance(4000)
    assert _target(world, "p1")["status"] == "True"


def _target(world: Running, name: str) -> Wire:
    conditions: list[Wire] = world.get("pods", name)["status"]["conditions"]
    return next(one for one in conditions if one["type"] == "DisruptionTarget")


def test_no_selector_selects_nothing_and_an_empty_one_everything() -> None:
    """That is so since `policy/v1`."""
    world = Budgeted()
    world.pods(2)
    world.budget("none", minAvailable=1, selector=None)
    world.budget("all", minAvailable=1, selector={})
    assert world.status("none")["expectedPods"] == 0
    assert world.status("all")["expectedPods"] == 2
    assert ("NoPods", "PodDisruptionBudget", "none") in world.events()


def test_what_has_settled_is_left_alone() -> None:
    """Nothing is written twice, and no deadline is left."""
    world = Budgeted()
    world.pods(3)
    world.budget(minAvailable=2)
    world.advance(400)
    before = list(world.writes)
    world.manager.relist()
    world.advance(3600)
    assert world.writes == before
    assert world.manager.deadline is None


@pytest.mark.parametrize("dies_at", [1, 2, 3, 4])
def test_whoever_dies_at_a_write_comes_to_the_same_end(dies_at: int) -> None:
    """All that matters is in the API."""
    world = Budgeted(dies_at_write=dies_at)
    world.budget(minAvailable=1)
    world.pods(3)
    world.client.delete("pods", "p0", namespace="default", grace_period_seconds=0)
    world.settle()
    assert world.counts() == (2, 1, 2, 1)


@settings(max_examples=40, deadline=None)
@given(
    least=st.integers(0, 6),
    script=st.lists(
        st.tuples(st.sampled_from(["evict", "ready", "sick", "look"]), st.integers(0, 5)),
        max_size=30,
    ),
)
def test_evictions_never_leave_less_than_is_wanted(
    least: int, script: list[tuple[str, int]]
) -> None:
    """However fast they come, and whether or not the loop has looked in between."""
    world = Budgeted()
    world.pods(6)
    world.budget(minAvailable=least)
    for deed, number in script:
        name = f"p{number}"
        there = {one["metadata"]["name"]: _is_well(one) for one in world.there("pods")}
        if deed == "look":
            world.settle()
        elif name in there and deed == "evict":
            well = sum(there.values())
            try:
                world.client.evict(name, namespace="default")
            except TooManyRequests:
                continue
            assert not there[name] or well - 1 >= least
        elif name in there:
            world.say(name, ready=deed == "ready")
            # Budgets are no better than what is known of pods.
            world.settle()


def _is_well(pod: Wire) -> bool:
    conditions = pod["status"].get("conditions") or ()
    return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
