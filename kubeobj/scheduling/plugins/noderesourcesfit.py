"""NodeResourcesFit: a node must have enough left, and is scored by how much it has left.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/noderesources`` (v1.36).
"""

from typing import ClassVar, Final, final

import numpy as np

from kubeobj.placement.fit import TOO_MANY_TEXT
from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import Reach
from kubeobj.scheduling.nodes import NodeState, NodeTable
from kubeobj.scheduling.plugins.plain import PlainRating
from kubeobj.scheduling.plugins.resourcestrategies import LEAST_ALLOCATED, Strategy
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

_TOO_MANY: Final = 1


@final
class NodeResourcesFit:
    """The plugin.

    Args:
        strategy: What makes a node a good one.
        weights: Which resources count how much in scores.
    """

    name: ClassVar[str] = "NodeResourcesFit"
    reach: ClassVar[Reach] = Reach.PODS
    is_normalized: ClassVar[bool] = False

    def __init__(
        self,
        strategy: Strategy = LEAST_ALLOCATED,
        weights: tuple[tuple[str, int], ...] = (("cpu", 1), ("memory", 1)),
    ) -> None:
        self.strategy: Strategy = strategy
        self.weights: tuple[tuple[str, int], ...] = weights

    def check(self, template: Template, snapshot: Snapshot) -> "_Check":
        """Return what to ask about nodes."""
        return _Check(template, snapshot)

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating":
        """Return what to ask about nodes."""
        return _Rating(self, template, snapshot)


@final
class _Check:
    """Its numbers are bits: too many pods, then resources that are short, then too large ones."""

    def __init__(self, template: Template, snapshot: Snapshot) -> None:
        self._nodes = snapshot.nodes
        self._wanted = [(name, amount) for name, amount in template.requests.items() if amount > 0]

    @property
    def stamp(self) -> tuple[object, ...]:
        return ()

    def many(self, at: Slots) -> Numbers:
        nodes, size = self._nodes, len(self._wanted)
        found: Numbers = (nodes.pod_count[at] >= nodes.limit[at]).astype(np.int64)
        for position, (name, amount) in enumerate(self._wanted, start=1):
            there = nodes.allocatable(name)[at]
            short = amount > there - nodes.used(name)[at]
            if short.any():
                too_large = short & (amount > there)
                found |= (short.astype(np.int64) << position) | (
                    too_large.astype(np.int64) << (position + size)
                )
        return found

    def one(self, state: NodeState) -> int:
        there, used = state.allocatable, state.used
        found = _TOO_MANY if len(state.pods) >= state.limit else 0
        size = len(self._wanted)
        for position, (name, amount) in enumerate(self._wanted, start=1):
            has = there.get(name, 0)
            if amount > has - used.get(name, 0):
                found |= 1 << position
                if amount > has:
                    found |= 1 << (position + size)
        return found

    def explain(self, detail: int) -> tuple[Code, tuple[str, ...]]:
        size = len(self._wanted)
        reasons = [TOO_MANY_TEXT] if detail & _TOO_MANY else []
        reasons += [
            f"Insufficient {name}"
            for position, (name, _) in enumerate(self._wanted, start=1)
            if detail >> position & 1
        ]
        code = Code.UNRESOLVABLE if detail >> (size + 1) else Code.UNSCHEDULABLE
        return code, tuple(reasons)


@final
class _Rating(PlainRating):
    def __init__(self, plugin: NodeResourcesFit, template: Template, snapshot: Snapshot) -> None:
        self._nodes: NodeTable = snapshot.nodes
        self._strategy = plugin.strategy
        # A resource that the pod does not ask for says nothing of where it should go.
        self._weights = [
            (name, weight)
            for name, weight in plugin.weights
            if name in ("cpu", "memory") or template.requests.get(name)
        ]
        cpu, memory = template.scored_wishes
        self._wanted = {**template.requests, "cpu": cpu, "memory": memory}

    def many(self, at: Slots) -> Numbers:
        total = np.zeros(len(at), dtype=np.int64)
        weights = np.zeros(len(at), dtype=np.int64)
        for name, weight in self._weights:
            there = self._nodes.allocatable(name)[at]
            has = there > 0
            used = self._used(name)[at] + self._wanted.get(name, 0)
            scores = self._strategy.many(used, np.where(has, there, 1))
            total += np.where(has, scores * weight, 0)
            weights += np.where(has, weight, 0)
        return total // np.maximum(weights, 1)

    def one(self, state: NodeState) -> int:
        total = weights = 0
        for name, weight in self._weights:
            there = state.allocatable.get(name, 0)
            if there <= 0:
                continue
            if name == "cpu":
                used = state.scored_cpu
            elif name == "memory":
                used = state.scored_memory
            else:
                used = state.used.get(name, 0)
            total += weight * self._strategy.one(used + self._wanted.get(name, 0), there)
            weights += weight
        return total // weights if weights else 0

    def _used(self, name: str) -> Numbers:
        if name == "cpu":
            return self._nodes.scored_cpu
        if name == "memory":
            return self._nodes.scored_memory
        return self._nodes.used(name)
