"""Loops that keep a cluster in order come to the same end, whatever fails on the way."""

from collections.abc import Callable
from random import Random
from typing import Any

import pytest

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, Conflict, InternalError, ServerTimeout, TooManyRequests
from kubeobj.controllers.clusterroleaggregation import ClusterRoleAggregationController
from kubeobj.controllers.endpoints import EndpointsController
from kubeobj.controllers.endpointslice import EndpointSliceController
from kubeobj.controllers.endpointslicemirroring import EndpointSliceMirroringController
from kubeobj.controllers.garbagecollector import GarbageCollector
from kubeobj.controllers.namespace import NamespaceController
from kubeobj.controllers.persistentvolumebinder import PersistentVolumeBinder
from kubeobj.controllers.pvcprotection import PvcProtectionController
from kubeobj.controllers.pvprotection import PvProtectionController
from kubeobj.controllers.resourcequota import ResourceQuotaController
from kubeobj.controllers.rootcacertificate import RootCaPublisher
from kubeobj.controllers.serviceaccount import ServiceAccountController
from kubeobj.controllers.tokensecret import TokenSecretController
from kubeobj.controllers.volumeprovisioner import LOCAL, VolumeProvisioner
from kubeobj.entropy import SeededIdSource
from kubeobj.reconcile.clientlayer import Call, layered
from kubeobj.reconcile.manager import Manager
from tests.controllers.running import Running, owned_by
from tests.controllers.services import addresses, node, pod, service, slices

LOOPS = (
    ClusterRoleAggregationController,
    EndpointsController,
    EndpointSliceController,
    EndpointSliceMirroringController,
    GarbageCollector,
    NamespaceController,
    PersistentVolumeBinder,
    PvcProtectionController,
    PvProtectionController,
    ResourceQuotaController,
    RootCaPublisher,
    ServiceAccountController,
    TokenSecretController,
    VolumeProvisioner,
)

ERRORS: tuple[Callable[[], ApiError], ...] = (
    lambda: Conflict("somebody was faster"),
    lambda: ServerTimeout("not in time"),
    lambda: InternalError("no luck"),
    lambda: TooManyRequests("later", retry_after_seconds=3),
)
CLAIM: dict[str, Any] = {
    "accessModes": ["ReadWriteOnce"],
    "resources": {"requests": {"storage": "1Gi"}},
}


class Trouble:
    """A client of a world in which every third question fails, before or after it is answered."""

    def __init__(self, world: Running, seed: int) -> None:
        self.is_over = False
        self._chance = Random(seed)  # noqa: S311 - it decides what fails, and no secret
        self.client: Client = layered(world.client, self._ask)

    def _ask(self, _call: Call, ask: Callable[[], object]) -> object:
        if self.is_over or self._chance.random() > 0.3:
            return ask()
        if self._chance.random() < 0.5:
            # What was asked for is done, but nobody hears of it.
            ask()
        error = self._chance.choice(ERRORS)()
        raise error


@pytest.mark.parametrize("seed", range(25))
def test_everything_is_in_order_in_the_end(seed: int) -> None:
    """Questions fail, answers are lost, processes end; and then no more."""
    world = Running()
    trouble = Trouble(world, seed)
    manager = Manager(trouble.client, world.clock, ids=SeededIdSource(3))
    manager.install(*LOOPS)
    manager.advance(5)
    _prepare(world)
    manager.advance(5)
    if seed % 2:
        manager.restart()
    _upset(world)
    manager.advance(20)
    if seed % 3:
        manager.restart()
    manager.advance(20)
    trouble.is_over = True
    manager.advance(3000)
    _check(world)
    before = world.server.store.revision
    manager.relist()
    manager.advance(1000)
    # Nobody has anything to say any more, not even after looking at everything again.
    assert world.server.store.revision == before
    assert manager.deadline is None


def _prepare(world: Running) -> None:
    node(world)
    world.create("Namespace", "shop", "")
    service(world)
    service(world, "hand", selector=None)
    world.create("Endpoints", "hand", subsets=[{"addresses": [{"ip": "10.2.0.1"}]}])
    world.create("storage.k8s.io/v1/StorageClass", "local", "", provisioner=LOCAL)
    world.create("PersistentVolumeClaim", "claim", spec=CLAIM)
    for name in ("kept", "local"):
        world.create("PersistentVolumeClaim", name, spec={**CLAIM, "storageClassName": "local"})
    for number in range(5):
        pod(world, f"p{number}", f"10.1.0.{number}")
    world.create("ResourceQuota", "q", spec={"hard": {"pods": "20", "configmaps": "20"}})
    token = {"annotations": {"kubernetes.io/service-account.name": "default"}}
    world.create("Secret", "token", type="kubernetes.io/service-account-token", metadata=token)
    for policy in ("Background", "Foreground", "Orphan"):
        owner = world.create("ConfigMap", policy.lower())
        metadata = owned_by(owner, blockOwnerDeletion=True)
        world.create("ConfigMap", f"{policy.lower()}-1", metadata=metadata)
    world.create("ConfigMap", "x", "shop")


def _upset(world: Running) -> None:
    for policy in ("Background", "Foreground", "Orphan"):
        name = policy.lower()
        world.client.delete("configmaps", name, propagation_policy=policy)
    world.client.delete("namespaces", "shop")
    for name in ("claim", "local"):
        world.client.delete("persistentvolumeclaims", name)
    world.client.delete("pods", "p0", grace_period_seconds=0)
    pod(world, "p9", "10.1.0.9")
    change = {"subsets": [{"addresses": [{"ip": "10.2.0.2"}]}]}
    world.client.patch("endpoints", "hand", change, type="merge")


def _check(world: Running) -> None:
    there = ["10.1.0.1", "10.1.0.2", "10.1.0.3", "10.1.0.4", "10.1.0.9"]
    assert addresses(world) == there
    assert len(slices(world)) == 1
    (subset,) = world.get("endpoints", "s")["subsets"]
    assert [one["ip"] for one in subset["addresses"]] == there
    assert addresses(world, "hand") == ["10.2.0.2"]
    assert len(slices(world, "hand")) == 1
    assert world.names("configmaps") == ["kube-root-ca.crt", "orphan-1"]
    assert "ownerReferences" not in world.get("configmaps", "orphan-1")["metadata"]
    assert "shop" not in world.names("namespaces", "")
    (kept,) = world.there("persistentvolumeclaims")
    assert (kept["metadata"]["name"], kept["status"]["phase"]) == ("kept", "Bound")
    (volume,) = world.there("persistentvolumes", "")
    assert volume["metadata"]["name"] == kept["spec"]["volumeName"]
    assert volume["status"]["phase"] == "Bound"
    assert world.get("resourcequotas", "q")["status"]["used"] == {"pods": "5", "configmaps": "2"}
    assert "token" in world.get("secrets", "token")["data"]
    for namespace in world.names("namespaces", ""):
        assert "default" in world.names("serviceaccounts", namespace)
        assert "kube-root-ca.crt" in world.names("configmaps", namespace)
