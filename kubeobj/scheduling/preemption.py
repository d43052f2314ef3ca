"""Making room: which pods have to go, on which node, so that one that matters more can come.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/preemption`` and the DefaultPreemption plugin
(v1.36).
"""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.placement.podaffinity import selector_or_nothing
from kubeobj.scheduling.evaluation import Evaluation
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection

NO_VICTIMS: Final = "No preemption victims found for incoming pod"
NOT_HELPFUL: Final = "Preemption is not helpful for scheduling"
NEVER: Final = "not eligible due to preemptionPolicy=Never."
STILL_ENDING: Final = "not eligible due to a terminating pod on the nominated node."

LEAST_SHARE: Final = 10
"""For how many nodes in a hundred it is worked out at least who would have to go."""

LEAST_NODES: Final = 100
"""And for how many at least, if there are so many."""

_Cost: TypeAlias = tuple[int, int, int, int, float]

# What is added to each priority, so that more victims are never better than fewer.
_OFFSET: Final = 2**31


@final
@dataclass(frozen=True, slots=True)
class Candidate:
    """A node that a pod could go to if others went.

    Args:
        node: Its name.
        victims: Who would have to go, those who matter most first.
        violations: How many of them a budget protects.
    """

    node: str
    victims: tuple[PodRecord, ...]
    violations: int


@final
class Budgets:
    """How many pods may be disrupted, by budget.

    Source: PodDisruptionBudget of policy/v1.
    """

    __slots__ = ("_budgets", "version")

    def __init__(self) -> None:
        self._budgets: dict[tuple[str, str], tuple[Selector, Wire]] = {}
        self.version: int = 0
        """Grows with every change."""

    def put(self, document: Wire) -> None:
        """Take in a budget as it is now."""
        metadata = document["metadata"]
        key = (metadata["namespace"], metadata["name"])
        selector = selector_or_nothing(document["spec"].get("selector"))
        self._budgets[key] = (selector, document.get("status") or {})
        self.version += 1

    def discard(self, namespace: str, name: str) -> None:
        """Forget a budget."""
        self._budgets.pop((namespace, name), None)
        self.version += 1

    def split(self, records: Sequence[PodRecord]) -> tuple[list[PodRecord], list[PodRecord]]:
        """Return those of some pods whose budgets would be overdrawn if all went, and the others.

        Those that come first use up the budgets.
        """
        if not self._budgets:
            return [], list(records)
        left = {
            key: status.get("disruptionsAllowed", 0) for key, (_, status) in self._budgets.items()
        }
        protected: list[PodRecord] = []
        others: list[PodRecord] = []
        for record in records:
            is_overdrawn = False
            for key in self._of(record):
                left[key] -= 1
                is_overdrawn = is_overdrawn or left[key] < 0
            (protected if is_overdrawn else others).append(record)
        return protected, others

    def _of(self, record: PodRecord) -> Iterable[tuple[str, str]]:
        """Yield the budgets that a pod is in, unless it is being disrupted already."""
        labels = record.template.labels
        if not labels:
            return
        for key, (selector, status) in self._budgets.items():
            if (
                key[0] == record.namespace
                and not selector.selects_everything
                and selector.matches(labels)
                and record.name not in (status.get("disruptedPods") or {})
            ):
                yield key


@final
class Plans:
    """For one sort of pods: who would have to go on each node, as far as it has been worked out.

    What has been worked out of a node is kept until the node changes, if nothing but the nodes and
    the pods on them can be in the way of such pods.

    Args:
        evaluation: Where such pods can go.
        snapshot: The cluster.
        budgets: Who is protected.
    """

    __slots__ = (
        "_budgets",
        "_budgets_version",
        "_costs",
        "_evaluation",
        "_kept",
        "_number",
        "_snapshot",
        "_unplanned",
        "reasons",
    )

    def __init__(self, evaluation: Evaluation, snapshot: Snapshot, budgets: Budgets) -> None:
        self._evaluation = evaluation
        self._snapshot = snapshot
        self._budgets = budgets
        self._budgets_version = -1
        self._kept: dict[int, Candidate | Rejection] = {}
        # The nodes that others could leave, and that have not been looked at.
        self._unplanned: dict[int, None] = {}
        # The best first; those that are no longer kept are passed over.
        self._costs: list[tuple[_Cost, int, Candidate]] = []
        self._number = 0
        self.reasons: Counter[str] = Counter()
        """Why nobody's going would help, with the number of nodes."""

    @property
    def all(self) -> Mapping[int, Candidate | Rejection]:
        """What has been worked out, by slot."""
        return self._kept

    def best(self, now: float, among: Iterable[int] | None = None) -> Candidate | None:
        """Return the best node that the pods could go to if others went; None if there is none.

        It is worked out for some of the nodes at least (see `enough`), as time allows for more.

        Args:
            now: The time, in seconds since 1970.
            among: The only slots to look at; None for all.
        """
        self._refresh(among)
        wanted = enough(len(self._kept) + len(self._unplanned))
        while self._unplanned and self._number < wanted:
            slot = next(iter(self._unplanned))
            del self._unplanned[slot]
            self._plan(slot, now)
        while self._costs:
            _, slot, candidate = self._costs[0]
            if self._kept.get(slot) is candidate:
                return candidate
            heapq.heappop(self._costs)
        return None

    # ------------------------------------------------------------ keeping up

    def _refresh(self, among: Iterable[int] | None) -> None:
        evaluation = self._evaluation
        changed = tuple(evaluation.changed)
        evaluation.changed.clear()
        version = -1 if among is not None else self._budgets.version
        if not evaluation.is_local or version < 0 or version != self._budgets_version:
            self._budgets_version = version
            self._kept.clear()
            self._costs.clear()
            self.reasons.clear()
            self._number = 0
            at = self._snapshot.nodes.slots.tolist() if among is None else among
            self._unplanned = dict.fromkeys(open_nodes(evaluation, at))
            return
        for slot in changed:
            self._drop(slot)
            self._unplanned.pop(slot, None)
        self._unplanned.update(dict.fromkeys(open_nodes(evaluation, changed)))

    def _drop(self, slot: int) -> None:
        found = self._kept.pop(slot, None)
        if isinstance(found, Rejection):
            self.reasons.subtract(found.reasons)
        elif found is not None:
            self._number -= 1

    def _plan(self, slot: int, now: float) -> None:
        found = self._kept[slot] = self._work_out(self._snapshot.nodes.at(slot), now)
        if isinstance(found, Rejection):
            self.reasons.update(found.reasons)
        else:
            self._number += 1
            heapq.heappush(self._costs, (cost_of(found, now), slot, found))

    def _work_out(self, state: NodeState, now: float) -> Candidate | Rejection:
        least = self._evaluation.template.priority
        lower = [record for record in state.pods.values() if record.priority < least]
        if not lower:
            return Rejection("", Code.UNRESOLVABLE, (NO_VICTIMS,))
        snapshot, answer = self._snapshot, self._evaluation.answer
        ports = dict(state.ports)
        for record in lower:
            snapshot.take_out(record, state)
        order, detail = answer(state)
        gone = {record.uid: record for record in lower}
        victims: list[PodRecord] = []
        violations = 0
        if not order:
            lower.sort(key=lambda record: importance(record, now))
            protected, others = self._budgets.split(lower)
            for record in (*protected, *others):
                snapshot.put_back(record, state)
                if answer(state)[0]:
                    snapshot.take_out(record, state)
                    victims.append(record)
                    violations += record in protected
                else:
                    del gone[record.uid]
            victims.sort(key=lambda record: importance(record, now))
        for record in gone.values():
            snapshot.put_back(record, state)
        state.ports = ports
        if order:
            return rejection_at(self._evaluation, order, detail)
        return Candidate(state.name, tuple(victims), violations)


