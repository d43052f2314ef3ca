"""Volumes that are claims: the persistent volumes behind them, as paths of the node."""

from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.faults import MountFault
from tests.node.podworld import PodWorld
from tests.node.volumes.volumeusers import fault, using

Document = dict[str, Any]


def claim(world: PodWorld, source: Document, *, name: str = "data", **spec: Any) -> None:
    """Make a claim that is bound to a volume of this sort."""
    common = {"accessModes": ["ReadWriteOnce"], "storageClassName": "", **spec}
    world.create(
        "v1",
        "PersistentVolumeClaim",
        name,
        spec={**common, "resources": {"requests": {"storage": "1Gi"}}, "volumeName": "pv"},
    )
    found = world.client.get("pvc", name, namespace="default").document
    reference = {"kind": "PersistentVolumeClaim", "name": name, "namespace": "default"}
    reference["uid"] = found["metadata"]["uid"]
    world.create(
        "v1",
        "PersistentVolume",
        "pv",
        "",
        spec={**common, "capacity": {"storage": "1Gi"}, "claimRef": reference, **source},
    )


def bind(world: PodWorld, name: str = "data") -> None:
    """Say that the claim is bound."""
    status = {"status": {"phase": "Bound"}}
    world.client.patch("pvc", name, status, namespace="default", type="merge", part="status")


CLAIMED = {"name": "v", "persistentVolumeClaim": {"claimName": "data"}}
UNMOUNTED = (
    "Unable to attach or mount volumes: unmounted volumes=[v], unattached volumes=[], "
    "failed to process volumes=[v]: error processing PVC default/data: "
)


def affinity(name: str) -> Document:
    """Return that a volume is on one node only."""
    expression = {"key": "kubernetes.io/hostname", "operator": "In", "values": [name]}
    terms = [{"matchExpressions": [expression]}]
    return {"nodeAffinity": {"required": {"nodeSelectorTerms": terms}}}


def test_a_claim_of_a_local_volume(world: PodWorld, tmp_path: Path) -> None:
    """Is that directory; it stays when the pod goes."""
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "kept").write_text("x")
    claim(world, {"local": {"path": str(tmp_path / "data")}, **affinity("here")})
    bind(world)
    pod = using(world, CLAIMED)
    assert world.volumes.set_up(pod) == {"v": tmp_path / "data"}
    world.volumes.tear_down(pod["metadata"]["uid"])
    assert (tmp_path / "data" / "kept").exists()


def test_a_claim_of_a_path_of_the_node(world: PodWorld, tmp_path: Path) -> None:
    """It becomes what it may become."""
    path = tmp_path / "made"
    claim(world, {"hostPath": {"path": str(path), "type": "DirectoryOrCreate"}})
    bind(world)
    assert world.volumes.set_up(using(world, CLAIMED)) == {"v": path}
    assert path.is_dir()


def test_a_claim_that_is_not_bound(world: PodWorld) -> None:
    """A pod waits for its volume, and says for which."""
    assert fault(world, CLAIMED) == (
        UNMOUNTED + 'failed to fetch PVC from API server: persistentvolumeclaim "data" not found'
    )
    claim(world, {"hostPath": {"path": "/nowhere"}})
    world.step()
    assert fault(world, CLAIMED, name="other") == UNMOUNTED + "PVC is not bound"


def test_a_volume_of_another_claim_is_not_taken(world: PodWorld) -> None:
    """Even if the claim says that it is its own."""
    claim(world, {"hostPath": {"path": "/nowhere"}})
    bind(world)
    change = {"spec": {"claimRef": {"uid": "other"}}}
    world.client.patch("pv", "pv", change, type="merge")
    assert fault(world, CLAIMED) == UNMOUNTED + "the volume is bound to another claim"


@pytest.mark.parametrize(
    ("source", "spec", "message"),
    [
        (
            {"local": {"path": "/nowhere/at/all"}, **affinity("here")},
            {},
            (
                'MountVolume.NewMounter initialization failed for volume "pv" : '
                'path "/nowhere/at/all" does not exist'
            ),
        ),
        (
            {"local": {"path": "/"}, **affinity("elsewhere")},
            {},
            'MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms',
        ),
        (
            {"nfs": {"server": "s", "path": "/"}},
            {},
            (
                'MountVolume.SetUp failed for volume "pv" : this node does not support persistent '
                "volumes of type nfs; use hostPath, local, or a storage class of kubeobj.io/local"
            ),
        ),
        (
            {"local": {"path": "/"}, **affinity("here")},
            {"volumeMode": "Block"},
            (
                'MapVolume.SetUpDevice failed for volume "pv" : this node does not support block '
                "volumes; use volumeMode Filesystem"
            ),
        ),
    ],
)
def test_volumes_that_are_not_here(
    world: PodWorld, source: Document, spec: Document, message: str
) -> None:
    """What is somewhere else, or of another sort, is told."""
    claim(world, source, **spec)
    bind(world)
    assert fault(world, CLAIMED) == message


def test_an_ephemeral_volume_is_its_pods_own(world: PodWorld, tmp_path: Path) -> None:
    """A claim of that name which somebody else has made is not taken."""
    claim(world, {"hostPath": {"path": str(tmp_path)}}, name="web-v")
    bind(world, "web-v")
    template = {
        "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
    }
    volume = {"name": "v", "ephemeral": {"volumeClaimTemplate": template}}
    pod = using(world, volume)
    with pytest.raises(MountFault, match="PVC default/web-v was not created for pod default/web"):
        world.volumes.set_up(pod)
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "web", "controller": True}
    owner["uid"] = pod["metadata"]["uid"]
    change = {"metadata": {"ownerReferences": [owner]}}
    world.client.patch("pvc", "web-v", change, namespace="default", type="merge")
    world.step()
    assert world.volumes.set_up(pod) == {"v": tmp_path}
