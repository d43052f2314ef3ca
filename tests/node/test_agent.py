"""The node agent makes pods run on a simulated runtime, and reports them, on virtual time."""

from itertools import pairwise
from typing import Any

import pytest

from kubeobj.runtimes.behaviour import Behaviour, BehaviourRule, Behaviours
from kubeobj.runtimes.states import ContainerState
from tests.node.agentworld import AgentWorld, Document


def world(**behaviours: Behaviour) -> AgentWorld:
    """Return a world whose containers behave so, by name; their images are called like them."""
    rules = [BehaviourRule(one, image=f"{name}:*") for name, one in behaviours.items()]
    return AgentWorld(Behaviours(*rules))


def runs(world: AgentWorld) -> dict[str, str]:
    """Return what there is on the host: the newest run of each container."""
    return {
        one.container.name: f"{one.container.state.value} {one.container.attempt}"
        for one in world.host.runs.values()
    }


READY = {
    "PodReadyToStartContainers": "True",
    "Initialized": "True",
    "Ready": "True",
    "ContainersReady": "True",
    "PodScheduled": "True",
}


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


def test_a_crashing_container_waits_longer_each_time() -> None:
    """Not the first time; then 10 s, 20 s and so on, to 5 min."""
    it = world(a=Behaviour(run_seconds=1, exit_code=1))
    it.create({"name": "a"})
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


# ---------------------------------------------------------------- ends


def test_a_deleted_pod_has_its_time() -> None:
    """And then is gone with all that was there of it."""
    it = world(a=Behaviour(stop_seconds=7))
    it.create({"name": "a"})
    it.settle()
    it.client.delete("pods", "p", namespace="default")
    it.advance(6)
    assert it.status()["phase"] == "Running"
    it.advance(1)
    assert it.pod() is None
    assert (it.host.sandboxes, it.host.runs) == ({}, {})
    assert "Killing: Stopping container a" in it.events()


def test_a_deleted_pod_that_does_not_end_is_ended() -> None:
    """When its time is over."""
    it = world(a=Behaviour(stop_seconds=700))
    it.create({"name": "a"}, terminationGracePeriodSeconds=10)
    it.settle()
    it.client.delete("pods", "p", namespace="default")
    it.advance(9)
    assert it.pod() is not None
    it.advance(2)
    assert it.pod() is None


def test_the_time_of_grace_can_be_made_shorter() -> None:
    """By asking once more."""
    it = world(a=Behaviour(stop_seconds=700))
    it.create({"name": "a"}, terminationGracePeriodSeconds=300)
    it.settle()
    it.client.delete("pods", "p", namespace="default")
    it.advance(5)
    it.client.delete("pods", "p", namespace="default", grace_period_seconds=8)
    it.advance(9)
    assert it.pod() is None
    assert it.host.runs == {}


def test_a_pod_that_was_taken_from_the_api_is_ended() -> None:
    """As fast as that goes."""
    it = world(a=Behaviour(stop_seconds=700))
    it.create({"name": "a"})
    it.settle()
    it.client.delete("pods", "p", namespace="default", grace_period_seconds=0)
    it.advance(31)
    assert (it.host.sandboxes, it.host.runs) == ({}, {})


def test_another_pod_of_the_same_name_waits_for_the_first() -> None:
    """Both never run at the same time."""
    it = world(a=Behaviour(stop_seconds=20))
    first = it.create({"name": "a"})
    it.settle()
    it.client.delete("pods", "p", namespace="default", grace_period_seconds=0)
    second = it.create({"name": "a"})
    it.advance(10)
    assert {one.pod_uid for one in it.host.runs.values()} == {first["metadata"]["uid"]}
    it.advance(25)
    assert {one.pod_uid for one in it.host.runs.values()} == {second["metadata"]["uid"]}
    assert it.status()["phase"] == "Running"


def test_a_pod_ends_when_it_has_run_for_as_long_as_it_may() -> None:
    """It has failed then."""
    it = world()
    it.create({"name": "a"}, activeDeadlineSeconds=50, terminationGracePeriodSeconds=5)
    it.advance(49)
    assert it.status()["phase"] == "Running"
    it.advance(2)
    status = it.status()
    assert (status["phase"], status["reason"]) == ("Failed", "DeadlineExceeded")
    assert status["message"] == "Pod was active on the node longer than the specified deadline"
    assert runs(it) == {"a": "exited 0"}


