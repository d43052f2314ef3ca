"""Jobs run pods until enough have succeeded, and count each once, whatever happens."""

from itertools import pairwise
from typing import Any

import pytest

from kubeobj.api.errors import Forbidden
from kubeobj.controllers.jobpods import TRACKING
from kubeobj.reconcile.clientlayer import Call
from kubeobj.reconcile.moments import seconds_of, text_of
from tests.controllers.jobworld import COMPLETE, JobWorld, failed
from tests.controllers.running import POD, owned_by


def test_replacements_wait_longer_each_time() -> None:
    """After each failure in a row, the next pod comes twice as late."""
    world = JobWorld()
    world.job(backoffLimit=4)
    world.run(lambda *_: 1, rounds=100)
    made = [seconds_of(pod["metadata"]["creationTimestamp"]) for pod in world.pods()]
    waits = [later - earlier for earlier, later in pairwise(made)]
    # Pods end at the first look after they are made, at most ten seconds late.
    assert len(made) == 5
    assert all(10 * 2**n <= wait <= 10 * 2**n + 10 for n, wait in enumerate(waits))
    assert world.ending() == failed("BackoffLimitExceeded")
    assert world.status()["failed"] == 5


def test_success_ends_the_row_of_failures() -> None:
    """After a success, the next failure is the first again."""
    world = JobWorld()
    world.job(completions=3)
    began = world.clock.now()
    for code in (1, 1, 0, 1):
        (pod,) = world.pods("Pending")
        world.end(pod, code)
        world.advance(60)
    assert world.status()["failed"] == 3
    made = [seconds_of(pod["metadata"]["creationTimestamp"]) for pod in world.pods()]
    assert [at - began for at in made] == [0, 10, 60 + 20, 120 + 1, 180 + 10]


def test_back_off_is_remembered_over_a_restart() -> None:
    """What has failed before counts, though nobody has kept it in memory."""
    world = JobWorld()
    world.job()
    began = world.clock.now()
    for _ in range(3):
        (pod,) = world.pods("Pending")
        world.end(pod, 1)
        world.advance(2)
        world.manager.restart()
        world.advance(58)
    made = [seconds_of(pod["metadata"]["creationTimestamp"]) for pod in world.pods()]
    assert [at - began for at in made] == [0, 10, 60 + 20, 120 + 40]


def test_restarts_in_place_count() -> None:
    """Containers that are restarted in their pods count towards the limit."""
    world = JobWorld()
    world.job(restart="OnFailure", backoffLimit=2)
    (pod,) = world.pods()
    entry = {"name": "c", "image": "i", "imageID": "x", "ready": True, "restartCount": 1}
    world.set_pod(pod, phase="Running", containerStatuses=[entry])
    world.advance(5)
    assert world.ending() == []
    world.set_pod(pod, containerStatuses=[{**entry, "restartCount": 2}])
    world.advance(5)
    assert world.ending() == failed("BackoffLimitExceeded")
    assert world.pods() == []


def test_work_queue() -> None:
    """Without completions, one success is enough, and the others may end."""
    world = JobWorld()
    world.job(parallelism=3)
    first, second, third = world.pods()
    world.end(first)
    world.advance(2)
    assert world.status()["active"] == 2
    assert world.ending() == []
    world.end(second, 1)
    world.end(third)
    world.advance(2)
    assert world.ending() == COMPLETE
    assert world.status()["succeeded"] == 2
    assert world.status()["failed"] == 1


def test_suspending_and_resuming() -> None:
    """Pods of a suspended job go, and do not count; its time begins anew when it goes on."""
    world = JobWorld()
    world.job(parallelism=2, completions=2, activeDeadlineSeconds=100)
    world.start(*world.pods())
    world.advance(50)
    world.change(suspend=True)
    assert [pod for pod in world.pods() if "deletionTimestamp" not in pod["metadata"]] == []
    assert world.status()["terminating"] == 2
    for pod in world.pods():
        world.kill(pod)
    world.advance(200)
    assert world.ending() == [("Suspended", "JobSuspended")]
    assert "failed" not in world.status()
    assert "startTime" not in world.status()
    world.change(suspend=False)
    assert seconds_of(world.status()["startTime"]) == world.clock.now()
    world.advance(90)
    assert world.ending() == []
    world.advance(10)
    assert ("FailureTarget", "DeadlineExceeded") in world.ending()
    told = [reason for reason, _, _ in world.events()]
    assert told.count("Suspended") == 1
    assert told.count("Resumed") == 1


def test_resuming_a_job_that_has_kept_its_time() -> None:
    """The time of a job that goes on may be set anew, whoever has put it there."""
    world = JobWorld()
    world.job(suspend=True)
    status = {"startTime": text_of(world.clock.now())}
    world.client.patch(
        "jobs", "j", {"status": status}, type="merge", namespace="default", part="status"
    )
    world.advance(100)
    world.change(suspend=False)
    assert seconds_of(world.status()["startTime"]) == world.clock.now()


