"""In which order an index answers the requirements of a selector.

What an object must have comes first, the fewest objects foremost; what it must not have is taken
away last. As soon as so few candidates are left that matching each is cheaper than reading the
postings still to come, the compiled matcher decides.

Source of the order: PostingsForMatchers of Prometheus' time series database, except that there a
label that is absent counts as empty, and here it does not.
"""

from collections.abc import Callable
from dataclasses import dataclass
from operator import attrgetter
from typing import final

from pyroaring import BitMap

from kubeobj.labels.labelpostings import Extent, LabelPostings
from kubeobj.labels.operator import Operator
from kubeobj.labels.postings import difference, intersection, union
from kubeobj.labels.requirement import INTEGER_LIMIT, Requirement
from kubeobj.labels.selector import Selector

MATCHES_PER_POSTING = 2
"""How many label sets can be matched in the time that one posting takes, measured."""

_by_size = attrgetter("size")


@final
@dataclass(slots=True)
class Work:
    """What an index has done to answer so far; only ever grows.

    Args:
        postings: Postings read.
        matches: Label sets matched one by one.
    """

    postings: int = 0
    matches: int = 0


@final
@dataclass(frozen=True, slots=True)
class Plan:
    """A selector as steps.

    Args:
        within: Objects must be in each of these; the smallest first.
        without: And in none of these.
    """

    within: tuple[Extent, ...]
    without: tuple[Extent, ...]

    def run(self, live: BitMap, narrow: Callable[[BitMap], BitMap], work: Work) -> BitMap:
        """Return the slots that are left of *live*; it may be the index's own bitmap.

        Args:
            live: Every slot in use.
            narrow: Returns those of some slots whose labels match the selector.
            work: Takes down what this costs.
        """
        found = live
        steps = [*self.within, *self.without]
        ahead = sum(step.width for step in steps)
        for at, step in enumerate(steps):
            if at and len(found) <= MATCHES_PER_POSTING * ahead:
                work.matches += len(found)
                return narrow(found)
            if at >= len(self.within):
                found = difference(found, step.postings)
            else:
                found = intersection(found, step.postings) if at else union(step.postings)
            work.postings += step.width
            ahead -= step.width
        return found


def make_plan(selector: Selector, postings: LabelPostings) -> Plan | None:
    """Return how to answer *selector*, or None if there can be no hit."""
    if selector.selects_nothing:
        return None
    within: list[Extent] = []
    without: list[Extent] = []
    bounds: dict[str, tuple[int, int]] = {}
    for requirement in selector.requirements:
        match requirement.operator:
            case Operator.EQUALS | Operator.DOUBLE_EQUALS | Operator.IN:
                within.append(postings.with_value(requirement.key, requirement.values))
            case Operator.EXISTS:
                within.append(postings.with_key(requirement.key))
            case Operator.NOT_EQUALS | Operator.NOT_IN:
                without.append(postings.with_value(requirement.key, requirement.values))
            case Operator.DOES_NOT_EXIST:
                without.append(postings.with_key(requirement.key))
            case Operator.GREATER_THAN | Operator.LESS_THAN:  # pragma: no branch - the last
                _tighten(bounds, requirement)
    within += (postings.within(key, *ends) for key, ends in bounds.items())
    within.sort(key=_by_size)
    if within and not within[0].size:
        return None
    return Plan(tuple(within), tuple(extent for extent in without if extent.size))


def _tighten(bounds: dict[str, tuple[int, int]], requirement: Requirement) -> None:
    """Make one range of all bounds on a key, so that only what is between them is read."""
    above, below = bounds.get(requirement.key, (-INTEGER_LIMIT - 1, INTEGER_LIMIT))
    if requirement.operator is Operator.GREATER_THAN:
        above = max(above, requirement.bound)
    else:
        below = min(below, requirement.bound)
    bounds[requirement.key] = above, below