def test_a_pod_can_be_evicted() -> None:
    """With the reason, and a condition that says so."""
    it = world(a=Behaviour(stop_seconds=70))
    it.create({"name": "a"})
    it.settle()
    pod = it.pod()
    assert pod is not None
    it.agent.evict(pod, "Evicted", "The node was low on resource: memory.", 0)
    it.advance(3)
    status = it.status()
    assert (status["phase"], status["reason"]) == ("Failed", "Evicted")
    assert it.conditions()["DisruptionTarget"] == "True TerminationByKubelet"
    assert it.container()["state"]["terminated"]["exitCode"] == 137


# ---------------------------------------------------------------- hooks


def test_what_is_to_be_done_before_the_end_takes_of_its_time() -> None:
    """A container that sleeps before it stops."""
    it = world(a=Behaviour(stop_seconds=3))
    it.create({"name": "a", "lifecycle": {"preStop": {"sleep": {"seconds": 4}}}})
    it.settle()
    it.client.delete("pods", "p", namespace="default")
    it.advance(6)
    assert it.pod() is not None
    it.advance(1)
    assert it.pod() is None


def test_a_container_whose_first_deed_fails_is_ended() -> None:
    """And said to be so."""
    it = world(a=Behaviour(ready_seconds=None))
    it.create({"name": "a", "lifecycle": {"postStart": {"exec": {"command": ["no"]}}}})
    it.advance(5)
    assert "FailedPostStartHook: PostStartHook failed" in it.events()
    assert "Killing: FailedPostStartHook" in it.events()
    assert it.state() == "waiting CrashLoopBackOff"


def test_a_pod_ends_though_its_first_deed_goes_on() -> None:
    """Nobody waits for that."""
    it = world()
    it.create({"name": "a", "lifecycle": {"postStart": {"sleep": {"seconds": 25}}}})
    it.advance(5)
    assert it.state() == "running"
    it.client.delete("pods", "p", namespace="default")
    it.advance(5)
    assert it.pod() is None
    assert (it.host.sandboxes, it.host.runs) == ({}, {})


def test_a_manager_that_begins_anew_has_a_new_agent() -> None:
    """Which goes on where the one before was."""
    it = world()
    it.create({"name": "a"})
    it.settle()
    first, before = it.agent, it.pod()
    it.manager.restart()
    it.advance(30)
    assert it.agent is not first
    assert it.pod() == before
    assert runs(it) == {"a": "running 0"}


# ---------------------------------------------------------------- probes


def probe(**more: Any) -> Document:
    return {"exec": {"command": ["true"]}, "periodSeconds": 1, **more}


def test_a_container_is_ready_when_it_says_so() -> None:
    """And not before."""
    it = world(a=Behaviour(ready_seconds=5))
    it.create({"name": "a", "readinessProbe": probe()})
    it.advance(4)
    assert (it.container()["started"], it.container()["ready"]) == (True, False)
    assert it.conditions()["Ready"] == "False ContainersNotReady"
    assert "Unhealthy: Readiness probe failed: not yet" in it.events()
    it.advance(2)
    assert it.container()["ready"] is True
    assert it.conditions() == READY


def test_a_container_that_does_not_live_is_started_again() -> None:
    """After it has failed often enough."""
    it = world(a=Behaviour(ready_seconds=0))
    it.create({"name": "a", "livenessProbe": probe(initialDelaySeconds=5, failureThreshold=3)})
    from kubeobj.node.probes.board import Outcome, Verdict

    it.advance(20)
    assert it.container()["restartCount"] == 0
    it.prober.answers["a"] = Outcome(Verdict.FAILURE, "HTTP probe failed with statuscode: 500")
    it.advance(4)
    del it.prober.answers["a"]
    it.advance(20)
    assert it.container()["restartCount"] == 1
    assert it.state() == "running"
    told = it.events()
    assert "Unhealthy: Liveness probe failed: HTTP probe failed with statuscode: 500" in told
    assert "Killing: Container a failed liveness probe, will be restarted" in told


