"""Slots and their order."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from kubeobj.errors import UnknownIdError
from kubeobj.labels.slots import Slots


def _in_order(slots: Slots[int]) -> bool:
    return slots._is_ordered


def test_ids_in_order_need_no_sort() -> None:
    """Appending in order, and coming back between the same neighbours, keeps the order."""
    slots = Slots([10, 20, 30])
    slots.take(40)
    slots.release(20)
    slots.take(25)
    assert _in_order(slots)
    assert slots.ids(slots.live) == [10, 25, 30, 40]


@pytest.mark.parametrize("newcomer", [5, 10_000])
def test_an_id_between_wrong_neighbours_is_sorted_into_place(newcomer: int) -> None:
    """Selections come in key order all the same."""
    slots = Slots([10, 20, 30])
    slots.release(20)
    slots.take(newcomer)
    assert not _in_order(slots)
    assert slots.ids(slots.live) == sorted([10, 30, newcomer])


def test_an_emptied_index_is_in_order_again() -> None:
    """Nothing is out of place where nothing is."""
    slots: Slots[int] = Slots()
    for id_ in (2, 1):
        slots.take(id_)
    for id_ in (1, 2):
        slots.release(id_)
    assert _in_order(slots)


def test_an_id_that_cannot_be_compared_changes_nothing() -> None:
    """Python's own error, before anything is kept."""
    slots: Slots[object] = Slots(["a"])
    with pytest.raises(TypeError):
        slots.take(1)
    assert len(slots) == 1
    assert slots.take("b") == 1


def test_an_unknown_id_is_our_error_and_a_lookup_error() -> None:
    """However long it is, and whatever it is made of."""
    with pytest.raises(UnknownIdError, match="nothing is indexed under") as caught:
        Slots(["a"])["\ud800" * 1000]
    assert isinstance(caught.value, LookupError)
    assert len(str(caught.value)) < 2500


@given(st.lists(st.integers(0, 12)))
def test_slots_are_handed_out_once(toggles: list[int]) -> None:
    """Against a set: ids are found, in order, and slots are used again."""
    slots: Slots[int] = Slots()
    model: set[int] = set()
    for id_ in toggles:
        if id_ in model:
            slots.release(id_)
        else:
            slots.take(id_)
        model ^= {id_}
        assert slots.ids(slots.live) == sorted(model)
        assert {id_ in slots for id_ in model} <= {True}
        assert {slots[id_] for id_ in model} == set(slots.live) == set(slots.all())
        assert slots.live <= BitMap(range(13))
