"""Log files, written as runtimes write them."""

from collections.abc import Iterable
from pathlib import Path

from kubeobj.node.podlogs.crilog import moment_text
from kubeobj.node.podlogs.printing import Printed

START = 1_767_225_600


def entry(data: bytes, at: float = START, stream: str = "stdout", *, whole: bool = True) -> bytes:
    """Return a line of a log file."""
    tag = b"F" if whole else b"P"
    return b"%s %s %s %s\n" % (moment_text(round(at * 1e9)), stream.encode(), tag, data)


def append(path: Path, *entries: bytes) -> None:
    """Write to a log file as a runtime does: each line at once."""
    with path.open("ab", buffering=0) as file:
        for one in entries:
            file.write(one)


def text_of(printed: Iterable[Printed]) -> bytes:
    """Return all that is shown."""
    return b"".join(one.data for one in printed)
