"""Volumes and claims that are in use stay."""

from typing import Any

import pytest

from kubeobj.controllers.pvcprotection import PvcProtectionController
from kubeobj.controllers.pvprotection import PvProtectionController
from kubeobj.documents import Wire
from tests.controllers.running import POD, Running

CLAIM: Wire = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
VOLUME: Wire = {
    "capacity": {"storage": "1Gi"},
    "accessModes": ["ReadWriteOnce"],
    "hostPath": {"path": "/d"},
}


def pod_with(*, node: str = "", **source: Any) -> Wire:
    """Return a pod with one volume."""
    return POD | {"volumes": [{"name": "v", **source}]} | ({"nodeName": node} if node else {})


def claiming(name: str) -> dict[str, Any]:
    """Return the source of a volume that is a claim."""
    return {"persistentVolumeClaim": {"claimName": name}}


def test_a_claim_in_use_stays_until_its_pod_is_gone() -> None:
    """Every pod that has a node counts."""
    world = Running(PvcProtectionController)
    world.create("PersistentVolumeClaim", "c", spec=CLAIM)
    for name in "ab":
        world.create("Pod", name, spec=pod_with(node="n", **claiming("c")))
    world.settle()
    world.client.delete("persistentvolumeclaims", "c")
    world.settle()
    for name in "ab":
        assert world.names("persistentvolumeclaims") == ["c"]
        world.client.delete("pods", name, grace_period_seconds=0)
        world.settle()
    assert world.names("persistentvolumeclaims") == []


def test_a_pod_without_a_node_uses_nothing() -> None:
    """It would not be started with a claim that goes."""
    world = Running(PvcProtectionController)
    world.create("PersistentVolumeClaim", "c", spec=CLAIM)
    world.create("Pod", "a", spec=pod_with(**claiming("c")))
    world.settle()
    world.client.delete("persistentvolumeclaims", "c")
    world.settle()
    assert world.names("persistentvolumeclaims") == []


def test_a_pod_that_has_not_been_seen_is_asked_for() -> None:
    """No claim goes because a cache lags behind."""
    world = Running(PvcProtectionController)
    world.create("PersistentVolumeClaim", "c", spec=CLAIM)
    world.settle()
    world.client.delete("persistentvolumeclaims", "c")
    world.manager.read()
    world.create("Pod", "a", spec=pod_with(node="n", **claiming("c")))
    world.manager.controllers["pvcprotection"].step()
    assert world.names("persistentvolumeclaims") == ["c"]


@pytest.mark.parametrize(("is_own", "kept"), [(True, ["a-v"]), (False, [])], ids=["own", "other"])
def test_a_claim_that_was_made_for_a_pod(is_own: bool, kept: list[str]) -> None:
    """A claim of that name counts only if it was made for this pod."""
    world = Running(PvcProtectionController)
    template = {"volumeClaimTemplate": {"spec": CLAIM}}
    pod = world.create("Pod", "a", spec=pod_with(node="n", ephemeral=template))
    owner = {"apiVersion": "v1", "kind": "Pod", "name": "a", "controller": True}
    owner["uid"] = pod["metadata"]["uid"] if is_own else "another"
    world.create("PersistentVolumeClaim", "a-v", spec=CLAIM, metadata={"ownerReferences": [owner]})
    world.settle()
    world.client.delete("persistentvolumeclaims", "a-v")
    world.settle()
    assert world.names("persistentvolumeclaims") == kept
    world.client.patch("pods", "a", {"metadata": {"finalizers": ["x.y/z"]}}, type="merge")
    world.client.delete("pods", "a", grace_period_seconds=0)
    world.settle()
    assert world.names("persistentvolumeclaims") == []


@pytest.mark.parametrize(
    ("loop", "kind", "plural", "namespace", "spec"),
    [
        (
            PvcProtectionController,
            "PersistentVolumeClaim",
            "persistentvolumeclaims",
            "default",
            CLAIM,
        ),
        (PvProtectionController, "PersistentVolume", "persistentvolumes", "", VOLUME),
    ],
    ids=["claim", "volume"],
)
def test_what_has_lost_its_finalizer_gets_it_back(
    loop: Any, kind: str, plural: str, namespace: str, spec: Wire
) -> None:
    """As long as it is not on its way out."""
    world = Running(loop)
    finalizers = world.create(kind, "x", namespace, spec=spec)["metadata"]["finalizers"]
    world.settle()
    bare = {"metadata": {"finalizers": ["x.y/z"]}}
    world.client.patch(plural, "x", bare, type="merge", namespace=namespace)
    world.settle()
    there = world.get(plural, "x", namespace)["metadata"]["finalizers"]
    assert there == ["x.y/z", *finalizers]


def test_a_bound_volume_stays() -> None:
    """Until its claim has let it go."""
    world = Running(PvProtectionController)
    world.create("PersistentVolume", "v", "", spec=VOLUME)
    world.client.patch(
        "persistentvolumes", "v", {"status": {"phase": "Bound"}}, type="merge", part="status"
    )
    world.client.delete("persistentvolumes", "v")
    world.settle()
    assert world.names("persistentvolumes", "") == ["v"]
    world.client.patch(
        "persistentvolumes", "v", {"status": {"phase": "Released"}}, type="merge", part="status"
    )
    world.settle()
    assert world.names("persistentvolumes", "") == []
