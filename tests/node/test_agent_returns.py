"""What a new agent makes of what runs, and any agent of a machine that fails."""

from kubeobj.runtimes.behaviour import Behaviour
from tests.node.agentworld import READY, AgentWorld, probe, runs, world

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
