"""Logs are read byte for byte, from where somebody wants them."""

import gzip
import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.podlogs.crilog import LogLine, moment_text, parse_log_line
from kubeobj.node.podlogs.logfiles import put_aside
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.printing import LONGEST_BYTES, Printed
from kubeobj.node.podlogs.reading import last_lines, read_log
from tests.node.podlogs.logwriting import START, append, entry, text_of


def shown(path: Path, **options: object) -> bytes:
    """Return what a log says."""
    return text_of(read_log(path, LogOptions(**options)))  # type: ignore[arg-type]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Where a log is."""
    return tmp_path / "0.log"


# ---------------------------------------------------------------- single lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            b"2016-10-06T00:17:09.669794202Z stdout F a b ",
            LogLine(1_475_713_029_669_794_202, "stdout", is_whole=True, data=b"a b "),
        ),
        (
            b"2016-10-06T00:17:09.5Z stderr P \xff\x00",
            LogLine(1_475_713_029_500_000_000, "stderr", is_whole=False, data=b"\xff\x00"),
        ),
        (
            b"2016-10-06T02:17:09+02:00 stdout F:x ",
            LogLine(1_475_713_029_000_000_000, "stdout", is_whole=True, data=b""),
        ),
    ],
)
def test_a_line(text: bytes, expected: LogLine) -> None:
    """It says when, where to, whether it is whole, and what."""
    assert parse_log_line(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"garbage",
        b"2016-10-06T00:17:09Z stdout F",
        b"2016-10-06T00:17:09Z stdin F x",
        b"2016-13-06T00:17:09Z stdout F x",
        b"yesterday evening at ten stdout F x",
        b"\xff" * 20 + b" stdout F x",
    ],
)
def test_what_is_no_line(text: bytes) -> None:
    """Is told from one."""
    assert parse_log_line(text) is None


@given(
    st.integers(0, 4 * 10**18),
    st.sampled_from(["stdout", "stderr"]),
    st.booleans(),
    st.binary(max_size=40),
)
def test_what_is_written_is_read(nanoseconds: int, stream: str, whole: bool, data: bytes) -> None:
    """Any time, any bytes but for the end of a line."""
    data = data.replace(b"\n", b" ")
    tag = b"F" if whole else b"P"
    text = b"%s %s %s %s" % (moment_text(nanoseconds), stream.encode(), tag, data)
    assert parse_log_line(text) == LogLine(nanoseconds, stream, whole, data)


# ---------------------------------------------------------------- whole logs


def test_bytes_are_kept(path: Path) -> None:
    """Whatever a container prints."""
    junk = bytes(byte for byte in range(256) if byte != 10)
    append(path, entry(junk), entry(b""), entry(b"\r\x1b[0m"))
    assert shown(path) == junk + b"\n\n\r\x1b[0m\n"


def test_parts_are_put_together(path: Path) -> None:
    """Each stream by itself; what never ends has no end."""
    append(
        path,
        entry(b"one ", START, whole=False),
        entry(b"err ", START + 1, "stderr", whole=False),
        entry(b"two", START + 2),
        entry(b"or", START + 3, "stderr"),
        entry(b"rest", START + 4, whole=False),
    )
    assert list(read_log(path, LogOptions(timestamps=True))) == [
        Printed("stdout", b"2026-01-01T00:00:00.000000000Z one two\n"),
        Printed("stderr", b"2026-01-01T00:00:01.000000000Z err or\n"),
        Printed("stdout", b"2026-01-01T00:00:04.000000000Z rest"),
    ]


def test_a_line_without_an_end_is_not_kept_for_ever(path: Path) -> None:
    """It is shown in pieces, with one time at its beginning."""
    piece = b"x" * 16384
    append(path, *[entry(piece, whole=False)] * 100, entry(b"end"))
    found = list(read_log(path, LogOptions(timestamps=True)))
    assert len(found) == 2
    assert LONGEST_BYTES <= len(found[0].data) <= LONGEST_BYTES + len(piece)
    head = b"2026-01-01T00:00:00.000000000Z "
    assert text_of(found) == head + piece * 100 + b"end\n"


def test_only_one_stream(path: Path) -> None:
    """Is read, if only one is wanted; lines from the end are counted in it."""
    append(
        path, entry(b"a"), entry(b"b", stream="stderr"), entry(b"c"), entry(b"d", stream="stderr")
    )
    assert shown(path, stream="stderr") == b"b\nd\n"
    assert shown(path, stream="stdout", tail_lines=1) == b"c\n"


def test_since_when(path: Path) -> None:
    """What is older is left out."""
    append(path, *(entry(b"%d" % at, START + at) for at in range(5)))
    assert shown(path, since=START + 2.5) == b"3\n4\n"
    assert shown(path, since=START + 2, tail_lines=4) == b"2\n3\n4\n"


def test_how_many_bytes(path: Path) -> None:
    """And not one more; the times count as well."""
    append(path, entry(b"abc"), entry(b"def"))
    assert [shown(path, limit_bytes=limit) for limit in (0, 2, 4, 6, 99)] == [
        b"",
        b"ab",
        b"abc\n",
        b"abc\nde",
        b"abc\ndef\n",
    ]
    assert shown(path, limit_bytes=4, timestamps=True) == b"2026"


