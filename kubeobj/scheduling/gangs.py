"""Groups of pods that are placed together or not at all.

A pod says by ``spec.schedulingGroup.podGroupName`` that it belongs to a PodGroup, and that says how
many must be placed at once (``spec.schedulingPolicy.gang.minCount``). Where there are no PodGroups,
two labels say the same: `NAME_LABEL` names the group, `LEAST_LABEL` says how many.

Source: KEP-4671 and ``scheduling.k8s.io/v1alpha2`` PodGroup (v1.36, alpha there); the labels are
those of the coscheduling plugin of ``kubernetes-sigs/scheduler-plugins``.
"""

from collections.abc import Mapping
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.verdicts import Code, Rejection

NAME_LABEL: Final = "pod-group.scheduling.sigs.k8s.io/name"
LEAST_LABEL: Final = "pod-group.scheduling.sigs.k8s.io/min-available"
PLUGIN: Final = "GangScheduling"

Group: TypeAlias = tuple[str, str]
"""Namespace and name of a group."""

_NOBODY: Final[Mapping[str, PodRecord]] = {}


def group_of(record: PodRecord) -> Group | None:
    """Return the group of a pod, or None if it is in none."""
    name = (record.document["spec"].get("schedulingGroup") or {}).get("podGroupName")
    name = name or record.template.labels.get(NAME_LABEL)
    return (record.namespace, name) if name else None


@final
class Gangs:
    """All groups, and which pods are in them."""

    __slots__ = ("_least", "_members")

    def __init__(self) -> None:
        self._least: dict[Group, int] = {}
        self._members: dict[Group, dict[str, PodRecord]] = {}

    def put_group(self, document: Wire) -> Group:
        """Take in a PodGroup as it is now, and return which it is."""
        metadata = document["metadata"]
        group = (metadata.get("namespace", ""), metadata["name"])
        policy = (document.get("spec") or {}).get("schedulingPolicy") or {}
        gang = policy.get("gang")
        self._least[group] = 1 if gang is None else max(int(gang.get("minCount", 1)), 1)
        return group

    def discard_group(self, namespace: str, name: str) -> None:
        """Forget a PodGroup."""
        self._least.pop((namespace, name), None)

    def put(self, record: PodRecord) -> Group | None:
        """Take in a pod, placed or not; return its group, or None if it is in none."""
        group = group_of(record)
        if group is not None:
            self._members.setdefault(group, {})[record.uid] = record
        return group

    def discard(self, record: PodRecord) -> None:
        """Forget a pod."""
        group = group_of(record)
        members = self._members.get(group) if group is not None else None
        if group is None or members is None:
            return
        members.pop(record.uid, None)
        if not members:
            del self._members[group]

    def least(self, group: Group) -> int | None:
        """Return how many pods of a group must be placed at once; None if nobody says so."""
        least = self._least.get(group)
        if least is not None:
            return least
        for record in self.members(group).values():
            text = record.template.labels.get(LEAST_LABEL, "")
            if text.isdigit():
                return max(int(text), 1)
        return None

    def members(self, group: Group) -> Mapping[str, PodRecord]:
        """Return the pods of a group, by uid."""
        return self._members.get(group, _NOBODY)

    def pre_enqueue(self, group: Group) -> Rejection | None:
        """Return why the pods of a group may not come in yet, or None."""
        least = self.least(group)
        if least is None:
            reason = f"waiting for pod group {group[1]} to appear"
            return Rejection(PLUGIN, Code.UNRESOLVABLE, (reason,))
        there = len(self.members(group))
        if there < least:
            reason = f"waiting for {least} pods of group {group[1]}, {there} are there"
            return Rejection(PLUGIN, Code.UNRESOLVABLE, (reason,))
        return None
