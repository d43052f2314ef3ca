"""Why a pod goes where it goes."""

import pytest

from tests.scheduling.conftest import Cluster


def test_scores_and_objections(cluster: Cluster) -> None:
    """Each node says why not, or how good it is and by whom."""
    cluster.node("n1", cpu="4")
    cluster.node("n2", cpu="2")
    cluster.node("n3", cpu="100m")
    cluster.settle()
    cluster.pod("p", cpu="1")
    found = cluster.scheduler.explain(cluster.read("p"))
    assert (found.chosen, found.message) == ("n1", "")
    first, second, third = found.nodes
    assert first.fits
    assert first.total == sum(first.scores.values()) > second.total
    assert first.scores["TaintToleration"] == 300
    assert third.rejection is not None
    assert third.rejection.reasons == ("Insufficient cpu",)
    assert str(found).splitlines()[0] == "default/p goes to n1"
    assert "  n3: NodeResourcesFit: Insufficient cpu" in found.text


def test_it_changes_nothing(cluster: Cluster) -> None:
    """A pod that has a node is asked as if it had none, and keeps it."""
    cluster.node("n1")
    cluster.pod("p", cpu="800m")
    cluster.settle()
    used = dict(cluster.scheduler.snapshot.nodes.at(0).used)
    assert cluster.scheduler.explain(cluster.read("p")).chosen == "n1"
    assert cluster.scheduler.snapshot.nodes.at(0).used == used
    assert cluster.places() == {"p": "n1"}


def test_nowhere(cluster: Cluster) -> None:
    """In the words of kube-scheduler."""
    cluster.node("n1")
    cluster.settle()
    cluster.pod("p", cpu="3")
    found = cluster.scheduler.explain(cluster.read("p"))
    assert found.text.splitlines() == [
        "default/p 0/1 nodes are available: 1 Insufficient cpu.",
        "  n1: NodeResourcesFit: Insufficient cpu",
    ]


def test_a_pod_for_one_node(cluster: Cluster) -> None:
    """The others are out of the question."""
    for name in ("n1", "n2"):
        cluster.node(name)
    cluster.settle()
    field = {"key": "metadata.name", "operator": "In", "values": ["n2"]}
    required = {"nodeSelectorTerms": [{"matchFields": [field]}]}
    affinity = {"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution": required}}
    cluster.pod("p", affinity=affinity)
    found = cluster.scheduler.explain(cluster.read("p"))
    assert found.chosen == "n2"
    assert found.nodes[0].rejection is not None
    assert found.nodes[0].rejection.reasons == ("node(s) didn't satisfy plugin(s) [NodeAffinity]",)


def test_a_claim_that_is_missing(cluster: Cluster) -> None:
    """Is in the way everywhere."""
    cluster.node("n1")
    cluster.settle()
    volumes = [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]
    cluster.pod("p", volumes=volumes)
    found = cluster.scheduler.explain(cluster.read("p"))
    reason = 'persistentvolumeclaim "data" not found'
    assert found.message == f"0/1 nodes are available: {reason}."
    assert found.nodes[0].rejection is not None
    assert found.nodes[0].rejection.reasons == (reason,)


def test_pods_of_others(cluster: Cluster) -> None:
    """Are explained by others."""
    cluster.pod("p", schedulerName="another")
    with pytest.raises(LookupError, match="another"):
        cluster.scheduler.explain(cluster.read("p"))
