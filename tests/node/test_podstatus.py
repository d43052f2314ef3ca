"""What a node reports of a pod, at each step of its life."""

from typing import Any

import pytest

from kubeobj.node.podstatus import status_of
from kubeobj.reconcile.moments import text_of
from kubeobj.runtimes.behaviour import Behaviour
from tests.runtimes.pods import Document, pod_of, run_of

FAILS = Behaviour(run_seconds=1, exit_code=1)


def reported(pod: Document, now: float, **behaviours: Behaviour) -> Document:
    """Return the status of a pod at some time, which began at 0."""
    run = run_of(pod, **behaviours)
    run.go_on(now)
    return status_of(pod, run, "172.18.0.1", now)


def conditions(status: Document) -> dict[str, str]:
    """Return the conditions: their status, and why."""
    return {
        one["type"]: " ".join(filter(None, (one["status"], one.get("reason"))))
        for one in status["conditions"]
    }


READY = {
    "PodReadyToStartContainers": "True",
    "Initialized": "True",
    "Ready": "True",
    "ContainersReady": "True",
}
STARTING = {
    **READY,
    "Ready": "False ContainersNotReady",
    "ContainersReady": "False ContainersNotReady",
}
PREPARING = {**STARTING, "Initialized": "False ContainersNotInitialized"}
DONE = {
    "PodReadyToStartContainers": "False",
    "Initialized": "True PodCompleted",
    "Ready": "False PodCompleted",
    "ContainersReady": "False PodCompleted",
}
FAILED = {
    **DONE,
    "Initialized": "True",
    "Ready": "False PodFailed",
    "ContainersReady": "False PodFailed",
}


@pytest.mark.parametrize(
    ("behaviour", "policy", "now", "phase", "state", "expected"),
    [
        pytest.param({}, "Always", 0, "Running", "running", READY, id="ready"),
        pytest.param(
            {"pull_seconds": 9},
            "Always",
            3,
            "Pending",
            "waiting ContainerCreating",
            STARTING,
            id="pulls",
        ),
        pytest.param(
            {"pull_fails": 1}, "Always", 3, "Pending", "waiting ImagePullBackOff", STARTING, id="no"
        ),
        pytest.param(
            {"ready_seconds": 9}, "Always", 3, "Running", "running", STARTING, id="not-ready-yet"
        ),
        pytest.param(
            {"ready_seconds": None}, "Always", 999, "Running", "running", STARTING, id="never-ready"
        ),
        pytest.param(
            {"run_seconds": 1, "exit_code": 1},
            "Always",
            3,
            "Running",
            "waiting CrashLoopBackOff",
            STARTING,
            id="crash-loop",
        ),
        pytest.param(
            {"run_seconds": 1}, "Never", 3, "Succeeded", "terminated Completed", DONE, id="done"
        ),
        pytest.param(
            {"run_seconds": 1, "exit_code": 3},
            "Never",
            3,
            "Failed",
            "terminated Error",
            FAILED,
            id="failed",
        ),
    ],
)
def test_what_is_told_of_one_container(
    behaviour: dict[str, Any],
    policy: str,
    now: float,
    phase: str,
    state: str,
    expected: dict[str, str],
) -> None:
    """Its phase, the state of its container, and its conditions."""
    status = reported(pod_of(restartPolicy=policy), now, a=Behaviour(**behaviour))
    ((kind, said),) = status["containerStatuses"][0]["state"].items()
    assert status["phase"] == phase
    assert " ".join(filter(None, (kind, said.get("reason")))) == state
    assert conditions(status) == expected


