"""When a node is short of something, and how long that is said."""

from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.thresholds import HARD, Level, Pressures, Shortage, Signal, Threshold, shortages

MIB = 1024 * 1024
_THRESHOLDS = st.lists(
    st.builds(
        Threshold,
        st.sampled_from(Signal),
        amount=st.integers(0, 1000),
        share=st.floats(0, 1),
    )
)
_LEVELS = st.dictionaries(
    st.sampled_from(Signal), st.builds(Level, st.integers(0, 1000), st.integers(0, 1000))
)


def test_a_roomy_node_is_short_of_nothing() -> None:
    levels = {signal: Level(500 * MIB, 1000 * MIB) for signal in Signal}
    assert shortages(levels) == ()


def test_memory_comes_before_the_disk() -> None:
    levels = {Signal.DISK: Level(1, 1000), Signal.MEMORY: Level(50 * MIB, 1000 * MIB)}
    assert [one.signal for one in shortages(levels)] == [Signal.MEMORY, Signal.DISK]


def test_a_shortage_says_how_much_there_should_be() -> None:
    levels = {Signal.DISK: Level(49, 1000)}
    assert shortages(levels, HARD) == (Shortage(Signal.DISK, 50, 49),)


@given(_LEVELS, _THRESHOLDS)
def test_short_is_just_what_is_below_its_threshold(
    levels: dict[Signal, Level], thresholds: list[Threshold]
) -> None:
    found = shortages(levels, thresholds)
    assert all(one.available < one.threshold for one in found)
    for threshold in thresholds:
        level = levels.get(threshold.signal)
        if level is not None and level.capacity:
            least = threshold.of(level.capacity)
            is_short = Shortage(threshold.signal, least, level.available) in found
            assert is_short == (level.available < least)


def test_a_condition_stays_for_five_minutes() -> None:
    pressures = Pressures()
    memory = Shortage(Signal.MEMORY, 2, 1)
    assert pressures.note([memory], 1000.0) == ("MemoryPressure",)
    assert pressures.note([], 1299.0) == ("MemoryPressure",)
    assert pressures.note([], 1300.0) == ()


def test_a_condition_does_not_outlast_a_clock_that_is_put_back() -> None:
    pressures = Pressures()
    pressures.note([Shortage(Signal.DISK, 2, 1)], 1000.0)
    assert pressures.note([], 10.0) == ()
