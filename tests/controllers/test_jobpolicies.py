"""What policies say of pods that have failed, and of indexes that have succeeded."""

from typing import Any

import pytest

from kubeobj.controllers.jobfailurepolicy import judge
from kubeobj.controllers.jobindexes import Intervals
from kubeobj.controllers.jobpods import completion_index, ended_at, failures_before
from kubeobj.controllers.jobsuccesspolicy import match_success
from kubeobj.controllers.jobtemplate import generate_name
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of


def exited(code: int, name: str = "c") -> Wire:
    """Return the status of a container that has ended."""
    return {"name": name, "state": {"terminated": {"exitCode": code}}}


def pod(*containers: Wire, init: tuple[Wire, ...] = (), conditions: Any = ()) -> Wire:
    """Return a pod that has failed."""
    status = {
        "phase": "Failed",
        "containerStatuses": list(containers),
        "initContainerStatuses": list(init),
        "conditions": list(conditions),
    }
    return {"metadata": {"namespace": "ns", "name": "p"}, "status": status}


def codes(action: str, *values: int, operator: str = "In", **more: Any) -> Wire:
    """Return a rule about exit codes."""
    wanted = {"operator": operator, "values": list(values), **more}
    return {"action": action, "onExitCodes": wanted}


DISRUPTED: Wire = {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget"}]}
UNKNOWN: Wire = {
    "action": "FailJob",
    "onPodConditions": [{"type": "ConfigIssue", "status": "Unknown"}],
}


@pytest.mark.parametrize(
    ("rules", "failed", "action", "message"),
    [
        pytest.param([], pod(exited(1)), None, "", id="no-rules"),
        pytest.param(
            [codes("Count", 1), codes("FailJob", 1)], pod(exited(1)), "Count", "", id="first"
        ),
        pytest.param(
            [codes("Ignore", 2), codes("FailJob", 3, 42)],
            pod(exited(0), exited(42, "d")),
            "FailJob",
            "Container d for pod ns/p failed with exit code 42 matching FailJob rule at index 1",
            id="message",
        ),
        pytest.param(
            [codes("FailJob", 42)],
            pod(exited(0), init=(exited(42, "i"),)),
            "FailJob",
            "Container i for pod ns/p failed with exit code 42 matching FailJob rule at index 0",
            id="init-container",
        ),
        pytest.param(
            [codes("FailIndex", 42, containerName="d")], pod(exited(42)), None, "", id="other-name"
        ),
        pytest.param(
            [codes("FailIndex", 1, operator="NotIn")], pod(exited(2)), "FailIndex", "", id="not-in"
        ),
        pytest.param(
            [codes("FailIndex", 1, operator="NotIn")], pod(exited(0)), None, "", id="not-zero"
        ),
        pytest.param(
            [codes("Count", 1)], pod({"name": "c", "state": {"running": {}}}), None, "", id="runs"
        ),
        pytest.param(
            [DISRUPTED],
            pod(conditions=[{"type": "DisruptionTarget", "status": "True"}]),
            "Ignore",
            "",
            id="condition",
        ),
        pytest.param(
            [DISRUPTED],
            pod(conditions=[{"type": "DisruptionTarget", "status": "False"}]),
            None,
            "",
            id="condition-that-does-not-hold",
        ),
        pytest.param(
            [UNKNOWN],
            pod(conditions=[{"type": "ConfigIssue", "status": "Unknown"}]),
            "FailJob",
            "Pod ns/p has condition ConfigIssue matching FailJob rule at index 0",
            id="condition-unknown",
        ),
    ],
)
def test_judgement(rules: list[Wire], failed: Wire, action: str | None, message: str) -> None:
    """The first rule that matches says what the failure means."""
    found = judge({"rules": rules}, failed)
    assert (found.action, found.message) == (action, message)
    assert found.counts == (action != "Ignore")


@pytest.mark.parametrize(
    ("rule", "succeeded", "is_met"),
    [
        pytest.param({"succeededCount": 2}, ((0, 1),), True, id="count"),
        pytest.param({"succeededCount": 3}, ((0, 1),), False, id="too-few"),
        pytest.param({"succeededIndexes": "1-2"}, ((0, 3),), True, id="indexes"),
        pytest.param({"succeededIndexes": "1-2"}, ((0, 1),), False, id="one-missing"),
        pytest.param({"succeededIndexes": "7"}, ((0, 4),), False, id="beyond"),
        pytest.param(
            {"succeededIndexes": "0,2-4", "succeededCount": 2}, ((2, 3),), True, id="count-of-them"
        ),
        pytest.param({"succeededCount": 1}, (), False, id="none"),
    ],
)
def test_success(rule: Wire, succeeded: Intervals, *, is_met: bool) -> None:
    """A rule is met by enough of the indexes that it names, or of all."""
    found = match_success({"rules": [rule]}, 5, succeeded)
    assert found == ("Matched rules at index 0" if is_met else None)


def test_numbers_in_annotations() -> None:
    """What is no number, or too great, is none."""
    for text, index, failures in (("3", 3, 3), ("-1", None, 0), ("x", None, 0), ("9" * 15, 1, 0)):
        annotations = {
            "batch.kubernetes.io/job-completion-index": text,
            "batch.kubernetes.io/job-index-failure-count": text,
        }
        document = {"metadata": {"annotations": annotations}}
        assert (completion_index(document) is None) == (index is None)
        assert failures_before(document) == failures


T = "2026-01-01T00:00:{:02}Z"


@pytest.mark.parametrize(
    ("status", "metadata", "seconds"),
    [
        pytest.param(
            {
                "containerStatuses": [
                    {"name": "a", "state": {"terminated": {"finishedAt": T.format(5)}}},
                    {"name": "b", "state": {"terminated": {"finishedAt": T.format(3)}}},
                ]
            },
            {},
            5,
            id="last-container",
        ),
        pytest.param(
            {
                "containerStatuses": [
                    {"name": "a", "state": {"terminated": {"finishedAt": T.format(5)}}}
                ],
                "initContainerStatuses": [
                    {"name": "s", "state": {"terminated": {"finishedAt": T.format(9)}}},
                    {"name": "i", "state": {"terminated": {"finishedAt": T.format(30)}}},
                ],
            },
            {},
            9,
            id="sidecar",
        ),
        pytest.param(
            {
                "containerStatuses": [{"name": "a", "state": {"running": {}}}],
                "conditions": [
                    {"type": "Ready", "status": "False", "lastTransitionTime": T.format(7)}
                ],
            },
            {},
            7,
            id="not-ready",
        ),
        pytest.param(
            {},
            {"deletionTimestamp": T.format(40), "deletionGracePeriodSeconds": 30},
            10,
            id="deleted",
        ),
        pytest.param({}, {}, 1, id="made"),
    ],
)
def test_when_a_pod_ended(status: Wire, metadata: Wire, seconds: int) -> None:
    """The best that is known of when a pod has ended."""
    spec = {"initContainers": [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}]}
    document = {
        "metadata": {"creationTimestamp": T.format(1), **metadata},
        "spec": spec,
        "status": status,
    }
    assert ended_at(document) == seconds_of(T.format(seconds))


def test_long_names() -> None:
    """The index is in the name however long that of the job is."""
    assert generate_name("j" * 63, 12) == "j" * 54 + "-12-"
