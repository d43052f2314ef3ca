"""Whom something that has happened may help: those are tried again, and nobody else.

Pods that are alike are looked at together, once. If only nodes and the pods on them are in their
way, the question is exact: can such a pod go there now? Then as many of them are tried again as
there is room for, and the rest would try in vain.
"""

from collections.abc import Callable
from itertools import islice
from typing import TypeAlias, final

from kubeobj.placement.podaffinity import PodTerm
from kubeobj.scheduling.evaluation import Evaluation
from kubeobj.scheduling.happenings import Happening, Kind, may_help
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.placer import Placer
from kubeobj.scheduling.queue import Alike, SchedulingQueue
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

PlacerOf: TypeAlias = Callable[[Template], Placer]
"""Returns who decides for the pods of a template."""


@final
class Hints:
    """Looks for whom to try again.

    Args:
        queue: Who waits.
        snapshot: The cluster.
        placer_of: Tells where pods can go.
    """

    __slots__ = ("_placer_of", "_queue", "_snapshot")

    def __init__(self, queue: SchedulingQueue, snapshot: Snapshot, placer_of: PlacerOf) -> None:
        self._queue = queue
        self._snapshot = snapshot
        self._placer_of = placer_of

    def take_in(self, happening: Happening) -> None:
        """Try those again whom something that has happened may help."""
        state = happening.state
        for alike in self._queue.waiting_at("" if state is None else state.name):
            if happening.kind is Kind.POD_ADDED and not self._may_help_any(alike, happening.kind):
                continue
            evaluation = None if state is None else self._exact(alike[0])
            if state is not None and evaluation is not None:
                self._help_there(alike, evaluation, happening, state)
            elif self._concerns(alike[0], happening):
                self._help_all(alike, happening.kind)

    def _exact(self, template: Template) -> Evaluation | None:
        """Return where pods can go that look at nothing but nodes; None for others."""
        placer = self._placer_of(template)
        if placer.looks_far(template):
            return None
        evaluation = placer.evaluation(template)
        return evaluation if evaluation.is_local and evaluation.rejection is None else None

    def _may_help_any(self, alike: Alike, kind: Kind) -> bool:
        """Return whether something may help pods that are alike, who have the same in their way."""
        first = next(iter(self._queue.waiting_like(alike).values()), None)
        return first is not None and may_help(first.plugins, kind)

    def _help_all(self, alike: Alike, kind: Kind) -> None:
        for queued in list(self._queue.waiting_like(alike).values()):
            if may_help(queued.plugins, kind):
                self._queue.help(queued)

    def _help_there(
        self, alike: Alike, evaluation: Evaluation, happening: Happening, state: NodeState
    ) -> None:
        """Try those again that can go to a node now: as many as there is room for."""
        template, pods = alike[0], self._queue.waiting_like(alike)
        nominated = [uid for uid in state.nominated if uid in pods]
        if nominated and evaluation.fits(state):
            for uid in nominated:
                self._queue.help(pods[uid])
        if evaluation.answer(state)[0] == 0:
            self._help_some(alike, room_for(template, state))
        elif _is_no_victim(happening, template) and _could_preempt(evaluation, state):
            self._help_some(alike, 1)

    def _help_some(self, alike: Alike, number: int) -> None:
        """Try some of those again, first of all those that no other node is kept free for."""
        nominees = self._snapshot.nominees
        pods = self._queue.waiting_like(alike)
        free = (one for uid, one in pods.items() if uid not in nominees)
        chosen = list(islice(free, number))
        if len(chosen) < number:
            kept = (one for uid, one in pods.items() if uid in nominees)
            chosen += islice(kept, number - len(chosen))
        for queued in chosen:
            self._queue.help(queued)

    def _concerns(self, template: Template, happening: Happening) -> bool:
        """Return whether what happened to another pod is something to pods that look at others."""
        other = happening.pod
        if other is None or happening.kind not in (Kind.POD_ADDED, Kind.POD_GONE):
            return True
        if happening.kind is Kind.POD_GONE and self._takes_less(template, other):
            return True
        theirs = other.template
        if template.namespace == theirs.namespace and any(
            one.selector.matches(theirs.labels) for one in template.spread
        ):
            return True
        affinity = template.pod_affinity
        return self._is_any_about((*affinity.near, *affinity.apart), theirs) or (
            self._is_any_about(theirs.pod_affinity.apart, template)
        )

    def _is_any_about(self, terms: tuple[PodTerm, ...], template: Template) -> bool:
        namespaces = self._snapshot.counts.namespaces
        return any(
            term.pods.finds(template.namespace, template.labels, namespaces) for term in terms
        )

    @staticmethod
    def _takes_less(template: Template, other: PodRecord) -> bool:
        """Return whether a pod that has gone gives back something that others want."""
        theirs = other.template
        return (
            bool(theirs.ports or theirs.has_volumes)
            or any(
                theirs.requests.get(name) for name, amount in template.requests.items() if amount
            )
            or not any(template.requests.values())
        )


def room_for(template: Template, state: NodeState) -> int:
    """Return how many pods of a template a node has room for, if it has any for one."""
    room = state.limit - len(state.pods)
    for name, amount in template.requests.items():
        if amount > 0:
            left = state.allocatable.get(name, 0) - state.used.get(name, 0)
            room = min(room, left // amount)
    return max(room, 1)


def _is_no_victim(happening: Happening, template: Template) -> bool:
    """Return whether it is no pod that has gone which these could have made go themselves."""
    pod = happening.pod
    return happening.kind is not Kind.POD_GONE or (
        pod is not None and pod.priority >= template.priority
    )


def _could_preempt(evaluation: Evaluation, state: NodeState) -> bool:
    """Return whether pods could go to a node if others that matter less went."""
    template = evaluation.template
    if not template.may_preempt:
        return False
    if not any(record.priority < template.priority for record in state.pods.values()):
        return False
    order, detail = evaluation.answer(state)
    return bool(order) and evaluation.check(order).explain(detail)[0] is Code.UNSCHEDULABLE
