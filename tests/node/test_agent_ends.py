"""How pods end, what containers do before that, and what probes make of them."""

from kubeobj.runtimes.behaviour import Behaviour
from tests.node.agentworld import READY, probe, runs, world

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
    """With the reason, and a condition that says so, and with the least time that there is."""
    it = world(a=Behaviour(stop_seconds=70))
    it.create({"name": "a"}, terminationGracePeriodSeconds=60)
    it.settle()
    pod = it.pod()
    assert pod is not None
    it.agent.evict(pod, "Evicted", "The node was low on resource: memory.")
    it.settle()
    assert runs(it) == {"a": "running 0"}
    it.advance(3)
    status = it.status()
    assert (status["phase"], status["reason"]) == ("Failed", "Evicted")
    assert it.conditions()["DisruptionTarget"] == "True TerminationByKubelet"
    assert it.container()["state"]["terminated"]["exitCode"] == 137


def test_a_pod_that_breaks_a_limit_of_its_own_is_not_disrupted() -> None:
    """A Job counts that as a failure like any other."""
    it = world()
    it.create({"name": "a"})
    it.settle()
    pod = it.pod()
    assert pod is not None
    message = 'Usage of EmptyDir volume "v" exceeds the limit "1Mi". '
    it.agent.evict(pod, "Evicted", message, is_disruption=False)
    it.advance(3)
    status = it.status()
    assert (status["phase"], status["reason"], status["message"]) == ("Failed", "Evicted", message)
    assert "DisruptionTarget" not in it.conditions()


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
    """Nobody waits for that. Until it is done, its container does not count as running."""
    it = world()
    it.create({"name": "a", "lifecycle": {"postStart": {"sleep": {"seconds": 25}}}})
    it.advance(5)
    assert (it.state(), runs(it)) == ("waiting ContainerCreating", {"a": "running 0"})
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
