"""NodeResourcesBalancedAllocation: no resource of a node should be used up long before another.

A node scores 75 if the pod leaves the balance between its resources as it was, more if it makes it
better, and less if it makes it worse.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/noderesources`` (v1.36).
"""

import math
from typing import ClassVar, Final, final

import numpy as np

from kubeobj.scheduling.arrays import Flags, Numbers, Reals, Slots
from kubeobj.scheduling.framework import MAX_SCORE, Reach
from kubeobj.scheduling.nodes import NodeState, NodeTable
from kubeobj.scheduling.plugins.plain import PlainRating
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template

_MIDDLE: Final = 75


@final
class BalancedAllocation:
    """The plugin.

    Args:
        resources: Which resources are to be in balance.
    """

    name: ClassVar[str] = "NodeResourcesBalancedAllocation"
    reach: ClassVar[Reach] = Reach.PODS
    is_normalized: ClassVar[bool] = False

    def __init__(self, resources: tuple[str, ...] = ("cpu", "memory")) -> None:
        self.resources: tuple[str, ...] = resources

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating | None":
        """Return what to ask about nodes; None for pods that ask for nothing."""
        wanted = [(name, template.requests.get(name, 0)) for name in self.resources]
        return _Rating(wanted, snapshot.nodes) if any(amount for _, amount in wanted) else None


@final
class _Rating(PlainRating):
    def __init__(self, wanted: list[tuple[str, int]], nodes: NodeTable) -> None:
        self._nodes = nodes
        # Others than these two are looked at only if the pod asks for them.
        self._wanted = [
            (name, amount) for name, amount in wanted if amount or name in ("cpu", "memory")
        ]

    def many(self, at: Slots) -> Numbers:
        has: list[Flags] = []
        before: list[Reals] = []
        after: list[Reals] = []
        for name, amount in self._wanted:
            there = self._nodes.allocatable(name)[at]
            used = self._nodes.used(name)[at]
            exists = there > 0
            divisor = np.where(exists, there, 1).astype(np.float64)
            has.append(exists)
            before.append(np.minimum(used / divisor, 1.0))
            after.append(np.minimum((used + amount) / divisor, 1.0))
        gain = _balances(after, has) - _balances(before, has)
        scores: Numbers = (2 * _MIDDLE + gain) // 2
        return scores

    def one(self, state: NodeState) -> int:
        before: list[float] = []
        after: list[float] = []
        for name, amount in self._wanted:
            there = state.allocatable.get(name, 0)
            if there > 0:
                used = state.used.get(name, 0)
                before.append(min(used / there, 1.0))
                after.append(min((used + amount) / there, 1.0))
        return (2 * _MIDDLE + _balance(after) - _balance(before)) // 2


def _balance(shares: list[float]) -> int:
    """Return how well shares are in balance: 100 if they are all the same."""
    return int((1 - _deviation(shares)) * MAX_SCORE)


def _balances(shares: list[Reals], has: list[Flags]) -> Numbers:
    """Return the same for many nodes."""
    return ((1 - _deviations(shares, has)) * MAX_SCORE).astype(np.int64)


def _deviation(shares: list[float]) -> float:
    """Return how far shares are from each other: their standard deviation."""
    if len(shares) < 2:
        return 0.0
    if len(shares) == 2:
        return abs((shares[0] - shares[1]) / 2)
    mean = sum(shares) / len(shares)
    return math.sqrt(sum((share - mean) * (share - mean) for share in shares) / len(shares))


def _deviations(shares: list[Reals], has: list[Flags]) -> Reals:
    """Return the same for many nodes, of which some do not have all resources."""
    if len(shares) == 2:
        return np.where(has[0] & has[1], np.abs((shares[0] - shares[1]) / 2), 0.0)
    rows = zip(zip(*shares, strict=True), zip(*has, strict=True), strict=True)
    return np.array(
        [
            _deviation([float(share) for share, is_there in zip(*row, strict=True) if is_there])
            for row in rows
        ],
        dtype=np.float64,
    )
