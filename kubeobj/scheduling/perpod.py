"""Plugins that look at one pod and one node: for rules of your own that need no arrays.

What they answer is kept for all pods that are alike, until the node or the pods on it change. So
they may look at whatever is scheduled by (labels, affinity, resources, priority …) and not at the
name of the pod.
"""

from collections.abc import Callable, Sequence
from typing import ClassVar, TypeAlias, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState, NodeTable
from kubeobj.scheduling.plugins.plain import PlainCheck, PlainRating, Reasons, normalize_by_highest
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

NodeRule: TypeAlias = Callable[[Wire, Wire, Sequence[Wire]], str | None]
"""Takes a pod, a node and the pods there; returns why the pod cannot go there, or None."""

NodeScore: TypeAlias = Callable[[Wire, Wire, Sequence[Wire]], int]
"""Takes a pod, a node and the pods there; returns how good it is, 0 or more."""


@final
class NodeFilter:
    """A filter made of a function.

    Args:
        name: What it is called.
        rule: The function.

    >>> def not_on_fridays(pod, node, pods):
    ...     return "it is Friday" if node["metadata"]["name"] == "friday" else None
    >>> NodeFilter("Weekday", not_on_fridays).name
    'Weekday'
    """

    reach: ClassVar[Reach] = Reach.PODS

    def __init__(self, name: str, rule: NodeRule) -> None:
        self.name: str = name
        self._rule = rule

    def check(self, template: Template, snapshot: Snapshot) -> "_Check":
        """Return what to ask about nodes."""
        return _Check(self._rule, template.example, snapshot.nodes)


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = ()

    def __init__(self, rule: NodeRule, pod: Wire, nodes: NodeTable) -> None:
        self._rule = rule
        self._pod = pod
        self._nodes = nodes
        self._reasons: dict[str, int] = {}

    def many(self, at: Slots) -> Numbers:
        return np.array([self.one(self._nodes.at(slot)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        reason = self._rule(self._pod, state.document, documents_on(state))
        if reason is None:
            return 0
        return self._reasons.setdefault(reason, len(self._reasons) + 1)

    def explain(self, detail: int) -> tuple[Code, tuple[str, ...]]:
        return Code.UNSCHEDULABLE, (list(self._reasons)[detail - 1],)


@final
class NodeRating:
    """A score made of a function; the best node gets 100.

    Args:
        name: What it is called.
        score: The function.
    """

    reach: ClassVar[Reach] = Reach.CLUSTER
    is_normalized: ClassVar[bool] = True

    def __init__(self, name: str, score: NodeScore) -> None:
        self.name: str = name
        self._score = score

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating":
        """Return what to ask about nodes."""
        return _Rating(self._score, template.example, snapshot.nodes)


@final
class _Rating(PlainRating):
    def __init__(self, score: NodeScore, pod: Wire, nodes: NodeTable) -> None:
        self._score = score
        self._pod = pod
        self._nodes = nodes

    def many(self, at: Slots) -> Numbers:
        return np.array([self.one(self._nodes.at(slot)) for slot in at.tolist()], dtype=np.int64)

    def one(self, state: NodeState) -> int:
        return self._score(self._pod, state.document, documents_on(state))

    def normalize(self, _at: Slots, scores: Numbers) -> Numbers:
        return normalize_by_highest(scores)


def documents_on(state: NodeState) -> list[Wire]:
    """Return the pods on a node."""
    return [record.document for record in state.pods.values()]