def test_nothing_else_is_asked_before_a_container_has_started() -> None:
    """A container that takes long to start."""
    it = world(a=Behaviour(ready_seconds=20))
    it.create(
        {
            "name": "a",
            "startupProbe": probe(failureThreshold=30),
            "livenessProbe": probe(failureThreshold=1),
        }
    )
    it.advance(18)
    assert {one.key[2].name for one in it.prober.asked} == {"STARTUP"}
    assert it.container()["started"] is False
    it.advance(5)
    assert it.container()["started"] is True
    assert it.container()["restartCount"] == 0
    it.prober.asked.clear()
    it.advance(5)
    assert {one.key[2].name for one in it.prober.asked} == {"LIVENESS"}


def test_a_container_that_never_starts_is_started_again() -> None:
    """When it has been asked often enough; with its own time of grace."""
    it = world(a=Behaviour(ready_seconds=None, stop_seconds=900))
    it.create(
        {
            "name": "a",
            "startupProbe": probe(failureThreshold=3, terminationGracePeriodSeconds=4),
        }
    )
    it.advance(8)
    assert it.container()["restartCount"] == 1
    assert "Killing: Container a failed startup probe, will be restarted" in it.events()


# ---------------------------------------------------------------- restarts of the agent


def test_a_new_agent_takes_up_what_runs() -> None:
    """Nothing is started twice, and nothing ends."""
    it = world()
    it.create({"name": "a"}, {"name": "b"})
    it.settle()
    before = {**runs(it)}
    ids = list(it.host.runs)
    status = it.status()
    it.restart_agent()
    it.advance(60)
    assert runs(it) == before
    assert list(it.host.runs) == ids
    assert it.status() == status


def test_a_new_agent_hears_of_what_has_ended_meanwhile() -> None:
    """With its code."""
    it = world(a=Behaviour(run_seconds=50, exit_code=4))
    it.create({"name": "a"}, restartPolicy="Never")
    it.settle()
    it.loop.close()
    it.clock.advance(100)
    it.restart_agent()
    it.advance(1)
    assert it.status()["phase"] == "Failed"
    assert it.container()["state"]["terminated"]["exitCode"] == 4


def test_a_new_agent_ends_what_nobody_wants_any_more() -> None:
    """A pod that was deleted while there was none."""
    it = world()
    it.create({"name": "a"})
    it.settle()
    it.loop.close()
    it.client.delete("pods", "p", namespace="default", grace_period_seconds=0)
    it.restart_agent()
    it.advance(5)
    assert (it.host.sandboxes, it.host.runs) == ({}, {})


def test_a_new_agent_goes_on_to_end_a_pod() -> None:
    """That has only the time that is left."""
    it = world(a=Behaviour(stop_seconds=900))
    it.create({"name": "a"})
    it.settle()
    it.client.delete("pods", "p", namespace="default")
    it.advance(20)
    it.restart_agent()
    it.advance(13)
    assert it.pod() is None
    assert it.host.runs == {}


def test_a_ready_container_stays_ready_through_a_restart_of_the_agent() -> None:
    """As was told of it before."""
    it = world(a=Behaviour(ready_seconds=3))
    it.create({"name": "a", "readinessProbe": probe(), "startupProbe": probe(failureThreshold=9)})
    it.advance(10)
    assert it.container()["ready"] is True
    before = it.pod()
    it.restart_agent()
    it.advance(10)
    assert it.pod() == before


def test_after_a_reboot_everything_begins_again() -> None:
    """In a new sandbox, with one restart more."""
    it = world(i=Behaviour(run_seconds=2))
    it.create({"name": "a"}, inits=[{"name": "i"}])
    it.advance(5)
    it.loop.close()
    it.host.reboot(it.clock.now())
    it.restart_agent()
    it.advance(10)
    assert it.status()["phase"] == "Running"
    assert it.container()["restartCount"] == 1
    assert it.container("i", part="initContainerStatuses")["restartCount"] == 1
    assert len(it.host.sandboxes) == 1
    told = "SandboxChanged: Pod sandbox changed, it will be killed and re-created."
    assert told in it.events()


