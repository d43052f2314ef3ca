"""Deployments do what people know of them: roll out, pause, go back, forget, run out of time."""

from typing import Any

import pytest

from kubeobj.api.errors import Forbidden
from kubeobj.controllers.deploymentrevisions import rollback_of
from kubeobj.controllers.podtemplatehash import compute_hash
from kubeobj.documents import Wire
from kubeobj.reconcile.clientlayer import Call
from kubeobj.reconcile.request import Request
from tests.controllers.rollouts import LABELS, NAME, Rollout, template_of

ROLLING = {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 1}}
RECREATE = {"type": "Recreate"}
ROLLBACK = "deprecated.deployment.rollback.to"
HISTORY = "deployment.kubernetes.io/revision-history"


def reasons(rollout: Rollout) -> list[str]:
    """Return the reasons of the events about the Deployment, in order."""
    return [reason for reason, kind, _ in rollout.world.events() if kind == "Deployment"]


def messages(rollout: Rollout, reason: str) -> list[str]:
    """Return what the events of one reason say."""
    found = rollout.world.there("events")
    return [one["message"] for one in found if one["reason"] == reason]


def rolled(rollout: Rollout, *images: str) -> Rollout:
    """Return it after a rollout of each image."""
    rollout.make_ready()
    for image in images:
        rollout.roll(image)
        rollout.make_ready()
    return rollout


# ---------------------------------------------------------------- rolling out


def test_the_first_replica_set_is_of_the_template() -> None:
    """Its name has the hash, its labels and selector have it too, and its pods."""
    rollout = Rollout(3)
    rollout.make_ready()
    (replica_set,) = rollout.world.there("replicasets.apps")
    hash_ = replica_set["metadata"]["labels"]["pod-template-hash"]
    assert replica_set["metadata"]["name"] == f"{NAME}-{hash_}"
    assert hash_ == compute_hash(rollout.deployment["spec"]["template"], None)
    assert replica_set["spec"]["selector"] == {
        "matchLabels": {**LABELS, "pod-template-hash": hash_}
    }
    assert {one["metadata"]["labels"]["pod-template-hash"] for one in rollout.pods()} == {hash_}
    assert rollout.condition("Available") == ("True", "MinimumReplicasAvailable")
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")
    assert messages(rollout, "ScalingReplicaSet") == [
        f"Scaled up replica set {NAME}-{hash_} from 0 to 3"
    ]


def test_a_rolling_update_waits_for_what_is_not_ready() -> None:
    """One more than asked for, one fewer available, and no further until pods are ready."""
    rollout = Rollout(4, strategy=ROLLING)
    rollout.make_ready()
    rollout.roll("img:2")
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 3, "img:2": 2}
    assert rollout.status["updatedReplicas"] == 2
    assert rollout.condition("Available") == ("True", "MinimumReplicasAvailable")
    assert rollout.condition("Progressing") == ("True", "ReplicaSetUpdated")
    fresh = [one for one in rollout.pods() if "conditions" not in one["status"]]
    rollout.say(fresh[0], ready=True)
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 2, "img:2": 3}
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 0, "img:2": 4}
    assert rollout.revisions() == {"img:1": "1", "img:2": "2"}


def test_pods_that_never_were_ready_go_first() -> None:
    """A rollout that is stuck is left for another one without touching what works."""
    rollout = Rollout(4, strategy=ROLLING)
    rollout.make_ready()
    rollout.roll("img:bad")
    rollout.world.settle()
    rollout.roll("img:3")
    rollout.world.settle()
    assert rollout.sizes()["img:bad"] == 0
    assert rollout.available() == 3
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 0, "img:bad": 0, "img:3": 4}


def test_recreate_has_no_old_pod_beside_a_new_one() -> None:
    """Those that are on their way out count, too."""
    rollout = Rollout(2, strategy=RECREATE)
    rollout.make_ready()
    for pod in rollout.pods():
        change = {"metadata": {"finalizers": ["example.com/slow"]}}
        rollout.world.client.patch(
            "pods", pod["metadata"]["name"], change, type="merge", namespace="default"
        )
    rollout.roll("img:2")
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 0}
    assert rollout.pods() == []
    for pod in rollout.world.there("pods"):
        rollout.world.client.patch(
            "pods",
            pod["metadata"]["name"],
            {"metadata": {"finalizers": None}},
            type="merge",
            namespace="default",
        )
    for pod in rollout.world.there("pods"):
        rollout.world.client.delete("pods", pod["metadata"]["name"], grace_period_seconds=0)
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 0, "img:2": 2}
    rollout.make_ready()
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")


# ---------------------------------------------------------------- pause and size


def test_a_pause_holds_the_rollout_and_not_the_size() -> None:
    """What is changed meanwhile is rolled out once it goes on."""
    rollout = Rollout(2)
    rollout.make_ready()
    rollout.change(paused=True)
    rollout.roll("img:2")
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 2}
    assert rollout.condition("Progressing") == ("Unknown", "DeploymentPaused")
    rollout.change(replicas=3)
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 3}
    rollout.change(paused=False)
    rollout.world.settle()
    assert rollout.sizes()["img:2"] > 0
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 0, "img:2": 3}
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")


