"""Paths inside a volume that stay inside it, whatever links are there.

A container may have written to the volume before, and may still do so: it may have made links that
lead out of it.

Source: ``k8s.io/kubernetes/pkg/volume/util/subpath`` subpath_linux.go (v1.36).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import Final, final

from kubeobj.errors import KubeobjError

_PATH_ONLY: Final = getattr(os, "O_PATH", os.O_RDONLY)


@final
class OutsideVolume(KubeobjError, ValueError):
    """A path leads out of its volume; where to is not told."""


def parts_of(subpath: str) -> tuple[str, ...]:
    """Return the steps of a relative path.

    Raises:
        OutsideVolume: If it is absolute, goes up, or cannot be a path.

    >>> parts_of("data/./logs")
    ('data', 'logs')
    """
    path = PurePosixPath(subpath)
    if path.is_absolute() or ".." in path.parts or "\0" in subpath:
        raise OutsideVolume(f"{subpath!r} is not a path inside a volume")
    return path.parts


def existing_inside(root: Path, subpath: str) -> Path:
    """Return where a path inside a volume really is; links are followed that stay inside.

    Raises:
        OutsideVolume: If it leads out.
        OSError: If it is not there, or cannot be looked at.
    """
    real = _resolved(root, subpath)
    with _opened(root.resolve(), real, make_mode=None):
        return real


def prepared_inside(root: Path, subpath: str, mode: int) -> Path:
    """Return the same; what is not there becomes a directory.

    Args:
        root: The volume.
        subpath: The path, relative to it.
        mode: With which mode directories are made.

    Raises:
        OutsideVolume: If it leads out.
        OSError: If it cannot be made or looked at.
    """
    real = _resolved(root, subpath)
    with _opened(root.resolve(), real, make_mode=mode):
        return real


def _resolved(root: Path, subpath: str) -> Path:
    base = root.resolve(strict=True)
    try:
        real = base.joinpath(*parts_of(subpath)).resolve()
    except RuntimeError as error:  # links in a circle, until Python 3.13
        raise OutsideVolume("there are links in a circle") from error
    if real != base and base not in real.parents:
        raise OutsideVolume(f"{subpath!r} leads out of its volume")
    return real


@contextmanager
def _opened(base: Path, real: Path, *, make_mode: int | None) -> Iterator[int]:
    """Go from the volume to a resolved path step by step, through directories and never links.

    So what has become a link since it was resolved is noticed, and nothing is made through it.
    """
    at = os.open(base, _PATH_ONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        for step in real.relative_to(base).parts:
            following = _step(at, step, make_mode)
            os.close(at)
            at = following
        yield at
    finally:
        os.close(at)


def _step(at: int, step: str, make_mode: int | None) -> int:
    flags = _PATH_ONLY | os.O_NOFOLLOW | os.O_CLOEXEC
    try:
        found = os.open(step, flags, dir_fd=at)
    except FileNotFoundError:
        if make_mode is None:
            raise
        os.mkdir(step, 0o700, dir_fd=at)
        found = os.open(step, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
        os.fchmod(found, make_mode)
    if stat.S_ISLNK(os.fstat(found).st_mode):
        os.close(found)
        raise OutsideVolume(f"{step!r} has become a link")
    return found
