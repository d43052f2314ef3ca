"""Whom something that happens helps: nobody waits who could be placed."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.scheduling.happenings import Kind
from kubeobj.scheduling.queue import Place
from tests.scheduling.clusters import pods
from tests.scheduling.conftest import Cluster

Doc = dict[str, Any]

APART = {
    "podAntiAffinity": {
        "requiredDuringSchedulingIgnoredDuringExecution": [
            {
                "topologyKey": "kubernetes.io/hostname",
                "labelSelector": {"matchLabels": {"app": "web"}},
            }
        ]
    }
}
NEAR = {"podAffinity": APART["podAntiAffinity"]}
WEB: Doc = {"metadata": {"labels": {"app": "web"}}}
SPREAD = [
    {
        "maxSkew": 1,
        "topologyKey": "kubernetes.io/hostname",
        "whenUnsatisfiable": "DoNotSchedule",
        "labelSelector": {"matchLabels": {"app": "web"}},
    }
]


def _attempts(cluster: Cluster, name: str) -> int:
    uid = cluster.read(name)["metadata"]["uid"]
    queued = cluster.scheduler.queue.find(uid)
    assert queued is not None
    return queued.attempts


def test_a_pod_that_has_to_be_near_another(cluster: Cluster) -> None:
    """Is placed when that one is; others do not make it try."""
    cluster.node("n1")
    cluster.pod("p", cpu="10m", affinity=NEAR)
    cluster.settle()
    cluster.pod("other", cpu="10m")
    cluster.settle()
    assert _attempts(cluster, "p") == 1
    cluster.pod("web", cpu="10m", **WEB)
    cluster.settle()
    assert cluster.places()["p"] == "n1"


def test_a_pod_that_has_to_be_apart(cluster: Cluster) -> None:
    """Is placed when the other goes."""
    cluster.node("n1")
    cluster.pod("web", cpu="10m", **WEB)
    cluster.pod("idle", cpu="0")
    cluster.settle()
    cluster.pod("p", cpu="10m", affinity=APART)
    cluster.settle()
    assert cluster.places()["p"] == ""
    cluster.client.delete("pods", "web", namespace="default")
    cluster.settle()
    assert cluster.places()["p"] == "n1"


def test_a_pod_that_somebody_wants_to_be_apart_from(cluster: Cluster) -> None:
    """Is placed when that one goes."""
    cluster.node("n1")
    cluster.pod("shy", cpu="10m", affinity=APART)
    cluster.settle()
    cluster.pod("p", cpu="10m", **WEB)
    cluster.settle()
    assert cluster.places()["p"] == ""
    cluster.client.delete("pods", "shy", namespace="default")
    cluster.settle()
    assert cluster.places()["p"] == "n1"


def test_pods_that_are_spread(cluster: Cluster) -> None:
    """A pod elsewhere lets another come here; a node that goes may, too."""
    for name in ("n1", "n2"):
        cluster.node(name)
    cluster.client.patch("nodes", "n2", {"spec": {"unschedulable": True}}, type="merge")
    for name in ("a", "b"):
        cluster.pod(name, cpu="10m", topologySpreadConstraints=SPREAD, **WEB)
    cluster.settle()
    assert sorted(cluster.places().values()) == ["", "n1"]
    cluster.client.delete("nodes", "n2")
    cluster.settle()
    assert sorted(cluster.places().values()) == ["n1", "n1"]


def test_labels_of_a_pod_that_is_there(cluster: Cluster) -> None:
    """Count as a pod that has come."""
    cluster.node("n1")
    cluster.pod("later", cpu="10m")
    cluster.settle()
    cluster.pod("p", cpu="10m", affinity=NEAR)
    cluster.settle()
    cluster.client.patch("pods", "later", WEB, type="merge", namespace="default")
    cluster.settle()
    assert cluster.places()["p"] == "n1"


def test_a_pod_that_changes_itself(cluster: Cluster) -> None:
    """Is tried again as it is now."""
    cluster.node("n1")
    taint = {"key": "a", "effect": "NoSchedule"}
    cluster.client.patch("nodes", "n1", {"spec": {"taints": [taint]}}, type="merge")
    cluster.pod("p", cpu="10m")
    cluster.settle()
    tolerations = cluster.read("p")["spec"]["tolerations"]
    change = {"spec": {"tolerations": [*tolerations, {"key": "a", "operator": "Exists"}]}}
    cluster.client.patch("pods", "p", change, type="merge", namespace="default")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


def test_a_node_that_goes_while_it_is_kept_free(cluster: Cluster) -> None:
    """The pod that was to come is tried again."""
    for name, value in (("low", 1), ("high", 9)):
        kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
        cluster.client.create({**kind, "metadata": {"name": name}, "value": value})
    cluster.node("n1")
    cluster.pod("victim", cpu="1", priorityClassName="low", terminationGracePeriodSeconds=60)
    cluster.settle()
    cluster.pod("p", cpu="1", priorityClassName="high")
    cluster.settle()
    assert cluster.read("p")["status"]["nominatedNodeName"] == "n1"
    cluster.client.delete("nodes", "n1")
    cluster.settle()
    assert _attempts(cluster, "p") == 2
    assert not cluster.scheduler.snapshot.nominees


def test_what_selects_pods_may_go(cluster: Cluster) -> None:
    """Services, budgets and namespaces are forgotten when they are gone."""
    service = {"apiVersion": "v1", "kind": "Service"}
    spec = {"selector": {"app": "web"}, "ports": [{"port": 80}]}
    metadata = {"name": "web", "namespace": "default"}
    cluster.client.create({**service, "metadata": metadata, "spec": spec})
    budget = {"apiVersion": "policy/v1", "kind": "PodDisruptionBudget", "metadata": metadata}
    selector = {"matchLabels": {"app": "web"}}
    cluster.client.create({**budget, "spec": {"minAvailable": 1, "selector": selector}})
    cluster.node("n1")
    cluster.pod("p", cpu="10m", **WEB)
    cluster.settle()
    scores = cluster.scheduler.explain(cluster.read("p")).nodes[0].scores
    assert scores["PodTopologySpread"] == 200
    cluster.client.delete("services", "web", namespace="default")
    cluster.client.delete("poddisruptionbudgets", "web", namespace="default")
    cluster.settle()
    scores = cluster.scheduler.explain(cluster.read("p")).nodes[0].scores
    assert "PodTopologySpread" not in scores
    cluster.scheduler.handle("namespaces", {"metadata": {"name": "default"}}, None)
    assert "default" not in cluster.scheduler.snapshot.counts.namespaces


def test_namespaces_with_other_labels(cluster: Cluster) -> None:
    """Are other namespaces to those who choose by labels."""
    cluster.client.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "team"}})
    cluster.account("team")
    cluster.node("n1")
    cluster.pod("web", cpu="10m", metadata={"namespace": "team", "labels": {"app": "web"}})
    cluster.settle()
    term = {
        **NEAR["podAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"][0],
        "namespaceSelector": {"matchLabels": {"env": "prod"}},
    }
    near = {"podAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": [term]}}
    cluster.pod("p", cpu="10m", affinity=near)
    cluster.settle()
    assert cluster.places()["p"] == ""
    change = {"metadata": {"labels": {"env": "prod"}}}
    cluster.client.patch("namespaces", "team", change, type="merge")
    cluster.settle()
    assert cluster.scheduler.explain(cluster.read("p")).chosen == "n1"


@pytest.mark.parametrize("kind", list(Kind))
def test_everything_helps_somebody(kind: Kind) -> None:
    """There is no kind that nobody waits for."""
    from kubeobj.scheduling.happenings import HELPS

    assert any(kind in kinds for kinds in HELPS.values())


def _pod(cluster: Cluster, pod: Doc) -> None:
    spec = {key: value for key, value in pod["spec"].items() if key != "priority"}
    spec["terminationGracePeriodSeconds"] = 0
    if pod["spec"]["priority"]:
        spec["priorityClassName"] = f"class-{pod['spec']['priority']}"
    metadata = {**pod["metadata"], "namespace": "default"}
    cluster.client.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec})


def _change_node(cluster: Cluster, name: str, data: st.DataObject) -> None:
    zones = data.draw(st.sampled_from(["z0", "z1", None]))
    change: Doc = {
        "metadata": {"labels": {"topology.kubernetes.io/zone": zones, "disk": "ssd"}},
        "spec": {"unschedulable": data.draw(st.sampled_from([True, None]))},
    }
    cluster.client.patch("nodes", name, change, type="merge")
    has = {"cpu": data.draw(st.sampled_from(["1", "2"])), "memory": "4Gi", "pods": "10"}
    status = {"status": {"capacity": has, "allocatable": has}}
    cluster.client.patch("nodes", name, status, type="merge", part="status")


def _happen(cluster: Cluster, number: int, nodes: list[str], data: st.DataObject) -> None:
    """Let something happen."""
    places = cluster.places()
    what = data.draw(st.sampled_from(["node", "pod", "pod", "pod", "gone", "change", "lost"]))
    if what == "pod":
        _pod(cluster, data.draw(pods(f"p{number}")))
    elif what == "node":
        cluster.node(f"n{number}")
        nodes.append(f"n{number}")
    elif what == "gone" and places:
        gone = data.draw(st.sampled_from(sorted(places)))
        cluster.client.delete("pods", gone, namespace="default")
    elif what == "change" and nodes:
        _change_node(cluster, data.draw(st.sampled_from(nodes)), data)
    elif what == "lost" and nodes:
        cluster.client.delete("nodes", nodes.pop())


@settings(max_examples=25)
@given(st.data())
def test_nobody_waits_who_could_be_placed(data: st.DataObject) -> None:
    """Whatever has happened, and without waiting for the five minutes to pass."""
    cluster = Cluster()
    for value in (10, 100):
        kind = {"apiVersion": "scheduling.k8s.io/v1", "kind": "PriorityClass"}
        cluster.client.create({**kind, "metadata": {"name": f"class-{value}"}, "value": value})
    nodes: list[str] = []
    for number in range(data.draw(st.integers(3, 14))):
        _happen(cluster, number, nodes, data)
        if data.draw(st.booleans()):
            cluster.settle()
    cluster.settle()
    for queued in cluster.scheduler.queue:
        assert queued.place is Place.WAITING
        assert cluster.scheduler.explain(queued.record.document).chosen == ""