@pytest.mark.parametrize(
    ("size", "sizes"),
    [
        pytest.param(15, {"img:1": 11, "img:2": 7}, id="up"),
        pytest.param(5, {"img:1": 3, "img:2": 5}, id="down"),
        pytest.param(0, {"img:1": 0, "img:2": 0}, id="nothing"),
    ],
)
def test_a_size_is_shared_out_in_the_middle_of_a_rollout(size: int, sizes: Wire) -> None:
    """In proportion, so that whatever works goes on in the same way."""
    rolling = {"maxSurge": 3, "maxUnavailable": 2}
    rollout = Rollout(10, strategy={"type": "RollingUpdate", "rollingUpdate": rolling})
    rollout.make_ready()
    rollout.roll("img:2")
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 8, "img:2": 5}
    rollout.change(replicas=size)
    rollout.world.settle()
    assert rollout.sizes() == sizes


# ---------------------------------------------------------------- going back


@pytest.mark.parametrize(
    ("to", "image", "reason"),
    [
        pytest.param("0", "img:2", "DeploymentRollback", id="the last"),
        pytest.param("1", "img:1", "DeploymentRollback", id="a certain one"),
        pytest.param("3", "img:3", "DeploymentRollbackTemplateUnchanged", id="the same"),
        pytest.param("9", "img:3", "DeploymentRollbackRevisionNotFound", id="one unheard of"),
    ],
)
def test_an_annotation_asks_to_go_back(to: str, image: str, reason: str) -> None:
    """It is taken off, whatever comes of it."""
    rollout = rolled(Rollout(2), "img:2", "img:3")
    rollout.annotate(**{ROLLBACK: to})
    rollout.make_ready()
    assert rollout.sizes()[image] == 2
    assert sum(rollout.sizes().values()) == 2
    assert reason in reasons(rollout)
    assert ROLLBACK not in rollout.deployment["metadata"]["annotations"]
    labels = rollout.deployment["spec"]["template"]["metadata"]["labels"]
    assert labels == LABELS


def test_with_nothing_to_go_back_to_nothing_happens() -> None:
    """There is one revision only."""
    rollout = rolled(Rollout(1))
    rollout.annotate(**{ROLLBACK: "0"})
    rollout.make_ready()
    assert messages(rollout, "DeploymentRollbackRevisionNotFound") == [
        "Unable to find last revision."
    ]


@pytest.mark.parametrize(
    ("text", "revision"), [("0", 0), ("12", 12), ("yesterday", None), ("", None), ("1.5", None)]
)
def test_what_is_no_number_asks_for_nothing(text: str, revision: int | None) -> None:
    """And 0 is the last revision."""
    assert rollback_of({"metadata": {"annotations": {ROLLBACK: text}}}) == revision


def test_a_template_that_comes_back_is_a_new_revision_of_the_same_replica_set() -> None:
    """Which remembers the ones that it was."""
    rollout = rolled(Rollout(1), "img:2", "img:1", "img:2")
    assert rollout.revisions() == {"img:1": "3", "img:2": "4"}
    assert len(rollout.world.there("replicasets.apps")) == 2
    histories = {
        one["metadata"]["annotations"].get(HISTORY)
        for one in rollout.world.there("replicasets.apps")
    }
    assert histories == {"1", "2"}
    assert rollout.deployment["metadata"]["annotations"]["deployment.kubernetes.io/revision"] == "4"


@pytest.mark.parametrize(("limit", "kept"), [(0, ["img:4"]), (1, ["img:3", "img:4"])])
def test_old_replica_sets_are_forgotten(limit: int, kept: list[str]) -> None:
    """The oldest revisions first, once the rollout is over."""
    rollout = Rollout(1, revisionHistoryLimit=limit)
    rolled(rollout, "img:2", "img:3", "img:4")
    assert sorted(rollout.sizes()) == kept


# ---------------------------------------------------------------- trouble


def test_a_rollout_that_does_not_get_on_runs_out_of_time() -> None:
    """After the seconds that it may take; and whatever becomes ready later counts again."""
    rollout = Rollout(2, progressDeadlineSeconds=60)
    rollout.make_ready()
    rollout.roll("img:bad")
    rollout.world.settle()
    rollout.world.advance(59)
    assert rollout.condition("Progressing") == ("True", "ReplicaSetUpdated")
    rollout.world.advance(3)
    assert rollout.condition("Progressing") == ("False", "ProgressDeadlineExceeded")
    before = len(rollout.world.writes)
    rollout.world.advance(3600)
    assert len(rollout.world.writes) == before
    rollout.make_ready()
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")


def test_pods_that_cannot_be_made_are_told_of() -> None:
    """The Deployment says what its ReplicaSet says."""
    rollout = Rollout(2)

    def refuse(call: Call) -> Exception | None:
        return Forbidden("no room") if "create Pod" in str(call) else None

    rollout.world.refuse = refuse
    rollout.world.settle()
    assert rollout.condition("ReplicaFailure") == ("True", "FailedCreate")
    rollout.world.refuse = lambda _call: None
    rollout.world.advance(60)
    rollout.make_ready()
    assert rollout.condition("ReplicaFailure") is None


