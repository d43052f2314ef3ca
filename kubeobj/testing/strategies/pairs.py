"""Pairs of selectors that overlap, and pairs that do not; right by the way they are made.

No algebra decides what is drawn here, so the algebra can be held against it.
"""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement, parse_integer
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import Finite, Integers, Value
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.matching import changed, complement, value_set
from kubeobj.testing.strategies.requirements import (
    Choices,
    choices_met_by,
    comparisons,
    draw_one,
    requirements_met_by,
)
from kubeobj.testing.strategies.selectors import selectors_matching
from kubeobj.testing.strategies.vocabulary import Vocabulary, is_in


class Overlap(NamedTuple):
    """Two selectors, and labels that both match."""

    one: Selector
    other: Selector
    labels: dict[str, str]


def overlapping_selectors(
    *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[Overlap]:
    """Draw two selectors that overlap, with labels that both match.

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If a key or value is not valid.

    >>> from hypothesis import find
    >>> find(overlapping_selectors(), lambda _: True)
    Overlap(one=Selector.parse(''), other=Selector.parse(''), labels={})
    """

    def pairs(labels: dict[str, str]) -> SearchStrategy[Overlap]:
        each = selectors_matching(labels, keys=keys, values=values)
        return st.builds(Overlap, each, each, st.just(labels))

    return label_sets(keys=keys, values=values).flatmap(pairs)


def disjoint_selectors(
    *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[tuple[Selector, Selector]]:
    """Draw two selectors that nothing matches both of, though something matches each.

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If a key or value is not valid.

    >>> from hypothesis import find
    >>> find(disjoint_selectors(), lambda _: True)
    (Selector.parse('a'), Selector.parse('!a'))
    """
    words = Vocabulary(keys, values)
    return _disjoint(label_sets(min_size=1, keys=keys, values=values), words)


@st.composite
def _disjoint(
    draw: DrawFn, label_sets: SearchStrategy[dict[str, str]], words: Vocabulary
) -> tuple[Selector, Selector]:
    """Draw two label sets that differ in one key, and two selectors that this keeps apart."""
    labels = draw(label_sets)
    key = draw(st.sampled_from(sorted(labels)))
    choices = choices_met_by(draw, labels[key], words)
    positive = {one: choices[one] for one in choices if not one.is_negative}
    requirement = draw_one(draw, key, positive)
    value = _draw_missed(draw, requirement, words)
    contradiction = draw_one(draw, key, _contradictions(draw, requirement, value, words))
    one = Selector((requirement, *draw(_up_to_two(labels, words))))
    others = changed(labels, {key: value})
    other = Selector((contradiction, *draw(_up_to_two(others, words))))
    return (other, one) if draw(st.booleans()) else (one, other)


def _up_to_two(labels: dict[str, str], words: Vocabulary) -> SearchStrategy[list[Requirement]]:
    return st.lists(requirements_met_by(labels, words), max_size=2)


def _draw_missed(draw: DrawFn, requirement: Requirement, words: Vocabulary) -> Value:
    """Draw what does not meet *requirement*, which is not negative; None is absent."""
    missed = complement(value_set(requirement))
    if words.has_any(*missed) and draw(st.booleans()):
        return words.draw_from(draw, *missed)
    return None


def _contradictions(
    draw: DrawFn, requirement: Requirement, value: Value, words: Vocabulary
) -> Choices:
    """Return what can be said that *value* meets, but nothing that meets *requirement* does.

    Args:
        draw: Given by Hypothesis.
        requirement: One that is not negative.
        value: What does not meet it; None is absent.
        words: What the values of the contradiction are made of.
    """
    met = value_set(requirement)
    choices: dict[Operator, Callable[[], tuple[str, ...]]] = {}
    if value is None:
        choices[Operator.DOES_NOT_EXIST] = tuple
    else:
        choices[Operator.EQUALS] = lambda: (value,)
        choices[Operator.IN] = lambda: (
            value,
            *(more for more in draw(words.few_values) if not is_in(more, met)),
        )
    if isinstance(met, Finite):
        choices[Operator.NOT_IN] = lambda: (
            *requirement.values,
            *(more for more in draw(words.few_values) if more != value),
        )
    number = None if value is None else parse_integer(value)
    if not isinstance(met, Integers) or number is None:
        return choices
    # One of the two ranges is empty: the number is on one side of what is met.
    below, above = Integers(number + 1, met.low), Integers(met.high, number - 1)
    return {**choices, **comparisons(draw, words, greater_than=above, less_than=below)}
