"""Selectors by structure: any number of requirements, however they fit together."""

from collections.abc import Mapping, Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.labels.operator import Operator
from kubeobj.labels.selector import Selector
from kubeobj.testing.strategies.options import check_labels, check_sizes
from kubeobj.testing.strategies.requirements import requirements, requirements_met_by
from kubeobj.testing.strategies.vocabulary import Vocabulary


def selectors(
    *,
    min_size: int = 0,
    max_size: int = 4,
    keys: Sequence[str] | None = None,
    values: Sequence[str] | None = None,
    operators: Sequence[Operator] | None = None,
) -> SearchStrategy[Selector]:
    """Draw selectors, satisfiable or not.

    `Selector.nothing()` is not among them, as no text writes it; add it with ``| just(...)``.

    Args:
        min_size: The fewest requirements.
        max_size: The most requirements.
        keys: The only keys there are; any by default. With few, requirements meet more often.
        values: The only values there are; any by default.
        operators: The only operators there are; all that there are values for by default.

    Raises:
        InvalidArgument: If the sizes, keys, values or operators leave nothing to draw.

    >>> from hypothesis import find
    >>> find(selectors(), lambda _: True)
    Selector.parse('')
    >>> find(selectors(keys=["app"], min_size=2), lambda _: True)
    Selector.parse('app,app')
    """
    check_sizes(min_size, max_size)
    each = requirements(keys=keys, values=values, operators=operators)
    return st.lists(each, min_size=min_size, max_size=max_size).map(Selector)


def selectors_matching(
    labels: Mapping[str, str],
    *,
    min_size: int = 0,
    max_size: int = 4,
    keys: Sequence[str] | None = None,
    values: Sequence[str] | None = None,
) -> SearchStrategy[Selector]:
    """Draw selectors that match *labels*.

    Args:
        labels: What they match.
        min_size: The fewest requirements.
        max_size: The most requirements.
        keys: The only keys there are besides those of the labels; any by default.
        values: The only values there are besides those of the labels; any by default.

    Raises:
        InvalidArgument: If the sizes leave nothing, or a key or value is not valid.

    >>> from hypothesis import find
    >>> find(selectors_matching({"app": "web"}, min_size=1), lambda _: True)
    Selector.parse('app')
    """
    check_sizes(min_size, max_size)
    check_labels(labels)
    each = requirements_met_by(labels, Vocabulary(keys, values))
    return st.lists(each, min_size=min_size, max_size=max_size).map(Selector)
