"""Selectors in object form: ``matchLabels`` and ``matchExpressions``."""

from collections.abc import Sequence

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from kubeobj.documents import Document
from kubeobj.labels.labelselector import expression_of
from kubeobj.labels.operator import Operator
from kubeobj.meta.labelselector import LabelSelector
from kubeobj.testing.strategies.labelsets import label_sets
from kubeobj.testing.strategies.requirements import requirements

_PLAINEST_FIRST = (Operator.EXISTS, Operator.DOES_NOT_EXIST, Operator.IN, Operator.NOT_IN)


def label_selectors(
    *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[LabelSelector]:
    """Draw valid label selectors, as models.

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If a key or value is not valid.

    >>> from hypothesis import find
    >>> find(label_selectors(), lambda _: True)
    LabelSelector(match_labels={}, match_expressions=())
    """
    return label_selector_documents(keys=keys, values=values).map(LabelSelector.parse)


def label_selector_documents(
    *, keys: Sequence[str] | None = None, values: Sequence[str] | None = None
) -> SearchStrategy[Document]:
    """Draw valid label selectors, as documents; fields without content may be left out.

    Args:
        keys: The only keys there are; any by default.
        values: The only values there are; any by default.

    Raises:
        InvalidArgument: If a key or value is not valid.

    >>> from hypothesis import find
    >>> find(label_selector_documents(), lambda _: True)
    {}
    """
    each = requirements(keys=keys, values=values, operators=_PLAINEST_FIRST)
    return st.fixed_dictionaries(
        {},
        optional={
            "matchLabels": label_sets(keys=keys, values=values),
            "matchExpressions": st.lists(each.map(expression_of), max_size=3),
        },
    )
