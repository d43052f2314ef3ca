"""Lists of indexes do what sets of numbers do."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.jobindexes import (
    Intervals,
    contains,
    count,
    count_common,
    first_missing,
    format_indexes,
    merged,
    parse_indexes,
    with_indexes,
)

NUMBERS = st.sets(st.integers(0, 30), max_size=20)


def as_set(intervals: Intervals) -> set[int]:
    """Return the indexes of a list."""
    return {index for first, last in intervals for index in range(first, last + 1)}


@given(one=NUMBERS, other=NUMBERS)
def test_as_sets(one: set[int], other: set[int]) -> None:
    """Joining, counting and asking are as of sets; and no two intervals touch."""
    mine, others = with_indexes((), one), with_indexes((), other)
    both = merged(mine, others)
    assert as_set(both) == one | other
    assert both == with_indexes(mine, other)
    assert all(later[0] > earlier[1] + 1 for earlier, later in pairwise(both))
    assert count(both) == len(one | other)
    assert count_common(mine, others) == len(one & other)
    assert [index for index in range(31) if contains(both, index)] == sorted(one | other)


@given(numbers=NUMBERS)
def test_text_and_back(numbers: set[int]) -> None:
    """What is written is read as the same."""
    intervals = with_indexes((), numbers)
    assert parse_indexes(format_indexes(intervals), 100) == intervals


@given(numbers=NUMBERS, wanted=st.integers(0, 10), completions=st.integers(0, 35))
def test_first_missing(numbers: set[int], wanted: int, completions: int) -> None:
    """The smallest that are not there."""
    missing = [index for index in range(completions) if index not in numbers]
    assert first_missing(with_indexes((), numbers), wanted, completions) == missing[:wanted]


@pytest.mark.parametrize(
    ("text", "completions", "expected"),
    [
        pytest.param("", 5, (), id="none"),
        pytest.param("0,1,2", 5, ((0, 2),), id="neighbours"),
        pytest.param("1-9", 5, ((1, 4),), id="cut"),
        pytest.param("1,7", 5, ((1, 1),), id="beyond"),
        pytest.param("a,1-b,3", 5, ((3, 3),), id="nonsense"),
    ],
)
def test_read(text: str, completions: int, expected: Intervals) -> None:
    """What a job has not is left out, and so is what is no number."""
    assert parse_indexes(text, completions) == expected
