"""The recorded clusters, read into the picture that the scheduler works on."""

from typing import Any

from kubeobj.scheduling.placer import Placer
from kubeobj.scheduling.preemption import Budgets
from kubeobj.scheduling.profiles import Profile, default_profile
from kubeobj.scheduling.records import record_of
from kubeobj.scheduling.selection import RESOURCES as SELECTING
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.volumes import RESOURCES as OF_VOLUMES
from kubeobj.scheduling.volumes import key_of

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


__all__ = ["NOW", "World", "key_of", "world_of"]
