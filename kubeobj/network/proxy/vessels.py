"""What carries bytes from one socket to another: a pipe of the kernel, or a buffer of our own.

In a pipe bytes are moved without being copied into this process, which takes a third of the time.
Where there are no pipes, or no more, they are copied.

Source: splice(2), pipe(7).
"""

import fcntl
import os
from contextlib import suppress
from typing import Final, Protocol, final

CHUNK_BYTES: Final = 1 << 20
"""How much is carried at once; with less than that, large transfers take markedly longer."""

PIPE_BYTES: Final = 1 << 19
"""How large a pipe is. What many connections carry at once is to stay in the caches of processors,
so a larger one is slower. Pieces of more than a page count as one, so it may hold more.
"""

KEPT: Final = 64
"""How many pipes are kept for later."""

_HAS_SPLICE = hasattr(os, "splice")
_FLAGS = getattr(os, "SPLICE_F_NONBLOCK", 0) | getattr(os, "SPLICE_F_MOVE", 0)
_SET_PIPE_SIZE = getattr(fcntl, "F_SETPIPE_SZ", 1031)


class Vessel(Protocol):
    """Carries bytes: it is filled once, and then emptied."""

    def fill(self, source: int) -> int:
        """Take what there is; return how many bytes that is, 0 at the end.

        Raises:
            BlockingIOError: If there is nothing yet.
            OSError: If there is nothing to be had any more.
        """
        ...

    def pour(self, sink: int) -> bool:
        """Give as much as is taken; return whether all is given.

        Raises:
            OSError: If nothing can be given any more.
        """
        ...


@final
class Pipe:
    """A pipe of the kernel."""

    __slots__ = ("_held", "_in", "_out")

    def __init__(self) -> None:
        self._out, self._in = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._held = 0
        with suppress(OSError):  # there may be too many large ones
            fcntl.fcntl(self._in, _SET_PIPE_SIZE, PIPE_BYTES)

    def fill(self, source: int) -> int:
        """Take what there is."""
        self._held = os.splice(source, self._in, CHUNK_BYTES, flags=_FLAGS)
        return self._held

    def pour(self, sink: int) -> bool:
        """Give as much as is taken."""
        with suppress(BlockingIOError):
            self._held -= os.splice(self._out, sink, self._held, flags=_FLAGS)
        return not self._held

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it."""
        return not self._held

    def close(self) -> None:
        """Give it up."""
        os.close(self._in)
        os.close(self._out)


@final
class Buffer:
    """A buffer of our own."""

    __slots__ = ("_data",)

    def __init__(self) -> None:
        self._data = b""

    def fill(self, source: int) -> int:
        """Take what there is."""
        self._data = os.read(source, CHUNK_BYTES)
        return len(self._data)

    def pour(self, sink: int) -> bool:
        """Give as much as is taken."""
        with suppress(BlockingIOError):
            self._data = self._data[os.write(sink, self._data) :]
        return not self._data


@final
class Vessels:
    """Where vessels are taken from, and given back to."""

    def __init__(self) -> None:
        self._pipes: list[Pipe] = []

    def take(self) -> Vessel:
        """Return an empty one."""
        if self._pipes:
            return self._pipes.pop()
        if _HAS_SPLICE:
            with suppress(OSError):
                return Pipe()
        return Buffer()

    def give_back(self, vessel: Vessel) -> None:
        """Take one back; what is in it is lost."""
        if isinstance(vessel, Pipe):
            if vessel.is_empty and len(self._pipes) < KEPT:
                self._pipes.append(vessel)
            else:
                vessel.close()
