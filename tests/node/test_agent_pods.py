"""What else pods may ask for: room, gates, containers for debugging, more resources."""

import pytest

from kubeobj.runtimes.behaviour import Behaviour
from tests.node.agentworld import AgentWorld, world

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


# ---------------------------------------------------------------- another image


def set_image(it: AgentWorld, image: str, part: str = "containers", name: str = "a") -> None:
    """Let a container have another image."""
    patch = {"spec": {part: [{"name": name, "image": image}]}}
    it.client.patch("pods", "p", patch, type="strategic", namespace="default")


@pytest.mark.parametrize("policy", ["Always", "OnFailure", "Never"])
def test_a_container_that_is_to_have_another_image_is_started_again_with_it(policy: str) -> None:
    """Whatever the policy is; until it has ended it is said to have the one that it has."""
    it = world(a=Behaviour(stop_seconds=5, pull_seconds=3))
    it.create({"name": "a"}, restartPolicy=policy)
    it.advance(3)
    old = it.container()
    set_image(it, "a:2")
    it.advance(4)
    assert it.container() == old
    assert (old["image"], it.state()) == ("a:1", "running")
    for _ in range(8):
        it.advance(0.5)
        assert it.status()["phase"] == "Running"
    a = it.container()
    assert (a["image"], a["restartCount"], it.state()) == ("a:2", 1, "running")
    assert a["lastState"]["terminated"]["containerID"] == old["containerID"]
    assert (it.status()["phase"], it.conditions()["Ready"]) == ("Running", "True")
    assert "Killing: Container a definition changed, will be restarted" in it.events()
    it.advance(60)
    assert it.container() == a


def test_a_sidecar_that_is_to_have_another_image_is_started_again() -> None:
    """And the container that it serves is left alone."""
    it = world()
    it.create({"name": "a"}, inits=[{"name": "s", "restartPolicy": "Always"}])
    it.settle()
    set_image(it, "s:2", "initContainers", "s")
    it.advance(2)
    s = it.container("s", part="initContainerStatuses")
    assert (s["image"], s["restartCount"], "running" in s["state"]) == ("s:2", 1, True)
    assert it.container()["restartCount"] == 0
    assert "Killing: Init container s definition changed" in it.events()


def test_another_image_is_not_waited_for_as_the_one_that_has_failed() -> None:
    """It has never failed; the one before has, and is remembered to."""
    it = world(a=Behaviour(run_seconds=1, exit_code=1))
    it.create({"name": "a"})
    it.advance(100)
    assert (it.state(), it.container()["restartCount"]) == ("waiting CrashLoopBackOff", 4)
    set_image(it, "a:2")
    it.advance(0.5)
    assert (it.state(), it.container()["restartCount"]) == ("running", 5)
    set_image(it, "a:1")
    it.advance(1)
    assert it.state() == "waiting CrashLoopBackOff"
    assert "back-off 1m20s" in it.container()["state"]["waiting"]["message"]


def test_what_else_of_a_pod_changes_starts_nothing_again() -> None:
    """A label, and what its containers may use."""
    it = world()
    policy = [{"resourceName": "cpu", "restartPolicy": "NotRequired"}]
    asks = {"requests": {"cpu": "100m"}}
    it.create({"name": "a", "resources": asks, "resizePolicy": policy})
    it.settle()
    it.client.patch(
        "pods", "p", {"metadata": {"labels": {"x": "y"}}}, type="merge", namespace="default"
    )
    more = {"spec": {"containers": [{"name": "a", "resources": {"requests": {"cpu": "200m"}}}]}}
    it.client.patch("pods", "p", more, type="strategic", namespace="default", part="resize")
    it.advance(5)
    assert it.container()["restartCount"] == 0
    assert it.container()["resources"]["requests"] == {"cpu": "200m"}


def test_who_is_to_look_at_a_container_waits_until_it_is_there() -> None:
    """There is nothing to look at before."""
    it = world(a=Behaviour(pull_fails=1, pull_seconds=1))
    it.create({"name": "a"})
    it.settle()
    extra = [{"name": "d", "image": "there:1", "targetContainerName": "a"}]
    patch = {"spec": {"ephemeralContainers": extra}}
    it.runtime.pull_image("there:1")
    it.client.patch(
        "pods", "p", patch, type="strategic", namespace="default", part="ephemeralcontainers"
    )
    it.settle()
    (status,) = it.status()["ephemeralContainerStatuses"]
    assert status["state"]["waiting"] == {
        "reason": "CreateContainerConfigError",
        "message": "unable to find target container a",
    }
    it.advance(60)
    (status,) = it.status()["ephemeralContainerStatuses"]
    assert "running" in status["state"]


def test_containers_are_told_by_name_and_init_containers_in_their_turn() -> None:
    """However the pod lists them."""
    it = world()
    sidecars = [{"name": name, "restartPolicy": "Always"} for name in ("y", "x")]
    it.create({"name": "b"}, {"name": "c"}, {"name": "a"}, inits=sidecars)
    it.settle()
    extra = [{"name": name, "image": f"{name}:1"} for name in ("e", "d")]
    patch = {"spec": {"ephemeralContainers": extra}}
    it.client.patch(
        "pods", "p", patch, type="strategic", namespace="default", part="ephemeralcontainers"
    )
    it.settle()
    status = it.status()
    found = {key: [one["name"] for one in status[key]] for key in status if "Statuses" in key}
    assert found == {
        "initContainerStatuses": ["y", "x"],
        "containerStatuses": ["a", "b", "c"],
        "ephemeralContainerStatuses": ["d", "e"],
    }
    assert it.conditions()["Ready"] == "True"
