"""The log of a container that an engine keeps, written again in the format of the CRI.

Each line has the engine's own time, so that after a restart it goes on exactly where the file ends.

Source: the design of the CRI's log format (``kubelet-cri-logging``).
"""

import gzip
import os
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.cri import Stream

_TAIL: Final = 64 * 1024
_STREAMS: Final = {stream.value.encode(): stream for stream in Stream}


def cri_line(stream: Stream, message: bytes) -> bytes:
    r"""Return a line of a log for a message of an engine: its time, and what was printed.

    A message that does not end with a line is a part of one.

    >>> cri_line(Stream.STDOUT, b"2026-01-01T00:00:00.000000001Z hello\n")
    b'2026-01-01T00:00:00.000000001Z stdout F hello\n'
    >>> cri_line(Stream.STDERR, b"2026-01-01T00:00:00.000000001Z hel")
    b'2026-01-01T00:00:00.000000001Z stderr P hel\n'
    """
    stamp, _, text = message.partition(b" ")
    full = text.endswith(b"\n")
    tag = b"F" if full else b"P"
    return b"%s %s %s %s\n" % (stamp, stream.value.encode(), tag, text[:-1] if full else text)


@final
@dataclass(frozen=True, slots=True)
class Mark:
    """The last line of a stream: its time, and how many lines have that time."""

    stamp: bytes
    count: int


@final
class LogPosition:
    """Which messages of an engine are in the log already.

    Args:
        marks: The last line of each stream.
        resumed: Whether messages that are there already will come again.
    """

    def __init__(
        self, marks: Mapping[Stream, Mark] | None = None, *, resumed: bool = False
    ) -> None:
        self._marks = dict(marks or {})
        self._seen: dict[Stream, Mark] = {}
        self._past: dict[Stream, bool] = {}
        self._resumed = resumed and bool(self._marks)

    @property
    def since(self) -> str:
        """From when messages are needed, as an engine takes it; ``0`` for all.

        >>> marks = {Stream.STDOUT: Mark(b"1970-01-01T00:01:00.000000005Z", 1)}
        >>> LogPosition(marks).since
        '60.000000005'
        """
        stamp = min((mark.stamp for mark in self._marks.values()), default=b"").decode()
        if not stamp:
            return "0"
        whole, _, rest = stamp.partition(".")
        fraction = rest.rstrip("Z").partition("+")[0]
        seconds = int(datetime.fromisoformat(f"{whole.rstrip('Z')}Z").timestamp())
        return f"{seconds}.{fraction or 0}"

    def admits(self, stream: Stream, message: bytes) -> bool:
        """Return whether a message is new, and take note of it if it is.

        Once one is new, so are all that follow on its stream, whatever the clock says.
        """
        stamp = message.partition(b" ")[0]
        before = self._seen.get(stream)
        count = before.count + 1 if before is not None and before.stamp == stamp else 1
        self._seen[stream] = Mark(stamp, count)
        if self._resumed and not self._past.get(stream, False):
            mark = self._marks.get(stream)
            if mark is not None and (stamp, count) <= (mark.stamp, mark.count):
                return False
            self._past[stream] = True
        self._marks[stream] = Mark(stamp, count)
        return True

    def resume(self) -> None:
        """Expect messages again, from `since` on."""
        self._seen.clear()
        self._past.clear()
        self._resumed = bool(self._marks)


def position_of(path: Path) -> LogPosition:
    """Return how far a log has come; a line that was cut short is taken off the file first.

    If the file was moved away and there is no new one yet, the one that was moved last counts.
    """
    _mend(path)
    moved = _moved(path)
    for one in (path, *moved):
        lines, is_whole = _last_lines(one)
        if lines:
            return LogPosition(_marks(lines, is_all=is_whole and not moved), resumed=True)
    return LogPosition()


def _mend(path: Path) -> None:
    with suppress(OSError), path.open("r+b") as file:
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - _TAIL)
        file.seek(start)
        tail = file.read()
        if tail and not tail.endswith(b"\n"):
            file.truncate(start + tail.rfind(b"\n") + 1)


def _moved(path: Path) -> list[Path]:
    try:
        found = [one for one in path.parent.iterdir() if one.name.startswith(f"{path.name}.")]
        return sorted(found, key=lambda one: one.stat().st_mtime, reverse=True)
    except OSError:
        return []


def _last_lines(path: Path) -> tuple[list[bytes], bool]:
    """Return the last lines of a file, and whether they are all of it."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                tail, is_whole = packed.read()[-_TAIL:], False
        else:
            with path.open("rb") as file:
                size = file.seek(0, os.SEEK_END)
                file.seek(max(0, size - _TAIL))
                tail, is_whole = file.read(), size <= _TAIL
    except OSError:
        return [], False
    return [line for line in tail.split(b"\n") if _is_line(line)], is_whole


def _is_line(line: bytes) -> bool:
    parts = line.split(b" ", 3)
    return len(parts) > 2 and len(parts[0]) > 19 and parts[1] in _STREAMS


def _marks(lines: list[bytes], *, is_all: bool) -> dict[Stream, Mark]:
    marks: dict[Stream, Mark] = {}
    for stream, stamp in _stamps(lines):
        before = marks.get(stream)
        same = before is not None and before.stamp == stamp
        marks[stream] = Mark(stamp, before.count + 1 if before is not None and same else 1)
    # A stream that is not among the last lines has nothing that is later than they begin; one that
    # is not in the log at all has nothing yet, and may begin earlier than the other one has.
    oldest = b"" if is_all else lines[0].partition(b" ")[0]
    return {stream: marks.get(stream, Mark(oldest, 0)) for stream in Stream}


def _stamps(lines: list[bytes]) -> Iterator[tuple[Stream, bytes]]:
    for line in lines:
        stamp, stream, _ = line.split(b" ", 2)
        yield _STREAMS[stream], stamp
