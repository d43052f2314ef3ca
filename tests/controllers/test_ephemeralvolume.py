"""Pods get the claims that they want for themselves, and take them along."""

from typing import Any

from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.controllers.ephemeralvolume import EphemeralVolumeController
from kubeobj.reconcile.request import wire_of
from tests.cluster.workloads import deployment
from tests.controllers.running import POD, Running
from tests.controllers.volumes import default_class

SPEC = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "1Gi"}}}
VOLUME: dict[str, Any] = {
    "name": "scratch",
    "ephemeral": {"volumeClaimTemplate": {"metadata": {"labels": {"of": "scratch"}}, "spec": SPEC}},
}


def pod(world: Running, name: str = "p", **rest: Any) -> dict[str, Any]:
    """Make a pod with an ephemeral volume."""
    return world.create("Pod", name, spec={**POD, "volumes": [VOLUME]}, **rest)


def test_a_claim_for_a_pod() -> None:
    """It has what the template says, and belongs to the pod."""
    world = Running(EphemeralVolumeController)
    made = pod(world)
    world.settle()
    (claim,) = world.there("persistentvolumeclaims")
    assert claim["metadata"]["name"] == "p-scratch"
    assert claim["metadata"]["labels"] == {"of": "scratch"}
    assert claim["spec"] == {**SPEC, "volumeMode": "Filesystem"}
    assert claim["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "name": "p",
            "uid": made["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]


def test_a_claim_that_was_deleted_is_made_anew() -> None:
    """As long as the pod is to stay."""
    world = Running(EphemeralVolumeController)
    pod(world, metadata={"finalizers": ["example.com/kept"]})
    world.settle()
    for expected in (["p-scratch"], []):
        unkept = {"metadata": {"finalizers": None}}
        world.client.patch("pvc", "p-scratch", unkept, type="merge", namespace="default")
        world.client.delete("pvc", "p-scratch", namespace="default")
        if not expected:
            world.client.delete("pods", "p", grace_period_seconds=0)
        world.settle()
        assert world.names("persistentvolumeclaims") == expected


def test_a_claim_that_is_in_the_way() -> None:
    """It is left alone."""
    world = Running(EphemeralVolumeController)
    world.create("PersistentVolumeClaim", "p-scratch", spec=SPEC)
    pod(world)
    world.settle()
    assert world.writes == []


def test_dying_at_any_write() -> None:
    """The claims are there in the end."""
    for write in range(1, 4):
        world = Running(EphemeralVolumeController, dies_at_write=write)
        for name in "abc":
            pod(world, name)
        world.settle()
        assert world.names("persistentvolumeclaims") == ["a-scratch", "b-scratch", "c-scratch"]


def test_with_everything_else() -> None:
    """Pods come up with volumes of their own, and take them along when they go."""
    cluster = SimulatedCluster.with_nodes(2, seed=3)
    cluster.apply([default_class(waits=True)])
    made = deployment("web", 3)
    made["spec"]["template"]["spec"]["volumes"] = [VOLUME]
    cluster.apply([made])
    cluster.converge()
    claims = [wire_of(one) for one in cluster.client.list("persistentvolumeclaims")]
    assert [one["status"]["phase"] for one in claims] == ["Bound"] * 3
    cluster.client.delete("deployments", "web")
    cluster.advance(60)
    for kind in ("pods", "persistentvolumeclaims", "persistentvolumes"):
        assert len(cluster.client.list(kind)) == 0
