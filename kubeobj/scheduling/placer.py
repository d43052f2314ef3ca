"""The way of one pod: where can it go, where should it go, and if nowhere, who would have to go.

This decides and changes nothing; `scheduler` does what has been decided.

Source: ``k8s.io/kubernetes/pkg/scheduler`` schedulePod (v1.36).
"""

from collections import Counter, OrderedDict
from dataclasses import dataclass
from typing import Final, final

import numpy as np

from kubeobj.scheduling.arrays import Slots
from kubeobj.scheduling.evaluation import Evaluation
from kubeobj.scheduling.framework import CannotScore, ConfiningPlugin
from kubeobj.scheduling.preemption import (
    NOT_HELPFUL,
    Budgets,
    Candidate,
    Plans,
    histogram,
    why_not_eligible,
)
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Rejection

KEPT: Final = 128
"""For how many sorts of pods it is kept where they can go."""

NO_NODES_TEXT: Final = "no nodes available to schedule pods"


@final
@dataclass(slots=True)
class Decision:
    """Where a pod goes, or why nowhere.

    Args:
        evaluation: What is known of pods like it.
        slot: The slot of its node, or -1.
        rejection: Why it can go nowhere, if that is so whatever the nodes are like.
        among: The only nodes that it could be; None if it could be any.
        confined_by: The plugins that say so.
        is_nominee: Whether it goes where room has been made for it.
        error: Why nothing could be decided, or empty.
    """

    evaluation: Evaluation
    slot: int = -1
    rejection: Rejection | None = None
    among: Slots | None = None
    confined_by: tuple[str, ...] = ()
    is_nominee: bool = False
    error: str = ""

    @property
    def feasible(self) -> Slots:
        """The slots of all nodes that it could go to."""
        if self.rejection is not None:
            return np.zeros(0, dtype=np.int64)
        return self.evaluation.feasible(self.among)


@final
@dataclass(slots=True)
class Diagnosis:
    """Why a pod can go nowhere.

    Args:
        message: In a sentence.
        plugins: Who objects, by name, in order.
    """

    message: str
    plugins: tuple[str, ...]


@final
@dataclass(slots=True)
class Preemption:
    """What making room comes to.

    Args:
        best: The node where others are to go, and who; None if that would not help.
        is_eligible: Whether the pod may make others go.
        message: Why nothing comes of it, or empty.
        plans: What has been worked out; None if nothing has.
    """

    best: Candidate | None = None
    is_eligible: bool = True
    message: str = ""
    plans: Plans | None = None