def test_terminal_condition_waits_for_pods_to_go() -> None:
    """A job that is to fail has failed once its pods are gone."""
    world = JobWorld()
    world.job(parallelism=2, completions=4, backoffLimit=0)
    world.start(*world.pods())
    first, second = world.pods()
    world.end(first, 1)
    world.advance(2)
    assert world.ending() == [("FailureTarget", "BackoffLimitExceeded")]
    assert world.status()["terminating"] == 1
    world.kill(second)
    world.advance(2)
    assert world.ending() == failed("BackoffLimitExceeded")
    assert world.status()["failed"] == 2
    assert "active" not in world.status()
    assert "completionTime" not in world.status()


@pytest.mark.parametrize(
    ("policy", "replaced_at_once"),
    [pytest.param("TerminatingOrFailed", True), pytest.param("Failed", False)],
)
def test_pod_replacement_policy(policy: str, *, replaced_at_once: bool) -> None:
    """A pod that is being deleted is replaced at once, or once it has gone."""
    world = JobWorld()
    world.job(podReplacementPolicy=policy)
    (pod,) = world.pods()
    world.start(pod)
    world.client.delete("pods", pod["metadata"]["name"], namespace="default")
    world.advance(20)
    assert len(world.pods()) == 1 + replaced_at_once
    world.end(pod, 1)
    world.advance(20)
    assert len(world.pods("Pending")) == 1
    assert world.status()["failed"] == 1


def test_job_orphans_its_pods() -> None:
    """Pods of a job that is gone have no finalizer, so that they can go."""
    world = JobWorld()
    world.job(parallelism=3)
    assert world.tracked == 3
    world.client.delete("jobs", "j", namespace="default", propagation_policy="Background")
    world.settle()
    assert world.tracked == 0


def test_pod_that_comes_and_goes_unseen() -> None:
    """What nobody has seen is waited for, and then forgotten."""
    world = JobWorld()
    template = {"spec": {**POD, "restartPolicy": "Never"}}
    world.create("batch/v1/Job", "j", spec={"template": template})
    world.manager.step()
    (pod,) = world.pods()
    name = pod["metadata"]["name"]
    world.client.patch(
        "pods", name, {"metadata": {"finalizers": None}}, type="merge", namespace="default"
    )
    world.client.delete("pods", name, namespace="default")
    world.manager.relist()
    world.advance(60)
    assert world.pods() == []
    world.advance(300)
    assert len(world.pods()) == 1


def test_job_made_anew_under_its_name() -> None:
    """Another job of the same name begins without the failures of the one before."""
    world = JobWorld()
    world.job()
    for _ in range(2):
        (pod,) = world.pods("Pending")
        world.end(pod, 1)
        world.advance(25)
    world.client.delete("jobs", "j", namespace="default", propagation_policy="Background")
    job = world.job()
    _, pod = world.pods("Pending")  # the first is the other job's, which nobody deletes here
    assert pod["metadata"]["ownerReferences"][0]["uid"] == job["metadata"]["uid"]
    world.end(pod, 1)
    world.advance(11)
    assert len(world.pods("Pending")) == 2
    assert world.status()["failed"] == 1


def test_pods_of_others_keep_their_finalizers() -> None:
    """Who manages a job by another controller looks after its pods."""
    world = JobWorld()
    job = world.job(managedBy="example.com/other")
    metadata = {**owned_by(job, controller=True), "finalizers": [TRACKING]}
    world.create("Pod", "p", metadata=metadata, spec=POD)
    world.create("Pod", "q", metadata={"finalizers": [TRACKING]}, spec=POD)
    world.settle()
    kept = {pod["metadata"]["name"]: "finalizers" in pod["metadata"] for pod in world.pods()}
    assert kept == {"p": True, "q": False}


def test_adoption() -> None:
    """A pod that fits becomes the job's, with the finalizer; one that does no longer, does not."""
    world = JobWorld()
    world.create("Pod", "mine", metadata={"labels": {"app": "x"}}, spec=POD)
    world.job(
        manualSelector=True,
        selector={"matchLabels": {"app": "x"}},
        template_metadata={"labels": {"app": "x"}},
        parallelism=2,
    )
    pod = world.get("pods", "mine")
    assert pod["metadata"]["ownerReferences"][0]["name"] == "j"
    assert pod["metadata"]["finalizers"] == [TRACKING]
    assert len(world.pods()) == 2
    world.client.patch(
        "pods", "mine", {"metadata": {"labels": {"app": "y"}}}, type="merge", namespace="default"
    )
    world.advance(5)
    pod = world.get("pods", "mine")
    assert "ownerReferences" not in pod["metadata"]
    assert "finalizers" not in pod["metadata"]
    assert len(world.pods()) == 3


