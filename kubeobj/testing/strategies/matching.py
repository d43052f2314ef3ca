"""From a selector to label sets that match it, and to label sets that do not.

Every key that the selector asks about gets a value from what the selector leaves it, or for one of
its requirements from what that does not leave it; so nothing is drawn and then thrown away.
"""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.errors import InvalidArgument
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.labels.algebra import constraints
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import (
    GREATEST_INTEGER,
    NEVER,
    Cofinite,
    Finite,
    Integers,
    Value,
    ValueSet,
)
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.vocabulary import Vocabulary, is_in

_NO_INTEGERS = Finite(frozenset({None, "", "a", "1.0", str(GREATEST_INTEGER + 1)}))


def matching(
    selector: Selector, *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[dict[str, str]]:
    """Draw valid label sets that match *selector*.

    Args:
        selector: A selector that something can match.
        keys: The only keys there are besides those of the selector; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If nothing can match, or nothing that has these values; or a key or value
            is not valid.

    >>> from hypothesis import find
    >>> find(matching(Selector.parse("app,tier notin (db),shard>7")), lambda _: True)
    {'app': '', 'shard': '8'}
    """
    words = Vocabulary(keys, values)
    if not can_match(selector, words):
        raise InvalidArgument(f"nothing{_having(values)} matches {selector!r}")
    return _matching(selector, words, label_sets(max_size=2, keys=keys, values=values))


def not_matching(
    selector: Selector, *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[dict[str, str]]:
    """Draw valid label sets that do not match *selector*; most miss it by one requirement.

    Args:
        selector: A selector that something can miss.
        keys: The only keys there are besides those of the selector; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If everything matches, or everything that has these values; or a key or
            value is not valid.

    >>> from hypothesis import find
    >>> find(not_matching(Selector.parse("app!=web,!tier")), lambda _: True)
    {'app': 'web'}
    """
    words = Vocabulary(keys, values)
    if not selector.selects_nothing and not missable(selector, words):
        raise InvalidArgument(f"everything{_having(values)} matches {selector!r}")
    return _not_matching(selector, words, label_sets(max_size=2, keys=keys, values=values))


def can_match(selector: Selector, words: Vocabulary) -> bool:
    """Return whether *selector* matches labels with values of these *words*."""
    asked = constraints(selector)
    return asked is not None and all(_has_any(words, left) for left in asked.values())


def draw_matching(
    draw: DrawFn, selector: Selector, words: Vocabulary, others: Mapping[str, str]
) -> dict[str, str]:
    """Draw labels that match, with *others* where the selector leaves the key alone."""
    asked = constraints(selector) or {}
    return changed(others, {key: _draw_from(draw, words, left) for key, left in asked.items()})


def missable(selector: Selector, words: Vocabulary) -> list[Requirement]:
    """Return the requirements that labels with values of these *words* can fail to meet."""
    return [one for one in selector.requirements if _has_any(words, *complement(value_set(one)))]


def draw_not_matching(
    draw: DrawFn, selector: Selector, words: Vocabulary, others: Mapping[str, str]
) -> dict[str, str]:
    """Draw labels that do not match, near to such that do if there are any."""
    if can_match(selector, words):
        others = draw_matching(draw, selector, words, others)
    if selector.selects_nothing:
        return dict(others)
    missed = draw(st.sampled_from(missable(selector, words)))
    value = _draw_from(draw, words, *complement(value_set(missed)))
    return changed(others, {missed.key: value})


@st.composite
def _matching(
    draw: DrawFn, selector: Selector, words: Vocabulary, others: SearchStrategy[dict[str, str]]
) -> dict[str, str]:
    return draw_matching(draw, selector, words, draw(others))


@st.composite
def _not_matching(
    draw: DrawFn, selector: Selector, words: Vocabulary, others: SearchStrategy[dict[str, str]]
) -> dict[str, str]:
    return draw_not_matching(draw, selector, words, draw(others))


def value_set(requirement: Requirement) -> ValueSet:
    """Return what *requirement* leaves of its key."""
    asked = constraints(Selector((requirement,)))
    return NEVER if asked is None else asked[requirement.key]


def complement(values: ValueSet) -> tuple[ValueSet, ...]:
    """Return sets of what is not in the *values* that a requirement leaves; of a range, not all."""
    if isinstance(values, Finite):
        return (Cofinite(values.values),)
    if isinstance(values, Cofinite):
        return (Finite(values.excluded),)
    below, above = Integers(0, values.low - 1), Integers(values.high + 1, GREATEST_INTEGER)
    return (_NO_INTEGERS, below, above)


def _having(values: Sequence[str] | None) -> str:
    return "" if values is None else f" that has {values=}"


def _has_any(words: Vocabulary, *sets: ValueSet) -> bool:
    return words.has_any(*sets) or any(is_in(None, values) for values in sets)


def _draw_from(draw: DrawFn, words: Vocabulary, *sets: ValueSet) -> Value:
    may_be_absent = any(is_in(None, values) for values in sets)
    if may_be_absent and (not words.has_any(*sets) or not draw(st.booleans())):
        return None
    return words.draw_from(draw, *sets)


def changed(labels: Mapping[str, str], values: Mapping[str, Value]) -> dict[str, str]:
    """Return *labels* with these *values*; without the label where the value is None."""
    changed = {**labels, **values}
    return {key: value for key, value in changed.items() if value is not None}