def importance(record: PodRecord, now: float) -> tuple[int, float]:
    """Return what pods are sorted by, those that matter most first: priority, then age."""
    return -record.priority, record.started_seconds(now)


def rejection_at(evaluation: Evaluation, order: int, detail: int) -> Rejection:
    """Return an objection of a filter in words."""
    code, reasons = evaluation.check(order).explain(detail)
    return Rejection(evaluation.profile.filters[order - 1].name, code, reasons)


def why_not_eligible(
    record: PodRecord, evaluation: Evaluation, snapshot: Snapshot, nominated: str
) -> str:
    """Return why a pod may not make others go, or empty if it may."""
    if not record.template.may_preempt:
        return NEVER
    state = snapshot.nodes.find(nominated) if nominated else None
    if state is None:
        return ""
    order = int(evaluation.failed[state.slot]) if evaluation.rejection is None else 0
    if evaluation.rejection is not None:
        if evaluation.rejection.code is Code.UNRESOLVABLE:
            return ""
    elif order > 0:
        code, _ = evaluation.check(order).explain(int(evaluation.detail[state.slot]))
        if code is Code.UNRESOLVABLE:
            return ""
    for other in state.pods.values():
        if other.priority < record.priority and _is_preempted(other):
            return STILL_ENDING
    return ""


def _is_preempted(record: PodRecord) -> bool:
    """Return whether a pod is going because another has made it go."""
    if not record.is_ending:
        return False
    for condition in (record.document.get("status") or {}).get("conditions") or ():
        if condition["type"] == "DisruptionTarget":
            return bool(
                condition["status"] == "True" and condition.get("reason") == "PreemptionByScheduler"
            )
    return False


def open_nodes(evaluation: Evaluation, among: Iterable[int]) -> list[int]:
    """Return the slots, among some, that a pod could go to if others went."""
    slots = list(among)
    known: dict[tuple[int, int], bool] = {}
    found = []
    failed, detail = evaluation.failed[slots].tolist(), evaluation.detail[slots].tolist()
    for slot, *key in zip(slots, failed, detail, strict=True):
        if key[0] <= 0:
            continue
        is_open = known.get((key[0], key[1]))
        if is_open is None:
            code, _ = evaluation.check(key[0]).explain(key[1])
            is_open = known[key[0], key[1]] = code is Code.UNSCHEDULABLE
        if is_open:
            found.append(slot)
    return found


def enough(nodes: int) -> int:
    """Return for how many of some nodes it is worked out who would have to go.

    >>> enough(50), enough(500), enough(5000)
    (50, 100, 500)
    """
    return min(nodes, max(nodes * LEAST_SHARE // 100, LEAST_NODES))


def cost_of(candidate: Candidate, now: float) -> _Cost:
    """Return what candidates are compared by; the least is the best.

    Fewest victims that a budget protects, then the least of the highest priorities, then the least
    sum of priorities, then fewest victims, then those that were started last.
    """
    victims = candidate.victims
    highest = victims[0].priority if victims else -_OFFSET
    total = sum(victim.priority + _OFFSET for victim in victims)
    starts = (victim.started_seconds(now) for victim in victims if victim.priority == highest)
    return candidate.violations, highest, total, len(victims), -min(starts, default=now)


def histogram(reasons: Counter[str], total: int) -> str:
    """Return how many nodes have which reasons, as schedulers tell it.

    >>> histogram(Counter({"Insufficient cpu": 3, "Too many pods": 1}), 4)
    '0/4 nodes are available: 1 Too many pods, 3 Insufficient cpu.'
    """
    parts = sorted(f"{number} {reason}" for reason, number in reasons.items() if number)
    return f"0/{total} nodes are available: {', '.join(parts)}."
