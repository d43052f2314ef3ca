"""VolumeRestrictions: disks and claims that only one pod can use.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumerestrictions`` (v1.36).
"""

from collections.abc import Iterable
from typing import ClassVar, Final, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code, Rejection
from kubeobj.scheduling.volumes import ONE_POD

DISK_TEXT: Final = "node(s) had no available disk"
ONE_POD_TEXT: Final = (
    "node has pod using PersistentVolumeClaim with the same name and ReadWriteOncePod access mode"
)


@final
class VolumeRestrictions:
    """The plugin."""

    name: ClassVar[str] = "VolumeRestrictions"
    reach: ClassVar[Reach] = Reach.CLUSTER

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | Rejection | None":
        """Return what to ask about nodes; None for pods without such volumes."""
        volumes = snapshot.volumes
        for_one_pod = []
        for name in template.claims:
            key = f"{template.namespace}/{name}"
            claim = volumes.find("persistentvolumeclaims", key)
            if claim is None:
                reason = f'persistentvolumeclaim "{name}" not found'
                return Rejection(self.name, Code.UNRESOLVABLE, (reason,))
            if ONE_POD in (claim["spec"].get("accessModes") or ()):
                for_one_pod.append(key)
        if not (template.disks or for_one_pod):
            return None
        return _Check(template, snapshot, for_one_pod)


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = (
        (Code.UNSCHEDULABLE, DISK_TEXT),
        (Code.UNSCHEDULABLE, ONE_POD_TEXT),
    )

    def __init__(self, template: Template, snapshot: Snapshot, for_one_pod: list[str]) -> None:
        self._disks = template.disks
        self._volumes = snapshot.volumes
        self._for_one_pod = for_one_pod

    @property
    def stamp(self) -> tuple[object, ...]:
        return (self._volumes.version,)

    def many(self, at: Slots) -> Numbers:
        usual = 2 if any(self._volumes.users(key) for key in self._for_one_pod) else 0
        found = np.full(len(at), usual, dtype=np.int64)
        if self._disks:
            for position, slot in enumerate(at.tolist()):
                if self._is_disk_taken(slot):
                    found[position] = 1
        return found

    def one(self, state: NodeState) -> int:
        if self._disks and self._is_disk_taken(state.slot):
            return 1
        return 2 if any(self._volumes.users(key) for key in self._for_one_pod) else 0

    def _is_disk_taken(self, slot: int) -> bool:
        there = self._volumes.by_slot.get(slot)
        if not there:
            return False
        return any(_conflict(self._disks, record.template.disks) for record in there.values())


def _conflict(wanted: Iterable[Wire], taken: Iterable[Wire]) -> bool:
    """Return whether two pods want disks that only one of them can have."""
    others = list(taken)
    return any(_is_same_disk(one, other) for one in wanted for other in others)


def _is_same_disk(one: Wire, other: Wire) -> bool:
    """Return whether two volumes are one disk, and not both of them only read it."""
    for source, key in (("gcePersistentDisk", "pdName"), ("iscsi", "iqn")):
        if source in one and source in other:
            disk, there = one[source], other[source]
            if disk.get(key) == there.get(key) and not _only_read(disk, there):
                return True
    if "awsElasticBlockStore" in one and "awsElasticBlockStore" in other:
        key = "volumeID"
        return bool(one["awsElasticBlockStore"][key] == other["awsElasticBlockStore"][key])
    if "rbd" in one and "rbd" in other:
        disk, there = one["rbd"], other["rbd"]
        is_same = disk.get("image") == there.get("image") and (
            disk.get("pool", "rbd") == there.get("pool", "rbd")
        )
        monitors = there.get("monitors") or ()
        is_reached = any(monitor in monitors for monitor in disk.get("monitors") or ())
        return is_same and is_reached and not _only_read(disk, there)
    return False


def _only_read(one: Wire, other: Wire) -> bool:
    return bool(one.get("readOnly") and other.get("readOnly"))
