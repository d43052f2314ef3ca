"""The recorded clusters, read into the picture that the scheduler works on."""

from typing import Any

from kubeobj.scheduling.placer import Placer, Preemption
from kubeobj.scheduling.preemption import Budgets, Candidate, cost_of
from kubeobj.scheduling.profiles import Profile, default_profile
from kubeobj.scheduling.records import record_of
from kubeobj.scheduling.selection import RESOURCES as SELECTING
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Rejection
from kubeobj.scheduling.volumes import RESOURCES as OF_VOLUMES
from kubeobj.scheduling.volumes import key_of

Doc = dict[str, Any]

NOW = 1_767_225_600.0 + 86_400 * 365
"""After everything that is recorded."""

RESOURCES = {
    "PersistentVolumeClaim": "persistentvolumeclaims",
    "PersistentVolume": "persistentvolumes",
    "StorageClass": "storageclasses",
    "CSINode": "csinodes",
    "CSIDriver": "csidrivers",
    "CSIStorageCapacity": "csistoragecapacities",
    "Service": "services",
    "ReplicationController": "replicationcontrollers",
    "ReplicaSet": "replicasets",
    "StatefulSet": "statefulsets",
}


class World:
    """A cluster, and who decides in it."""

    def __init__(self, profile: Profile | None = None) -> None:
        self.snapshot = Snapshot()
        self.budgets = Budgets()
        self.placer = Placer(profile or default_profile(), self.snapshot, self.budgets)

    def put(self, document: dict[str, Any]) -> None:
        """Take in an object that is no node and no pod."""
        kind, metadata = document["kind"], document["metadata"]
        resource = RESOURCES.get(kind, "")
        if kind == "Namespace":
            self.snapshot.counts.set_namespace(metadata["name"], metadata.get("labels") or {})
        elif kind == "PodDisruptionBudget":
            self.budgets.put(document)
        elif resource in SELECTING:
            self.snapshot.selectors.put(resource, document)
        else:
            assert resource in OF_VOLUMES, kind
            self.snapshot.volumes.put(resource, document)

    def put_pod(self, pod: dict[str, Any]) -> None:
        """Take in a pod that is on a node, or is to come to one."""
        if pod["spec"].get("nodeName"):
            self.snapshot.put_pod(pod)
        else:
            record = record_of(pod, self.snapshot.templates)
            self.snapshot.nominate(record, record.nominated)


def world_of(case: dict[str, Any]) -> World:
    """Return the cluster of a recorded line."""
    world = World()
    for document in case["objects"]:
        world.put(document)
    for node in case["nodes"]:
        world.snapshot.put_node(node)
    for pod in case["pods"]:
        world.put_pod(pod)
    return world


def told(result: Preemption, world: World) -> tuple[list[Doc], dict[str, Doc]]:
    """Return the candidates, and the nodes that are none, as recordings have them."""
    candidates: list[Doc] = []
    others: dict[str, Doc] = {}
    for slot, found in (result.plans.all if result.plans is not None else {}).items():
        name = world.snapshot.nodes.at(slot).name
        if isinstance(found, Rejection):
            others[name] = {"plugin": found.plugin, "code": found.code.value}
        else:
            victims = [victim.key for victim in found.victims]
            candidates.append(
                {"node": name, "victims": victims, "pdb_violations": found.violations}
            )
    return sorted(candidates, key=lambda one: one["node"]), others


def best_of(result: Preemption) -> list[str]:
    """Return all nodes that are as good as the one that was chosen."""
    if result.best is None or result.plans is None:
        return []
    least = cost_of(result.best, NOW)
    found = [one for one in result.plans.all.values() if isinstance(one, Candidate)]
    assert least == min(cost_of(one, NOW) for one in found)
    return sorted(one.node for one in found if cost_of(one, NOW) == least)


__all__ = ["NOW", "World", "best_of", "key_of", "told", "world_of"]
