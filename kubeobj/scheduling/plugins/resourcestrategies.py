"""What makes a node a good one for a resource: much left, little left, or a shape between.

Each is said twice, for one node in plain integers and for many in arrays, and both are the same.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/noderesources`` (v1.36).
"""

from collections.abc import Sequence
from typing import Final, Protocol, final

import numpy as np

from kubeobj.scheduling.arrays import Numbers
from kubeobj.scheduling.framework import MAX_SCORE


class Strategy(Protocol):
    """Scores a node by how much of a resource it has, and how much would be used."""

    def many(self, used: Numbers, there: Numbers) -> Numbers:
        """Return the scores of nodes that all have some of the resource."""
        ...

    def one(self, used: int, there: int) -> int:
        """Return the score of one node."""
        ...


@final
class LeastAllocated:
    """The more is left, the better.

    >>> LeastAllocated().one(250, 1000)
    75
    """

    def many(self, used: Numbers, there: Numbers) -> Numbers:
        """Return the scores of nodes."""
        left = np.maximum(there - used, 0)
        return _share(left, there)

    def one(self, used: int, there: int) -> int:
        """Return the score of one node."""
        return _share_of(there - used, there) if used <= there else 0


@final
class MostAllocated:
    """The less is left, the better.

    >>> MostAllocated().one(250, 1000)
    25
    """

    def many(self, used: Numbers, there: Numbers) -> Numbers:
        """Return the scores of nodes."""
        return _share(np.minimum(used, there), there)

    def one(self, used: int, there: int) -> int:
        """Return the score of one node."""
        return _share_of(min(used, there), there)


@final
class RequestedToCapacityRatio:
    """A score for each share in use, and straight lines between them.

    Args:
        shape: Shares in percent, ascending, each with its score from 0 to 10.

    >>> RequestedToCapacityRatio([(0, 0), (100, 10)]).one(250, 1000)
    25
    """

    def __init__(self, shape: Sequence[tuple[int, int]]) -> None:
        self.shape: tuple[tuple[int, int], ...] = tuple(
            (share, score * MAX_SCORE // 10) for share, score in shape
        )

    def many(self, used: Numbers, there: Numbers) -> Numbers:
        """Return the scores of nodes."""
        pairs = zip(used.tolist(), there.tolist(), strict=True)
        return np.array([self.one(one, other) for one, other in pairs], dtype=np.int64)

    def one(self, used: int, there: int) -> int:
        """Return the score of one node."""
        share = MAX_SCORE if used > there else used * MAX_SCORE // there
        before: tuple[int, int] | None = None
        for point in self.shape:
            if share <= point[0]:
                return point[1] if before is None else _between(before, point, share)
            before = point
        return self.shape[-1][1]


LEAST_ALLOCATED: Final = LeastAllocated()
"""What every scheduler does unless it is told otherwise."""

_HALF: Final = 2**63


def _share(part: Numbers, whole: Numbers) -> Numbers:
    """Return parts in percent, in 64 bits that wrap around, cut towards 0."""
    product = part * MAX_SCORE
    shares: Numbers = np.sign(product) * (np.abs(product) // whole)
    return shares


def _share_of(part: int, whole: int) -> int:
    """Return the same of one part."""
    product = (part * MAX_SCORE + _HALF) % (2 * _HALF) - _HALF
    return product // whole if product >= 0 else -(-product // whole)


def _between(before: tuple[int, int], after: tuple[int, int], share: int) -> int:
    """Return the score at a share between two points, cut towards the first."""
    rise = (after[1] - before[1]) * (share - before[0])
    steps = abs(rise) // (after[0] - before[0])
    return before[1] + (steps if rise >= 0 else -steps)
