"""Which images go when the disk fills up."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.imagegc import ImageHistory, ImagePolicy
from kubeobj.runtimes.states import FilesystemUsage, Image

ROOT = Path("/")


def _disk(available: int, capacity: int = 100) -> FilesystemUsage:
    return FilesystemUsage(ROOT, capacity, available)


def test_images_stay_while_there_is_room() -> None:
    images = [Image("a", size_bytes=50), Image("b", size_bytes=10)]
    history = ImageHistory()
    history.note(images, set(), 0.0)
    assert history.to_remove(images, set(), _disk(16), 1000.0) == ()


def test_the_one_used_longest_ago_goes_first_and_only_as_many_as_it_takes() -> None:
    images = [Image("old", size_bytes=5), Image("new", size_bytes=5), Image("used", size_bytes=50)]
    history = ImageHistory()
    history.note(images, {"old"}, 0.0)
    history.note(images, {"new", "used"}, 100.0)
    found = history.to_remove(images, {"used"}, _disk(15), 1000.0)
    assert [one.id for one in found] == ["old"]


def test_a_young_image_stays() -> None:
    images = [Image("young", size_bytes=50)]
    history = ImageHistory()
    history.note(images, set(), 0.0)
    assert history.to_remove(images, set(), _disk(0), 119.0) == ()
    assert history.to_remove(images, set(), _disk(0), 120.0) == tuple(images)


def test_all_unused_go_when_the_node_is_short() -> None:
    images = [Image("a"), Image("b", tags=("web:1",)), Image("c", pinned=True)]
    history = ImageHistory()
    history.note(images, set(), 0.0)
    found = history.to_remove(images, {"web:1"}, _disk(50), 1.0, is_short=True)
    assert [one.id for one in found] == ["a"]


def test_an_image_that_nobody_has_used_for_too_long_goes() -> None:
    images = [Image("a")]
    history = ImageHistory(ImagePolicy(most_age_seconds=60))
    history.note(images, set(), 0.0)
    assert history.to_remove(images, set(), _disk(90), 60.0) == ()
    assert history.to_remove(images, set(), _disk(90), 61.0) == tuple(images)


@given(
    st.lists(st.integers(1, 40), max_size=6),
    st.sets(st.integers(0, 5)),
    st.integers(0, 100),
)
def test_what_is_used_never_goes_and_no_more_than_needed(
    sizes: list[int], used: set[int], available: int
) -> None:
    images = [Image(str(number), size_bytes=size) for number, size in enumerate(sizes)]
    names = {str(number) for number in used}
    history = ImageHistory()
    history.note(images, names, 0.0)
    gone = history.to_remove(images, names, _disk(available), 1000.0)
    assert not names & {one.id for one in gone}
    too_much = 100 - available - 80
    if 100 - available < 85:
        assert gone == ()
    elif gone:
        assert sum(one.size_bytes for one in gone[:-1]) < too_much