def test_refused_pods_are_tried_again_one_at_a_time() -> None:
    """Where pods are refused, few are tried; and the job goes on when they are not."""
    world = JobWorld()
    refuses = True

    def refuse(call: Call) -> Exception | None:
        is_pod = call.verb == "create" and call.target()[0] == "Pod"
        return Forbidden("no more pods") if refuses and is_pod else None

    world.refuse = refuse
    world.job(parallelism=30, completions=30)
    assert world.pods() == []
    told = [reason for reason, _, _ in world.events()]
    assert set(told) == {"FailedCreate"}
    refuses = False
    world.advance(60)
    assert len(world.pods()) == 30


def test_refused_deletions_and_patches_are_tried_again() -> None:
    """What could not be deleted, or not be counted, is so later; and it is told."""
    world = JobWorld()
    refused = "delete"

    def refuse(call: Call) -> Exception | None:
        is_pod = call.verb == refused and call.target()[0] == "pods"
        return Forbidden("not now") if is_pod else None

    world.refuse = refuse
    world.job(parallelism=2, completions=2)
    world.change(suspend=True)
    assert world.status()["active"] == 2
    assert "FailedDelete" in {reason for reason, _, _ in world.events()}
    refused = ""
    world.advance(30)
    assert world.pods() == []
    world.change(suspend=False)
    world.advance(2)
    refused = "patch"
    first, second = world.pods()
    world.client.patch(
        "pods",
        first["metadata"]["name"],
        {"status": {"phase": "Succeeded"}},
        type="merge",
        namespace="default",
        part="status",
    )
    world.advance(2)
    uid = first["metadata"]["uid"]
    assert world.status()["uncountedTerminatedPods"] == {"succeeded": [uid]}
    assert "succeeded" not in world.status()
    refused = ""
    world.end(second)
    world.advance(30)
    assert world.ending() == COMPLETE
    assert world.status()["succeeded"] == 2


def test_too_many_have_succeeded() -> None:
    """Pods that succeed though enough have are counted, and that is told."""
    world = JobWorld()
    job = world.job(completions=2, parallelism=2)
    labels = world.pods()[0]["metadata"]["labels"]
    metadata = {**owned_by(job, controller=True), "labels": labels, "finalizers": [TRACKING]}
    world.create("Pod", "more", metadata=metadata, spec=POD)
    for pod in world.pods():
        world.end(pod)
    world.advance(5)
    assert world.ending() == COMPLETE
    assert world.status()["succeeded"] == 3
    assert "TooManySucceededPods" in {reason for reason, _, _ in world.events()}


# ---------------------------------------------------------------- dying in the middle


SCENARIOS: dict[str, tuple[dict[str, Any], list[int]]] = {
    "completions": ({"completions": 4, "parallelism": 2}, [0, 1, 0, 0, 0]),
    "indexed": (
        {"completions": 3, "parallelism": 3, "completionMode": "Indexed"},
        [0, 1, 0, 0],
    ),
    "each-index": (
        {
            "completions": 2,
            "parallelism": 2,
            "completionMode": "Indexed",
            "backoffLimitPerIndex": 1,
        },
        [1, 0, 1],
    ),
    "fails": ({"completions": 3, "parallelism": 2, "backoffLimit": 1}, [1, 1]),
}


def _run(scenario: str, dies_at_write: int) -> tuple[JobWorld, tuple[Any, ...]]:
    spec, codes = SCENARIOS[scenario]
    world = JobWorld(dies_at_write=dies_at_write)
    world.job(**spec)
    left = list(codes)
    world.run(lambda *_: left.pop(0) if left else 0)
    world.advance(30)
    status = world.status()
    names = ("succeeded", "failed", "completedIndexes", "failedIndexes", "active", "terminating")
    counts = tuple(status.get(name) for name in names)
    return world, (counts, world.ending(), len(world.pods()), world.tracked)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_dying_at_any_write_changes_nothing(scenario: str) -> None:
    """Wherever the controller dies, it ends as if it had not, and nothing is done twice."""
    world, expected = _run(scenario, 0)
    assert len(world.writes) > 10
    for dies_at, write in enumerate(world.writes, 1):
        if "Event" in write:
            continue  # as if it died at the next one
        _, found = _run(scenario, dies_at)
        assert found == expected, f"died at {dies_at}: {write}"


def test_a_steady_job_waits_for_nothing() -> None:
    """Once all is done, nothing is left to be looked at later."""
    world = JobWorld()
    world.job(completions=2, parallelism=2)
    world.advance(60)
    assert world.manager.deadline is None
    writes = len(world.writes)
    for pod in world.pods():
        world.end(pod)
    world.advance(60)
    assert world.manager.deadline is None
    assert len(world.writes) > writes
