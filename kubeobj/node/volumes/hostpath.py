"""Volumes that are files or directories of the node itself.

Source: ``k8s.io/kubernetes/pkg/volume/hostpath`` host_path.go (v1.36).
"""

import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire

_IS: Final[Mapping[str, tuple[Callable[[int], bool], str]]] = {
    "Directory": (stat.S_ISDIR, "a directory"),
    "DirectoryOrCreate": (stat.S_ISDIR, "a directory"),
    "File": (stat.S_ISREG, "a file"),
    "FileOrCreate": (stat.S_ISREG, "a file"),
    "Socket": (stat.S_ISSOCK, "a socket file"),
    "CharDevice": (stat.S_ISCHR, "a character device"),
    "BlockDevice": (stat.S_ISBLK, "a block device"),
}


def host_path(source: Wire) -> Path:
    """Return the path that a volume is, once it is what it is to be.

    Args:
        source: The volume's ``hostPath``: ``path`` and ``type``.

    Raises:
        ValueError: If it is not of its type, or goes up.
        OSError: If it cannot be made or looked at.
    """
    text, kind = source["path"], source.get("type") or ""
    path = Path(text)
    if ".." in path.parts:
        raise ValueError(f"invalid HostPath `{text}`: must not contain '..'")
    if not kind:
        if not path.exists():
            path.mkdir(mode=0o755, parents=True)  # as container runtimes do
        return path
    if kind not in _IS:
        raise ValueError(f"{kind} is an invalid volume type")
    if kind == "DirectoryOrCreate" and not path.exists():
        path.mkdir(mode=0o755, parents=True)
    elif kind == "FileOrCreate" and not path.exists():
        path.touch(mode=0o644)
    is_so, what = _IS[kind]
    try:
        mode = path.stat().st_mode
    except FileNotFoundError:
        mode = 0
    if not is_so(mode):
        raise ValueError(f"hostPath type check failed: {text} is not {what}")
    return path
