"""The log of a container goes on exactly where its file ends."""

import gzip
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.runtimes.cri import Stream
from kubeobj.runtimes.docker.crilog import LogPosition, cri_line, position_of


def stamped(tick: int, text: str) -> bytes:
    return f"2026-01-01T00:00:{tick // 10:02}.{tick % 10:09}Z {text}".encode()


@st.composite
def engine_logs(draw: st.DrawFn) -> list[tuple[Stream, bytes]]:
    """Messages as an engine has them: times of each stream never go back, and may be equal."""
    ticks = dict.fromkeys(Stream, 0)
    messages = []
    for number in range(draw(st.integers(0, 30))):
        stream = draw(st.sampled_from(list(Stream)))
        ticks[stream] = max(
            ticks[stream] + draw(st.integers(0, 2)), *[t - 3 for t in ticks.values()]
        )
        end = draw(st.sampled_from(["\n", ""]))
        messages.append((stream, stamped(ticks[stream], f"{number}{end}")))
    return messages


def asked(messages: list[tuple[Stream, bytes]], since: str) -> list[tuple[Stream, bytes]]:
    """Return what an engine answers: all that is not before a time."""
    seconds, _, fraction = since.partition(".")
    start = (int(seconds), int((fraction or "0").ljust(9, "0")))
    base = 1767225600

    def when(message: bytes) -> tuple[int, int]:
        text = message.decode()
        return base + int(text[17:19]), int(text[20:29])

    return [one for one in messages if since == "0" or when(one[1]) >= start]


@given(messages=engine_logs(), cuts=st.lists(st.integers(0, 30), max_size=4))
def test_a_log_has_each_message_once_wherever_it_was_broken_off(
    tmp_path_factory: pytest.TempPathFactory, messages: list[tuple[Stream, bytes]], cuts: list[int]
) -> None:
    """In the order of each stream, after any number of restarts at any place."""
    path = tmp_path_factory.mktemp("log") / "0.log"
    for cut in [*sorted(cuts), len(messages)]:
        position = position_of(path)
        told = asked(messages, position.since)
        known = set(map(id, messages[:cut]))
        new = [one for one in told if id(one) in known and position.admits(*one)]
        with path.open("ab") as file:
            file.writelines(cri_line(*one) for one in new)
    found = path.read_bytes().splitlines(keepends=True)
    for stream in Stream:
        expected = [cri_line(*one) for one in messages if one[0] is stream]
        assert [line for line in found if f" {stream} ".encode() in line] == expected


def test_a_line_that_was_cut_short_is_written_again(tmp_path: Path) -> None:
    path = tmp_path / "0.log"
    first, second = stamped(1, "first\n"), stamped(2, "second\n")
    path.write_bytes(cri_line(Stream.STDOUT, first) + cri_line(Stream.STDOUT, second)[:-3])
    position = position_of(path)
    assert path.read_bytes() == cri_line(Stream.STDOUT, first)
    assert [position.admits(Stream.STDOUT, one) for one in (first, second)] == [False, True]


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "packed"])
def test_a_log_that_was_moved_away_is_not_written_again(tmp_path: Path, *, packed: bool) -> None:
    """Before there is a new one."""
    line = cri_line(Stream.STDOUT, stamped(1, "old\n"))
    moved = tmp_path / f"0.log.20260101-000000{'.gz' if packed else ''}"
    moved.write_bytes(gzip.compress(line) if packed else line)
    position = position_of(tmp_path / "0.log")
    assert not position.admits(Stream.STDOUT, stamped(1, "old\n"))
    assert position.admits(Stream.STDOUT, stamped(2, "new\n"))


def test_a_clock_that_goes_back_loses_nothing() -> None:
    """What comes is new, while nothing was broken off."""
    position = LogPosition()
    assert position.admits(Stream.STDOUT, stamped(50, "late\n"))
    assert position.admits(Stream.STDOUT, stamped(10, "early\n"))