@final
class Placer:
    """Decides for one profile.

    Args:
        profile: Who is asked.
        snapshot: The cluster.
        budgets: Who is protected when room is made.
    """

    def __init__(self, profile: Profile, snapshot: Snapshot, budgets: Budgets) -> None:
        self.profile: Profile = profile
        self._snapshot = snapshot
        self._budgets = budgets
        self._kept: OrderedDict[Template, Evaluation] = OrderedDict()
        self._plans: dict[Template, Plans] = {}
        self._confining = [one for one in profile.filters if isinstance(one, ConfiningPlugin)]

    def evaluation(self, template: Template) -> Evaluation:
        """Return where pods of a template can go, as of now."""
        found = self._kept.get(template)
        if found is None:
            found = self._kept[template] = Evaluation(self.profile, template, self._snapshot)
            if len(self._kept) > KEPT:
                oldest, _ = self._kept.popitem(last=False)
                self._plans.pop(oldest, None)
        else:
            self._kept.move_to_end(template)
        found.refresh()
        return found

    def looks_far(self, template: Template) -> bool:
        """Return whether pods elsewhere are known to be in the way of pods of a template."""
        found = self._kept.get(template)
        return found is not None and not found.is_local

    # ------------------------------------------------------------ where to

    def decide(self, record: PodRecord, nominated: str = "") -> Decision:
        """Return where a pod goes.

        Args:
            record: The pod, for which no node is kept free now.
            nominated: Which node was; it is tried first.
        """
        decision = Decision(self.evaluation(record.template))
        if record.pinned or record.template.confined is not None:
            decision.rejection = self._confine(record, decision)
        if decision.rejection is None:
            decision.rejection = decision.evaluation.rejection
        if decision.rejection is not None:
            return decision
        state = self._snapshot.nodes.find(nominated) if nominated else None
        here = decision.among
        if (
            state is not None
            and decision.evaluation.failed[state.slot] == 0
            and (here is None or state.slot in here)
        ):
            decision.slot, decision.is_nominee = state.slot, True
            return decision
        try:
            decision.slot = decision.evaluation.best(decision.among)
        except CannotScore as error:
            decision.error = str(error)
        return decision

    def _confine(self, record: PodRecord, decision: Decision) -> Rejection | None:
        """Find the only nodes that it could be."""
        names: dict[str, None] | None = None
        by: list[str] = []
        for plugin in self._confining:
            found = plugin.confine(record, self._snapshot)
            if isinstance(found, Rejection):
                return found
            if found is not None:
                names = dict.fromkeys(one for one in found if names is None or one in names)
                by.append(plugin.name)
        if names is not None:
            states = map(self._snapshot.nodes.find, names)
            slots = sorted(state.slot for state in states if state is not None)
            decision.among = np.array(slots, dtype=np.int64)
            decision.confined_by = tuple(sorted(by))
        return None

    # ------------------------------------------------------------ why not

    def diagnose(self, decision: Decision) -> Diagnosis:
        """Return why a pod can go nowhere."""
        total = len(self._snapshot)
        if not total:
            return Diagnosis(NO_NODES_TEXT, ())
        rejection = decision.rejection
        if rejection is not None:
            message = f"0/{total} nodes are available: {', '.join(rejection.reasons)}."
            return Diagnosis(message, (rejection.plugin,))
        at = self._snapshot.nodes.slots if decision.among is None else decision.among
        reasons, orders = self._reasons(decision.evaluation, at)
        plugins = dict.fromkeys(self.profile.filters[order - 1].name for order in sorted(orders))
        if decision.confined_by:
            plugins.update(dict.fromkeys(decision.confined_by))
            if total > len(at):
                names = " ".join(decision.confined_by)
                reasons[f"node(s) didn't satisfy plugin(s) [{names}]"] += total - len(at)
        return Diagnosis(histogram(reasons, total), tuple(plugins))

    @staticmethod
    def _reasons(evaluation: Evaluation, at: Slots) -> tuple[Counter[str], list[int]]:
        """Return how many nodes have which reasons, and which filters gave them."""
        reasons: Counter[str] = Counter()
        failed, detail = evaluation.failed[at], evaluation.detail[at]
        orders = [order for order in np.unique(failed).tolist() if order > 0]
        for order in orders:
            details, numbers = np.unique(detail[failed == order], return_counts=True)
            for one, number in zip(details.tolist(), numbers.tolist(), strict=True):
                for reason in evaluation.check(order).explain(one)[1]:
                    reasons[reason] += number
        return reasons, orders

    # ------------------------------------------------------------ making room

    def preempt(
        self, record: PodRecord, decision: Decision, now: float, nominated: str = ""
    ) -> Preemption:
        """Return who would have to go so that a pod could come.

        Args:
            record: The pod, which can go nowhere.
            decision: Why not.
            now: The time, in seconds since 1970.
            nominated: Which node has been kept free for it.
        """
        result = Preemption()
        evaluation = decision.evaluation
        why_not = why_not_eligible(record, evaluation, self._snapshot, nominated)
        if why_not:
            result.is_eligible, result.message = False, why_not
            return result
        reasons: Counter[str] = Counter()
        if decision.rejection is None:
            result.plans = self._plans_of(evaluation)
            among = None if decision.among is None else decision.among.tolist()
            result.best = result.plans.best(now, among)
            reasons = Counter(result.plans.reasons)
        if result.best is None:
            total = len(self._snapshot)
            reasons[NOT_HELPFUL] += total - len(result.plans.all if result.plans else ())
            result.message = histogram(reasons, total)
        return result

    def _plans_of(self, evaluation: Evaluation) -> Plans:
        plans = self._plans.get(evaluation.template)
        if plans is None:
            plans = Plans(evaluation, self._snapshot, self._budgets)
            self._plans[evaluation.template] = plans
        return plans