def lose_everything(it: AgentWorld) -> None:
    """Let somebody remove all sandboxes behind the back of the agent."""
    for sandbox_id in list(it.host.sandboxes):
        it.host.stop_sandbox(sandbox_id, it.clock.now())
        it.host.remove_sandbox(sandbox_id)


def test_what_has_ended_for_good_is_not_run_again() -> None:
    """Even if the runtime has forgotten it; what ran is started again."""
    it = world(a=Behaviour(run_seconds=2))
    it.create({"name": "a"}, {"name": "b"}, restartPolicy="OnFailure")
    it.advance(5)
    lose_everything(it)
    it.advance(15)
    assert runs(it) == {"b": "running 1"}
    assert it.state("a") == "terminated Completed"
    assert it.container("b")["restartCount"] == 1
    last = it.container("b")["lastState"]["terminated"]
    assert (last["reason"], last["exitCode"]) == ("ContainerStatusUnknown", 137)


def test_a_pod_that_has_run_its_course_is_over_even_if_all_is_forgotten() -> None:
    """With what was told of it before."""
    it = world(a=Behaviour(run_seconds=2, exit_code=5))
    it.create({"name": "a"}, restartPolicy="Never")
    it.advance(5)
    lose_everything(it)
    before = it.pod()
    it.restart_agent()
    it.advance(30)
    assert it.pod() == before
    assert it.container()["state"]["terminated"]["exitCode"] == 5
    assert runs(it) == {}


def test_init_containers_that_begin_again_are_not_untold() -> None:
    """In a new sandbox they do; the API does not let them go back."""
    it = world(i=Behaviour(run_seconds=5))
    it.create({"name": "a"}, inits=[{"name": "i"}], restartPolicy="OnFailure")
    it.advance(8)
    lose_everything(it)
    it.advance(2)
    assert runs(it)["i"] == "running 1"
    assert it.state("i", part="initContainerStatuses") == "terminated Completed"
    it.advance(10)
    assert runs(it) == {"i": "exited 1", "a": "running 1"}
    assert it.conditions() == READY


def test_a_clock_that_is_put_back_stops_nothing() -> None:
    """Containers are started again, asked, and ended as before."""
    it = world(a=Behaviour(run_seconds=1, exit_code=1, runs=3), b=Behaviour(ready_seconds=0))
    it.create({"name": "a"}, {"name": "b", "readinessProbe": probe()})
    it.advance(5)
    assert it.state() == "waiting CrashLoopBackOff"
    it.clock._now -= 3600
    for run in it.host.runs.values():
        assert run.container.started_at > it.clock.now()
    it.advance(5)
    assert it.container()["restartCount"] == 2
    it.prober.asked.clear()
    it.advance(3)
    assert len(it.prober.asked) >= 3
    it.client.delete("pods", "p", namespace="default")
    it.advance(35)
    assert it.pod() is None


def test_while_the_runtime_is_away_nothing_changes() -> None:
    """And everything goes on once it is back."""
    it = world(a=Behaviour(run_seconds=15, exit_code=1, runs=1))
    it.create({"name": "a"})
    it.settle()
    it.host.is_reachable = False
    before = it.pod()
    it.advance(30)
    assert it.pod() == before
    assert it.agent.runtime_status.ready is False
    it.host.is_reachable = True
    it.advance(5)
    assert it.agent.runtime_status.ready is True
    assert it.container()["restartCount"] == 1
    assert it.state() == "running"


# ---------------------------------------------------------------- more of pods


