"""Whom something that has happened may help: those are tried again, and nobody else.

Pods that are alike are looked at together, once. If only nodes and the pods on them are in their
way, the question is exact: can such a pod go there now? Then as many of them are tried again as
there is room for, and the rest would try in vain.
"""

from collections.abc import Callable
from typing import TypeAlias, final

from kubeobj.placement.podaffinity import PodTerm
from kubeobj.scheduling.evaluation import Evaluation
from kubeobj.scheduling.happenings import Happening, Kind, may_help
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.queue import Alike, QueuedPod, SchedulingQueue
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

EvaluationOf: TypeAlias = Callable[[Template], Evaluation]
"""Returns where pods of a template can go, as of now."""


@final
class Hints:
    """Looks for whom to try again.

    Args:
        queue: Who waits.
        snapshot: The cluster.
        evaluation_of: Tells where pods can go.
    """

    __slots__ = ("_evaluation_of", "_queue", "_snapshot")

    def __init__(
        self, queue: SchedulingQueue, snapshot: Snapshot, evaluation_of: EvaluationOf
    ) -> None:
        self._queue = queue
        self._snapshot = snapshot
        self._evaluation_of = evaluation_of

    def take_in(self, happening: Happening) -> None:
        """Try those again whom something that has happened may help."""
        for alike in self._queue.waiting:
            if self._is_elsewhere(alike, happening):
                continue
            pods = [
                one
                for one in self._queue.waiting_like(alike)
                if may_help(one.plugins, happening.kind)
            ]
            if pods:
                self._help(pods, happening)

    @staticmethod
    def _is_elsewhere(alike: Alike, happening: Happening) -> bool:
        """Return whether it is about a node that the pods cannot be on."""
        pinned, state = alike[1], happening.state
        return bool(pinned) and state is not None and state.name != pinned

    def _help(self, pods: list[QueuedPod], happening: Happening) -> None:
        template = pods[0].record.template
        evaluation = self._evaluation_of(template)
        state = happening.state
        is_exact = state is not None and evaluation.is_local and evaluation.rejection is None
        if state is None or not is_exact:
            if self._concerns(template, happening):
                self._try_again(pods, len(pods))
            return
        here = [one for one in pods if self._nominated(one) == state.name]
        if here:
            self._try_again(here, len(here))
        others = [one for one in pods if not self._nominated(one)]
        if others and evaluation.answer(state)[0] == 0:
            self._try_again(others, room_for(template, state))
        elif others and _is_no_victim(happening, template) and _could_preempt(evaluation, state):
            self._try_again(others, 1)

    def _nominated(self, queued: QueuedPod) -> str:
        return self._snapshot.nominees.get(queued.record.uid, "")

    def _try_again(self, pods: list[QueuedPod], number: int) -> None:
        for queued in pods[:number]:
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