def test_init_containers_hold_up_the_others() -> None:
    """Both are told, and which of them are not done."""
    pod = pod_of(inits=[{"name": "i"}, {"name": "j"}])
    status = reported(pod, 3, i=Behaviour(run_seconds=5))
    assert conditions(status) == PREPARING
    initialized = status["conditions"][1]
    assert initialized["message"] == "containers with incomplete status: [i j]"
    states = [one["state"] for one in status["initContainerStatuses"]]
    assert states == [
        {"running": {"startedAt": text_of(0)}},
        {"waiting": {"reason": "PodInitializing"}},
    ]
    assert status["containerStatuses"][0]["state"] == {"waiting": {"reason": "PodInitializing"}}


def test_a_container_that_was_started_again_tells_how_it_ended() -> None:
    """How often, and with which code the run before."""
    (container,) = reported(pod_of(), 1.5, a=FAILS)["containerStatuses"]
    assert container["restartCount"] == 1
    assert container["state"] == {"running": {"startedAt": text_of(1)}}
    assert container["containerID"] == "simulated://u/a/1"
    assert container["lastState"]["terminated"] == {
        "exitCode": 1,
        "reason": "Error",
        "startedAt": text_of(0),
        "finishedAt": text_of(1),
        "containerID": "simulated://u/a/0",
    }


def test_a_container_that_waits_to_be_started_again_counts_what_was() -> None:
    """Two runs have ended: it was started again once."""
    (container,) = reported(pod_of(), 5, a=FAILS)["containerStatuses"]
    assert container["restartCount"] == 1
    assert container["lastState"]["terminated"]["containerID"] == "simulated://u/a/1"
    assert container["state"]["waiting"]["message"] == "back-off restarting failed container=a"


def test_what_others_say_of_a_pod_stays() -> None:
    """And since when something is so stays, as long as it is."""
    pod = pod_of()
    run = run_of(pod)
    pod["status"] = status_of(pod, run, "172.18.0.1", 0)
    other = {"type": "PodScheduled", "status": "True", "lastTransitionTime": text_of(0)}
    pod["status"]["conditions"] = [other, *pod["status"]["conditions"]]
    later = status_of(pod, run, "172.18.0.1", 50)
    assert later["conditions"][-1] == other
    assert {one["lastTransitionTime"] for one in later["conditions"]} == {text_of(0)}
    run.crash("a", 60)
    run.crash("a", 60)
    last = status_of(pod, run, "172.18.0.1", 60)
    since = {one["type"]: one["lastTransitionTime"] for one in last["conditions"]}
    assert since["Ready"] == text_of(60)
    assert since["Initialized"] == text_of(0)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ([], "False ReadinessGatesNotReady"),
        ([{"type": "www", "status": "False"}], "False ReadinessGatesNotReady"),
        ([{"type": "www", "status": "True"}], "True"),
    ],
)
def test_readiness_gates(said: list[Document], expected: str) -> None:
    """A pod is ready when others say so too; its containers are anyway."""
    pod = pod_of(readinessGates=[{"conditionType": "www"}])
    pod["status"]["conditions"] = said
    found = conditions(reported(pod, 0))
    assert found["Ready"] == expected
    assert found["ContainersReady"] == "True"


def test_addresses() -> None:
    """A pod has its own, unless it uses that of its node."""
    assert reported(pod_of(), 0)["podIP"] == "10.0.0.1"
    status = reported(pod_of(hostNetwork=True), 0)
    assert (status["podIP"], status["hostIP"]) == ("172.18.0.1", "172.18.0.1")
    assert status["podIPs"] == [{"ip": "172.18.0.1"}]


def test_why_a_doomed_pod_fails_is_told_at_once() -> None:
    """And its phase once nothing runs."""
    pod = pod_of()
    run = run_of(pod, a=Behaviour(stop_seconds=9))
    run.doom = ("DeadlineExceeded", "too long")
    run.stop(5, 30)
    status = status_of(pod, run, "172.18.0.1", 5)
    assert (status["phase"], status["reason"]) == ("Running", "DeadlineExceeded")
    run.go_on(14)
    assert status_of(pod, run, "172.18.0.1", 14)["phase"] == "Failed"
