"""Requirements: one condition on one label, of every operator."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TypeAlias

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement, parse_integer
from kubeobj.labels.valueset import GREATEST_INTEGER, Cofinite, Integers, Value
from kubeobj.testing.strategies.vocabulary import Vocabulary

Choices: TypeAlias = Mapping[Operator, Callable[[], tuple[str, ...]]]
"""What a requirement may say: operators, the plainest first, and what draws the values of each."""

# What is drawn shrinks towards the first.
_PLAINEST_FIRST = (
    Operator.EXISTS,
    Operator.DOES_NOT_EXIST,
    Operator.EQUALS,
    Operator.DOUBLE_EQUALS,
    Operator.NOT_EQUALS,
    Operator.IN,
    Operator.NOT_IN,
    Operator.GREATER_THAN,
    Operator.LESS_THAN,
)
_ALL_INTEGERS = Integers(0, GREATEST_INTEGER)


def requirements(
    *,
    keys: Sequence[str] | None = None,
    values: Sequence[str] | None = None,
    operators: Sequence[Operator] | None = None,
) -> SearchStrategy[Requirement]:
    """Draw requirements, whether any label can meet them or not (``a<0``).

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are, of which ``>`` and ``<`` take the integers; any by
            default.
        operators: The only operators there are; all that there are values for by default.

    Raises:
        InvalidArgument: If a key or value is not valid, or there is no value for an operator.

    >>> from hypothesis import find
    >>> print(find(requirements(keys=["app"], operators=[Operator.IN]), lambda _: True))
    app in ()
    """
    words = Vocabulary(keys, values)
    has_integers = words.has_any(_ALL_INTEGERS)
    usable = [one for one in _PLAINEST_FIRST if has_integers or not one.takes_integer]
    chosen = usable if operators is None else [one for one in usable if one in operators]
    if not chosen or not set(operators or ()) <= set(chosen):
        raise InvalidArgument(f"no requirements are made of {operators=} and {values=}")
    return _requirements(words, tuple(chosen))


@st.composite
def _requirements(draw: DrawFn, words: Vocabulary, operators: Sequence[Operator]) -> Requirement:
    key, operator = draw(words.key), draw(st.sampled_from(operators))
    if operator.takes_integer:
        return Requirement(key, operator, words.draw_from(draw, _ALL_INTEGERS))
    if operator.takes_one:
        return Requirement(key, operator, draw(words.value))
    if operator.takes_set:
        return Requirement(key, operator, (draw(words.value), *draw(words.few_values)))
    return Requirement(key, operator)


@st.composite
def requirements_met_by(draw: DrawFn, labels: Mapping[str, str], words: Vocabulary) -> Requirement:
    """Draw requirements in these *words* that *labels* meet."""
    asks_of_labels = draw(st.booleans()) if labels else False
    key = draw(words.key if not asks_of_labels else st.sampled_from(sorted(labels)))
    return draw_one(draw, key, choices_met_by(draw, labels.get(key), words))


def draw_one(draw: DrawFn, key: str, choices: Choices) -> Requirement:
    """Draw a requirement on *key* that says one of the *choices*."""
    operator = draw(st.sampled_from(tuple(choices)))
    return Requirement(key, operator, choices[operator]())


def choices_met_by(draw: DrawFn, value: Value, words: Vocabulary) -> Choices:
    """Return what can be said in these *words* that a label's *value* meets; None is absent."""
    choices: dict[Operator, Callable[[], tuple[str, ...]]] = {}
    if value is None:
        choices[Operator.DOES_NOT_EXIST] = tuple
    else:
        choices[Operator.EXISTS] = tuple
        choices[Operator.EQUALS] = choices[Operator.DOUBLE_EQUALS] = lambda: (value,)
        choices[Operator.IN] = lambda: (value, *draw(words.few_values))
    others = Cofinite(frozenset({None, value}))
    if words.has_any(others):
        choices[Operator.NOT_EQUALS] = lambda: (words.draw_from(draw, others),)
        choices[Operator.NOT_IN] = lambda: (
            words.draw_from(draw, others),
            *(more for more in draw(words.few_values) if more != value),
        )
    number = None if value is None else parse_integer(value)
    if number is None:
        return choices
    below, above = Integers(0, number - 1), Integers(number + 1, GREATEST_INTEGER)
    return {**choices, **comparisons(draw, words, greater_than=below, less_than=above)}


def comparisons(
    draw: DrawFn, words: Vocabulary, *, greater_than: Integers, less_than: Integers
) -> Choices:
    """Return ``>`` and ``<``, where these *words* have an integer in the range for it."""
    ranges = {Operator.GREATER_THAN: greater_than, Operator.LESS_THAN: less_than}
    return {
        operator: partial(_draw_one_from, draw, words, values)
        for operator, values in ranges.items()
        if words.has_any(values)
    }


def _draw_one_from(draw: DrawFn, words: Vocabulary, values: Integers) -> tuple[str]:
    return (words.draw_from(draw, values),)
