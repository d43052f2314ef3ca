"""Selectors together with label sets that match them and label sets that do not."""

from collections.abc import Sequence
from typing import NamedTuple

from hypothesis import strategies as st
from hypothesis.strategies import DrawFn, SearchStrategy

from kubeobj.labels.selector import Selector
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.matching import draw_matching, draw_not_matching
from kubeobj.testing.strategies.requirements import requirements_met_by
from kubeobj.testing.strategies.vocabulary import Vocabulary


class SelectorWithLabels(NamedTuple):
    """A selector, with label sets on either side of it, at least one each."""

    selector: Selector
    matching: tuple[dict[str, str], ...]
    not_matching: tuple[dict[str, str], ...]


def selectors_with_labels(
    *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[SelectorWithLabels]:
    """Draw a selector, one to three label sets that match, and one to three that do not.

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If a key or value is not valid.

    >>> from hypothesis import find
    >>> drawn = find(selectors_with_labels(), lambda _: True)
    >>> drawn.selector, drawn.matching, drawn.not_matching
    (Selector.parse('!a'), ({},), ({'a': ''},))
    """
    labels = label_sets(keys=keys, values=values)
    return _drawn(labels, Vocabulary(keys, values))


@st.composite
def _drawn(
    draw: DrawFn, label_sets: SearchStrategy[dict[str, str]], words: Vocabulary
) -> SelectorWithLabels:
    labels = draw(label_sets)
    one_or_more = st.lists(requirements_met_by(labels, words), min_size=1, max_size=4)
    selector = Selector(draw(one_or_more))
    others = [draw_matching(draw, selector, words, more) for more in draw(_few(label_sets))]
    misses = [draw_not_matching(draw, selector, words, labels)]
    misses += [draw_not_matching(draw, selector, words, more) for more in draw(_few(label_sets))]
    return SelectorWithLabels(selector, (labels, *others), tuple(misses))


def _few(label_sets: SearchStrategy[dict[str, str]]) -> SearchStrategy[list[dict[str, str]]]:
    return st.lists(label_sets, max_size=2)
