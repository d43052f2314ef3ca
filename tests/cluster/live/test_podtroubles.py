"""What keeps pods and workloads, and what to do about it."""

import pytest

from kubeobj.cluster.podtroubles import trouble_of
from kubeobj.cluster.workloadstates import Stage, WorkloadId, state_of
from kubeobj.documents import Wire

NOW = 1_767_225_600.0
"""2026-01-01T00:00:00Z."""


def _pod(status: Wire, **metadata: object) -> Wire:
    return {
        "metadata": {"name": "web-0", "namespace": "default", "uid": "u", **metadata},
        "spec": {},
        "status": status,
    }


def _container(state: Wire, last: Wire | None = None) -> Wire:
    return {"containerStatuses": [{"name": "web", "state": state, "lastState": last or {}}]}


def _ended(code: int, reason: str = "Error") -> Wire:
    return {"terminated": {"exitCode": code, "reason": reason}}


def _waiting(reason: str, message: str = "") -> Wire:
    return {"waiting": {"reason": reason, "message": message}}


@pytest.mark.parametrize(
    ("status", "reason", "message", "advice"),
    [
        pytest.param(_container(_waiting("ContainerCreating")), None, "", "", id="on-the-way"),
        pytest.param(
            _container(_waiting("CrashLoopBackOff", "back-off 10s"), _ended(7)),
            "CrashLoopBackOff",
            "container web: it ended with code 7",
            "see what it printed last: kubeobj logs web-0 -c web --previous",
            id="crashing",
        ),
        pytest.param(
            _container(_waiting("CrashLoopBackOff"), _ended(137, "OOMKilled")),
            "CrashLoopBackOff",
            "container web: it used too much memory",
            "see what it printed last: kubeobj logs web-0 -c web --previous",
            id="memory",
        ),
        pytest.param(
            _container(_waiting("ErrImagePull", "no such image")),
            "ErrImagePull",
            "no such image",
            "correct the image of container web, or give imagePullSecrets",
            id="image",
        ),
        pytest.param(
            _container(_waiting("CreateContainerConfigError", 'configmap "c" not found')),
            "CreateContainerConfigError",
            'configmap "c" not found',
            "make the config map or secret that it names",
            id="config",
        ),
        pytest.param(
            _container(
                _waiting(
                    "CreateContainerConfigError",
                    'failed to prepare subPath for volumeMount "v" of container "web"',
                )
            ),
            "CreateContainerConfigError",
            'failed to prepare subPath for volumeMount "v" of container "web"',
            "let its subPath be a directory or file below the volume: kubeobj describe pod web-0",
            id="subpath",
        ),
        pytest.param(
            {"phase": "Failed", **_container(_ended(3))},
            "Error",
            "container web: it ended with code 3",
            "see what it printed: kubeobj logs web-0 -c web",
            id="ended",
        ),
        pytest.param(
            {
                "phase": "Failed",
                "reason": "Evicted",
                "message": 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
            },
            "Evicted",
            'Usage of EmptyDir volume "v" exceeds the limit "1Mi". ',
            "raise its sizeLimit, or write less to it",
            id="full-volume",
        ),
        pytest.param(
            {
                "conditions": [
                    {
                        "type": "PodScheduled",
                        "status": "False",
                        "reason": "Unschedulable",
                        "message": "0/1 nodes are available: 1 Insufficient cpu.",
                    }
                ]
            },
            "Unschedulable",
            "0/1 nodes are available: 1 Insufficient cpu.",
            "ask for less, or allow this node: kubeobj describe pod web-0",
            id="unschedulable",
        ),
        pytest.param(
            {"phase": "Failed", "reason": "Evicted", "message": "The node was low on memory."},
            "Evicted",
            "The node was low on memory.",
            "make room on the disk, or ask for less memory",
            id="evicted",
        ),
        pytest.param({"phase": "Succeeded", **_container(_ended(0))}, None, "", "", id="done"),
        pytest.param({}, None, "", "", id="new"),
    ],
)
def test_what_keeps_a_pod(status: Wire, reason: str | None, message: str, advice: str) -> None:
    """In one word, in a sentence, and what to do."""
    found = trouble_of(_pod(status), now=NOW)
    assert (found.reason if found else None) == reason
    if found is not None:
        assert (found.pod, found.message, found.advice) == ("web-0", message, advice)
        assert found.is_serious


