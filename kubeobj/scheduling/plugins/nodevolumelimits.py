"""NodeVolumeLimits: a node can have so many volumes of a driver, and no more.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/nodevolumelimits`` (v1.36).
"""

from typing import ClassVar, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.placement.claims import class_of
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, Reasons
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code
from kubeobj.scheduling.volumes import Volumes

LIMIT_TEXT = "node(s) exceed max volume count"


@final
class NodeVolumeLimits:
    """The plugin."""

    name: ClassVar[str] = "NodeVolumeLimits"
    reach: ClassVar[Reach] = Reach.CLUSTER

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods without claims."""
        if not (template.claims or template.ephemeral):
            return None
        return _Check(template, snapshot)


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNSCHEDULABLE, LIMIT_TEXT),)

    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._template = template
        self._volumes = snapshot.volumes
        self._nodes = snapshot.nodes

    @property
    def stamp(self) -> tuple[object, ...]:
        return (self._volumes.version,)

    def many(self, at: Slots) -> Numbers:
        wanted = _attachments(self._template, self._volumes)
        return np.array(
            [self._answer(self._nodes.at(slot), wanted) for slot in at.tolist()], dtype=np.int64
        )

    def one(self, state: NodeState) -> int:
        return self._answer(state, _attachments(self._template, self._volumes))

    def _answer(self, state: NodeState, wanted: dict[str, str]) -> int:
        csi_node = self._volumes.find("csinodes", state.name)
        if csi_node is None or not wanted:
            return 0
        there: dict[str, str] = {}
        for record in self._volumes.by_slot.get(state.slot, {}).values():
            there.update(_attachments(record.template, self._volumes))
        there.update(_attached(state.name, self._volumes))
        for driver, limit in _limits(csi_node).items():
            new = sum(1 for key, one in wanted.items() if one == driver and key not in there)
            old = sum(1 for one in there.values() if one == driver)
            if new and old + new > limit:
                return 1
        return 0


def _limits(csi_node: Wire) -> dict[str, int]:
    """Return how many volumes of each driver a node can have, where that is limited."""
    found = {}
    for driver in csi_node["spec"].get("drivers") or ():
        limit = (driver.get("allocatable") or {}).get("count")
        if limit is not None:
            found[driver["name"]] = limit
    return found


def _attachments(template: Template, volumes: Volumes) -> dict[str, str]:
    """Return the drivers of the volumes of a pod, by what tells one volume from another."""
    found: dict[str, str] = {}
    for name in (*template.claims, *template.ephemeral):
        key = f"{template.namespace}/{name}"
        claim = volumes.find("persistentvolumeclaims", key)
        if claim is None:
            continue
        volume = volumes.find("persistentvolumes", claim["spec"].get("volumeName") or "")
        if volume is not None:
            csi = volume["spec"].get("csi")
            if csi:
                found[f"{csi['driver']}/{csi['volumeHandle']}"] = csi["driver"]
            continue
        of_class = volumes.find("storageclasses", class_of(claim))
        if of_class is not None:
            driver = of_class.get("provisioner", "")
            found[f"{driver}/claim {key}"] = driver
    return found


def _attached(node: str, volumes: Volumes) -> dict[str, str]:
    """Return the same of the volumes that are attached to a node, whoever uses them."""
    found: dict[str, str] = {}
    for attachment in volumes.all("volumeattachments"):
        spec = attachment["spec"]
        if spec.get("nodeName") != node:
            continue
        name = (spec.get("source") or {}).get("persistentVolumeName") or ""
        volume = volumes.find("persistentvolumes", name)
        csi = None if volume is None else volume["spec"].get("csi")
        if csi:
            found[f"{csi['driver']}/{csi['volumeHandle']}"] = csi["driver"]
    return found
