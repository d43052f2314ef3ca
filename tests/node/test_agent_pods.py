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
