"""The logs of many containers as one, line by line: each line whole, with whose it is.

Source: ``k8s.io/kubectl/pkg/cmd/logs`` logs.go parallelConsumeRequest (v1.36).
"""

import queue
import threading
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias, final

from kubeobj.node.podlogs.printing import LONGEST_BYTES

_WAITING_LINES: Final = 1000
"""How many lines may wait to be read before those who print them are made to wait."""

Line: TypeAlias = tuple[str, bytes]
"""Whose line, and the line with its end."""


@final
class MergedLogs:
    """Logs that are read at the same time. Any thread adds to them and closes them; one iterates.

    It comes to its end once all logs have, and nobody may add another one (`seal`).
    """

    def __init__(self) -> None:
        self._lines: queue.Queue[Line | None] = queue.Queue(_WAITING_LINES)
        self._lock = threading.Lock()
        self._open = 0
        self._is_sealed = False
        self._is_closed = False
        self.failures: dict[str, Exception] = {}
        """What went wrong with which log; it has ended then."""

    def add(self, name: str, chunks: Iterable[bytes]) -> None:
        """Read another log, until it ends.

        Args:
            name: Whose it is.
            chunks: What it says, in pieces of any size; iterated over by a thread of its own.
        """
        with self._lock:
            self._open += 1
        thread = threading.Thread(
            target=self._read, args=(name, chunks), name=f"log {name}", daemon=True
        )
        thread.start()

    def seal(self) -> None:
        """Add no more: it ends when those that are there have ended."""
        with self._lock:
            self._is_sealed = True
            is_over = self._open == 0
        if is_over:
            self._put(None)

    def close(self) -> None:
        """End it now; logs are let go of when they say something next."""
        self._is_closed = True
        self._put(None)

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines as they come."""
        while not self._is_closed:
            line = self._lines.get()
            if line is None:
                return
            yield line

    # ------------------------------------------------------------ inside

    def _read(self, name: str, chunks: Iterable[bytes]) -> None:
        try:
            for line in whole_lines(chunks):
                if self._is_closed:
                    return
                self._put((name, line))
        except Exception as error:
            self.failures[name] = error
        finally:
            with self._lock:
                self._open -= 1
                is_over = self._is_sealed and self._open == 0
            if is_over:
                self._put(None)

    def _put(self, line: Line | None) -> None:
        while not self._is_closed:
            try:
                self._lines.put(line, timeout=1.0)
            except queue.Full:
                continue  # look whether anybody still wants it
            return
        if line is None:
            # Who waits for a line must learn that there is none, even of a queue that is full.
            while True:
                try:
                    self._lines.put_nowait(None)
                except queue.Full:
                    self._drop_one()
                else:
                    return

    def _drop_one(self) -> None:
        try:
            self._lines.get_nowait()
        except queue.Empty:
            return


def whole_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    r"""Yield lines with their ends out of pieces of any size; the last one may have none.

    >>> list(whole_lines([b"a", b"b\nc", b"d"]))
    [b'ab\n', b'cd']
    """
    rest = bytearray()
    for chunk in chunks:
        rest += chunk
        if b"\n" not in chunk and len(rest) < LONGEST_BYTES:
            continue
        *lines, last = bytes(rest).split(b"\n")
        for line in lines:
            yield line + b"\n"
        rest = bytearray(last)
        if len(rest) >= LONGEST_BYTES:
            yield bytes(rest)
            rest = bytearray()
    if rest:
        yield bytes(rest)
