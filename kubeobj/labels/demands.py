"""What a selector demands, label by label: the form in which selectors are indexed."""

from dataclasses import dataclass, field
from typing import final

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector


@final
@dataclass(slots=True)
class Demands:
    """The requirements of one selector, by what they ask of a label.

    Args:
        accepted: By key: the values of which it must have one; never none.
        present: Keys that must be there with whatever value; none of *accepted*.
        refused: By key: the values that it must not have.
        absent: Keys that must not be there.
        above: By key: the integer that its value must exceed.
        below: By key: the integer that its value must be less than.
    """

    accepted: dict[str, set[str]] = field(default_factory=dict)
    present: set[str] = field(default_factory=set)
    refused: dict[str, set[str]] = field(default_factory=dict)
    absent: set[str] = field(default_factory=set)
    above: dict[str, int] = field(default_factory=dict)
    below: dict[str, int] = field(default_factory=dict)

    @property
    def needs(self) -> int:
        """How many keys a label set must have for this, each with a value that will do."""
        return len(self.accepted) + len(self.present)


def demands_of(selector: Selector) -> Demands | None:
    """Return what *selector* demands, or None where it plainly selects nothing."""
    if selector.selects_nothing:
        return None
    demands = Demands()
    for requirement in selector.requirements:
        _add(demands, requirement)
    if not all(demands.accepted.values()):
        return None
    # A value that will do says that the key is there.
    demands.present -= demands.accepted.keys()
    return demands


def _add(demands: Demands, requirement: Requirement) -> None:
    key, values = requirement.key, requirement.values
    match requirement.operator:
        case Operator.EQUALS | Operator.DOUBLE_EQUALS | Operator.IN:
            accepted = demands.accepted.get(key)
            demands.accepted[key] = set(values) if accepted is None else accepted & set(values)
        case Operator.NOT_EQUALS | Operator.NOT_IN:
            demands.refused.setdefault(key, set()).update(values)
        case Operator.EXISTS:
            demands.present.add(key)
        case Operator.DOES_NOT_EXIST:
            demands.absent.add(key)
        case Operator.GREATER_THAN:
            demands.present.add(key)
            bound = requirement.bound
            demands.above[key] = max(bound, demands.above.get(key, bound))
        case Operator.LESS_THAN:  # pragma: no branch - the last there is
            demands.present.add(key)
            bound = requirement.bound
            demands.below[key] = min(bound, demands.below.get(key, bound))
