"""Stateful sets keep the names of their pods, their claims, and the order of coming and going."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.controllers.statefulset import StatefulSetController
from kubeobj.documents import Wire
from tests.controllers.running import POD, Running
from tests.controllers.stateful import CLAIM, LABELS, NAME, REVISION, StatefulWorld

PARALLEL = {"podManagementPolicy": "Parallel"}


def rolling(**parameters: Any) -> dict[str, Any]:
    """Return an update strategy."""
    return {"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": parameters}}


def ends(world: StatefulWorld) -> list[int]:
    """Return the numbers of the pods that are on their way out."""
    return [
        int(one["metadata"]["labels"]["apps.kubernetes.io/pod-index"])
        for one in world.there("pods")
        if "deletionTimestamp" in one["metadata"]
    ]


def test_a_pod_has_an_identity() -> None:
    """Its name, its labels, its host name and the domain of its set."""
    world = StatefulWorld(1, ordinals={"start": 5})
    (pod,) = world.there("pods")
    metadata = pod["metadata"]
    assert metadata["name"] == "db-5"
    assert metadata["labels"] == {
        **LABELS,
        "apps.kubernetes.io/pod-index": "5",
        "statefulset.kubernetes.io/pod-name": "db-5",
        REVISION: world.status["updateRevision"],
    }
    assert (pod["spec"]["hostname"], pod["spec"]["subdomain"]) == ("db-5", "peers")
    (owner,) = metadata["ownerReferences"]
    assert (owner["kind"], owner["name"], owner["controller"]) == ("StatefulSet", NAME, True)
    assert world.events() == [("SuccessfulCreate", "StatefulSet", NAME)]


def test_pods_come_up_one_after_the_other() -> None:
    """The next comes when all before it are ready."""
    world = StatefulWorld(3)
    for number in range(3):
        assert world.ordinals() == list(range(number + 1))
        world.say(number, ready=False)
        assert world.ordinals() == list(range(number + 1))
        world.say(number)
    assert world.ordinals() == [0, 1, 2]
    status = world.status
    assert (status["replicas"], status["readyReplicas"], status["availableReplicas"]) == (3, 3, 3)


def test_pods_come_up_at_once_if_they_may() -> None:
    """Nobody waits for anybody, neither up nor down."""
    world = StatefulWorld(3, **PARALLEL)
    assert world.ordinals() == [0, 1, 2]
    for number in range(3):
        world.bind(number)
        world.say(number)
    world.change(replicas=0)
    assert ends(world) == [0, 1, 2]


def test_pods_go_one_after_the_other_from_the_top() -> None:
    """The next goes when the one above it has gone."""
    world = StatefulWorld(3)
    world.make_ready()
    for number in range(3):
        world.bind(number)
    world.change(replicas=0)
    for number in (2, 1, 0):
        assert ends(world) == [number]
        world.end(number)
    assert world.ordinals() == []


def test_nobody_goes_while_another_is_not_well() -> None:
    """A set that shrinks waits, unless the one that is not well goes itself."""
    world = StatefulWorld(3)
    world.make_ready()
    world.report(0, ready=False)
    world.change(replicas=1)
    assert world.ordinals() == [0, 1, 2]
    world.say(0)
    assert world.ordinals() == [0]


@pytest.mark.parametrize("phase", ["Failed", "Succeeded"])
def test_a_pod_that_has_ended_is_made_again(phase: str) -> None:
    """It has the name and the claim that it had."""
    world = StatefulWorld(2, volumeClaimTemplates=[CLAIM])
    world.make_ready()
    before = world.get("pods", "db-1")
    world.say(1, ready=False, phase=phase)
    after = world.get("pods", "db-1")
    assert after["metadata"]["uid"] != before["metadata"]["uid"]
    assert after["spec"]["volumes"] == before["spec"]["volumes"]
    reason = "RecreatingFailedPod" if phase == "Failed" else "RecreatingTerminatedPod"
    assert (reason, "StatefulSet", NAME) in world.events()


def test_a_pod_must_stay_ready_for_a_while() -> None:
    """With `minReadySeconds` the next one comes that much later, without anybody asking."""
    world = StatefulWorld(2, minReadySeconds=30)
    world.say(0)
    world.advance(29)
    assert world.ordinals() == [0]
    assert world.status["availableReplicas"] == 0
    world.advance(2)
    assert world.ordinals() == [0, 1]
    assert world.status["availableReplicas"] == 1


def test_what_has_settled_is_left_alone() -> None:
    """Nothing is written twice, and no deadline is left that comes again."""
    world = StatefulWorld(2, volumeClaimTemplates=[CLAIM], minReadySeconds=5)
    world.advance(1)
    for _ in range(3):
        world.make_ready()
        world.advance(400)
    before = list(world.writes)
    world.manager.relist()
    world.advance(3600)
    assert world.writes == before
    assert world.manager.deadline is None


# ---------------------------------------------------------------- updates


def test_an_update_goes_from_the_top_down_one_at_a_time() -> None:
    """Each waits for the one above it, and the revision is the present one when all are done."""
    world = StatefulWorld(3)
    world.make_ready()
    first = world.status["currentRevision"]
    world.roll("img:2")
    for number in (2, 1, 0):
        old = ["img:1"] * number
        assert world.images() == [*old, *["img:2"] * (3 - number)]
        assert world.status["currentRevision"] == first
        world.say(number)
    status = world.status
    assert status["currentRevision"] == status["updateRevision"] != first
    assert status["updatedReplicas"] == status["currentReplicas"] == 3


def test_a_partition_holds_pods_back() -> None:
    """Those below it stay of the present revision, also if they are made again."""
    world = StatefulWorld(3, **rolling(partition=2))
    world.make_ready()
    world.roll("img:2")
    world.make_ready()
    assert world.images() == ["img:1", "img:1", "img:2"]
    world.end(0)
    world.make_ready()
    assert world.images() == ["img:1", "img:1", "img:2"]
    assert (world.status["currentReplicas"], world.status["updatedReplicas"]) == (2, 1)
    world.change(**rolling(partition=0))
    world.make_ready()
    assert world.images() == ["img:2"] * 3


def test_nothing_is_updated_unless_somebody_deletes_it() -> None:
    """With `OnDelete`, a pod that is made again is of the new revision."""
    world = StatefulWorld(2, updateStrategy={"type": "OnDelete"})
    world.make_ready()
    world.roll("img:2")
    assert world.images() == ["img:1", "img:1"]
    world.end(0)
    world.make_ready()
    assert world.images() == ["img:2", "img:1"]


@pytest.mark.parametrize(("most", "together"), [(1, 1), (2, 2), ("50%", 2), ("10%", 1)])
def test_as_many_pods_may_be_missing_as_is_said(most: int | str, together: int) -> None:
    """A share is rounded down, and at least one may."""
    world = StatefulWorld(4, **PARALLEL, **rolling(maxUnavailable=most))
    world.make_ready()
    for number in range(4):
        world.bind(number)
    world.roll("img:2")
    assert ends(world) == [0, 1, 2, 3][4 - together :]


def test_an_earlier_template_is_the_newest_revision_again() -> None:
    """Its revision gets the highest number, and no other is made."""
    world = StatefulWorld(1)
    world.make_ready()
    first = world.status["updateRevision"]
    world.roll("img:2")
    world.make_ready()
    world.roll("img:1")
    world.make_ready()
    assert world.status["updateRevision"] == world.status["currentRevision"] == first
    numbers = {
        one["metadata"]["name"]: one["revision"] for one in world.there("controllerrevisions.apps")
    }
    assert numbers[first] == 3
    assert len(numbers) == 2


def test_history_is_kept_as_long_as_is_said() -> None:
    """The revisions that no pod is of go, the oldest first."""
    world = StatefulWorld(1, revisionHistoryLimit=2)
    world.make_ready()
    for number in range(2, 8):
        world.roll(f"img:{number}")
        world.make_ready()
    world.roll("img:7")
    numbers = sorted(one["revision"] for one in world.there("controllerrevisions.apps"))
    assert numbers == [5, 6, 7]


def test_a_name_that_is_taken_is_counted_as_a_collision() -> None:
    """The revision gets another name, and the set says how often that was."""
    world = StatefulWorld(1)
    world.make_ready()
    name = world.status["updateRevision"]
    world.client.delete("statefulsets.apps", NAME, namespace="default")
    world.settle()
    world.create("apps/v1/ControllerRevision", name, revision=1, data={"other": True})
    template = {"metadata": {"labels": LABELS}, "spec": POD}
    spec = {"selector": {"matchLabels": LABELS}, "template": template, "serviceName": "peers"}
    world.create("apps/v1/StatefulSet", NAME, spec=spec)
    world.settle()
    assert world.status["collisionCount"] == 1
    assert world.status["updateRevision"] != name
    assert world.ordinals() == [0]


# ---------------------------------------------------------------- claims


@pytest.mark.parametrize(
    ("scaled", "deleted", "owners"),
    [
        ("Retain", "Retain", [[], []]),
        ("Retain", "Delete", [["StatefulSet"], ["StatefulSet"]]),
        ("Delete", "Retain", [[], ["Pod"]]),
        ("Delete", "Delete", [["StatefulSet"], ["Pod"]]),
    ],
)
def test_claims_belong_to_those_with_whom_they_go(
    scaled: str, deleted: str, owners: list[list[str]]
) -> None:
    """One whose pod is surplus goes with the pod, any other with the set, or never."""
    policy = {"whenScaled": scaled, "whenDeleted": deleted}
    world = StatefulWorld(
        2,
        volumeClaimTemplates=[CLAIM],
        persistentVolumeClaimRetentionPolicy=policy,
    )
    world.make_ready()
    world.bind(1)
    world.change(replicas=1)
    claims = world.there("persistentvolumeclaims")
    assert [one["metadata"]["name"] for one in claims] == ["data-db-0", "data-db-1"]
    kinds = [
        [one["kind"] for one in claim["metadata"].get("ownerReferences") or ()] for claim in claims
    ]
    assert kinds == owners
    world.end(1)
    left = world.names("persistentvolumeclaims")
    assert left == (["data-db-0"] if scaled == "Delete" else ["data-db-0", "data-db-1"])
    world.client.delete("statefulsets.apps", NAME, namespace="default")
    world.settle()
    assert world.names("pods") == []
    assert world.names("persistentvolumeclaims") == ([] if deleted == "Delete" else left)


def test_a_new_pod_does_not_take_a_claim_that_goes() -> None:
    """It comes when the claim of the pod before it has gone, with one of its own."""
    world = StatefulWorld(
        1,
        volumeClaimTemplates=[CLAIM],
        persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete", "whenDeleted": "Retain"},
    )
    world.make_ready()
    world.bind(0)
    finalizer = {"metadata": {"finalizers": ["example.com/slow"]}}
    world.client.patch(
        "persistentvolumeclaims", "data-db-0", finalizer, type="merge", namespace="default"
    )
    before = world.get("persistentvolumeclaims", "data-db-0")["metadata"]["uid"]
    world.change(replicas=0)
    world.change(replicas=1)
    # Its pod is not surplus any more: but that ends all the same, and the claim stays.
    assert "ownerReferences" not in world.get("persistentvolumeclaims", "data-db-0")["metadata"]
    world.change(replicas=0)
    world.end(0)
    world.change(replicas=1)
    assert world.ordinals() == []
    assert "deletionTimestamp" in world.get("persistentvolumeclaims", "data-db-0")["metadata"]
    world.client.patch(
        "persistentvolumeclaims",
        "data-db-0",
        {"metadata": {"finalizers": None}},
        type="merge",
        namespace="default",
    )
    world.settle()
    assert world.ordinals() == [0]
    assert world.get("persistentvolumeclaims", "data-db-0")["metadata"]["uid"] != before


def test_a_claim_that_somebody_else_controls_is_left_to_them() -> None:
    """An object has one controller at most."""
    world = StatefulWorld(1, volumeClaimTemplates=[CLAIM])
    world.make_ready()
    owner = world.create("ConfigMap", "mine")
    reference = {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "name": "mine",
        "uid": owner["metadata"]["uid"],
        "controller": True,
    }
    world.client.patch(
        "persistentvolumeclaims",
        "data-db-0",
        {"metadata": {"ownerReferences": [reference]}},
        type="merge",
        namespace="default",
    )
    world.change(persistentVolumeClaimRetentionPolicy={"whenDeleted": "Delete"})
    found = world.get("persistentvolumeclaims", "data-db-0")
    assert found["metadata"]["ownerReferences"] == [reference]


def test_a_claim_that_is_missing_is_made_again_for_a_pod_that_waits() -> None:
    """The pod stays the one that it was."""
    world = StatefulWorld(1, volumeClaimTemplates=[CLAIM])
    uid = world.get("pods", "db-0")["metadata"]["uid"]
    world.client.patch(
        "persistentvolumeclaims",
        "data-db-0",
        {"metadata": {"finalizers": None}},
        type="merge",
        namespace="default",
    )
    world.client.delete("persistentvolumeclaims", "data-db-0", namespace="default")
    world.settle()
    world.say(0, ready=False, phase="Pending")
    assert world.names("persistentvolumeclaims") == ["data-db-0"]
    assert world.get("pods", "db-0")["metadata"]["uid"] == uid


# ---------------------------------------------------------------- others, and endings


def test_an_orphan_with_the_right_name_is_taken_over() -> None:
    """One with another name is not a pod of the set, though it is selected."""
    world = Running(StatefulSetController)
    world.create("Pod", "db-0", metadata={"labels": LABELS}, spec=POD)
    world.create("Pod", "web-0", metadata={"labels": LABELS}, spec=POD)
    template = {"metadata": {"labels": LABELS}, "spec": POD}
    spec = {"selector": {"matchLabels": LABELS}, "template": template, "serviceName": "peers"}
    world.create("apps/v1/StatefulSet", NAME, spec=spec)
    world.settle()
    world.advance(60)
    owners = {
        one["metadata"]["name"]: len(one["metadata"].get("ownerReferences") or ())
        for one in world.there("pods")
    }
    assert owners["db-0"] == 1
    assert world.get("statefulsets.apps", NAME)["status"]["replicas"] == 1


def test_labels_of_the_identity_are_put_back() -> None:
    """Somebody took them away: services that select one pod would miss it."""
    world = StatefulWorld(1)
    world.make_ready()
    label = "statefulset.kubernetes.io/pod-name"
    change = {"metadata": {"labels": {label: None}}}
    world.client.patch("pods", "db-0", change, type="merge", namespace="default")
    world.settle()
    assert world.get("pods", "db-0")["metadata"]["labels"][label] == "db-0"


def _story(dies_at: int) -> tuple[list[str], list[str], list[str], Wire]:
    """Let a set come up, roll, shrink and grow; return what is left."""
    world = StatefulWorld(
        3,
        dies_at_write=dies_at,
        volumeClaimTemplates=[CLAIM],
        persistentVolumeClaimRetentionPolicy={"whenScaled": "Delete", "whenDeleted": "Delete"},
    )
    world.make_ready()
    world.roll("img:2")
    world.make_ready()
    world.change(replicas=1)
    world.advance(5)
    world.change(replicas=2)
    world.make_ready()
    world.advance(2000)
    world.make_ready()
    status = world.status
    return world.images(), world.names("pods"), world.names("persistentvolumeclaims"), status


@pytest.mark.parametrize("dies_at", range(1, 50, 2))
def test_whoever_dies_at_a_write_comes_to_the_same_end(dies_at: int) -> None:
    """The same pods of the same revision, with the same claims and the same status."""
    assert _story(dies_at) == _story(0)


# ---------------------------------------------------------------- laws


@settings(max_examples=40, deadline=None)
@given(
    parallel=st.booleans(),
    most=st.integers(1, 3),
    script=st.lists(
        st.one_of(
            st.tuples(st.just("ready"), st.integers(0, 4)),
            st.tuples(st.just("sick"), st.integers(0, 4)),
            st.tuples(st.just("fail"), st.integers(0, 4)),
            st.tuples(st.just("end"), st.integers(0, 4)),
            st.tuples(st.just("scale"), st.integers(0, 4)),
            st.tuples(st.just("roll"), st.integers(1, 3)),
        ),
        max_size=25,
    ),
)
def test_no_identity_is_held_twice_and_order_is_kept(
    parallel: bool, most: int, script: list[tuple[str, int]]
) -> None:
    """Whatever pods do: one pod per name, and in order unless all may come at once."""
    policy = "Parallel" if parallel else "OrderedReady"
    world = StatefulWorld(3, podManagementPolicy=policy, **rolling(maxUnavailable=most))
    watch = _Watch(world, most=most, parallel=parallel)
    for deed, number in script:
        before = world.there("pods")
        _do(world, deed, number)
        watch.check(before)
        if deed == "roll":
            watch.check_roll(before)
    watch.end()


def _do(world: StatefulWorld, deed: str, number: int) -> None:
    if deed == "scale":
        world.change(replicas=number)
        return
    if deed == "roll":
        world.roll(f"img:{number}")
        return
    pods = {one["metadata"]["name"]: one for one in world.there("pods")}
    pod = pods.get(f"db-{number}")
    if pod is None:
        return
    if not pod["spec"].get("nodeName"):
        if "deletionTimestamp" in pod["metadata"]:
            return
        world.bind(number)
    if deed == "end":
        world.end(number)
    elif pod["status"]["phase"] in {"Pending", "Running"}:
        phase = "Failed" if deed == "fail" else "Running"
        world.say(number, ready=deed == "ready", phase=phase)


class _Watch:
    """Looks at what a set does while things happen to its pods."""

    def __init__(self, world: StatefulWorld, *, most: int, parallel: bool) -> None:
        self._world = world
        self._most = most
        self._parallel = parallel

    def check(self, before: list[Wire]) -> None:
        """Compare the pods there are with those that there were."""
        pods = self._world.there("pods")
        names = [one["metadata"]["name"] for one in pods]
        assert len(names) == len(set(names))
        was = {one["metadata"]["uid"] for one in before}
        came = [one for one in pods if one["metadata"]["uid"] not in was]
        if self._parallel:
            return
        assert len(came) <= 1
        assert sum("deletionTimestamp" in one["metadata"] for one in pods) <= 1 + len(
            [one for one in before if "deletionTimestamp" in one["metadata"]]
        )
        for pod in came:
            number = int(pod["metadata"]["name"].rpartition("-")[2])
            below = [
                one for one in pods if int(one["metadata"]["name"].rpartition("-")[2]) < number
            ]
            assert len(below) == number
            assert all(_is_well(one) for one in below)

    def check_roll(self, before: list[Wire]) -> None:
        """Compare what is well with what was: no more is missing than may be."""
        well = {one["metadata"]["uid"] for one in self._world.there("pods") if _is_well(one)}
        was = {one["metadata"]["uid"] for one in before if _is_well(one)}
        missing = self._world.stateful_set["spec"]["replicas"] - len(was)
        assert len(was - well) <= max(self._most - missing, 0)

    def end(self) -> None:
        """Let everybody be well: then it has all that it asks for, of its template."""
        world = self._world
        for _ in range(40):
            for pod in world.there("pods"):
                number = int(pod["metadata"]["name"].rpartition("-")[2])
                if "deletionTimestamp" in pod["metadata"]:
                    world.end(number)
                elif not _is_well(pod) and pod["status"]["phase"] in {"Pending", "Running"}:
                    world.say(number)
        spec = world.stateful_set["spec"]
        assert world.ordinals() == list(range(spec["replicas"]))
        image = spec["template"]["spec"]["containers"][0]["image"]
        assert world.images() == [image] * spec["replicas"]
        assert world.status["currentRevision"] == world.status["updateRevision"]


def _is_well(pod: Wire) -> bool:
    conditions = pod["status"].get("conditions") or ()
    ready = any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)
    return (
        pod["status"]["phase"] == "Running" and ready and "deletionTimestamp" not in pod["metadata"]
    )
