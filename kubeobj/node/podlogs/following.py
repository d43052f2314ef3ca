"""Following a log while its container runs, whatever becomes of its files.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs`` logs.go ReadLogs and waitLogs (v1.36).
"""

import errno
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final, final

from kubeobj.node.podlogs.crilog import LogLine, parse_log_line
from kubeobj.node.podlogs.filewatch import FileWatch
from kubeobj.node.podlogs.logfiles import PACKED, put_aside
from kubeobj.node.podlogs.logoptions import LogOptions
from kubeobj.node.podlogs.printing import Printed, Printer
from kubeobj.node.podlogs.reading import lines_of, older_lines

_TRIES: Final = 100
_MOMENT_SECONDS: Final = 0.01

LOOKED_SECONDS: Final = 5.0
"""How often is looked whether the container still runs, in case nobody says so."""


@final
class LogFollower:
    """Follows a log until its container has ended and all has been read, or it is closed.

    One thread iterates over it; any thread may call `look` and `close`.

    Args:
        path: The file that is written to.
        options: Which part is wanted.
        is_running: Says whether the container still runs.

    Raises:
        OSError: If the file cannot be read.
    """

    def __init__(self, path: Path, options: LogOptions, is_running: Callable[[], bool]) -> None:
        self._path = path
        self._options = options
        self._is_running = is_running
        self._lock = threading.Lock()
        self._is_closed = False
        self._is_used = False
        self._file, self._older = _opened(path)
        self._known = {_stem(file): None for file in self._older}
        self._torn = b""
        self._watch = FileWatch(path.parent)

    def look(self) -> None:
        """Look at once whether the container still runs."""
        self._watch.wake()

    def close(self) -> None:
        """End it; who iterates over it comes to its end."""
        with self._lock:
            self._is_closed = True
            is_used = self._is_used
        if is_used:
            self._watch.wake()
        else:
            self._let_go()

    def __iter__(self) -> Iterator[Printed]:
        """Yield what there is to show, as it comes; it can be done once."""
        with self._lock:
            if self._is_closed or self._is_used:
                return
            self._is_used = True
        printer = Printer(self._options)
        try:
            for line in self._lines():
                yield from printer.print(line)
                if printer.is_done:
                    return
            if not self._is_closed:
                yield from printer.end()
        finally:
            self._is_closed = True
            self._let_go()

    # ------------------------------------------------------------ inside

    def _let_go(self) -> None:
        self._file.close()
        self._watch.close()

    def _lines(self) -> Iterator[LogLine]:
        yield from older_lines(self._older, self._file, self._options)
        while not self._is_closed:
            # Asked before it is read: what it prints last is in the file before it has ended.
            runs = self._is_running()
            yield from self._new_lines(is_last=not runs)
            if not runs:
                yield from self._last_line()
                return
            if not self._is_closed:
                self._watch.wait(LOOKED_SECONDS)

    def _new_lines(self, *, is_last: bool) -> Iterator[LogLine]:
        yield from self._rest_of_file()
        while self._is_put_aside(is_last=is_last):
            yield from self._rest_of_file()  # written while it was put aside
            yield from self._last_line()
            try:
                yield from self._next_file()
            except FileNotFoundError:
                return  # the log has been removed
            yield from self._rest_of_file()

    def _rest_of_file(self) -> Iterator[LogLine]:
        if os.fstat(self._file.fileno()).st_size < self._file.tell():
            self._file.seek(0)  # somebody has emptied it
            self._torn = b""
        for text in self._file:
            self._torn += text
            if not text.endswith(b"\n"):
                return
            line = parse_log_line(self._torn[:-1])
            self._torn = b""
            if line is not None:
                yield line

    def _last_line(self) -> Iterator[LogLine]:
        """Yield a line that was never ended."""
        line = parse_log_line(self._torn)
        self._torn = b""
        if line is not None:
            yield line

    def _is_put_aside(self, *, is_last: bool) -> bool:
        """Return whether another file has taken the place of the one that is read.

        It has once something is in it: until then the old one may still be written to.
        """
        try:
            there = self._path.stat()
        except OSError:
            return False  # the new one is still to come, or nothing will
        if not there.st_size and not is_last:
            return False
        return not os.path.samestat(there, os.fstat(self._file.fileno()))

    def _next_file(self) -> Iterator[LogLine]:
        """Go on to the file that is written to now; yield what lies in between, if there is."""
        before = os.fstat(self._file.fileno())
        following, aside = _opened(self._path)
        fresh = [file for file in aside if _stem(file) not in self._known]
        own = next((at for at, file in enumerate(fresh) if _is_same(file, before)), 0)
        self._known = {_stem(file): None for file in aside}
        self._file.close()
        self._file = following
        for file in fresh[own + 1 :]:
            yield from lines_of(file)


def _is_same(file: Path, found: os.stat_result) -> bool:
    try:
        return os.path.samestat(file.stat(), found)
    except OSError:
        return False


def _stem(file: Path) -> str:
    return file.name.removesuffix(PACKED)


def _opened(path: Path) -> tuple[BinaryIO, list[Path]]:
    """Open the file that is written to, and return it with those that were put aside before it.

    Raises:
        OSError: If it is not there, or cannot be read.
    """
    for _ in range(_TRIES):
        try:
            file = path.open("rb")
        except FileNotFoundError:
            if not put_aside(path):
                raise
            time.sleep(_MOMENT_SECONDS)  # another one is about to take its place
            continue
        older = put_aside(path)
        with suppress(FileNotFoundError):
            if os.path.samestat(path.stat(), os.fstat(file.fileno())):
                return file, older
        file.close()
    raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
