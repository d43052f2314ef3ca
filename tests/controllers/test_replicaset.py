"""Replica sets and replication controllers have as many pods as they ask for, whatever befalls."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.api.errors import Forbidden, InternalError
from kubeobj.controllers.podranking import DELETION_COST
from kubeobj.controllers.replicaset import ReplicaSetController
from kubeobj.controllers.replicationcontroller import ReplicationControllerController
from kubeobj.documents import Wire
from kubeobj.reconcile.clientlayer import Call
from kubeobj.reconcile.request import Request
from tests.controllers.running import POD, Running, owned_by

LABELS = {"app": "web"}
TEMPLATE: Wire = {"metadata": {"labels": LABELS}, "spec": POD}
LOOP = "replicaset-controller"


def replica_set(world: Running, replicas: int, name: str = "web", **spec: Any) -> Wire:
    """Create a replica set."""
    asked = {
        "replicas": replicas,
        "selector": {"matchLabels": LABELS},
        "template": TEMPLATE,
        **spec,
    }
    return world.create("apps/v1/ReplicaSet", name, spec=asked)


def scale(world: Running, replicas: int, name: str = "web") -> None:
    """Let a replica set ask for another number."""
    change = {"spec": {"replicas": replicas}}
    world.client.patch("replicasets.apps", name, change, type="merge", namespace="default")


def say(world: Running, pod: str, *, phase: str = "Running", ready: bool = True) -> None:
    """Give a pod a status, as its node does."""
    since = world.get("pods", pod)["metadata"]["creationTimestamp"]
    condition = {"type": "Ready", "status": str(ready), "lastTransitionTime": since}
    change = {"status": {"phase": phase, "conditions": [condition]}}
    world.client.patch("pods", pod, change, type="merge", part="status", namespace="default")


def status_of(world: Running, name: str = "web") -> Wire:
    """Return the status of a replica set."""
    status: Wire = world.get("replicasets.apps", name)["status"]
    return status


def test_pods_are_made_of_the_template() -> None:
    """They have its labels, a name of their own, and an owner that waits for them."""
    world = Running(ReplicaSetController)
    owner = replica_set(world, 3)
    world.settle()
    pods = world.there("pods")
    assert len({one["metadata"]["name"] for one in pods}) == 3
    for pod in pods:
        assert pod["metadata"]["generateName"] == "web-"
        assert pod["metadata"]["labels"] == LABELS
        assert pod["metadata"]["ownerReferences"] == [
            {
                "apiVersion": "apps/v1",
                "kind": "ReplicaSet",
                "name": "web",
                "uid": owner["metadata"]["uid"],
                "controller": True,
                "blockOwnerDeletion": True,
            }
        ]
    assert [reason for reason, _, _ in world.events()] == ["SuccessfulCreate"] * 3


def test_replication_controllers_do_the_same() -> None:
    """Their selector is a map, and their pods name them as owners."""
    world = Running(ReplicationControllerController)
    world.create(
        "ReplicationController",
        "web",
        spec={"replicas": 2, "selector": LABELS, "template": TEMPLATE},
    )
    world.settle()
    owners = [one["metadata"]["ownerReferences"][0]["kind"] for one in world.there("pods")]
    assert owners == ["ReplicationController"] * 2
    status = world.get("replicationcontrollers", "web")["status"]
    assert status == {"replicas": 2, "fullyLabeledReplicas": 2, "observedGeneration": 1}


def test_what_has_settled_is_left_alone() -> None:
    """Nothing is written twice, and no deadline is left that comes again."""
    world = Running(ReplicaSetController)
    replica_set(world, 3)
    world.settle()
    world.advance(400)
    before = list(world.writes)
    world.manager.relist()
    world.advance(3600)
    assert world.writes == before
    assert world.manager.deadline is None


@pytest.mark.parametrize("dies_at", range(1, 13))
def test_whoever_dies_at_a_write_makes_nothing_twice(dies_at: int) -> None:
    """It looks at what is there, and goes on from that."""
    world = Running(ReplicaSetController, dies_at_write=dies_at)
    replica_set(world, 4)
    world.settle()
    scale(world, 2)
    world.settle()
    assert len(world.names("pods")) == 2
    assert status_of(world)["replicas"] == 2


def test_a_pod_that_is_lost_sight_of_is_replaced_in_the_end() -> None:
    """It came and went while nobody looked: nobody will ever be told that it was there."""
    world = Running(ReplicaSetController)
    world.settle()
    replica_set(world, 2)
    world.manager.read()
    world.manager.controllers[LOOP].step()
    world.client.delete("pods", world.names("pods")[0], grace_period_seconds=0)
    world.manager.relist()
    world.settle()
    assert len(world.names("pods")) == 1
    world.advance(302)
    assert len(world.names("pods")) == 2


def test_a_cache_that_lags_makes_no_pods_twice() -> None:
    """What has been made and not been seen is waited for."""
    world = Running(ReplicaSetController)
    world.settle()
    replica_set(world, 3)
    world.manager.read()
    loop = world.manager.controllers[LOOP]
    loop.step()
    for _ in range(3):
        loop.queue.add(Request("default", "web"))
        loop.step()
    assert len(world.names("pods")) == 3


def test_too_many_go_in_the_order_of_how_dispensable_they_are() -> None:
    """A pod says what its deletion costs; those that are not ready go before those that are."""
    world = Running(ReplicaSetController)
    replica_set(world, 4)
    world.settle()
    cheap, dear, unready, other = world.names("pods")
    for name in (cheap, dear, other):
        say(world, name)
    for name, cost in ((cheap, "-1"), (dear, "10")):
        change = {"metadata": {"annotations": {DELETION_COST: cost}}}
        world.client.patch("pods", name, change, type="merge", namespace="default")
    gone = []
    for left in (3, 2, 1):
        before = world.names("pods")
        scale(world, left)
        world.settle()
        gone += [name for name in before if name not in world.names("pods")]
    assert gone == [unready, cheap, other]
    assert world.names("pods") == [dear]


def test_one_that_has_failed_is_replaced_and_kept() -> None:
    """It is no replica any more, but people may want to look at it."""
    world = Running(ReplicaSetController)
    replica_set(world, 2)
    world.settle()
    failed = world.names("pods")[0]
    say(world, failed, phase="Failed", ready=False)
    world.settle()
    assert failed in world.names("pods")
    assert len(world.names("pods")) == 3
    assert status_of(world)["replicas"] == 2


def test_one_that_loses_its_labels_is_let_go_and_replaced() -> None:
    """It goes on as nobody's pod."""
    world = Running(ReplicaSetController)
    replica_set(world, 2)
    world.settle()
    taken = world.names("pods")[0]
    change = {"metadata": {"labels": {"app": "debug"}}}
    world.client.patch("pods", taken, change, type="merge", namespace="default")
    world.settle()
    assert "ownerReferences" not in world.get("pods", taken)["metadata"]
    assert len(world.names("pods")) == 3
    world.client.patch(
        "pods", taken, {"metadata": {"labels": LABELS}}, type="merge", namespace="default"
    )
    world.settle()
    assert len(world.names("pods")) == 2


