"""Daemon sets have one pod on every node that suits, whatever becomes of pods and nodes."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.documents import Wire
from tests.controllers.daemons import LABELS, NAME, DaemonWorld, is_leaving, is_well, node_of
from tests.controllers.running import POD

HASH = "controller-revision-hash"


def rolling(**parameters: Any) -> dict[str, Any]:
    """Return an update strategy."""
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": parameters}}


def taint(key: str, effect: str) -> Wire:
    """Return a taint."""
    return {"key": key, "effect": effect}


# ---------------------------------------------------------------- nodes


def test_each_node_has_a_pod() -> None:
    """It asks for its node by name, and the set says how many there are."""
    world = DaemonWorld(3)
    assert world.placed() == ["n0", "n1", "n2"]
    world.live()
    status = world.status
    assert status == {
        "currentNumberScheduled": 3,
        "desiredNumberScheduled": 3,
        "numberAvailable": 3,
        "numberMisscheduled": 0,
        "numberReady": 3,
        "observedGeneration": 1,
        "updatedNumberScheduled": 3,
    }
    assert [reason for reason, _, _ in world.events()] == ["SuccessfulCreate"] * 3


def test_pods_tolerate_what_befalls_nodes() -> None:
    """They stay where others would have to leave."""
    world = DaemonWorld(1)
    (pod,) = world.there("pods")
    found = {(one.get("key"), one["effect"]) for one in pod["spec"]["tolerations"]}
    prefix = "node.kubernetes.io/"
    assert found >= {
        (f"{prefix}not-ready", "NoExecute"),
        (f"{prefix}unreachable", "NoExecute"),
        (f"{prefix}disk-pressure", "NoSchedule"),
        (f"{prefix}memory-pressure", "NoSchedule"),
        (f"{prefix}pid-pressure", "NoSchedule"),
        (f"{prefix}unschedulable", "NoSchedule"),
    }
    assert (f"{prefix}network-unavailable", "NoSchedule") not in found


def test_pods_in_the_network_of_the_node_do_not_wait_for_another() -> None:
    """They are what makes it."""
    world = DaemonWorld(1, pod={"hostNetwork": True})
    (pod,) = world.there("pods")
    keys = [one.get("key") for one in pod["spec"]["tolerations"]]
    assert "node.kubernetes.io/network-unavailable" in keys


def test_nodes_that_come_get_a_pod() -> None:
    """And the pods of those that go are not replaced."""
    world = DaemonWorld(1)
    world.node("late")
    world.settle()
    assert world.placed() == ["late", "n0"]
    world.client.delete("nodes", "late")
    world.settle()
    assert world.placed() == ["n0"]
    assert world.status["desiredNumberScheduled"] == 1


def test_a_node_may_begin_and_cease_to_suit() -> None:
    """Its labels decide."""
    world = DaemonWorld(1, pod={"nodeSelector": {"disk": "ssd"}})
    assert world.placed() == []
    world.change_node("n0", metadata={"labels": {"disk": "ssd"}})
    assert world.placed() == ["n0"]
    world.live()
    world.change_node("n0", metadata={"labels": {"disk": None}})
    assert world.placed() == []


def test_what_the_set_asks_of_nodes_may_change() -> None:
    """The same nodes are asked again."""
    world = DaemonWorld(2)
    world.change_node("n1", metadata={"labels": {"disk": "ssd"}})
    world.change(template={"spec": {"nodeSelector": {"disk": "ssd"}}})
    assert world.placed() == ["n1"]


@pytest.mark.parametrize(
    ("key", "effect", "before", "after"),
    [
        ("a", "NoSchedule", [], ["n0"]),
        ("a", "NoExecute", [], []),
        ("a", "PreferNoSchedule", ["n0"], ["n0"]),
        ("node.kubernetes.io/unschedulable", "NoSchedule", ["n0"], ["n0"]),
        ("node.kubernetes.io/not-ready", "NoExecute", ["n0"], ["n0"]),
    ],
)
def test_taints_keep_pods_away_or_drive_them_away(
    key: str, effect: str, before: list[str], after: list[str]
) -> None:
    """A pod that is there stays, unless the taint says that it may not run."""
    world = DaemonWorld(0)
    world.node("n0", taints=[taint(key, effect)])
    world.settle()
    assert world.placed() == before
    world.change_node("n0", spec={"taints": None})
    world.live()
    world.change_node("n0", spec={"taints": [taint(key, effect)]})
    assert world.placed() == after


def test_a_node_that_is_cordoned_keeps_and_gets_its_pod() -> None:
    """What runs on every node runs there too."""
    world = DaemonWorld(0)
    world.node("n0", unschedulable=True)
    world.settle()
    assert world.placed() == ["n0"]


def test_a_pod_on_a_node_that_suits_no_more_is_counted_astray() -> None:
    """It was there before the taint."""
    world = DaemonWorld(2)
    world.live()
    world.change_node("n0", spec={"taints": [taint("a", "NoSchedule")]})
    status = world.status
    assert (status["desiredNumberScheduled"], status["numberMisscheduled"]) == (1, 1)


def test_other_affinities_are_kept() -> None:
    """Only what is asked of nodes is put in terms of the name; what is preferred stays."""
    preferred = [
        {
            "weight": 1,
            "preference": {"matchExpressions": [{"key": "x", "operator": "Exists"}]},
        }
    ]
    name = "preferredDuringSchedulingIgnoredDuringExecution"
    world = DaemonWorld(1, pod={"affinity": {"nodeAffinity": {name: preferred}}})
    (pod,) = world.there("pods")
    assert pod["spec"]["affinity"]["nodeAffinity"][name] == preferred
    assert node_of(pod) == "n0"


# ---------------------------------------------------------------- pods


def test_of_two_pods_the_younger_goes() -> None:
    """Somebody made a second one; the first has done its work for longer."""
    world = DaemonWorld(1)
    world.live()
    (first,) = world.there("pods")
    world.advance(5)
    world.create("Pod", "second", metadata={"labels": LABELS}, spec={**POD, "nodeName": "n0"})
    world.settle()
    stays = [one["metadata"]["name"] for one in world.there("pods") if not is_leaving(one)]
    assert stays == [first["metadata"]["name"]]


def test_a_pod_that_fails_again_and_again_is_replaced_ever_later() -> None:
    """After the first at once, then after 1 s, 2 s, 4 s."""
    world = DaemonWorld(1)
    waits: list[int] = []
    for _ in range(4):
        (pod,) = world.there("pods")
        world.start(pod, ready=False, phase="Failed")
        world.settle()
        waited = 0
        while pod["metadata"]["name"] in world.names("pods"):
            world.advance(1)
            waited += 1
        waits.append(waited)
    assert waits == [0, 1, 2, 4]
    assert ("FailedDaemonPod", "DaemonSet", NAME) in world.events()


def test_a_pod_that_has_done_its_work_is_replaced_at_once() -> None:
    """Daemons do not end."""
    world = DaemonWorld(1)
    (pod,) = world.there("pods")
    world.start(pod, ready=False, phase="Succeeded")
    world.settle()
    assert pod["metadata"]["name"] not in world.names("pods")
    assert world.placed() == ["n0"]
    assert ("SucceededDaemonPod", "DaemonSet", NAME) in world.events()


def test_a_pod_must_stay_ready_for_a_while() -> None:
    """With `minReadySeconds` it is available that much later, without anybody asking."""
    world = DaemonWorld(1, minReadySeconds=30)
    world.start(world.there("pods")[0])
    world.settle()
    assert (world.status["numberReady"], world.status["numberUnavailable"]) == (1, 1)
    world.advance(31)
    assert world.status["numberAvailable"] == 1


# ---------------------------------------------------------------- updates


@pytest.mark.parametrize(
    ("most", "together"), [(1, 1), (2, 2), ("50%", 2), ("30%", 2), ("100%", 4)]
)
def test_as_many_nodes_do_without_as_may(most: int | str, together: int) -> None:
    """A share is of the nodes that suit, rounded up."""
    world = DaemonWorld(4, **rolling(maxUnavailable=most))
    world.live()
    world.roll("img:2")
    assert len(world.leaving()) == together
    world.live()
    assert world.images() == [f"n{number} img:2" for number in range(4)]


def test_pods_that_are_not_well_are_replaced_first() -> None:
    """They are missing as it is: that costs nothing more."""
    world = DaemonWorld(4)
    world.live()
    for node in ("n2", "n3"):
        world.start(world.on(node)[0], ready=False)
    world.settle()
    world.roll("img:2")
    assert sorted(node_of(one) for one in world.leaving()) == ["n2", "n3"]


@pytest.mark.parametrize(("most", "together"), [(1, 1), (2, 2), ("50%", 2)])
def test_new_pods_run_beside_old_ones(most: int | str, together: int) -> None:
    """An old one goes when the new one on its node is available."""
    world = DaemonWorld(4, **rolling(maxSurge=most, maxUnavailable=0))
    world.live()
    world.roll("img:2")
    twice = [node for node in ("n0", "n1", "n2", "n3") if len(world.on(node)) == 2]
    assert len(twice) == together
    assert world.leaving() == []
    new = next(one for one in world.on(twice[0]) if not is_well(one))
    world.start(new)
    world.settle()
    assert [node_of(one) for one in world.leaving()] == [twice[0]]
    world.live()
    assert world.images() == [f"n{number} img:2" for number in range(4)]


def test_nothing_is_updated_unless_somebody_deletes_it() -> None:
    """With `OnDelete` a pod that is made again is of the new revision."""
    world = DaemonWorld(2, updateStrategy={"type": "OnDelete"})
    world.live()
    world.roll("img:2")
    assert world.images() == ["n0 img:1", "n1 img:1"]
    assert "updatedNumberScheduled" not in world.status
    world.end(world.on("n0")[0])
    world.settle()
    world.live()
    assert world.images() == ["n0 img:2", "n1 img:1"]


def test_an_earlier_template_is_the_newest_revision_again() -> None:
    """No other revision is made, and pods that are of it still are left alone."""
    world = DaemonWorld(2)
    world.live()
    first = world.there("pods")[0]["metadata"]["labels"][HASH]
    world.roll("img:2")
    assert len(world.leaving()) == 1
    world.roll("img:1")
    world.live()
    assert {one["metadata"]["labels"][HASH] for one in world.there("pods")} == {first}
    numbers = {
        one["metadata"]["labels"][HASH]: one["revision"]
        for one in world.there("controllerrevisions.apps")
    }
    assert numbers[first] == 3
    assert len(numbers) == 2


def test_history_is_kept_as_long_as_is_said() -> None:
    """Those that no pod is of go, the oldest first."""
    world = DaemonWorld(1, revisionHistoryLimit=2)
    world.live()
    for number in range(2, 8):
        world.roll(f"img:{number}")
        world.live()
    numbers = sorted(one["revision"] for one in world.there("controllerrevisions.apps"))
    assert numbers == [5, 6, 7]


def test_a_name_that_is_taken_is_counted_as_a_collision() -> None:
    """The revision gets another name, and all goes on."""
    world = DaemonWorld(1)
    name = world.there("controllerrevisions.apps")[0]["metadata"]["name"]
    spec = world.get("daemonsets.apps", NAME)["spec"]
    world.client.delete("daemonsets.apps", NAME, namespace="default")
    world.settle()
    world.create("apps/v1/ControllerRevision", name, revision=1, data={"other": True})
    world.create("apps/v1/DaemonSet", NAME, spec=spec)
    world.settle()
    world.advance(5)
    assert world.status["collisionCount"] == 1
    assert world.placed() == ["n0"]


# ---------------------------------------------------------------- promises


def test_what_has_settled_is_left_alone() -> None:
    """Nothing is written twice, and no deadline is left that comes again."""
    world = DaemonWorld(3, minReadySeconds=5)
    world.live()
    world.advance(400)
    before = list(world.writes)
    world.manager.relist()
    world.advance(3600)
    assert world.writes == before
    assert world.manager.deadline is None


def test_what_a_node_reports_is_no_reason_to_look_at_sets() -> None:
    """Nodes report every few seconds; only labels and taints matter."""
    world = DaemonWorld(1)
    world.live()
    loop = next(one for one in world.manager.controllers.values() if one.name == "daemonset")
    change = {"metadata": {"annotations": {"a": "b"}}}
    world.client.patch("nodes", "n0", change, type="merge")
    world.manager.read()
    assert len(loop.queue) == 0


def _story(dies_at: int) -> tuple[list[str], Wire]:
    """Let nodes come and go while a set rolls; return what is left."""
    world = DaemonWorld(3, dies_at_write=dies_at)
    world.live()
    world.roll("img:2")
    world.node("late")
    world.settle()
    world.live()
    world.change_node("n0", spec={"taints": [taint("a", "NoExecute")]})
    world.live()
    world.advance(1000)
    world.live()
    return world.images(), world.status


@pytest.mark.parametrize("dies_at", range(1, 40, 2))
def test_whoever_dies_at_a_write_comes_to_the_same_end(dies_at: int) -> None:
    """The same pods on the same nodes, and nothing twice."""
    assert _story(dies_at) == _story(0)


@settings(max_examples=40, deadline=None)
@given(
    surge=st.booleans(),
    most=st.integers(1, 3),
    script=st.lists(
        st.tuples(
            st.sampled_from(["ready", "sick", "fail", "end", "roll", "taint", "untaint", "wait"]),
            st.integers(0, 3),
        ),
        max_size=25,
    ),
)
def test_updates_never_take_more_than_they_may(
    surge: bool, most: int, script: list[tuple[str, int]]
) -> None:
    """Whatever pods and nodes do: a roll takes no more pods that are well than may be missing."""
    parameters = {"maxSurge": most, "maxUnavailable": 0} if surge else {"maxUnavailable": most}
    world = DaemonWorld(4, **rolling(**parameters))
    world.live()
    for deed, number in script:
        before = world.there("pods")
        _do(world, deed, number)
        if deed != "roll":
            continue
        wanted = world.status["desiredNumberScheduled"]
        was = {node_of(one) for one in before if is_well(one)}
        now = {node_of(one) for one in world.there("pods") if is_well(one)}
        lost = len(was - now)
        assert lost <= (0 if surge else max(most - max(wanted - len(was), 0), 0))
    for number in range(4):
        _do(world, "untaint", number)
    world.advance(2000)
    world.live()
    image = world.get("daemonsets.apps", NAME)["spec"]["template"]["spec"]["containers"][0]["image"]
    assert world.images() == [f"n{number} {image}" for number in range(4)]


def _do(world: DaemonWorld, deed: str, number: int) -> None:
    node = f"n{number}"
    if deed == "roll":
        world.roll(f"img:{number + 1}")
    elif deed == "taint":
        world.change_node(node, spec={"taints": [taint("a", "NoExecute")]})
    elif deed == "untaint":
        world.change_node(node, spec={"taints": None})
    elif deed == "wait":
        world.advance(number + 1)
    else:
        for pod in world.on(node)[:1]:
            if deed == "end":
                world.end(pod)
            elif pod["status"]["phase"] in {"Pending", "Running"} and not is_leaving(pod):
                phase = "Failed" if deed == "fail" else "Running"
                world.start(pod, ready=deed == "ready", phase=phase)
        world.settle()
