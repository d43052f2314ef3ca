"""The node agent makes pods run on a simulated runtime, and reports them, on virtual time."""

from itertools import pairwise

import pytest

from kubeobj.runtimes.behaviour import Behaviour
from kubeobj.runtimes.states import ContainerState
from tests.node.agentworld import READY, Document, runs, world

# ---------------------------------------------------------------- lives


def test_a_pod_runs_and_says_so() -> None:
    """With everything that kubectl shows."""
    it = world()
    it.create({"name": "a"}, {"name": "b"})
    it.settle()
    status = it.status()
    assert (status["phase"], status["hostIP"], status["podIP"]) == (
        "Running",
        "192.168.7.1",
        "10.88.0.2",
    )
    assert it.conditions() == READY
    assert [one["name"] for one in status["containerStatuses"]] == ["a", "b"]
    a = it.container()
    assert (a["ready"], a["started"], a["restartCount"], a["lastState"]) == (True, True, 0, {})
    assert a["containerID"].startswith("simulated://")
    assert sorted(it.events()) == sorted(
        2 * ["Created: Container created", "Started: Container started"]
        + [f'Pulling: Pulling image "{name}:1"' for name in "ab"]
        + [
            f'Pulled: Successfully pulled image "{name}:1" in 0s (0s including waiting). '
            "Image size: 50000000 bytes."
            for name in "ab"
        ]
    )


def test_nothing_is_written_once_a_pod_runs() -> None:
    """However long it is looked at."""
    it = world()
    it.create({"name": "a"})
    it.settle()
    before = it.pod()
    it.advance(100)
    assert it.pod() == before


@pytest.mark.parametrize(
    ("policy", "code", "phase", "state"),
    [
        ("Never", 0, "Succeeded", "terminated Completed"),
        ("Never", 3, "Failed", "terminated Error"),
        ("OnFailure", 0, "Succeeded", "terminated Completed"),
    ],
)
def test_a_pod_that_has_done_its_work_is_over(
    policy: str, code: int, phase: str, state: str
) -> None:
    """And nothing of it runs."""
    it = world(a=Behaviour(run_seconds=5, exit_code=code))
    it.create({"name": "a"}, restartPolicy=policy)
    it.advance(10)
    assert (it.status()["phase"], it.state()) == (phase, state)
    why = "PodCompleted" if phase == "Succeeded" else "PodFailed"
    assert it.conditions()["Ready"] == f"False {why}"
    assert it.conditions()["PodReadyToStartContainers"] == "False"
    assert it.container()["state"]["terminated"]["exitCode"] == code
    assert runs(it) == {"a": "exited 0"}


@pytest.mark.parametrize("policy", ["IfNotPresent", "Always"])
def test_a_crashing_container_waits_longer_each_time(policy: str) -> None:
    """Not the first time; then 10 s, 20 s and so on, to 5 min; also if its image is fetched."""
    it = world(a=Behaviour(run_seconds=1, exit_code=1))
    it.create({"name": "a", "imagePullPolicy": policy})
    it.settle()
    started = []
    for _ in range(1300):
        now = it.clock.now()
        started += [now for run in it.host.runs.values() if run.container.started_at == now]
        it.advance(1)
    gaps = [b - a - 1 for a, b in pairwise(started)]
    assert gaps == [0, 10, 20, 40, 80, 160, 300, 300, 300]
    assert it.container()["restartCount"] == 9


def test_a_crashing_container_says_why_it_waits() -> None:
    """In the kubelet's words, with how it has ended."""
    it = world(a=Behaviour(run_seconds=1, exit_code=7))
    pod = it.create({"name": "a"})
    it.advance(5)
    uid = pod["metadata"]["uid"]
    a = it.container()
    assert a["state"] == {
        "waiting": {
            "reason": "CrashLoopBackOff",
            "message": f"back-off 10s restarting failed container=a pod=p_default({uid})",
        }
    }
    assert a["lastState"]["terminated"]["exitCode"] == 7
    assert (a["restartCount"], a["ready"], a["started"]) == (1, False, False)
    assert it.status()["phase"] == "Running"
    assert it.conditions()["Ready"] == "False ContainersNotReady"
    told = f"BackOff: Back-off restarting failed container a in pod p_default({uid})"
    assert told in it.events()


