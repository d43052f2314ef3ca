"""VolumeZone: volumes that are labelled with a zone or a region can be used there.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumezone`` (v1.36).
"""

from typing import ClassVar, Final, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.placement.claims import class_of
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code, Rejection
from kubeobj.scheduling.volumes import Volumes

ZONE_TEXT: Final = "node(s) had no available volume zone"

_LABELS: Final = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
    "topology.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "topology.kubernetes.io/region": "topology.kubernetes.io/region",
}
"""The labels that are looked at, each with the one that has taken its place."""


@final
class VolumeZone:
    """The plugin."""

    name: ClassVar[str] = "VolumeZone"
    reach: ClassVar[Reach] = Reach.CLUSTER

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | Rejection | None":
        """Return what to ask about nodes; None for pods without volumes that have a zone."""
        places: list[tuple[str, tuple[str, ...]]] = []
        for name in template.claims:
            key = f"{template.namespace}/{name}"
            found = self._of_claim(key, name, snapshot.volumes)
            if isinstance(found, Rejection):
                return found
            places += found
        return _Check(places, snapshot) if places else None

    def _of_claim(
        self, key: str, name: str, volumes: Volumes
    ) -> list[tuple[str, tuple[str, ...]]] | Rejection:
        claim = volumes.find("persistentvolumeclaims", key)
        if claim is None:
            return self._refuse(f'persistentvolumeclaim "{name}" not found')
        volume_name = claim["spec"].get("volumeName")
        if not volume_name:
            return self._of_unbound(claim, volumes)
        volume = volumes.find("persistentvolumes", volume_name)
        if volume is None:
            return self._refuse(f'persistentvolume "{volume_name}" not found')
        return _places(volume)

    def _of_unbound(
        self, claim: Wire, volumes: Volumes
    ) -> list[tuple[str, tuple[str, ...]]] | Rejection:
        name = class_of(claim)
        if not name:
            return self._refuse("PersistentVolumeClaim had no pv name and storageClass name")
        of_class = volumes.find("storageclasses", name)
        if of_class is None:
            return self._refuse(f'storageclass.storage.k8s.io "{name}" not found')
        mode = of_class.get("volumeBindingMode")
        if mode == "WaitForFirstConsumer":
            return []
        if mode is None:
            return self._refuse(f'VolumeBindingMode not set for StorageClass "{name}"')
        return self._refuse("PersistentVolume had no name")

    def _refuse(self, reason: str) -> Rejection:
        return Rejection(self.name, Code.UNRESOLVABLE, (reason,))


def _places(volume: Wire) -> list[tuple[str, tuple[str, ...]]]:
    """Return where a volume can be used: labels with the values that will do."""
    labels = volume["metadata"].get("labels") or {}
    found = []
    for key in _LABELS:
        if key in labels:
            values = tuple(value.strip() for value in labels[key].split("__"))
            if all(values):
                found.append((key, values))
    return found


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNRESOLVABLE, ZONE_TEXT),)

    def __init__(self, places: list[tuple[str, tuple[str, ...]]], snapshot: Snapshot) -> None:
        self._places = places
        self._snapshot = snapshot

    @property
    def stamp(self) -> tuple[object, ...]:
        return (self._snapshot.nodes_version, self._snapshot.volumes.version)

    def many(self, at: Slots) -> Numbers:
        nodes = self._snapshot.nodes
        return np.array([self.one(nodes.at(slot)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        labels = state.labels
        if not any(key in labels for key in _LABELS):
            return 0
        for key, values in self._places:
            value = labels.get(key, labels.get(_LABELS[key]))
            if value is None or value not in values:
                return 1
        return 0
