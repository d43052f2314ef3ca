"""Removing directories: never through links, and never what is mounted in them.

However deep directories are nested, what is in one is moved up and removed from there: neither a
stack nor the number of open files is a limit.

Source: ``k8s.io/kubernetes/pkg/util/removeall`` RemoveAllOneFilesystem (v1.36).
"""

import errno
import os
import stat
import sys
from contextlib import suppress
from pathlib import Path
from typing import final

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


def remove_tree(path: Path) -> None:
    """Remove a file, a link, or a directory with all that is in it; nothing, if it is not there.

    Links are removed and not followed. A directory that something is mounted on is not entered.

    Raises:
        OSError: If something cannot be removed.
    """
    try:
        found = path.lstat()
    except FileNotFoundError:
        return
    if not stat.S_ISDIR(found.st_mode):
        path.unlink(missing_ok=True)
        return
    parent = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _unlock(parent, path.name, found)
        top = os.open(path.name, _FOLDER, dir_fd=parent)
        try:
            _Emptying(top).run()
        finally:
            os.close(top)
        with suppress(FileNotFoundError):
            os.rmdir(path.name, dir_fd=parent)
    finally:
        os.close(parent)


@final
class _Emptying:
    """Empties a directory.

    Args:
        top: It, opened.
    """

    def __init__(self, top: int) -> None:
        self._top = top
        self._device = os.fstat(top).st_dev
        self._names = _names_in(top)
        self._taken = set(self._names)
        self._moved = 0

    def run(self) -> None:
        """Do so.

        Raises:
            OSError: If something cannot be removed.
        """
        while self._names:
            name = self._names.pop()
            found = self._look(self._top, name)
            if found is None or self._unlinked(self._top, name, found):
                continue
            folder = self._enter(name, found)
            try:
                self._clear(folder)
            finally:
                os.close(folder)
            os.rmdir(name, dir_fd=self._top)

    def _clear(self, folder: int) -> None:
        """Remove the files of a directory, and move its directories to the top."""
        for name in _names_in(folder):
            found = self._look(folder, name)
            if found is None or self._unlinked(folder, name, found):
                continue
            # To move a directory takes the right to write to it.
            self._check(name, found)
            _unlock(folder, name, found)
            fresh = self._free_name()
            os.rename(name, fresh, src_dir_fd=folder, dst_dir_fd=self._top)
            self._names.append(fresh)

    def _enter(self, name: str, found: os.stat_result) -> int:
        self._check(name, found)
        _unlock(self._top, name, found)
        return os.open(name, _FOLDER, dir_fd=self._top)

    def _check(self, name: str, found: os.stat_result) -> None:
        if found.st_dev != self._device:
            raise OSError(errno.EBUSY, f"something is mounted on {name}")

    def _look(self, at: int, name: str) -> os.stat_result | None:
        try:
            return os.stat(name, dir_fd=at, follow_symlinks=False)
        except FileNotFoundError:
            return None

    def _unlinked(self, at: int, name: str, found: os.stat_result) -> bool:
        if stat.S_ISDIR(found.st_mode):
            return False
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=at)
        return True

    def _free_name(self) -> str:
        while True:
            self._moved += 1
            name = f"..removed.{self._moved}"
            if name not in self._taken:
                return name


def _names_in(folder: int) -> list[str]:
    return os.listdir(folder)


def _unlock(at: int, name: str, found: os.stat_result) -> None:
    """Let the owner of a directory do everything to it, in case a pod has shut it."""
    if found.st_mode & 0o700 == 0o700 or found.st_uid != os.geteuid():
        return
    if sys.platform != "linux":
        os.chmod(name, 0o700, dir_fd=at)
        return
    flags = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
    folder = os.open(name, flags, dir_fd=at)
    try:
        Path(f"/proc/self/fd/{folder}").chmod(0o700)
    finally:
        os.close(folder)
