"""Waiting until something happens in a directory, or somebody says that it has.

On Linux the kernel tells; elsewhere it is looked at every second.

Source: ``inotify(7)`` of Linux.
"""

import ctypes
import os
import select
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final, final

_MODIFY: Final = 0x2
_MOVED: Final = 0xC0
_CREATE: Final = 0x100
_DELETE: Final = 0x200

_UNTOLD_SECONDS: Final = 1.0
_MUCH: Final = 1 << 16


@final
class FileWatch:
    """Tells when something happens in a directory. One thread waits; any thread wakes it.

    Args:
        directory: The directory.
    """

    def __init__(self, directory: Path) -> None:
        self._woken, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._told = _watch(directory)
        self._lock = threading.Lock()
        self._is_closed = False

    @property
    def is_told(self) -> bool:
        """Whether the kernel tells; else one has to look now and then."""
        return self._told is not None

    def wait(self, timeout_seconds: float) -> bool:
        """Wait until something may have happened; return whether it has, as far as is known."""
        sources = [self._woken, *(() if self._told is None else (self._told,))]
        if self._told is None:
            timeout_seconds = min(timeout_seconds, _UNTOLD_SECONDS)
        poll = select.poll()  # select() knows only the first 1,024 files of a process
        for source in sources:
            poll.register(source, select.POLLIN)
        ready = [source for source, _ in poll.poll(timeout_seconds * 1000)]
        for source in ready:
            with suppress(BlockingIOError):
                os.read(source, _MUCH)
        return bool(ready)

    def wake(self) -> None:
        """End the waiting; it may be called more than once, and after the end."""
        with self._lock:
            if not self._is_closed:
                with suppress(BlockingIOError):  # full means woken already
                    os.write(self._wake, b"w")

    def close(self) -> None:
        """Let go of it; only who waits may do so."""
        with self._lock:
            if self._is_closed:
                return
            self._is_closed = True
        for one in (self._woken, self._wake, self._told):
            if one is not None:
                os.close(one)
        self._told = None


def _watch(directory: Path) -> int | None:
    """Return what tells of a directory; None if nothing does."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None, use_errno=True)
    told: int = library.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
    if told < 0:
        return None  # the user has too many of them
    mask = _MODIFY | _MOVED | _CREATE | _DELETE
    if library.inotify_add_watch(told, os.fsencode(directory), mask) < 0:
        os.close(told)
        return None
    return told