def test_a_container_that_ran_for_long_is_forgiven() -> None:
    """It is started again at once."""
    it = world(a=Behaviour(run_seconds=700, exit_code=1))
    it.create({"name": "a"})
    it.advance(700 * 4 + 1)
    assert it.container()["restartCount"] == 4
    assert it.state() == "running"


def test_one_dead_run_of_each_container_is_kept() -> None:
    """So that its log and its code can still be had."""
    it = world(a=Behaviour(run_seconds=1, exit_code=1, runs=3))
    it.create({"name": "a"})
    it.advance(100)
    found = [(r.container.attempt, r.container.state.value) for r in it.host.runs.values()]
    assert found == [(2, "exited"), (3, "running")]
    assert it.container()["lastState"]["terminated"]["exitCode"] == 1


# ---------------------------------------------------------------- images


def test_an_image_that_cannot_be_had_is_waited_for() -> None:
    """First it is said why, then that it is waited for."""
    it = world(a=Behaviour(pull_seconds=1, pull_fails=2))
    it.create({"name": "a"})
    it.settle()
    assert it.state() == "waiting ContainerCreating"
    it.advance(1)
    assert it.container()["state"]["waiting"] == {
        "reason": "ErrImagePull",
        "message": "it could not be had",
    }
    it.advance(3)
    assert it.container()["state"]["waiting"] == {
        "reason": "ImagePullBackOff",
        "message": 'Back-off pulling image "a:1": ErrImagePull: it could not be had',
    }
    assert it.status()["phase"] == "Pending"
    it.advance(60)
    assert it.state() == "running"
    assert it.container()["restartCount"] == 0
    assert 'Failed: Failed to pull image "a:1": it could not be had' in it.events()
    assert "Failed: Error: ErrImagePull" in it.events()
    assert 'BackOff: Back-off pulling image "a:1"' in it.events()
    assert "Failed: Error: ImagePullBackOff" in it.events()


@pytest.mark.parametrize(
    ("image", "policy", "reason"),
    [
        ("a:1", "Never", "ErrImageNeverPull"),
        ("No Such Image", "IfNotPresent", "InvalidImageName"),
    ],
)
def test_an_image_that_is_never_to_be_had(image: str, policy: str, reason: str) -> None:
    """Is said to be that, and nothing runs."""
    it = world()
    it.create({"name": "a", "image": image, "imagePullPolicy": policy})
    it.advance(30)
    assert it.state() == f"waiting {reason}"
    assert runs(it) == {}


def test_one_image_is_fetched_once_at_a_time() -> None:
    """By two pods that need it."""
    it = world(a=Behaviour(pull_seconds=5))
    it.create({"name": "a"}, name="one")
    it.create({"name": "a"}, name="two")
    it.advance(6)
    assert (it.state(name="one"), it.state(name="two")) == ("running", "running")
    told = [one for name in ("one", "two") for one in it.events(name) if "Pulling" in one]
    assert len(told) == 1


# ---------------------------------------------------------------- init containers


def test_init_containers_run_one_after_the_other() -> None:
    """And then the others."""
    it = world(i=Behaviour(run_seconds=5), j=Behaviour(run_seconds=5))
    it.create({"name": "a"}, inits=[{"name": "i"}, {"name": "j"}])
    it.advance(3)
    assert runs(it) == {"i": "running 0"}
    assert it.status()["phase"] == "Pending"
    assert it.state() == "waiting PodInitializing"
    assert it.conditions()["Initialized"] == "False ContainersNotInitialized"
    it.advance(5)
    assert runs(it) == {"i": "exited 0", "j": "running 0"}
    it.advance(5)
    assert runs(it) == {"i": "exited 0", "j": "exited 0", "a": "running 0"}
    assert it.conditions() == READY
    states = [one["ready"] for one in it.status()["initContainerStatuses"]]
    assert states == [True, True]


def test_an_init_container_that_fails_for_good_fails_the_pod() -> None:
    """If nothing is started again."""
    it = world(i=Behaviour(run_seconds=1, exit_code=2))
    it.create({"name": "a"}, inits=[{"name": "i"}], restartPolicy="Never")
    it.advance(3)
    assert it.status()["phase"] == "Failed"
    assert it.state("i", part="initContainerStatuses") == "terminated Error"


