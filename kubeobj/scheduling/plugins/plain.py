"""What most checks have in common: one thing can be in the way, and it is always the same.

Checks derive from these for the parts that they would all write alike.
"""

from typing import ClassVar, TypeAlias

import numpy as np

from kubeobj.scheduling.arrays import Numbers, Slots
from kubeobj.scheduling.framework import MAX_SCORE
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.verdicts import Code

Reasons: TypeAlias = tuple[tuple[Code, str], ...]
"""What can be in the way: how bad it is, and why, in words."""


class PlainCheck:
    """A check whose numbers are positions in a list of reasons, counted from 1."""

    reasons: ClassVar[Reasons]

    @property
    def stamp(self) -> tuple[object, ...]:
        """Nothing: the answers hang on the node alone."""
        return ()

    def many(self, at: Slots) -> Numbers:
        """Return for each of some nodes what is in the way, as a number; 0 if nothing is."""
        raise NotImplementedError

    def one(self, state: NodeState) -> int:
        """Return the same for one node."""
        return int(self.many(np.array([state.slot]))[0])

    def explain(self, detail: int) -> tuple[Code, tuple[str, ...]]:
        """Return what a number other than 0 means."""
        code, reason = self.reasons[detail - 1]
        return code, (reason,)


class PlainRating:
    """A rating that needs no normalising."""

    @property
    def stamp(self) -> tuple[object, ...]:
        """Nothing: the answers hang on the node alone."""
        return ()

    def many(self, at: Slots) -> Numbers:
        """Return for each of some nodes a score."""
        raise NotImplementedError

    def one(self, state: NodeState) -> int:
        """Return the same for one node."""
        return int(self.many(np.array([state.slot]))[0])

    def normalize(self, _at: Slots, scores: Numbers) -> Numbers:
        """Return the scores as they are."""
        return scores


def normalize_by_highest(scores: Numbers, *, is_reversed: bool = False) -> Numbers:
    """Return scores so that the highest is 100; with *is_reversed*, so that none is.

    Source: DefaultNormalizeScore (v1.36).
    """
    highest = int(scores.max(initial=0))
    if highest == 0:
        return np.full(len(scores), MAX_SCORE) if is_reversed else scores
    scaled: Numbers = MAX_SCORE * scores // highest
    return MAX_SCORE - scaled if is_reversed else scaled
