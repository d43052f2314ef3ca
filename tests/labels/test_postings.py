"""Postings against sets."""

from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from kubeobj.labels.postings import (
    LabelTable,
    Posting,
    PostingTable,
    difference,
    intersection,
    posting_of,
    size,
    union,
)

# Small, so that sets meet; with one far off, which is in another container of a bitmap.
slots = st.integers(0, 20) | st.just(100_000)
slot_sets = st.sets(slots, max_size=16)
some_slots = st.sets(slots, min_size=1, max_size=16)


def _members(posting: Posting) -> set[int]:
    return set(union([posting]))


def _postings(sets: list[set[int]]) -> list[Posting]:
    return [posting_of(sorted(one)) for one in sets]


def test_a_posting_takes_the_shape_of_its_size() -> None:
    """One slot is itself, a few are a tuple, more are a bitmap."""
    assert posting_of([7]) == 7
    assert posting_of([1, 2, 3]) == (1, 2, 3)
    assert posting_of(list(range(9))) == BitMap(range(9))


@given(some_slots)
def test_a_posting_has_the_slots_it_was_made_of(members: set[int]) -> None:
    """Whatever its shape."""
    posting = posting_of(sorted(members))
    assert _members(posting) == members
    assert size(posting) == len(members)


@given(st.lists(st.tuples(st.sampled_from("ab"), slots)))
def test_a_table_is_a_mapping_to_sets(toggles: list[tuple[str, int]]) -> None:
    """Linking and unlinking through all shapes and back; no posting is ever empty."""
    table: PostingTable[str] = PostingTable()
    model: dict[str, set[int]] = {}
    for term, slot in toggles:
        held = model.setdefault(term, set())
        if slot in held:
            held.remove(slot)
            assert table.unlink(term, slot) == (not held)
        else:
            assert table.link(term, slot) == (not held)
            held.add(slot)
        assert {key: _members(table[key]) for key in table} == {k: v for k, v in model.items() if v}
        assert {key: size(table[key]) for key in table} == {
            key: len(held) for key, held in model.items() if held
        }


def test_a_posting_shrinks_to_the_least_shape() -> None:
    """A posting that was large once does not stay a bitmap."""
    table: PostingTable[str] = PostingTable()
    for slot in range(20):
        table.link("a", slot)
    for slot in range(19):
        table.unlink("a", slot)
    assert table == {"a": 19}


def test_a_label_table_forgets_keys_that_nobody_holds() -> None:
    """Labels come and go; nothing stays behind."""
    table = LabelTable()
    table.link("app", ["web", "db"], 1)
    table.link("app", ["web"], 2)
    assert _members(table.find("app", "web") or 0) == {1, 2}
    assert table.find("app", "cache") is None
    assert table.find("tier", "web") is None
    table.unlink("app", ["web", "db"], 1)
    table.unlink("app", ["web"], 2)
    assert table == {}


@given(slot_sets, st.lists(some_slots, max_size=5))
def test_the_algebra_is_that_of_sets(base: set[int], others: list[set[int]]) -> None:
    """Union, intersection and difference, and none changes what it reads."""
    postings = _postings(others)
    everyone = set().union(*others)
    bitmap = BitMap(base)
    assert set(union(postings)) == everyone
    assert set(intersection(bitmap, postings)) == base & everyone
    assert set(difference(bitmap, postings)) == base - everyone
    assert set(bitmap) == base
    assert postings == _postings(others)


def test_the_union_of_one_bitmap_is_that_bitmap() -> None:
    """A large posting that is the whole answer is not copied."""
    bitmap = BitMap(range(100))
    assert union([bitmap]) is bitmap
