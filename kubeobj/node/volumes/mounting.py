"""File systems in memory, where the user may mount them, and what is mounted below a directory.

Source: ``k8s.io/mount-utils`` (v0.36); ``mount(2)`` and ``proc(5)`` of Linux.
"""

import ctypes
import os
import re
import sys
from pathlib import Path
from typing import Final

_NOSUID: Final = 2
_NODEV: Final = 4
_DETACH: Final = 2

_octal = re.compile(r"\\([0-7]{3})")


def mount_memory(directory: Path, size_bytes: int = 0) -> bool:
    """Mount a file system in memory; return whether that may be done here.

    Args:
        directory: Where; it is there, and empty.
        size_bytes: How much fits in it; 0 for what the kernel says.
    """
    if sys.platform != "linux" or os.geteuid() != 0:
        return False
    options = "mode=0777" + (f",size={size_bytes}" if size_bytes else "")
    library = ctypes.CDLL(None, use_errno=True)
    at = os.fsencode(directory)
    done: int = library.mount(b"tmpfs", at, b"tmpfs", _NOSUID | _NODEV, options.encode())
    return done == 0


def unmount_below(directory: Path) -> None:
    """Unmount whatever is mounted at a directory or below it, the innermost first.

    Raises:
        OSError: If something cannot be unmounted.
    """
    for point in mount_points(directory):
        library = ctypes.CDLL(None, use_errno=True)
        if library.umount2(os.fsencode(point), _DETACH) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), str(point))


def mount_points(directory: Path) -> list[Path]:
    """Return where something is mounted at a directory or below it, the innermost first."""
    try:
        text = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return []
    root = directory.resolve()
    points = [Path(_unescaped(line.split(" ")[4])) for line in text.splitlines()]
    found = [point for point in points if point == root or root in point.parents]
    return sorted(found, key=lambda point: len(point.parts), reverse=True)


def _unescaped(text: str) -> str:
    return _octal.sub(lambda match: chr(int(match[1], 8)), text)