def test_an_init_container_is_tried_again() -> None:
    """With the same waits as others."""
    it = world(i=Behaviour(run_seconds=1, exit_code=2, runs=2))
    it.create({"name": "a"}, inits=[{"name": "i"}])
    it.advance(5)
    assert it.state("i", part="initContainerStatuses") == "waiting CrashLoopBackOff"
    assert it.status()["phase"] == "Pending"


def test_sidecars_go_on_and_end_last() -> None:
    """In the opposite order of their start, after the others; all within the time of grace."""
    slow = Behaviour(stop_seconds=2)
    it = world(s=slow, t=slow, a=slow)
    sidecar = {"restartPolicy": "Always"}
    it.create({"name": "a"}, inits=[{"name": "s", **sidecar}, {"name": "t", **sidecar}])
    it.settle()
    assert it.status()["phase"] == "Running"
    assert it.conditions() == READY
    it.client.delete("pods", "p", namespace="default")
    it.settle()
    seen = []
    for _ in range(8):
        seen.append(
            sorted(
                r.container.name
                for r in it.host.runs.values()
                if r.container.state is ContainerState.RUNNING
            )
        )
        it.advance(1)
    assert seen == [["a", "s", "t"]] * 2 + [["s", "t"]] * 2 + [["s"]] * 2 + [[]] * 2
    assert it.pod() is None


def test_a_pod_with_a_sidecar_is_over_when_the_others_are() -> None:
    """The sidecar is ended then."""
    it = world(a=Behaviour(run_seconds=5))
    inits = [{"name": "s", "restartPolicy": "Always"}]
    it.create({"name": "a"}, inits=inits, restartPolicy="Never")
    it.advance(10)
    assert it.status()["phase"] == "Succeeded"
    assert runs(it) == {"s": "exited 0", "a": "exited 0"}


# ---------------------------------------------------------------- restart policies of containers


@pytest.mark.parametrize(
    ("rules", "code", "restarts"),
    [
        ([{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], 42, 1),
        ([{"action": "Restart", "exitCodes": {"operator": "In", "values": [42]}}], 41, 0),
        ([{"action": "Restart", "exitCodes": {"operator": "NotIn", "values": [42]}}], 41, 1),
    ],
)
def test_a_container_may_say_after_which_codes_it_is_started_again(
    rules: list[Document], code: int, restarts: int
) -> None:
    """Whatever its pod says."""
    it = world(a=Behaviour(run_seconds=1, exit_code=code, runs=1))
    container = {"name": "a", "restartPolicy": "Never", "restartPolicyRules": rules}
    it.create(container, restartPolicy="Never")
    it.advance(5)
    assert it.container()["restartCount"] == restarts
    assert it.status()["phase"] == ("Running" if restarts else "Failed")


def test_a_container_may_let_all_of_them_begin_anew() -> None:
    """Init containers first, in the same sandbox; each is counted as started again."""
    it = world(i=Behaviour(run_seconds=2), a=Behaviour(run_seconds=5, exit_code=88, runs=1))
    rule = {"action": "RestartAllContainers", "exitCodes": {"operator": "In", "values": [88]}}
    watched = {"name": "a", "restartPolicy": "Never", "restartPolicyRules": [rule]}
    it.create(watched, {"name": "b"}, inits=[{"name": "i"}])
    it.advance(3)
    sandboxes = list(it.host.sandboxes)
    assert it.conditions()["AllContainersRestarting"] == "False"
    it.advance(5)
    assert it.state("i", part="initContainerStatuses").startswith("running")
    assert it.conditions()["Initialized"] == "True"
    it.advance(3)
    assert list(it.host.sandboxes) == sandboxes
    assert runs(it) == {"i": "exited 1", "a": "running 1", "b": "running 1"}
    counts = [one["restartCount"] for one in it.status()["containerStatuses"]]
    assert counts == [1, 1]
    assert it.container("a")["lastState"]["terminated"]["exitCode"] == 88
    assert it.container("b")["lastState"]["terminated"]["exitCode"] in {0, 137}
