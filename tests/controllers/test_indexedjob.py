"""Indexed jobs: each index is tried until it succeeds, or has failed for good."""

from typing import Any

from kubeobj.controllers.jobpods import FAILURES, IGNORED_FAILURES, TRACKING
from kubeobj.documents import Wire
from tests.controllers.jobworld import COMPLETE, JobWorld, failed
from tests.controllers.running import POD, owned_by


def test_indexes_are_made_anew() -> None:
    """Each index is tried until it succeeds; the status lists those that have."""
    world = JobWorld()
    world.job(completions=4, parallelism=4, completionMode="Indexed")
    assert world.indexes() == [0, 1, 2, 3]
    for pod in world.pods():
        world.end(pod, 1 if pod["metadata"]["generateName"] == "j-2-" else 0)
    world.advance(15)
    assert world.status()["completedIndexes"] == "0,1,3"
    assert world.indexes() == [2]
    world.end(*world.pods("Pending"))
    world.advance(2)
    assert world.status()["completedIndexes"] == "0-3"
    assert world.ending() == COMPLETE


def test_fewer_indexes() -> None:
    """Where a job gets smaller, pods of indexes that it no longer has go."""
    world = JobWorld()
    world.job(completions=5, parallelism=5, completionMode="Indexed")
    last = world.pods()[4]
    world.end(last)
    world.advance(2)
    assert world.status()["completedIndexes"] == "4"
    world.change(completions=3, parallelism=3)
    world.advance(2)
    assert world.indexes() == [0, 1, 2]
    assert "completedIndexes" not in world.status()
    assert "succeeded" not in world.status()


def test_pods_twice_under_an_index() -> None:
    """One pod of each index stays, the one that has come furthest; one without goes."""
    world = JobWorld()
    job = world.job(completions=2, parallelism=2, completionMode="Indexed")
    labels = world.pods()[0]["metadata"]["labels"]
    more: Wire = {**owned_by(job, controller=True), "labels": labels, "finalizers": [TRACKING]}
    annotations = {"batch.kubernetes.io/job-completion-index": "0"}
    world.create("Pod", "second", metadata={**more, "annotations": annotations}, spec=POD)
    world.create("Pod", "without", metadata=more, spec=POD)
    world.start(world.get("pods", "second"))
    world.advance(5)
    assert "second" in world.names("pods")
    assert "without" not in world.names("pods")
    assert world.indexes("Running") + world.indexes() == [0, 1]


def test_limit_of_each_index() -> None:
    """Each index has its own failures, which wait and are counted by themselves."""
    world = JobWorld()
    world.job(completions=2, parallelism=2, completionMode="Indexed", backoffLimitPerIndex=2)
    world.run(lambda pod, _: int(pod["metadata"]["generateName"] == "j-1-"))
    assert world.ending() == failed("FailedIndexes")
    status = world.status()
    assert status["completedIndexes"] == "0"
    assert status["failedIndexes"] == "1"
    assert status["failed"] == 3
    before = [
        pod["metadata"]["annotations"][FAILURES]
        for pod in world.pods()
        if pod["metadata"]["generateName"] == "j-1-"
    ]
    assert before == ["0", "1", "2"]
    assert world.tracked == 0


def test_too_many_failed_indexes() -> None:
    """More failed indexes than may fail end the job."""
    world = JobWorld()
    world.job(
        completions=5,
        parallelism=5,
        completionMode="Indexed",
        backoffLimitPerIndex=0,
        maxFailedIndexes=1,
    )
    first, second, *_ = world.pods()
    world.end(first, 1)
    world.advance(5)
    assert world.ending() == []
    world.end(second, 1)
    world.advance(5)
    assert world.ending() == failed("MaxFailedIndexesExceeded")
    assert world.status()["failedIndexes"] == "0,1"
    assert world.status()["failed"] == 5


EXIT: dict[str, Any] = {"operator": "In", "values": [42]}


def test_failing_an_index_by_policy() -> None:
    """An index may fail at once, and failures may not count."""
    world = JobWorld()
    rules = [
        {"action": "FailIndex", "onExitCodes": EXIT},
        {"action": "Ignore", "onExitCodes": {"operator": "In", "values": [7]}},
    ]
    world.job(
        completions=2,
        parallelism=2,
        completionMode="Indexed",
        backoffLimitPerIndex=1,
        podFailurePolicy={"rules": rules},
    )
    codes = {"j-0-": [42], "j-1-": [7, 1, 0]}
    world.run(lambda pod, _: codes[pod["metadata"]["generateName"]].pop(0))
    assert world.status()["failedIndexes"] == "0"
    assert world.status()["completedIndexes"] == "1"
    notes = [
        pod["metadata"]["annotations"]
        for pod in world.pods()
        if pod["metadata"]["generateName"] == "j-1-"
    ]
    counts = [(note[FAILURES], note.get(IGNORED_FAILURES)) for note in notes]
    assert counts == [("0", None), ("0", "1"), ("1", "1")]
    assert world.ending() == failed("FailedIndexes")


def test_success_policy() -> None:
    """Enough successes end the job, and what still runs is stopped."""
    world = JobWorld()
    rules = [{"succeededIndexes": "0,2-3", "succeededCount": 2}]
    world.job(
        completions=5, parallelism=5, completionMode="Indexed", successPolicy={"rules": rules}
    )
    world.start(*world.pods())
    pods = world.pods()
    world.end(pods[2])
    world.end(pods[4])
    world.advance(5)
    assert world.ending() == []
    world.end(pods[0])
    world.advance(5)
    assert world.ending() == [("SuccessCriteriaMet", "SuccessPolicy")]
    for index in (1, 3):
        world.kill(pods[index])
    world.advance(5)
    assert world.ending() == [
        ("SuccessCriteriaMet", "SuccessPolicy"),
        ("Complete", "SuccessPolicy"),
    ]
    assert world.status()["completedIndexes"] == "0,2,4"
    assert "failed" not in world.status()
    assert "completionTime" in world.status()
