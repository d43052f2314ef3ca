"""Containers that do something first when they are started: until it is done they do not run."""

from kubeobj.runtimes.behaviour import Behaviour
from tests.node.agentworld import AgentWorld, probe, runs, world

FIRST_DEED = {"postStart": {"sleep": {"seconds": 25}}}


def told(it: AgentWorld) -> tuple[str, bool, bool, int]:
    """Return what is told of the container: its state, whether it has started, is ready."""
    a = it.container()
    return it.state(), a["started"], a["ready"], a["restartCount"]


def test_a_container_does_not_run_until_its_first_deed_is_done() -> None:
    """Though it is looked at again and again, and another one of its pod ends meanwhile."""
    it = world(b=Behaviour(run_seconds=5, exit_code=1, runs=1))
    one = {"name": "a", "lifecycle": FIRST_DEED, "readinessProbe": probe()}
    it.create({"name": "b"}, one)
    for _ in range(24):
        it.advance(1)
        assert told(it) == ("waiting ContainerCreating", False, False, 0)
    assert runs(it)["a"] == "running 0"
    assert (it.status()["phase"], it.prober.asked) == ("Pending", [])
    it.advance(2)
    assert told(it) == ("running", True, True, 0)
    assert it.status()["phase"] == "Running"


def test_a_container_that_is_started_again_is_as_it_was_until_its_first_deed_is_done() -> None:
    """It has ended, and was not started again yet."""
    it = world(a=Behaviour(run_seconds=30, exit_code=1, runs=1))
    it.create({"name": "a", "lifecycle": FIRST_DEED, "readinessProbe": probe()})
    it.advance(29)
    assert told(it) == ("running", True, True, 0)
    asked = len(it.prober.asked)
    it.advance(20)
    assert runs(it)["a"] == "running 1"
    assert told(it) == ("terminated Error", False, False, 0)
    it.advance(8)
    assert told(it) == ("running", True, True, 1)
    assert it.container()["lastState"]["terminated"]["exitCode"] == 1
    assert {one.run_id for one in it.prober.asked[asked + 1 :]} == {
        it.container()["containerID"].removeprefix("simulated://")
    }


def test_a_sidecar_has_not_started_until_its_first_deed_is_done() -> None:
    """Those after it wait."""
    it = world()
    sidecar = {"name": "s", "restartPolicy": "Always", "lifecycle": FIRST_DEED}
    it.create({"name": "a"}, inits=[sidecar])
    it.advance(15)
    s = it.container("s", part="initContainerStatuses")
    assert (s["state"], s["started"]) == ({"waiting": {"reason": "PodInitializing"}}, False)
    assert it.conditions()["Initialized"] == "False ContainersNotInitialized"
    assert runs(it) == {"s": "running 0"}
    it.advance(11)
    s = it.container("s", part="initContainerStatuses")
    assert ("running" in s["state"], s["started"]) == (True, True)
    assert it.state() == "running"