def test_what_a_node_has_no_room_for_is_refused() -> None:
    """As the kubelet says it."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "n1"},
        "status": {"allocatable": {"cpu": "1", "memory": "1Gi", "pods": "10"}},
    }
    it = AgentWorld(node=node)
    asks = {"requests": {"cpu": "600m"}}
    it.create({"name": "a", "resources": asks}, name="one")
    it.settle()
    it.create({"name": "a", "resources": asks}, name="two")
    it.settle()
    assert it.status("one")["phase"] == "Running"
    status = it.status("two")
    assert (status["phase"], status["reason"]) == ("Failed", "OutOfcpu")
    assert "Node didn't have enough resource: cpu" in status["message"]
    assert "containerStatuses" not in status
    it.client.delete("pods", "two", namespace="default")
    it.client.delete("pods", "one", namespace="default")
    it.advance(2)
    assert (it.pod("one"), it.pod("two")) == (None, None)
    it.create({"name": "a", "resources": asks}, name="three")
    it.settle()
    assert it.status("three")["phase"] == "Running"


def test_a_pod_may_wait_for_more_than_its_containers() -> None:
    """For what its gates name."""
    it = world()
    it.create({"name": "a"}, readinessGates=[{"conditionType": "example.com/fed"}])
    it.settle()
    assert it.conditions()["ContainersReady"] == "True"
    assert it.conditions()["Ready"] == "False ReadinessGatesNotReady"
    condition = {"type": "example.com/fed", "status": "True"}
    it.client.patch(
        "pods", "p", {"status": {"conditions": [condition]}}, namespace="default", part="status"
    )
    it.settle()
    assert it.conditions()["Ready"] == "True"
    assert it.conditions()["example.com/fed"] == "True"


def test_a_container_for_debugging_is_added_to_a_pod_that_runs() -> None:
    """It runs once."""
    it = world(d=Behaviour(run_seconds=3, exit_code=1))
    it.create({"name": "a"})
    it.settle()
    extra = {"spec": {"ephemeralContainers": [{"name": "d", "image": "d:1"}]}}
    it.client.patch("pods", "p", extra, namespace="default", part="ephemeralcontainers")
    it.settle()
    part = "ephemeralContainerStatuses"
    assert it.state("d", part=part) == "running"
    it.advance(30)
    assert it.state("d", part=part) == "terminated Error"
    assert it.status()["phase"] == "Running"


def test_a_container_is_given_more_while_it_runs() -> None:
    """And it is not started again."""
    it = world()
    asks = {"requests": {"cpu": "100m"}, "limits": {"cpu": "200m"}}
    it.create({"name": "a", "resources": asks})
    it.settle()
    more = {"requests": {"cpu": "300m"}, "limits": {"cpu": "400m"}}
    patch = {"spec": {"containers": [{"name": "a", "resources": more}]}}
    it.client.patch("pods", "p", patch, namespace="default", part="resize")
    it.settle()
    a = it.container()
    assert (a["resources"], a["allocatedResources"]) == (more, {"cpu": "300m"})
    assert a["restartCount"] == 0
    assert [one.resources.cpu_limit_millis for one in it.host.runs.values()] == [400]
    assert "PodResizeInProgress" not in it.conditions()


def test_a_container_may_want_a_new_run_when_it_is_given_more() -> None:
    """As its policy says."""
    it = world()
    policy = [{"resourceName": "memory", "restartPolicy": "RestartContainer"}]
    asks = {"requests": {"memory": "1Mi"}}
    it.create({"name": "a", "resources": asks, "resizePolicy": policy})
    it.settle()
    patch = {"spec": {"containers": [{"name": "a", "resources": {"requests": {"memory": "2Mi"}}}]}}
    it.client.patch("pods", "p", patch, namespace="default", part="resize")
    it.advance(15)
    assert it.container()["restartCount"] == 1
    assert it.container()["resources"] == {"requests": {"memory": "2Mi"}}


@pytest.mark.parametrize(
    ("cpu", "reason"),
    [("5", "PodResizePending True Infeasible"), ("900m", "PodResizePending True Deferred")],
)
def test_what_a_node_cannot_give_is_said(cpu: str, reason: str) -> None:
    """And the container keeps what it has."""
    node = {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": "n1"},
        "status": {"allocatable": {"cpu": "1", "memory": "1Gi", "pods": "10"}},
    }
    it = AgentWorld(node=node)
    it.create({"name": "a", "resources": {"requests": {"cpu": "100m"}}})
    it.create({"name": "a", "resources": {"requests": {"cpu": "500m"}}}, name="other")
    it.settle()
    patch = {"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": cpu}}}]}}
    it.client.patch("pods", "p", patch, namespace="default", part="resize")
    it.settle()
    type_, why = reason.split(" ", 1)
    assert it.conditions()[type_] == why
    assert it.container()["resources"] == {"requests": {"cpu": "100m"}}
    assert it.container()["allocatedResources"] == {"cpu": "100m"}
