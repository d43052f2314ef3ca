"""Placing a group: as many as it must be at once, or none of them.

Source: KEP-4671 GangScheduling.
"""

from dataclasses import dataclass, field
from typing import final

from kubeobj.scheduling.binder import Binder
from kubeobj.scheduling.frameworks import Framework
from kubeobj.scheduling.gangs import PLUGIN, Gangs, Group, group_of
from kubeobj.scheduling.queue import Place, QueuedPod, SchedulingQueue
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection


@final
@dataclass(slots=True)
class GroupOutcome:
    """What has become of the pods of a group.

    Args:
        placed: Those that have a node, and are to be bound.
        failed: Those that have none, and why.
    """

    placed: list[QueuedPod] = field(default_factory=list)
    failed: list[tuple[QueuedPod, Rejection]] = field(default_factory=list)


@final
class GangScheduling:
    """Places groups.

    Args:
        gangs: Who belongs together.
        queue: Who waits.
        snapshot: The cluster.
        binder: Takes nodes.
    """

    __slots__ = ("_binder", "_gangs", "_queue", "_snapshot")

    def __init__(
        self, gangs: Gangs, queue: SchedulingQueue, snapshot: Snapshot, binder: Binder
    ) -> None:
        self._gangs = gangs
        self._queue = queue
        self._snapshot = snapshot
        self._binder = binder

    def group_of(self, record: PodRecord) -> Group | None:
        """Return the group that a pod has to be placed with, or None."""
        group = group_of(record)
        return group if group is not None and self._gangs.least(group) is not None else None

    def place(self, first: QueuedPod, framework: Framework) -> GroupOutcome:
        """Place a pod and all others of its group that wait, or none of them.

        Args:
            first: A pod that has just been taken out of the queue.
            framework: Who is asked.
        """
        group = group_of(first.record)
        if group is None:
            message = f"{first.record.key} is in no group"
            raise ValueError(message)
        least = self._gangs.least(group) or 1
        members = self._gangs.members(group)
        there = sum(1 for record in members.values() if record.uid in self._snapshot.pods)
        outcome = GroupOutcome()
        for queued in self._all(first, group):
            rejection = self._try(queued, framework)
            if rejection is None:
                outcome.placed.append(queued)
            else:
                outcome.failed.append((queued, rejection))
        if there + len(outcome.placed) < least:
            self._take_back(outcome, framework, f"{there + len(outcome.placed)} of {least}")
        return outcome

    def _all(self, first: QueuedPod, group: Group) -> list[QueuedPod]:
        """Return the pods of a group that are not placed, taken out of the queue."""
        found = [first]
        for record in self._gangs.members(group).values():
            queued = self._queue.find(record.uid)
            if queued is None or queued is first:
                continue
            if queued.place not in (Place.HELD, Place.AWAY):
                found.append(self._queue.take(queued))
        return found

    def _try(self, queued: QueuedPod, framework: Framework) -> Rejection | None:
        record = queued.record
        self._snapshot.withdraw(record.uid)
        decision = framework.placer.decide(record)
        if decision.error:
            return Rejection("", Code.ERROR, (decision.error,))
        if decision.slot >= 0:
            return self._binder.assume(queued, decision.slot, framework)
        diagnosis = framework.placer.diagnose(decision)
        plugin = diagnosis.plugins[0] if diagnosis.plugins else ""
        return Rejection(plugin, Code.UNSCHEDULABLE, (diagnosis.message,))

    def _take_back(self, outcome: GroupOutcome, framework: Framework, share: str) -> None:
        """Let none be placed, for too few could be."""
        for queued in outcome.placed:
            self._binder.forget(queued.record, framework)
            reason = f"only {share} pods of the group could be placed"
            outcome.failed.append((queued, Rejection(PLUGIN, Code.UNSCHEDULABLE, (reason,))))
        outcome.placed = []
