"""The end of a log file, found from the end: the beginning need not be read.

Source: ``k8s.io/kubernetes/pkg/util/tail`` (v1.36), which counts parts of lines as lines.
"""

import os
from collections.abc import Iterator
from typing import BinaryIO, Final

from kubeobj.node.podlogs.crilog import parse_log_line

_BLOCK: Final = 64 * 1024


def tail_start(file: BinaryIO, lines: int, stream: str = "") -> tuple[int, int]:
    """Return where the last so many whole lines begin, and how many of them there are.

    A line that has not been ended counts as one. Parts of a line that lie among lines of the other
    stream, or in a file that was put aside, may be left out with those.

    Args:
        file: The log file, unpacked.
        lines: How many lines.
        stream: Lines of which stream count; empty for those of both.
    """
    size = file.seek(0, os.SEEK_END)
    if lines <= 0:
        return size, 0
    found, start = 0, size
    seen: dict[str, None] = {}
    for position, text in _lines_backwards(file, size):
        line = parse_log_line(text)
        if line is not None and (not stream or line.stream == stream):
            is_end = line.is_whole or line.stream not in seen
            seen[line.stream] = None
            if is_end and found == lines:
                return start, found
            found += is_end
        start = position
    return 0, found


def _lines_backwards(file: BinaryIO, size: int) -> Iterator[tuple[int, bytes]]:
    """Yield the lines of a file from its end, each with where it begins."""
    end, rest = size, b""
    while end > 0:
        start = max(end - _BLOCK, 0)
        file.seek(start)
        block = file.read(end - start) + rest
        first, *parts = block.split(b"\n")
        position = start + len(block)
        for part in reversed(parts):
            position -= len(part)
            if part or position != size:
                yield position, part
            position -= 1
        end, rest = start, first
    if rest:
        yield 0, rest
