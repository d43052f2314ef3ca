"""NodeAffinity: the nodes that a pod asks for by their labels and names, and those it prefers."""

from typing import ClassVar, final

import numpy as np

from kubeobj.placement.fit import AFFINITY_TEXT
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import CannotScore, Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.plugins.plain import PlainCheck, PlainRating, Reasons, normalize_by_highest
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code, Rejection

CONFLICT_TEXT = "pod affinity terms conflict"


@final
class NodeAffinity:
    """The plugin."""

    name: ClassVar[str] = "NodeAffinity"
    reach: ClassVar[Reach] = Reach.NODE
    is_normalized: ClassVar[bool] = True

    def confine(self, pod: PodRecord, _snapshot: Snapshot) -> tuple[str, ...] | Rejection | None:
        """Return the nodes that a pod asks for by name, if it asks for no others."""
        if pod.pinned:
            return (pod.pinned,)
        names = pod.template.confined
        if names == ():
            return Rejection(self.name, Code.UNRESOLVABLE, (CONFLICT_TEXT,))
        return names

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods that take any."""
        return None if template.node_affinity.allows_all else _Check(template, snapshot)

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating | None":
        """Return what to ask about nodes; None for pods that prefer none.

        Raises:
            CannotScore: If what a pod prefers cannot be asked.
        """
        if template.bad_preference:
            raise CannotScore(template.bad_preference)
        return _Rating(template, snapshot) if template.preferences else None


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ((Code.UNRESOLVABLE, AFFINITY_TEXT),)

    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._affinity = template.node_affinity
        self._columns = snapshot.nodes.labels

    def many(self, at: Slots) -> Numbers:
        return (~self._columns.meeting(self._affinity, at)).astype(np.int64)

    def one(self, state: NodeState) -> int:
        return 0 if self._affinity.matches(state.labels, state.name) else 1


@final
class _Rating(PlainRating):
    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._preferences = template.preferences
        self._columns = snapshot.nodes.labels

    def many(self, at: Slots) -> Numbers:
        found = np.zeros(len(at), dtype=np.int64)
        for weight, term in self._preferences:
            found += weight * self._columns.holding(term, at)
        return found

    def one(self, state: NodeState) -> int:
        labels, name = state.labels, state.name
        return sum(weight for weight, term in self._preferences if term.matches(labels, name))

    def normalize(self, _at: Slots, scores: Numbers) -> Numbers:
        return normalize_by_highest(scores)
