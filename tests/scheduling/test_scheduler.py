"""A scheduler on a real API server: what it does, and what it tells."""

from collections.abc import Callable

import pytest

from kubeobj.api.errors import Conflict
from kubeobj.reconcile.clientlayer import layered
from kubeobj.scheduling.profiles import default_profile
from kubeobj.scheduling.scheduler import Scheduler
from tests.scheduling.conftest import Cluster


def test_pods_get_nodes(cluster: Cluster) -> None:
    """Spread over what there is, with condition and event."""
    for name in ("n1", "n2"):
        cluster.node(name)
    for number in range(4):
        cluster.pod(f"p{number}")
    cluster.settle()
    assert sorted(cluster.places().values()) == ["n1", "n1", "n2", "n2"]
    assert cluster.condition("p0")["status"] == "True"
    node = cluster.places()["p0"]
    assert ("p0", f"Successfully assigned default/p0 to {node}") in cluster.events("Scheduled")
    assert cluster.scheduler.queue.find("p0") is None


def test_what_is_said_of_a_pod_that_fits_nowhere(cluster: Cluster) -> None:
    """In the words of kube-scheduler."""
    cluster.node("n1")
    cluster.node("n2", pods="0")
    cluster.pod("big", cpu="3")
    cluster.settle()
    assert cluster.places() == {"big": ""}
    message = (
        "0/2 nodes are available: 1 Too many pods, 2 Insufficient cpu. "
        "preemption: 0/2 nodes are available: 2 Preemption is not helpful for scheduling."
    )
    condition = cluster.condition("big")
    assert (condition["status"], condition["reason"]) == ("False", "Unschedulable")
    assert condition["message"] == message
    assert cluster.events("FailedScheduling") == [("big", message)]


def test_without_nodes(cluster: Cluster) -> None:
    """There is nothing to say of any node."""
    cluster.pod("p")
    cluster.settle()
    assert cluster.condition("p")["message"] == "no nodes available to schedule pods"


def test_a_new_node_helps(cluster: Cluster) -> None:
    """At once, for the queue is empty but for the pod that backs off."""
    cluster.pod("p")
    cluster.settle()
    cluster.node("n1")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


def test_a_pod_that_goes_helps_as_many_as_there_is_room_for(cluster: Cluster) -> None:
    """And the others have not been tried in vain."""
    cluster.node("n1")
    for number in range(6):
        cluster.pod(f"p{number}")
    cluster.settle()
    waiting = [name for name, node in cluster.places().items() if not node]
    assert len(waiting) == 4
    placed = next(name for name, node in cluster.places().items() if node)
    cluster.client.delete("pods", placed, namespace="default")
    cluster.settle()
    assert sum(1 for node in cluster.places().values() if node) == 2
    assert sorted(one.attempts for one in cluster.scheduler.queue) == [1, 1, 1]


@pytest.mark.parametrize(
    "change",
    [
        {"metadata": {"labels": {"disk": "ssd"}}},
        {"spec": {"unschedulable": None}},
    ],
    ids=["labels", "opened"],
)
def test_a_node_that_changes_helps(cluster: Cluster, change: dict[str, object]) -> None:
    """If the change is what was in the way."""
    cluster.node("n1")
    cluster.client.patch("nodes", "n1", {"spec": {"unschedulable": True}}, type="merge")
    selector = {"disk": "ssd"} if "metadata" in change else {}
    cluster.pod("p", nodeSelector=selector)
    if selector:
        cluster.client.patch("nodes", "n1", {"spec": {"unschedulable": None}}, type="merge")
    cluster.settle()
    assert cluster.places() == {"p": ""}
    cluster.client.patch("nodes", "n1", change, type="merge")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


def test_gates_hold_pods(cluster: Cluster) -> None:
    """Until the last of them is open."""
    cluster.node("n1")
    cluster.pod("p", schedulingGates=[{"name": "a.b/c"}])
    cluster.settle()
    assert cluster.places() == {"p": ""}
    assert cluster.condition("p")["reason"] == "SchedulingGated"
    cluster.client.patch("pods", "p", {"spec": {"schedulingGates": []}}, type="merge")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


