"""Whose the files of volumes are: the group of a pod may read them, and write where it may.

Source: ``k8s.io/kubernetes/pkg/volume`` volume_linux.go (v1.36).
"""

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire

_WRITERS: Final = 0o660
_READERS: Final = 0o440
_ENTER: Final = 0o110


def group_of(pod: Wire) -> int | None:
    """Return the group that a pod's volumes are to be of; None if it does not say."""
    found: int | None = (pod["spec"].get("securityContext") or {}).get("fsGroup")
    return found


def give_to_group(pod: Wire, root: Path, *, read_only: bool = False) -> None:
    """Give a volume, and all that is in it, to the group of its pod, if it has one.

    What may not be given away stays as it is: only root, and who is in the group, can.

    Args:
        pod: The pod.
        root: The volume.
        read_only: Whether the group only reads.

    Raises:
        OSError: If it cannot be looked at.
    """
    group = group_of(pod)
    if group is None:
        return
    policy = (pod["spec"].get("securityContext") or {}).get("fsGroupChangePolicy")
    mask = _READERS if read_only else _WRITERS
    if policy == "OnRootMismatch" and _is_given(root, group, mask | _ENTER | stat.S_ISGID):
        return
    for path in (*_below(root), root):  # the root last: it tells that all is done
        with suppress(PermissionError, FileNotFoundError):
            _give(path, group, mask)


def _is_given(root: Path, group: int, mode: int) -> bool:
    found = root.lstat()
    return found.st_gid == group and found.st_mode & mode == mode


def _below(root: Path) -> Iterator[Path]:
    for folder, names, files in os.walk(root):
        for name in (*names, *files):
            yield Path(folder, name)


def _give(path: Path, group: int, mask: int) -> None:
    found = path.lstat()
    if found.st_gid != group:
        os.chown(path, -1, group, follow_symlinks=False)
    if stat.S_ISLNK(found.st_mode):
        return
    if stat.S_ISDIR(found.st_mode):
        mask |= _ENTER | stat.S_ISGID
    path.chmod(stat.S_IMODE(found.st_mode) | mask)
