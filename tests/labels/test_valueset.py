"""Sets of values of one label, against membership itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.labels.requirement import parse_integer
from kubeobj.labels.valueset import (
    ABSENT,
    ANYTHING,
    GREATEST_INTEGER,
    NEVER,
    PRESENT,
    Cofinite,
    Finite,
    Integers,
    Value,
    ValueSet,
    canonical,
    example,
    intersection,
    intersects,
    is_empty,
    outside,
)
from tests.labels.smallworld import VALUES

_LISTS = st.frozensets(st.sampled_from((None, "", "x", "3", "5", "05", "6")), max_size=4)
_ENDS = st.sampled_from((0, 1, 3, 5, 6, GREATEST_INTEGER - 1, GREATEST_INTEGER))
_RANGES = st.builds(Integers, _ENDS, _ENDS)
_SETS = st.one_of(
    _LISTS.map(Finite),
    _LISTS.map(Cofinite),
    st.builds(lambda range_, excluded: intersection(range_, Cofinite(excluded)), _RANGES, _LISTS),
)


def _has(values: ValueSet, value: Value) -> bool:
    match values:
        case Finite(members):
            return value in members
        case Cofinite(excluded):
            return value not in excluded
        case Integers(low, high, excluded):
            number = None if value is None else parse_integer(value)
            return number is not None and low <= number <= high and value not in excluded


def _forms(number: int) -> list[str]:
    return [str(number).zfill(width) for width in range(len(str(number)), 64)]


@given(st.lists(_SETS, min_size=1, max_size=4))
def test_intersection_has_what_all_have(sets: list[ValueSet]) -> None:
    """A value is in the intersection exactly if it is in every set."""
    both = intersection(*sets)
    assert all(_has(both, value) is all(_has(values, value) for values in sets) for value in VALUES)


@given(_SETS, _SETS)
def test_sets_intersect_if_any_value_is_in_both(one: ValueSet, other: ValueSet) -> None:
    """Two sets intersect exactly if some value is in both, whichever comes first."""
    expected = any(_has(one, value) and _has(other, value) for value in VALUES)
    assert intersects(one, other) is intersects(other, one) is expected


@given(_SETS)
def test_example_is_a_member_unless_there_is_none(values: ValueSet) -> None:
    """There is an example, and one, exactly if the set is not empty."""
    examples = list(example(values))
    assert is_empty(values) is (not examples) is (not any(_has(values, one) for one in VALUES))
    assert all(_has(values, one) for one in examples)
    assert len(examples) <= 1


@given(_SETS, _SETS)
def test_outside_are_members_that_the_other_lacks(one: ValueSet, other: ValueSet) -> None:
    """Some are outside exactly if any member is lacking."""
    found = list(outside(one, other))
    assert bool(found) is any(_has(one, value) and not _has(other, value) for value in VALUES)
    assert all(_has(one, value) and not _has(other, value) for value in found)


@given(_SETS, _SETS)
def test_equal_sets_have_one_canonical_form(one: ValueSet, other: ValueSet) -> None:
    """Sets are equal exactly if their canonical forms are, and canonical keeps the members."""
    equal = all(_has(one, value) is _has(other, value) for value in VALUES)
    assert (canonical(one) == canonical(other)) is equal
    assert all(_has(canonical(one), value) is _has(one, value) for value in VALUES)


@pytest.mark.parametrize("number", [0, 5, 10, 99_999, GREATEST_INTEGER])
def test_range_is_used_up_by_every_form_and_no_fewer(number: int) -> None:
    """An integer is gone when all its forms are excluded, and not one sooner."""
    forms = _forms(number)
    assert len(forms) == 64 - len(str(number))
    assert is_empty(Integers(number, number, frozenset(forms)))
    assert canonical(Integers(number, number, frozenset(forms))) == NEVER
    left = Integers(number, number, frozenset(forms[:-1]))
    assert list(example(left)) == forms[-1:]
    assert canonical(left) == Finite(frozenset(forms[-1:]))


@pytest.mark.parametrize(
    ("low", "high", "used", "tight"),
    [
        (4, 9, [4], (5, 9)),
        (4, 9, [9, 8], (4, 7)),
        (8, 12, [8, 9, 10, 12], (11, 11)),
        (99, GREATEST_INTEGER, [99, 100, GREATEST_INTEGER], (101, GREATEST_INTEGER - 1)),
    ],
)
def test_canonical_range_ends_at_members(
    low: int, high: int, used: list[int], tight: tuple[int, int]
) -> None:
    """An end that is used up moves inwards."""
    excluded = frozenset(form for number in used for form in _forms(number))
    assert canonical(Integers(low, high, excluded)) == Integers(*tight)


@given(st.integers(0, 2**125 - 1))
def test_a_list_and_a_range_of_one_set_are_one(chosen: int) -> None:
    """Any integers between 9 and 10, listed or as a range with exceptions, have one form."""
    forms = [*_forms(9), *_forms(10)]
    members = frozenset(form for at, form in enumerate(forms) if chosen >> at & 1)
    listed = canonical(Finite(members))
    assert listed == canonical(Integers(9, 10, frozenset(forms) - members))
    assert all(_has(listed, form) is (form in members) for form in forms)
    assert canonical(listed) == listed


def test_a_list_of_more_than_integers_stays_a_list() -> None:
    """Words and the lack of a label are in no range."""
    forms = frozenset(_forms(5))
    for other in ("x", None):
        listed = Finite(forms | {other})
        assert canonical(listed) == listed


def test_named_sets_are_what_they_say() -> None:
    """Absent, present, anything and never divide the universe."""
    assert [_has(ABSENT, value) for value in (None, "", "x")] == [True, False, False]
    assert [_has(PRESENT, value) for value in (None, "", "x")] == [False, True, True]
    assert list(outside(ANYTHING, PRESENT)) == [None]
    assert is_empty(NEVER)
    assert is_empty(intersection(ABSENT, PRESENT))


def test_example_passes_over_what_is_excluded() -> None:
    """The plainest member is found however many plainer ones are excluded."""
    words = frozenset(["x", *(f"x{number}" for number in range(1, 1000))])
    assert list(example(Cofinite(words | {None}))) == ["x1000"]
    assert list(example(Integers(5, 6, frozenset(_forms(5))))) == ["6"]
