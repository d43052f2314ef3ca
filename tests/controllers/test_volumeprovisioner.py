"""Local volumes are made for claims, grow, and go."""

from typing import Any

import pytest

from kubeobj.cluster.faults import ProcessKill
from kubeobj.cluster.process import CONTROLLERS
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.reconcile.request import wire_of
from tests.cluster.workloads import stateful_set
from tests.controllers.volumes import VolumeWorld, default_class

Document = dict[str, Any]
NODE = "volume.kubernetes.io/selected-node"


def choose_node(world: VolumeWorld, node: str) -> None:
    """Choose a node for the claim ``a``, as the scheduler does."""
    change = {"metadata": {"annotations": {NODE: node}}}
    world.client.patch("pvc", "a", change, type="merge", namespace="default")
    world.settle()


def test_a_volume_for_every_node() -> None:
    """A class that does not wait makes a directory that all nodes have."""
    world = VolumeWorld()
    world.storage_class(reclaimPolicy="Retain", mountOptions=["ro"], parameters={"path": "/data/"})
    claim = world.claim("a", "3Gi")
    world.settle()
    name = f"pvc-{claim['metadata']['uid']}"
    assert world.bound() == {"a": name}
    volume = world.get("pv", name, "")
    assert volume["metadata"]["annotations"] == {
        "pv.kubernetes.io/provisioned-by": "kubeobj.io/local"
    }
    spec = volume["spec"]
    assert spec["hostPath"] == {"path": f"/data/{name}_default_a", "type": "DirectoryOrCreate"}
    assert spec["capacity"] == {"storage": "3Gi"}
    assert spec["persistentVolumeReclaimPolicy"] == "Retain"
    assert spec["mountOptions"] == ["ro"]
    assert "nodeAffinity" not in spec
    assert [reason for reason, _ in world.told("a")] == [
        "ExternalProvisioning",
        "Provisioning",
        "ProvisioningSucceeded",
    ]


def test_a_volume_of_one_node() -> None:
    """A class that waits makes a volume that is on the node which was chosen, by its name there."""
    world = VolumeWorld()
    world.create("Node", "n", "", metadata={"labels": {"kubernetes.io/hostname": "n.example"}})
    world.storage_class(waits=True)
    world.claim("a")
    world.settle()
    assert world.names("persistentvolumes", "") == []
    choose_node(world, "n")
    (volume,) = world.there("persistentvolumes", "")
    assert world.bound() == {"a": volume["metadata"]["name"]}
    assert volume["spec"]["local"]["path"].startswith("/var/lib/kubeobj/volumes/pvc-")
    (term,) = volume["spec"]["nodeAffinity"]["required"]["nodeSelectorTerms"]
    assert term["matchExpressions"] == [
        {"key": "kubernetes.io/hostname", "operator": "In", "values": ["n.example"]}
    ]


def test_a_node_that_is_gone() -> None:
    """If the node that was chosen is gone, another one is to be."""
    world = VolumeWorld()
    world.storage_class(waits=True)
    world.claim("a")
    world.settle()
    choose_node(world, "gone")
    assert NODE not in world.get("pvc", "a")["metadata"].get("annotations", {})
    assert world.phases("persistentvolumeclaims") == {"a": "Pending"}
    message = 'failed to provision volume with StorageClass "c": node "gone" not found'
    assert ("ProvisioningFailed", message) in world.told("a")


@pytest.mark.parametrize(
    ("claim", "why"),
    [
        ({"selector": {"matchLabels": {"a": "b"}}}, "claim Selector is not supported"),
        ({"volumeMode": "Block"}, "volume mode 'Block' is not supported"),
    ],
)
def test_what_cannot_be_made(claim: Document, why: str) -> None:
    """What there is not is refused, and it is said why."""
    world = VolumeWorld()
    world.storage_class()
    world.claim("a", **claim)
    world.settle()
    assert world.phases("persistentvolumeclaims") == {"a": "Pending"}
    message = f'failed to provision volume with StorageClass "c": {why}'
    assert world.told("a")[-1] == ("ProvisioningFailed", message)


@pytest.mark.parametrize("policy", ["Delete", "Retain"])
def test_what_becomes_of_it(policy: str) -> None:
    """A volume goes with its claim, unless it is to be kept."""
    world = VolumeWorld()
    world.storage_class(reclaimPolicy=policy)
    world.claim("a")
    world.settle()
    world.client.delete("pvc", "a", namespace="default")
    world.settle()
    assert list(world.phases("pv").values()) == ([] if policy == "Delete" else ["Released"])