def test_orphans_are_adopted_but_not_those_of_others() -> None:
    """Who has a controller keeps it, whatever its labels say."""
    world = Running(ReplicaSetController)
    config = world.create("ConfigMap", "somebody")
    world.create("Pod", "orphan", metadata={"labels": LABELS}, spec=POD)
    world.create(
        "Pod",
        "taken",
        metadata={"labels": LABELS, **owned_by(config, controller=True)},
        spec=POD,
    )
    replica_set(world, 2)
    world.settle()
    owners = {
        one["metadata"]["name"]: one["metadata"]["ownerReferences"][0]["name"]
        for one in world.there("pods")
    }
    assert owners.pop("orphan") == "web"
    assert owners.pop("taken") == "somebody"
    assert list(owners.values()) == ["web"]


def test_one_that_is_being_deleted_adopts_nothing() -> None:
    """The API is asked whether it goes, as the cache may not know yet."""
    world = Running(ReplicaSetController)
    replica_set(world, 0)
    world.settle()
    world.create("Pod", "orphan", metadata={"labels": LABELS}, spec=POD)
    world.manager.read()
    world.client.delete("replicasets.apps", "web", propagation_policy="Foreground")
    world.manager.controllers[LOOP].step()
    world.settle()
    assert "ownerReferences" not in world.get("pods", "orphan")["metadata"]