def test_a_replica_set_that_cannot_be_made_is_told_of() -> None:
    """It is tried again, and gets on once it can be."""
    rollout = Rollout(2)

    def refuse(call: Call) -> Exception | None:
        return Forbidden("no room") if "create ReplicaSet" in str(call) else None

    rollout.world.refuse = refuse
    rollout.world.settle()
    assert rollout.condition("Progressing") == ("False", "ReplicaSetCreateError")
    assert "ReplicaSetCreateError" in reasons(rollout)
    rollout.world.refuse = lambda _call: None
    rollout.world.advance(60)
    rollout.make_ready()
    assert rollout.condition("Progressing") == ("True", "NewReplicaSetAvailable")


def test_two_templates_of_one_hash_get_names_of_their_own() -> None:
    """How often that happened goes into the next hash."""
    rollout = Rollout(1)
    template = rollout.deployment["spec"]["template"]
    hash_ = compute_hash(template, None)
    labels = {"app": "other"}
    spec = {
        "replicas": 0,
        "selector": {"matchLabels": labels},
        "template": {**template_of("img:other"), "metadata": {"labels": labels}},
    }
    rollout.world.create("apps/v1/ReplicaSet", f"{NAME}-{hash_}", spec=spec)
    rollout.world.settle()
    rollout.world.advance(10)
    rollout.make_ready()
    assert rollout.status["collisionCount"] == 1
    names = rollout.world.names("replicasets.apps")
    assert sorted(names) == sorted([f"{NAME}-{hash_}", f"{NAME}-{compute_hash(template, 1)}"])


def test_a_replica_set_that_is_there_already_is_no_collision() -> None:
    """The cache lags: it has been made, and not been seen."""
    rollout = Rollout(2)
    manager = rollout.world.manager
    manager.read()
    loop = manager.controllers["deployment"]
    loop.step()
    loop.queue.add(Request("default", NAME))
    loop.step()
    rollout.make_ready()
    rollout.world.advance(10)
    assert rollout.sizes() == {"img:1": 2}
    assert "collisionCount" not in rollout.status


def test_one_that_is_deleted_in_the_foreground_reports_and_rolls_nothing_out() -> None:
    """It stays until its pods have gone."""
    rollout = Rollout(2)
    rollout.make_ready()
    rollout.annotate(kept="yes")
    change = {"metadata": {"finalizers": ["example.com/slow"]}}
    rollout.world.client.patch("deployments.apps", NAME, change, type="merge", namespace="default")
    rollout.roll("img:2")
    rollout.world.client.delete("deployments.apps", NAME, propagation_policy="Foreground")
    rollout.world.settle()
    assert rollout.sizes().get("img:2") is None
    assert rollout.status["observedGeneration"] == rollout.deployment["metadata"]["generation"]


def test_a_size_of_nothing_is_a_size() -> None:
    """Also while it is paused, and back again."""
    rollout = Rollout(2, strategy=ROLLING)
    rollout.make_ready()
    rollout.change(paused=True)
    rollout.change(replicas=0)
    rollout.world.settle()
    assert rollout.sizes() == {"img:1": 0}
    assert rollout.status.get("replicas") is None
    rollout.change(replicas=5)
    rollout.change(paused=False)
    rollout.make_ready()
    assert rollout.sizes() == {"img:1": 5}


def test_what_has_settled_is_left_alone() -> None:
    """Nothing is written, and no deadline is left."""
    rollout = rolled(Rollout(3), "img:2")
    rollout.world.advance(700)
    before = len(rollout.world.writes)
    rollout.world.manager.restart()
    rollout.world.settle()
    rollout.world.advance(3600)
    assert len(rollout.world.writes) == before
    assert rollout.world.manager.deadline is None


def _end(dies_at: int, strategy: Any) -> tuple[Rollout, tuple[Any, ...]]:
    """Return a rollout that is over, and how it has ended."""
    rollout = Rollout(2, dies_at_write=dies_at, strategy=strategy, revisionHistoryLimit=0)
    rolled(rollout, "img:2")
    rollout.change(replicas=3)
    rollout.world.advance(30)
    rollout.make_ready()
    status = {
        name: value
        for name, value in rollout.status.items()
        if name not in {"conditions", "observedGeneration"}
    }
    conditions = sorted(
        (one["type"], one["status"], one["reason"]) for one in rollout.status["conditions"]
    )
    return rollout, (rollout.sizes(), rollout.revisions(), status, conditions)


@pytest.mark.parametrize(
    ("strategy", "first"),
    [pytest.param(ROLLING, 1, id="rolling"), pytest.param(RECREATE, 2, id="recreate")],
)
def test_whoever_dies_at_a_write_comes_to_the_same_end(strategy: Any, first: int) -> None:
    """At every third write, events included: nothing is there twice, nothing is missing."""
    undisturbed, expected = _end(0, strategy)
    for dies_at in range(first, len(undisturbed.world.writes) + 1, 3):
        rollout, found = _end(dies_at, strategy)
        assert found == expected, dies_at
        assert len(rollout.pods()) == 3
