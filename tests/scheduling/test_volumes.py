"""Pods whose volumes come with them."""

from typing import Any

from tests.scheduling.conftest import Cluster

Doc = dict[str, Any]


def _class(cluster: Cluster, provisioner: str) -> None:
    cluster.client.create(
        {
            "apiVersion": "storage.k8s.io/v1",
            "kind": "StorageClass",
            "metadata": {"name": "std"},
            "provisioner": provisioner,
            "volumeBindingMode": "WaitForFirstConsumer",
        }
    )


def _volume(cluster: Cluster, name: str, node: str, size: str) -> None:
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
    terms = {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
    cluster.client.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolume",
            "metadata": {"name": name},
            "spec": {
                "capacity": {"storage": size},
                "accessModes": ["ReadWriteOnce"],
                "storageClassName": "std",
                "local": {"path": "/data"},
                "nodeAffinity": {"required": terms},
            },
        }
    )
    status = {"status": {"phase": "Available"}}
    cluster.client.patch("persistentvolumes", name, status, type="merge", part="status")


def _claim(cluster: Cluster, name: str) -> None:
    cluster.client.create(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": {"name": name, "namespace": "default"},
            "spec": {
                "accessModes": ["ReadWriteOnce"],
                "resources": {"requests": {"storage": "1Gi"}},
                "storageClassName": "std",
            },
        }
    )


def _bind(cluster: Cluster, claim: str, volume: str) -> None:
    """Do what the controller of volumes does."""
    annotations = {"pv.kubernetes.io/bind-completed": "yes"}
    change = {"metadata": {"annotations": annotations}, "spec": {"volumeName": volume}}
    cluster.client.patch("persistentvolumeclaims", claim, change, type="merge", namespace="default")


def _with(claim: str) -> Doc:
    return {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": claim}}]}


def test_the_smallest_volume_that_will_do(cluster: Cluster) -> None:
    """Says where the pod goes, and is promised to its claim before anybody else gets it."""
    _class(cluster, "kubernetes.io/no-provisioner")
    for name in ("n1", "n2"):
        cluster.node(name)
    _volume(cluster, "large", "n1", "10Gi")
    _volume(cluster, "right", "n2", "2Gi")
    for name in ("a", "b", "c"):
        _claim(cluster, name)
        cluster.pod(name, cpu="10m", **_with(name))
    cluster.settle()
    assert cluster.places() == {"a": "", "b": "", "c": ""}
    claimed = {
        name: cluster.client.get("persistentvolumes", name).document["spec"]["claimRef"]["name"]
        for name in ("large", "right")
    }
    assert sorted(claimed.values()) == ["a", "b"]
    assert "didn't find available persistent volumes" in cluster.condition("c")["message"]
    for volume, claim in claimed.items():
        _bind(cluster, claim, volume)
    cluster.settle()
    places = cluster.places()
    assert places[claimed["large"]] == "n1"
    assert places[claimed["right"]] == "n2"
    assert places["c"] == ""


def test_a_volume_that_is_made_for_the_node(cluster: Cluster) -> None:
    """The claim says for which."""
    _class(cluster, "disks.example.com")
    cluster.node("n1")
    _claim(cluster, "data")
    cluster.pod("p", **_with("data"))
    cluster.settle()
    claim = cluster.client.get("persistentvolumeclaims", "data", namespace="default").document
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "n1"
    assert cluster.places() == {"p": ""}
    _volume(cluster, "made", "n1", "1Gi")
    _bind(cluster, "data", "made")
    cluster.settle()
    assert cluster.places() == {"p": "n1"}


def test_a_volume_that_cannot_be_made(cluster: Cluster) -> None:
    """The pod is placed anew, after a while."""
    _class(cluster, "disks.example.com")
    cluster.node("n1")
    _claim(cluster, "data")
    cluster.pod("p", **_with("data"))
    cluster.settle()
    change = {"metadata": {"annotations": {"volume.kubernetes.io/selected-node": None}}}
    cluster.client.patch(
        "persistentvolumeclaims", "data", change, type="merge", namespace="default"
    )
    cluster.settle()
    assert cluster.condition("p")["message"] == "provisioning failed"
    assert not cluster.scheduler.snapshot.pods
    cluster.manager.advance(2)
    claim = cluster.client.get("persistentvolumeclaims", "data", namespace="default").document
    assert claim["metadata"]["annotations"]["volume.kubernetes.io/selected-node"] == "n1"


def test_nobody_waits_for_volumes_for_ever(cluster: Cluster) -> None:
    """After ten minutes the node is given back."""
    _class(cluster, "disks.example.com")
    cluster.node("n1")
    _claim(cluster, "data")
    cluster.pod("p", **_with("data"))
    cluster.settle()
    assert len(cluster.scheduler.snapshot.pods) == 1
    cluster.manager.advance(601)
    assert cluster.condition("p")["message"] == "timed out waiting for VolumeBinding"


def test_a_pod_that_goes_gives_its_volume_back(cluster: Cluster) -> None:
    """To whoever comes next."""
    _class(cluster, "kubernetes.io/no-provisioner")
    cluster.node("n1")
    _volume(cluster, "only", "n1", "1Gi")
    _claim(cluster, "a")
    cluster.pod("a", **_with("a"))
    cluster.settle()
    cluster.client.delete("pods", "a", namespace="default")
    cluster.settle()
    assert not cluster.scheduler.snapshot.pods
    assert cluster.scheduler.snapshot.volumes.promised("only") is None
