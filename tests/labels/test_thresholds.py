"""Thresholds against looking at each."""

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from kubeobj.labels.thresholds import Thresholds


def _thresholds(by_slot: dict[int, int]) -> Thresholds:
    thresholds = Thresholds()
    for slot, threshold in by_slot.items():
        thresholds.add(slot, threshold)
    return thresholds


@given(
    st.dictionaries(st.integers(0, 20), st.integers(-3, 12), max_size=20),
    st.sets(st.integers(0, 25)),
    st.integers(-5, 14),
)
def test_those_fail_whose_threshold_is_not_below(
    by_slot: dict[int, int], candidates: set[int], number: int
) -> None:
    """Whichever way is cheapest; members that are no candidates are not asked about."""
    failing = _thresholds(by_slot).failing(BitMap(candidates), number)
    assert set(failing) == {slot for slot in by_slot if by_slot[slot] >= number} & candidates


def test_what_is_no_integer_fails_every_threshold() -> None:
    """A value that is no integer is neither above nor below anything."""
    assert _thresholds({1: 0, 2: -9}).failing(BitMap([1, 3]), None) == BitMap([1])


def test_a_slot_can_leave() -> None:
    """And the last one leaves nothing."""
    thresholds = _thresholds({1: 5, 2: 5})
    thresholds.discard(1)
    assert thresholds.failing(BitMap([1, 2]), 0) == BitMap([2])
    thresholds.discard(2)
    assert not thresholds
