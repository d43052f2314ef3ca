"""Reading what there is of a log, in all of its files.

The kubelet reads only the file that is written to; here what has been put aside is read, too.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs`` logs.go ReadLogs (v1.36).
"""

import os
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from kubeobj.node.podlogs.crilog import LogLine, parse_log_line
from kubeobj.node.podlogs.logfiles import PACKED, open_log_file, put_aside
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.printing import Printed, Printer
from kubeobj.node.podlogs.tail import tail_start


def read_log(path: Path, options: LogOptions) -> Iterator[Printed]:
    """Yield what a log says; it is not followed.

    Args:
        path: The file that is written to, or was at last.
        options: Which part is wanted.

    Raises:
        OSError: If the file cannot be read.
    """
    printer = Printer(options)
    with path.open("rb") as current:
        older = put_aside(path)
        for line in chain(older_lines(older, current, options), parsed(current)):
            yield from printer.print(line)
            if printer.is_done:
                return
    yield from printer.end()


def older_lines(older: list[Path], current: BinaryIO, options: LogOptions) -> Iterator[LogLine]:
    """Yield the wanted lines that were put aside, and go to the first one in the file of now.

    Args:
        older: The files that were put aside.
        current: The file that is written to, opened.
        options: Which part is wanted.
    """
    older = _wanted_files(older, options)
    start, lines = 0, options.tail_lines
    if lines is not None:
        start, found = tail_start(current, lines, options.stream)
        older = older if start == 0 and found < lines else []
        yield from _tail_of_older(older, lines - found, options.stream)
    else:
        for file in older:
            yield from lines_of(file)
    current.seek(start)


def parsed(file: BinaryIO) -> Iterator[LogLine]:
    """Yield the lines of a file from where it is; what is no line is left out."""
    for text in file:
        line = parse_log_line(text.removesuffix(b"\n"))
        if line is not None:
            yield line


def last_lines(path: Path, lines: int, limit_bytes: int) -> bytes:
    """Return the end of a log, at most so many lines and bytes; nothing, if it cannot be read."""
    said = b""
    try:
        for printed in read_log(path, LogOptions(tail_lines=lines)):
            said = (said + printed.data)[-limit_bytes:]
    except OSError:
        return b""
    return said


def _wanted_files(files: list[Path], options: LogOptions) -> list[Path]:
    """Leave out what was put aside before anybody is interested in."""
    since = options.since
    if since is None:
        return files
    return [file for file in files if _changed(file) >= since]


def _changed(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _tail_of_older(files: list[Path], lines: int, stream: str) -> Iterator[LogLine]:
    """Yield the last so many lines of files that were put aside."""
    kept: list[list[LogLine]] = []
    for file in reversed(files):
        if lines <= 0:
            break
        whole = list(lines_of(file))
        ends = [
            position
            for position, line in enumerate(whole)
            if line.is_whole and (not stream or line.stream == stream)
        ]
        start = ends[-lines - 1] + 1 if len(ends) > lines else 0
        kept.append(whole[start:])
        lines -= min(len(ends), lines)
    for part in reversed(kept):
        yield from part


def lines_of(file: Path) -> Iterator[LogLine]:
    """Yield the lines of a file that was put aside; nothing, if it is gone meanwhile."""
    try:
        opened = open_log_file(file)
    except FileNotFoundError:
        packed = file.with_name(file.name + PACKED)
        if file.name.endswith(PACKED) or not os.path.lexists(packed):
            return
        opened = open_log_file(packed)
    with opened:
        yield from parsed(opened)