def test_those_ready_for_long_enough_are_available() -> None:
    """Time alone makes them so, to the second."""
    world = Running(ReplicaSetController)
    replica_set(world, 2, minReadySeconds=10)
    world.settle()
    for name in world.names("pods"):
        say(world, name)
    world.settle()
    assert status_of(world)["readyReplicas"] == 2
    assert "availableReplicas" not in status_of(world)
    world.advance(9.5)
    assert "availableReplicas" not in status_of(world)
    world.advance(0.5)
    assert status_of(world)["availableReplicas"] == 2


def refusing(kinds: str, error: Exception, *, after: int = 0) -> Callable[[Call], Exception | None]:
    """Return what refuses to create objects of a kind, once some have been made."""
    made = [0]

    def refuse(call: Call) -> Exception | None:
        if call.verb != "create" or f"create {kinds}" not in str(call):
            return None
        made[0] += 1
        return error if made[0] > after else None

    return refuse


def test_a_refusal_is_told_as_a_condition_until_it_is_over() -> None:
    """Few are tried where all would fail: it begins with one."""
    world = Running(ReplicaSetController)
    world.refuse = refusing("Pod", Forbidden("no room"))
    replica_set(world, 8)
    world.settle()
    (condition,) = status_of(world)["conditions"]
    assert condition["type"] == "ReplicaFailure"
    assert condition["status"] == "True"
    assert condition["reason"] == "FailedCreate"
    assert "no room" in condition["message"]
    assert {reason for reason, _, _ in world.events()} == {"FailedCreate"}
    world.refuse = lambda _call: None
    world.advance(60)
    assert "conditions" not in status_of(world)
    assert len(world.names("pods")) == 8


@pytest.mark.parametrize(("allowed", "tried"), [(0, 1), (1, 2), (3, 4), (6, 7)])
def test_pods_are_made_in_batches_that_double(allowed: int, tried: int) -> None:
    """Nothing is tried after a failure, and what was not made is not waited for."""
    world = Running(ReplicaSetController)
    world.settle()
    calls = []
    refuse = refusing("Pod", InternalError("out of order"), after=allowed)

    def counted(call: Call) -> Exception | None:
        if "create Pod" in str(call):
            calls.append(call)
        return refuse(call)

    world.refuse = counted
    replica_set(world, 100)
    world.manager.read()
    world.manager.controllers[LOOP].step()
    assert len(calls) == tried
    assert len(world.names("pods")) == allowed
    world.refuse = lambda _call: None
    world.advance(60)
    assert len(world.names("pods")) == 100


def test_no_more_than_a_burst_is_made_at_once() -> None:
    """Then others have their turn; the rest follows once the first are seen."""
    world = Running(ReplicaSetController)
    world.settle()
    replica_set(world, 520)
    world.manager.read()
    world.manager.controllers[LOOP].step()
    assert len(world.names("pods")) == 500
    world.settle()
    assert len(world.names("pods")) == 520


@settings(max_examples=25)
@given(
    steps=st.lists(
        st.one_of(
            st.tuples(st.just("scale"), st.integers(0, 6)),
            st.tuples(st.just("delete"), st.integers(0, 5)),
            st.tuples(st.just("ready"), st.integers(0, 5)),
            st.tuples(st.just("fail"), st.integers(0, 5)),
            st.tuples(st.just("work"), st.integers(1, 3)),
            st.tuples(st.just("relist"), st.just(0)),
            st.tuples(st.just("restart"), st.just(0)),
        ),
        max_size=12,
    )
)
def test_it_converges_whatever_happens(steps: list[tuple[str, int]]) -> None:
    """In the end there are as many live pods as asked for, and nothing is left to write."""
    world = Running(ReplicaSetController)
    replica_set(world, 2)
    wanted = 2
    for what, number in steps:
        names = world.names("pods")
        if what == "scale":
            scale(world, number)
            wanted = number
        elif what == "work":
            for _ in range(number):
                world.manager.step()
        elif what == "relist":
            world.manager.relist()
        elif what == "restart":
            world.manager.restart()
        elif names:
            name = names[number % len(names)]
            if what == "delete":
                world.client.delete("pods", name, grace_period_seconds=0)
            else:
                ready = what == "ready"
                say(world, name, phase="Running" if ready else "Failed", ready=ready)
    world.settle()
    world.advance(400)
    live = [one for one in world.there("pods") if one["status"]["phase"] != "Failed"]
    assert len(live) == wanted
    assert status_of(world)["replicas"] == wanted
    before = len(world.writes)
    world.advance(400)
    assert len(world.writes) == before
