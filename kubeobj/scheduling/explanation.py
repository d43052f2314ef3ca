"""Why a pod goes where it goes: which node failed on what, and which score came from where.

Source: FitError of ``k8s.io/kubernetes/pkg/scheduler/framework`` (v1.36) for the text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import final

from kubeobj.scheduling.placer import Decision, Placer
from kubeobj.scheduling.preemption import rejection_at
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection


@final
@dataclass(frozen=True, slots=True)
class NodeExplanation:
    """What speaks for and against one node.

    Args:
        node: Its name.
        rejection: Why the pod cannot go there, or None.
        scores: What each plugin gives it, with the plugin's weight.
    """

    node: str
    rejection: Rejection | None = None
    scores: Mapping[str, int] = field(default_factory=dict)

    @property
    def fits(self) -> bool:
        """Whether the pod can go there."""
        return self.rejection is None

    @property
    def total(self) -> int:
        """The sum of the scores."""
        return sum(self.scores.values())


@final
@dataclass(frozen=True, slots=True)
class Explanation:
    """Where a pod would go now, and why.

    Args:
        pod: Namespace and name.
        chosen: The node it would go to; empty if there is none.
        message: Why there is none, as schedulers say it; empty otherwise.
        nodes: All nodes, by name.
    """

    pod: str
    chosen: str
    message: str
    nodes: tuple[NodeExplanation, ...]

    @property
    def text(self) -> str:
        """All of it, for people."""
        lines = [
            f"{self.pod} goes to {self.chosen}" if self.chosen else f"{self.pod} {self.message}"
        ]
        ranked = sorted(self.nodes, key=lambda one: (not one.fits, -one.total, one.node))
        for one in ranked:
            if one.rejection is None:
                scores = " + ".join(f"{name} {score}" for name, score in one.scores.items())
                lines.append(f"  {one.node}: {one.total}{f' = {scores}' if scores else ''}")
            else:
                reasons = ", ".join(one.rejection.reasons)
                lines.append(f"  {one.node}: {one.rejection.plugin}: {reasons}")
        return "\n".join(lines)

    def __str__(self) -> str:
        return self.text


def explain(pod: str, decision: Decision, placer: Placer, snapshot: Snapshot) -> Explanation:
    """Return an explanation of a decision.

    Args:
        pod: Namespace and name of the pod.
        decision: Where it goes.
        placer: Who has decided.
        snapshot: The cluster, as it was then.
    """
    chosen = snapshot.nodes.at(decision.slot).name if decision.slot >= 0 else ""
    message = decision.error or ("" if chosen else placer.diagnose(decision).message)
    scores = _scores(decision)
    found = []
    for slot in snapshot.nodes.slots.tolist():
        name = snapshot.nodes.at(slot).name
        rejection = _rejection(decision, slot)
        found.append(NodeExplanation(name, rejection, scores.get(slot, {})))
    return Explanation(pod, chosen, message, tuple(sorted(found, key=lambda one: one.node)))


def _scores(decision: Decision) -> dict[int, dict[str, int]]:
    at = decision.feasible
    if not len(at) or decision.evaluation.bad_score:
        return {}
    by_plugin = {name: values.tolist() for name, values in decision.evaluation.scores(at).items()}
    return {
        slot: {name: values[position] for name, values in by_plugin.items()}
        for position, slot in enumerate(at.tolist())
    }


def _rejection(decision: Decision, slot: int) -> Rejection | None:
    if decision.rejection is not None:
        return decision.rejection
    if decision.among is not None and slot not in decision.among:
        plugins = " ".join(decision.confined_by)
        reason = f"node(s) didn't satisfy plugin(s) [{plugins}]"
        return Rejection(plugins, Code.UNRESOLVABLE, (reason,))
    evaluation = decision.evaluation
    order = int(evaluation.failed[slot])
    return rejection_at(evaluation, order, int(evaluation.detail[slot])) if order else None
