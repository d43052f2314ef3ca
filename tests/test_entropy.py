"""Where uids and the random ends of names come from."""

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.entropy import IdSource, SeededIdSource, SystemIdSource
from kubeobj.names import SUFFIX_ALPHABET

SOURCES = [
    pytest.param(SeededIdSource(0), id="seeded"),
    pytest.param(SystemIdSource(), id="system"),
]


@pytest.mark.parametrize("source", SOURCES)
def test_uids_are_random_uuids(source: IdSource) -> None:
    """A uid is a version 4 UUID of RFC 4122 in its usual form, and never the same."""
    uids = [source.uid() for _ in range(200)]
    assert len(set(uids)) == len(uids)
    for uid in uids:
        parsed = uuid.UUID(uid)
        assert (str(parsed), parsed.version, parsed.variant) == (uid, 4, uuid.RFC_4122)


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("length", [0, 1, 5, 40])
def test_suffixes_are_of_the_alphabet(source: IdSource, length: int) -> None:
    """A suffix has the length asked for and no other characters than those of the alphabet."""
    suffix = source.suffix(length)
    assert len(suffix) == length
    assert set(suffix) <= set(SUFFIX_ALPHABET)


@pytest.mark.parametrize("source", SOURCES)
def test_suffixes_use_the_whole_alphabet(source: IdSource) -> None:
    """Every character of the alphabet comes up."""
    assert set(source.suffix(2000)) == set(SUFFIX_ALPHABET)


@given(st.integers(), st.lists(st.booleans(), max_size=20))
def test_a_seed_repeats_itself(seed: int, calls: list[bool]) -> None:
    """Two sources with one seed give the same ids for the same calls."""
    one, two = SeededIdSource(seed), SeededIdSource(seed)
    for wants_uid in calls:
        if wants_uid:
            assert one.uid() == two.uid()
        else:
            assert one.suffix() == two.suffix()


def test_a_seed_means_the_same_for_ever() -> None:
    """The ids of a seed are fixed, so that recorded runs stay readable."""
    source = SeededIdSource(42)
    assert source.uid() == "bdd640fb-0667-4ad1-9c80-317fa3b1799d"
    assert source.suffix() == "kjzx7"
    assert SeededIdSource(43).uid() != SeededIdSource(42).uid()