@pytest.mark.parametrize(("age", "is_said"), [(3.0, False), (30.0, True)])
def test_a_pod_that_has_just_begun_is_given_time(age: float, is_said: bool) -> None:
    """Its probes fail at first, and that is no trouble yet."""
    started = {30.0: "2025-12-31T23:59:30Z", 3.0: "2025-12-31T23:59:57Z"}[age]
    status = _container({"running": {"startedAt": started}})
    event = {"type": "Warning", "reason": "Unhealthy", "message": "Readiness probe failed: 503"}
    found = trouble_of(_pod(status), [event], now=NOW)
    assert (found is not None) is is_said
    if found is not None:
        assert (found.reason, found.is_serious) == ("Unhealthy", False)
        assert found.advice == "see what the probe is told: kubeobj describe pod web-0"


def test_events_tell_what_the_status_does_not() -> None:
    """A volume that cannot be mounted, in another namespace."""
    event = {"type": "Warning", "reason": "FailedMount", "message": "no such directory"}
    found = trouble_of(
        _pod(_container(_waiting("ContainerCreating")), namespace="shop"), [event], now=NOW
    )
    assert found is not None
    assert (found.reason, found.message) == ("FailedMount", "no such directory")
    assert found.advice == "make what the volume needs: kubeobj describe pod -n shop web-0"


READY = {"conditions": [{"type": "Ready", "status": "True"}]}


@pytest.mark.parametrize(
    ("kind", "spec", "status", "stage", "detail"),
    [
        ("Deployment", {"replicas": 2}, {"readyReplicas": 1}, Stage.PENDING, "1/2 ready"),
        (
            "Deployment",
            {"replicas": 1},
            {"readyReplicas": 1, "updatedReplicas": 1, "availableReplicas": 1, "replicas": 1},
            Stage.READY,
            "1/1 ready",
        ),
        (
            "DaemonSet",
            {},
            {"desiredNumberScheduled": 1, "numberReady": 0},
            Stage.PENDING,
            "0/1 ready",
        ),
        ("Job", {"completions": 3}, {"succeeded": 1}, Stage.PENDING, "1/3 completed"),
        (
            "Job",
            {},
            {"conditions": [{"type": "Complete", "status": "True"}]},
            Stage.DONE,
            "complete",
        ),
        (
            "Job",
            {},
            {"conditions": [{"type": "Failed", "status": "True", "reason": "Backoff"}]},
            Stage.FAILED,
            "failed",
        ),
        ("Pod", {}, READY, Stage.READY, "running"),
        ("Pod", {}, {"phase": "Succeeded"}, Stage.DONE, "completed"),
        ("Pod", {}, {"phase": "Failed"}, Stage.FAILED, "failed"),
        ("Pod", {}, {"phase": "Pending"}, Stage.PENDING, "pending"),
        ("CronJob", {"schedule": "* * * * *"}, {}, Stage.READY, "at * * * * *"),
        ("CronJob", {"schedule": "@daily", "suspend": True}, {}, Stage.READY, "suspended"),
    ],
)
def test_how_far_workloads_have_come(
    kind: str, spec: Wire, status: Wire, stage: Stage, detail: str
) -> None:
    """Each kind by what it counts."""
    workload = {
        "metadata": {"name": "web-0", "namespace": "default", "uid": "u", "generation": 1},
        "spec": {"selector": {"matchLabels": {"app": "web"}}, **spec},
        "status": {"observedGeneration": 1, **status},
    }
    found = state_of(WorkloadId(kind, "default", "web-0"), workload, [], {}, NOW)
    assert (found.stage, found.detail) == (stage, detail)
    assert found.is_settled == (stage is not Stage.PENDING)
    assert found.is_well == (stage in {Stage.READY, Stage.DONE})


def test_the_worst_of_its_pods_speaks_for_a_workload() -> None:
    """Of those that it selects, and that are not on their way out."""
    labels = {"app": "web"}
    crashing = _container(_waiting("CrashLoopBackOff"), _ended(1))
    pods = [
        _pod(READY, labels=labels),
        _pod(crashing, labels={"app": "other"}),
        _pod(crashing, labels=labels, deletionTimestamp="2026-01-01T00:00:00Z"),
        _pod(_container(_waiting("ErrImagePull")), labels=labels, name="web-3"),
    ]
    workload = {
        "metadata": {"name": "web", "namespace": "shop", "uid": "w", "generation": 1},
        "spec": {"replicas": 2, "selector": {"matchLabels": labels}},
        "status": {"observedGeneration": 1, "readyReplicas": 1},
    }
    which = WorkloadId("Deployment", "shop", "web")
    found = state_of(which, workload, pods, {}, NOW)
    assert str(which) == "deployment/web -n shop"
    assert found.trouble is not None
    assert (found.trouble.pod, found.trouble.reason) == ("web-3", "ErrImagePull")
    refused = {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate", "message": "m"}
    workload["status"]["conditions"] = [refused]  # type: ignore[index]
    found = state_of(which, workload, [], {}, NOW)
    assert found.trouble is not None
    assert (found.trouble.reason, found.trouble.message) == ("FailedCreate", "m")