def test_torn_lines_are_left_out(path: Path) -> None:
    """A machine that went down may have left some."""
    append(path, entry(b"a"), b"2026-01-01T00:00\n", entry(b"b"), b"\0\0\0\n", entry(b"c")[:-1])
    assert shown(path) == b"a\nb\nc\n"
    assert shown(path, tail_lines=2) == b"b\nc\n"


def test_no_log(path: Path) -> None:
    """Is an error, and an empty one is not."""
    with pytest.raises(FileNotFoundError):
        shown(path)
    path.touch()
    assert shown(path) == b""
    assert shown(path, tail_lines=5) == b""


def test_negative_numbers_are_refused() -> None:
    """There is no such part of a log."""
    with pytest.raises(ValueError, match="negative"):
        LogOptions(tail_lines=-1)


# ---------------------------------------------------------------- several files


def test_what_was_put_aside_is_read_first(path: Path) -> None:
    """Packed or not, the oldest first; what is half-made is not."""
    packed = path.with_name("0.log.20260101-000000.gz")
    packed.write_bytes(gzip.compress(entry(b"1") + entry(b"2", whole=False)))
    append(path.with_name("0.log.20260101-000009"), entry(b"3"), entry(b"4"))
    append(path.with_name("0.log.20260101-000009.1"), entry(b"5"))
    append(path.with_name("0.log.20260101-000010.tmp"), entry(b"x"))
    append(path.with_name("0.log.old"), entry(b"x"))
    append(path.with_name("1.log"), entry(b"x"))
    append(path, entry(b"6"))
    assert shown(path) == b"1\n23\n4\n5\n6\n"
    assert [shown(path, tail_lines=lines) for lines in range(4)] == [
        b"",
        b"6\n",
        b"5\n6\n",
        b"4\n5\n6\n",
    ]
    assert shown(path, tail_lines=99) == b"1\n23\n4\n5\n6\n"


def test_of_a_file_that_is_there_twice_the_packed_one_counts(path: Path) -> None:
    """Whoever packed it was stopped before removing the other one."""
    name = "0.log.20260101-000000"
    append(path.with_name(name), entry(b"1"))
    path.with_name(f"{name}.gz").write_bytes(gzip.compress(entry(b"1")))
    append(path, entry(b"2"))
    assert [file.name for file in put_aside(path)] == [f"{name}.gz"]
    assert shown(path) == b"1\n2\n"


ENTRIES = st.lists(
    st.tuples(st.binary(max_size=5), st.sampled_from(["stdout", "stderr"]), st.booleans()),
    max_size=30,
)


@given(ENTRIES, st.lists(st.integers(0, 30), max_size=3), st.integers(0, 12))
def test_the_end_is_the_end_however_the_log_is_cut(
    entries: list[tuple[bytes, str, bool]], cuts: list[int], lines: int
) -> None:
    """Of one stream at a time, the last lines are the last lines of all."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "0.log")
        written = [
            entry(data.replace(b"\n", b""), stream=stream, whole=whole)
            for data, stream, whole in entries
        ]
        bounds = [0, *sorted(min(cut, len(written)) for cut in cuts), len(written)]
        parts = [written[a:b] for a, b in pairwise(bounds)]
        for number, part in enumerate(parts[:-1]):
            append(path.with_name(f"0.log.20260101-0000{number:02d}"), *part)
        path.touch()
        append(path, *parts[-1])
        for stream in ("stdout", "stderr"):
            whole_log = shown(path, stream=stream)
            ended = whole_log.split(b"\n")
            said = [line + b"\n" for line in ended[:-1]] + ([ended[-1]] if ended[-1] else [])
            found = shown(path, stream=stream, tail_lines=lines)
            assert whole_log.endswith(found)
            if all(is_ended(part, stream.encode()) for part in parts[:-1]) and all(said):
                assert found == b"".join(said[len(said) - min(lines, len(said)) :])


def is_ended(part: list[bytes], stream: bytes) -> bool:
    """Return whether no line of a stream goes on in the next file."""
    tags = [one.split(b" ")[2] for one in part if one.split(b" ")[1] == stream]
    return not tags or tags[-1] == b"F"


def test_large_logs_are_read_from_their_end(path: Path) -> None:
    """Across blocks, with long lines."""
    long = b"x" * 70_000
    append(path, *(entry(b"%d" % number) for number in range(20_000)), entry(long), entry(b"last"))
    assert shown(path, tail_lines=2) == long + b"\nlast\n"
    assert shown(path, tail_lines=4) == b"19998\n19999\n" + long + b"\nlast\n"
    assert last_lines(path, 80, 2048) == (long + b"\nlast\n")[-2048:]


def test_the_end_of_no_log_is_nothing(path: Path) -> None:
    """Last words are not worth an error."""
    assert last_lines(path, 80, 2048) == b""
