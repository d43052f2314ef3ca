"""Who may write to a file: one process at a time, for as long as it lives.

The lock is the kernel's, on a file beside the one that it is about; it is gone with the process,
however that ends. The file says which process that is, for messages only.
"""

import fcntl
import os
from pathlib import Path
from typing import final

from kubeobj.store.errors import StoreLocked, StoreUnreadable


@final
class FileLock:
    """The right to write to the file at *path*; nobody else has it until this is released.

    The directory of the file is made if there is none, private to its user.

    Raises:
        StoreLocked: If another process has it, or another lock of this one.
        StoreUnreadable: If the lock cannot be made: no such directory, no permission.
    """

    __slots__ = ("_descriptor",)

    def __init__(self, path: Path) -> None:
        lock = path.with_name(f"{path.name}-lock")
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(lock, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnreadable(f"{lock} cannot be made: {error.strerror}") from None
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = _holder(descriptor)
            os.close(descriptor)
            raise StoreLocked(path, pid=holder) from None
        except OSError as error:
            os.close(descriptor)
            raise StoreUnreadable(f"{lock} cannot be locked: {error.strerror}") from None
        self._descriptor = descriptor
        _say(descriptor, f"{os.getpid()}\n")

    def release(self) -> None:
        """Let others have it; a second time nothing happens."""
        if self._descriptor >= 0:
            # The file stays: who is waiting at it must not wait at another than the next one does.
            _say(self._descriptor, "")
            os.close(self._descriptor)
            self._descriptor = -1


def _say(descriptor: int, text: str) -> None:
    """Let the file say *text*; on a full disk it says nothing, which does no harm."""
    try:
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, text.encode(), 0)
    except OSError:
        return


def _holder(descriptor: int) -> int | None:
    text = os.pread(descriptor, 20, 0).strip()
    return int(text) if text.isdigit() else None