def test_growing() -> None:
    """A claim grows, with its volume."""
    world = VolumeWorld()
    world.storage_class(allowVolumeExpansion=True)
    world.claim("a")
    world.settle()
    change = {"spec": {"resources": {"requests": {"storage": "5Gi"}}}}
    world.client.patch("pvc", "a", change, type="merge", namespace="default")
    world.settle()
    (volume,) = world.there("persistentvolumes", "")
    assert volume["spec"]["capacity"] == {"storage": "5Gi"}
    status = world.get("pvc", "a")["status"]
    assert status["capacity"] == status["allocatedResources"] == {"storage": "5Gi"}
    assert world.told("a")[-2:] == [
        ("Resizing", f"External resizer is resizing volume {volume['metadata']['name']}"),
        ("VolumeResizeSuccessful", "Resize volume succeeded"),
    ]


def _story(dies_at_write: int) -> VolumeWorld:
    world = VolumeWorld(dies_at_write)
    world.storage_class(allowVolumeExpansion=True)
    world.claim("a")
    world.claim("b")
    world.advance(60)
    change = {"spec": {"resources": {"requests": {"storage": "2Gi"}}}}
    world.client.patch("pvc", "b", change, type="merge", namespace="default")
    world.client.delete("pvc", "a", namespace="default")
    world.advance(60)
    return world


def test_dying_between_any_two_writes() -> None:
    """Whenever the loops die, there is one volume for each claim in the end, as large as it."""
    for write in range(len(_story(0).writes) + 1):
        world = _story(write)
        (volume,) = world.there("persistentvolumes", "")
        assert world.bound() == {"b": volume["metadata"]["name"]}
        assert volume["spec"]["capacity"] == {"storage": "2Gi"}
        assert world.get("pvc", "b")["status"]["capacity"] == {"storage": "2Gi"}


# ------------------------------------------------------------ with everything else


CLAIM: Document = {
    "metadata": {"name": "data"},
    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}},
}


def places(cluster: SimulatedCluster) -> dict[str, tuple[str, str]]:
    """Return the node of each pod, and the volume of its claim."""
    claims = {
        one["metadata"]["name"]: one["spec"]["volumeName"]
        for one in map(wire_of, cluster.client.list("persistentvolumeclaims"))
    }
    return {
        one["metadata"]["name"]: (
            one["spec"]["nodeName"],
            claims[f"data-{one['metadata']['name']}"],
        )
        for one in map(wire_of, cluster.client.list("pods"))
    }


@pytest.mark.parametrize("waits", [False, True])
@pytest.mark.parametrize("kill", [False, True])
def test_a_stateful_set_with_claims(*, waits: bool, kill: bool) -> None:
    """A set comes up with volumes of its own, and finds them again."""
    cluster = SimulatedCluster.with_nodes(3, seed=5)
    cluster.apply([default_class(waits=waits)])
    cluster.apply([stateful_set("db", 3, volumeClaimTemplates=[CLAIM])])
    if kill:
        cluster.inject(ProcessKill(CONTROLLERS), seconds=20)
    cluster.converge()
    cluster.check_settled()
    before = places(cluster)
    assert sorted(before) == ["db-0", "db-1", "db-2"]
    assert len({volume for _, volume in before.values()}) == 3
    if waits:
        for node, volume in before.values():
            spec = wire_of(cluster.client.get("persistentvolumes", volume))["spec"]
            (term,) = spec["nodeAffinity"]["required"]["nodeSelectorTerms"]
            assert term["matchExpressions"][0]["values"] == [node]
    for pod in before:
        cluster.client.delete("pods", pod)
    cluster.advance(1)
    cluster.converge()
    after = places(cluster)
    assert {pod: volume for pod, (_, volume) in after.items()} == {
        pod: volume for pod, (_, volume) in before.items()
    }
    if waits:
        assert after == before
    cluster.settle()
    revision = cluster.server.store.revision
    cluster.settle()
    assert cluster.server.store.revision == revision


def test_volumes_that_are_there_already() -> None:
    """A class that makes nothing gives claims volumes of the nodes that their pods can go to."""
    cluster = SimulatedCluster.with_nodes(3, seed=5)
    made: list[Document] = [
        {**default_class(waits=True), "provisioner": "kubernetes.io/no-provisioner"}
    ]
    for node in ("node-1", "node-3"):
        expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [node]}
        spec = {
            "capacity": {"storage": "1Gi"},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "local",
            "local": {"path": "/data"},
            "nodeAffinity": {
                "required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}
            },
        }
        metadata = {"name": f"on-{node}"}
        made.append(
            {"apiVersion": "v1", "kind": "PersistentVolume", "metadata": metadata, "spec": spec}
        )
    cluster.apply([*made, stateful_set("db", 2, volumeClaimTemplates=[CLAIM])])
    cluster.converge()
    assert sorted(places(cluster).values()) == [("node-1", "on-node-1"), ("node-3", "on-node-3")]
