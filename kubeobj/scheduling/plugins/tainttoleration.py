"""TaintToleration: taints keep pods away that do not tolerate them, or make a node less liked."""

from typing import ClassVar, final

import numpy as np

from kubeobj.placement.fit import TAINT_TEXT
from kubeobj.placement.taints import Taint, Toleration, count_disliked, untolerated
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, PlainRating, Reasons, normalize_by_highest
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code


@final
class TaintToleration:
    """The plugin."""

    name: ClassVar[str] = "TaintToleration"
    reach: ClassVar[Reach] = Reach.NODE
    is_normalized: ClassVar[bool] = True

    def check(self, template: Template, snapshot: Snapshot) -> "_Check":
        """Return what to ask about nodes."""
        return _Check(template, snapshot)

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating":
        """Return what to ask about nodes."""
        return _Rating(template, snapshot)


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNRESOLVABLE, TAINT_TEXT),)

    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._tolerations: tuple[Toleration, ...] = template.tolerations
        self._nodes = snapshot.nodes

    def many(self, at: Slots) -> Numbers:
        answers = [self._answer(taints) for taints in self._nodes.taint_sets]
        return np.array(answers, dtype=np.int64)[self._nodes.taint_code[at]]

    def one(self, state: NodeState) -> int:
        return self._answer(state.taints) if state.taints else 0

    def _answer(self, taints: tuple[Taint, ...]) -> int:
        return 0 if untolerated(taints, self._tolerations) is None else 1


@final
class _Rating(PlainRating):
    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._tolerations: tuple[Toleration, ...] = template.tolerations
        self._nodes = snapshot.nodes

    def many(self, at: Slots) -> Numbers:
        counts = [count_disliked(one, self._tolerations) for one in self._nodes.taint_sets]
        return np.array(counts, dtype=np.int64)[self._nodes.taint_code[at]]

    def one(self, state: NodeState) -> int:
        return count_disliked(state.taints, self._tolerations) if state.taints else 0

    def normalize(self, _at: Slots, scores: Numbers) -> Numbers:
        return normalize_by_highest(scores, is_reversed=True)
