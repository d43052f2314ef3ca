"""Making room on a real API server."""

from kubeobj.scheduling.preemption import NEVER
from tests.scheduling.conftest import Cluster


def _classes(cluster: Cluster, **values: int) -> None:
    for name, value in values.items():
        cluster.client.create(
            {
                "apiVersion": "scheduling.k8s.io/v1",
                "kind": "PriorityClass",
                "metadata": {"name": name},
                "value": value,
            }
        )


def test_who_matters_less_goes(cluster: Cluster) -> None:
    """And who matters more comes, once the room is there."""
    _classes(cluster, low=1, high=100)
    cluster.node("n1")
    cluster.pod("victim", cpu="1", priorityClassName="low")
    cluster.settle()
    uid = cluster.read("victim")["metadata"]["uid"]
    cluster.pod("vip", cpu="800m", priorityClassName="high")
    cluster.settle()
    assert cluster.places() == {"vip": "n1"}
    vip = cluster.read("vip")
    assert "nominatedNodeName" not in vip["status"]
    preemptor = vip["metadata"]["uid"]
    assert cluster.events("Preempted") == [("victim", f"Preempted by pod {preemptor} on node n1")]
    assert uid != preemptor
    assert cluster.events("FailedScheduling") == [
        ("vip", "0/1 nodes are available: 1 Insufficient cpu.")
    ]


def test_room_is_kept_while_the_victim_takes_its_time(cluster: Cluster) -> None:
    """Nobody who matters no more gets it meanwhile."""
    _classes(cluster, low=1, high=100)
    cluster.node("n1")
    cluster.pod("victim", cpu="1", priorityClassName="low", terminationGracePeriodSeconds=30)
    cluster.settle()
    cluster.pod("vip", cpu="1", priorityClassName="high")
    cluster.settle()
    victim = cluster.read("victim")
    assert "deletionTimestamp" in victim["metadata"]
    reasons = {one["type"]: one.get("reason") for one in victim["status"]["conditions"]}
    assert reasons["DisruptionTarget"] == "PreemptionByScheduler"
    assert cluster.read("vip")["status"]["nominatedNodeName"] == "n1"
    cluster.pod("other", cpu="1", priorityClassName="low")
    cluster.settle()
    cluster.client.delete("pods", "victim", namespace="default", grace_period_seconds=0)
    cluster.settle()
    assert cluster.places() == {"vip": "n1", "other": ""}


def test_budgets_are_spared_where_it_can_be_helped(cluster: Cluster) -> None:
    """Of two victims, the one goes that no budget protects."""
    _classes(cluster, low=1, high=100)
    for name in ("n1", "n2"):
        cluster.node(name)
    for name, label in (("guarded", "web"), ("free", "db")):
        cluster.pod(name, cpu="1", priorityClassName="low", metadata={"labels": {"app": label}})
    cluster.client.create(
        {
            "apiVersion": "policy/v1",
            "kind": "PodDisruptionBudget",
            "metadata": {"name": "web", "namespace": "default"},
            "spec": {"minAvailable": 1, "selector": {"matchLabels": {"app": "web"}}},
        }
    )
    cluster.settle()
    cluster.pod("vip", cpu="1", priorityClassName="high")
    cluster.settle()
    assert sorted(cluster.places()) == ["guarded", "vip"]


def test_who_never_preempts(cluster: Cluster) -> None:
    """Waits like anybody else."""
    _classes(cluster, low=1)
    cluster.client.create(
        {
            "apiVersion": "scheduling.k8s.io/v1",
            "kind": "PriorityClass",
            "metadata": {"name": "polite"},
            "value": 100,
            "preemptionPolicy": "Never",
        }
    )
    cluster.node("n1")
    cluster.pod("there", cpu="1", priorityClassName="low")
    cluster.settle()
    cluster.pod("vip", cpu="1", priorityClassName="polite")
    cluster.settle()
    assert cluster.places() == {"there": "n1", "vip": ""}
    assert NEVER in cluster.condition("vip")["message"]


def test_many_preempt_each_other_a_node(cluster: Cluster) -> None:
    """Each has a node of its own, and each is tried twice: before and after."""
    _classes(cluster, low=1, high=100)
    for number in range(10):
        cluster.node(f"n{number}")
        cluster.pod(f"low{number}", cpu="900m", priorityClassName="low")
    cluster.settle()
    for number in range(10):
        cluster.pod(f"high{number}", cpu="900m", priorityClassName="high")
    cluster.settle()
    places = cluster.places()
    assert sorted(places) == sorted(f"high{number}" for number in range(10))
    assert sorted(places.values()) == sorted(f"n{number}" for number in range(10))
