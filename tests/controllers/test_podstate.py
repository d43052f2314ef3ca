"""What a pod document says of its pod."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers import podstate
from kubeobj.reconcile.moments import text_of

NOON = 1_767_225_600.0


def pod(
    phase: str = "", ready: str | None = None, since: float | None = None, **metadata: object
) -> dict[str, Any]:
    """Return a pod in that phase, with a Ready condition of that status since then."""
    status: dict[str, Any] = {"phase": phase} if phase else {}
    if ready is not None:
        condition = {"type": "Ready", "status": ready}
        if since is not None:
            condition["lastTransitionTime"] = text_of(since)
        status["conditions"] = [{"type": "PodScheduled", "status": "True"}, condition]
    return {"metadata": {"name": "a", **metadata}, "spec": {}, "status": status}


@pytest.mark.parametrize(
    ("phase", "deleted", "active", "terminating", "finished"),
    [
        pytest.param("", False, True, False, False, id="new"),
        pytest.param("Pending", False, True, False, False, id="pending"),
        pytest.param("Running", False, True, False, False, id="running"),
        pytest.param("Unknown", False, True, False, False, id="unknown"),
        pytest.param("Succeeded", False, False, False, True, id="succeeded"),
        pytest.param("Failed", False, False, False, True, id="failed"),
        pytest.param("Running", True, False, True, False, id="running-deleted"),
        pytest.param("Failed", True, False, False, True, id="failed-deleted"),
    ],
)
def test_each_pod_is_active_terminating_or_finished(
    phase: str, deleted: bool, active: bool, terminating: bool, finished: bool
) -> None:
    """Every pod is exactly one of the three, by its phase and whether it is being deleted."""
    subject = pod(phase, **({"deletionTimestamp": text_of(NOON)} if deleted else {}))
    assert podstate.is_active(subject) is active
    assert podstate.is_terminating(subject) is terminating
    assert podstate.is_finished(subject) is finished
    assert podstate.is_deleting(subject) is deleted
    assert podstate.is_failed(subject) is (phase == "Failed")
    assert podstate.is_succeeded(subject) is (phase == "Succeeded")


@pytest.mark.parametrize(
    ("status", "ready"), [(None, False), ("False", False), ("Unknown", False), ("True", True)]
)
def test_ready_is_what_the_condition_says(status: str | None, ready: bool) -> None:
    """A pod without the condition is not ready, nor is one of which nothing is known."""
    subject = pod("Running", status, NOON)
    assert podstate.is_ready(subject) is ready
    assert podstate.ready_since(subject) == (NOON if ready else None)
    assert podstate.is_available(subject, 0, NOON) is ready
    assert podstate.is_running_and_ready(subject) is ready
    assert podstate.is_healthy(subject) is ready


def test_a_pod_without_status_is_nothing_yet() -> None:
    """A document that has no status at all is read like an empty one."""
    subject = {"metadata": {"name": "a"}, "spec": {}}
    assert podstate.phase_of(subject) == ""
    assert not podstate.is_ready(subject)
    assert podstate.is_active(subject)
    assert podstate.condition_of(subject, "Ready") is None


def test_ready_pods_that_do_not_run_or_go_are_not_healthy() -> None:
    """Readiness alone does not make a pod healthy."""
    assert not podstate.is_running_and_ready(pod("Pending", "True", NOON))
    deleted = pod("Running", "True", NOON, deletionTimestamp=text_of(NOON))
    assert podstate.is_running_and_ready(deleted)
    assert not podstate.is_healthy(deleted)


def test_a_pod_that_is_ready_since_nobody_knows_when_is_available_only_at_once() -> None:
    """Without a transition time no waiting makes a pod available."""
    subject = pod("Running", "True")
    assert podstate.is_available(subject, 0, NOON)
    assert not podstate.is_available(subject, 1, NOON + 1e9)
    assert podstate.seconds_until_available(subject, 1, NOON) is None


@given(waited=st.integers(0, 100), needed=st.integers(0, 100))
def test_waiting_as_long_as_told_makes_a_ready_pod_available(waited: int, needed: int) -> None:
    """The time left is none if the pod is available, and otherwise exactly what is missing."""
    subject = pod("Running", "True", NOON)
    now = NOON + waited
    left = podstate.seconds_until_available(subject, needed, now)
    assert podstate.is_available(subject, needed, now) is (left is None)
    if left is not None:
        assert podstate.is_available(subject, needed, now + left)
        assert not podstate.is_available(subject, needed, now + left - 1)


def test_the_next_available_is_the_one_that_was_ready_first() -> None:
    """Of several pods the shortest wait counts; those that are not ready wait for nothing."""
    pods = [pod("Running", "True", NOON - back) for back in (1, 3, 9)] + [pod("Pending")]
    assert podstate.next_availability_seconds(pods, 5, NOON) == 2
    assert podstate.next_availability_seconds(pods[3:], 5, NOON) is None


def test_a_bound_pod_has_a_node() -> None:
    """A pod is bound once its specification names a node."""
    subject = pod("Pending")
    assert not podstate.is_bound(subject)
    assert podstate.is_bound({**subject, "spec": {"nodeName": "n"}})
