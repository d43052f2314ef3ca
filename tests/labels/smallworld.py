"""Selectors of few keys and values, so that they meet often, and labels that tell them apart.

Of every range between two bounds, and of what no selector names, `LABEL_SETS` has some member: what
holds of the selectors here for all of these holds for all valid labels.
"""

from itertools import product

from hypothesis import strategies as st

from kubeobj.labels.operator import Operator
from kubeobj.labels.requirement import Requirement
from kubeobj.labels.selector import Selector
from kubeobj.labels.valueset import GREATEST_INTEGER

KEYS = ("a", "b")
_WORDS = ("", "x", "y", "3", "5", "05", "6", str(GREATEST_INTEGER))
_BOUNDS = ("0", "3", "4", "05", "6", str(GREATEST_INTEGER - 1), str(GREATEST_INTEGER))
_INTEGERS = (*range(8), *range(GREATEST_INTEGER - 2, GREATEST_INTEGER + 1))

# Two forms of an integer may be named above; the third never is.
VALUES = (
    None,
    "",
    "x",
    "y",
    "other",
    *(f"{zeros}{number}" for number in _INTEGERS for zeros in ("", "0", "00")),
)
LABEL_SETS = tuple(
    {key: value for key, value in zip(KEYS, values, strict=True) if value is not None}
    for values in product(VALUES, repeat=len(KEYS))
)

_SETS = st.lists(st.sampled_from(_WORDS), min_size=1, max_size=4)


def requirements(keys: tuple[str, ...] = KEYS) -> st.SearchStrategy[Requirement]:
    """Return any requirement on one of *keys*."""
    return st.sampled_from(Operator).flatmap(
        lambda operator: st.builds(
            Requirement, st.sampled_from(keys), st.just(operator), _values(operator)
        )
    )


def selectors(keys: tuple[str, ...] = KEYS, *, max_size: int = 4) -> st.SearchStrategy[Selector]:
    """Return any selector of these keys, `nothing` included."""
    some = st.builds(Selector, st.lists(requirements(keys), max_size=max_size))
    return some | st.just(Selector.nothing())


def _values(operator: Operator) -> st.SearchStrategy[list[str]]:
    if operator.takes_set:
        return _SETS
    if operator.takes_integer:
        return st.lists(st.sampled_from(_BOUNDS), min_size=1, max_size=1)
    count = int(operator.takes_one)
    return st.lists(st.sampled_from(_WORDS), min_size=count, max_size=count)