def test_priority_comes_first(cluster: Cluster) -> None:
    """Whoever came when."""
    for name, value in (("low", 1), ("high", 1000)):
        cluster.client.create(
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": name},
                "value": value,
            }
        )
    cluster.node("n1")
    cluster.pod("first", cpu="1", priorityClassName="low")
    cluster.pod("second", cpu="1", priorityClassName="high")
    cluster.settle()
    assert cluster.places() == {"first": "", "second": "n1"}


def test_other_schedulers_have_their_own_pods(cluster_with: Callable[..., Cluster]) -> None:
    """Profiles have names; what nobody is called is left alone."""
    mine = default_profile("mine").without("NodeResourcesFit")
    cluster = cluster_with(default_profile(), mine)
    cluster.node("n1", cpu="1")
    cluster.pod("p", cpu="7", schedulerName="mine")
    cluster.pod("q", cpu="7")
    cluster.pod("r", cpu="1m", schedulerName="nobody")
    cluster.settle()
    assert cluster.places() == {"p": "n1", "q": "", "r": ""}
    assert not cluster.condition("r")


def test_a_binding_that_fails_is_tried_again(cluster: Cluster) -> None:
    """After a while, and what was taken is given back meanwhile."""
    refusals = [Conflict("not now")]

    def around(call: object, ask: Callable[[], object]) -> object:
        if str(call).startswith("bind") and refusals:
            raise refusals.pop()
        return ask()

    client = layered(cluster.client, around)
    scheduler = Scheduler(client, cluster.clock)
    cluster.node("n1")
    cluster.pod("p")
    scheduler.handle("nodes", None, cluster.client.get("nodes", "n1").document)
    scheduler.handle("pods", None, cluster.read("p"))
    assert scheduler.step()
    assert cluster.places() == {"p": ""}
    assert cluster.condition("p")["reason"] == "SchedulerError"
    assert scheduler.snapshot.nodes.at(0).used == {"cpu": 0, "memory": 0}
    assert scheduler.step() is True  # tells of it
    assert not scheduler.step()
    assert scheduler.deadline == cluster.clock.now() + 1
    cluster.clock.advance(1)
    assert scheduler.step()
    assert cluster.places() == {"p": "n1"}


def test_five_minutes_later_it_is_tried_again(cluster: Cluster) -> None:
    """Though nothing has happened; what is said stays the same, so nothing is written."""
    cluster.node("n1")
    cluster.pod("p", cpu="9")
    cluster.settle()
    version = cluster.read("p")["metadata"]["resourceVersion"]
    cluster.manager.advance(301)
    (queued,) = cluster.scheduler.queue
    assert queued.attempts == 2
    assert cluster.read("p")["metadata"]["resourceVersion"] == version


def test_a_pod_that_goes_is_forgotten(cluster: Cluster) -> None:
    """Wherever it was."""
    cluster.pod("p")
    cluster.settle()
    assert len(cluster.scheduler.queue) == 1
    cluster.client.delete("pods", "p", namespace="default")
    cluster.settle()
    assert len(cluster.scheduler.queue) == 0


def test_a_second_scheduler_begins_where_the_first_ended(cluster: Cluster) -> None:
    """All it knows is in the API."""
    cluster.node("n1")
    cluster.pod("p")
    cluster.settle()
    cluster.manager.restart()
    cluster.pod("q")
    cluster.pod("r")
    cluster.settle()
    assert cluster.places() == {"p": "n1", "q": "n1", "r": ""}


def test_names_of_profiles(cluster: Cluster) -> None:
    """Are all different."""
    profiles = (default_profile(), default_profile())
    with pytest.raises(ValueError, match="different names"):
        Scheduler(cluster.client, cluster.clock, profiles=profiles)


def test_the_same_seed_makes_the_same_places() -> None:
    """A run is a function of what was given."""
    runs = []
    for _ in range(2):
        cluster = Cluster()
        for number in range(5):
            cluster.node(f"n{number}", cpu="8")
        for number in range(40):
            cluster.pod(f"p{number}", cpu="200m")
        cluster.settle()
        runs.append((cluster.places(), cluster.events("Scheduled")))
    assert runs[0] == runs[1]
