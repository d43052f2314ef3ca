"""Lines of log files, in the format of the Container Runtime Interface.

``2016-10-06T00:17:09.669794202Z stdout F The log``: when, where to, whether the line is whole
(``F``) or goes on in the next one (``P``), and what was printed, byte for byte.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs`` logs.go (v1.36).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final, final

NANOS: Final = 1_000_000_000

STREAMS: Final = {b"stdout": "stdout", b"stderr": "stderr"}

_line = re.compile(rb"(?s)([^ ]{20,40}) (stdout|stderr) ([^ ]+) (.*)").fullmatch
_moment = re.compile(
    rb"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)"
).fullmatch
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


@final
@dataclass(frozen=True, slots=True)
class LogLine:
    """A line of a log file, or a part of one.

    Args:
        nanoseconds: When it was printed, in nanoseconds since 1970.
        stream: Where to: ``stdout`` or ``stderr``.
        is_whole: Whether the line ends here.
        data: What was printed, without the end of the line.
    """

    nanoseconds: int
    stream: str
    is_whole: bool
    data: bytes


def parse_log_line(text: bytes) -> LogLine | None:
    """Return what a line of a log file says; None if it is none, such as one that was torn.

    Args:
        text: The line, without its end.

    >>> parse_log_line(b"2016-10-06T00:17:09.5Z stderr P half").data
    b'half'
    """
    match = _line(text)
    if match is None:
        return None
    nanoseconds = _nanoseconds(match[1])
    if nanoseconds is None:
        return None
    return LogLine(nanoseconds, STREAMS[match[2]], match[3].split(b":", 1)[0] != b"P", match[4])


def moment_text(nanoseconds: int) -> bytes:
    """Return a time as logs show it, with all nine digits.

    >>> moment_text(1_500_000_000)
    b'1970-01-01T00:00:01.500000000Z'
    """
    seconds, rest = divmod(nanoseconds, NANOS)
    return b"%s.%09dZ" % (_second_text(seconds), rest)


@lru_cache(maxsize=256)
def _second_text(seconds: int) -> bytes:
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S").encode()


def _nanoseconds(text: bytes) -> int | None:
    match = _moment(text)
    if match is None:
        return None
    seconds = _seconds(match[1], match[3])
    if seconds is None:
        return None
    return seconds * NANOS + int((match[2] or b"0").ljust(9, b"0"))


@lru_cache(maxsize=256)
def _seconds(moment: bytes, zone: bytes) -> int | None:
    offset = b"+00:00" if zone == b"Z" else zone
    try:
        when = datetime.fromisoformat((moment + offset).decode())
    except ValueError:
        return None
    return (when - _EPOCH) // _SECOND
