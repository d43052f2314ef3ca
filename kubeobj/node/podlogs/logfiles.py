"""The files of one log: the one that is written to, and those that have been put aside.

``0.log`` is written to; ``0.log.20260101-000000`` was put aside then, and ``….gz`` is a packed one.

Source: ``k8s.io/kubernetes/pkg/kubelet/logs`` container_log_manager.go (v1.36).
"""

import gzip
import os
import re
from pathlib import Path
from typing import BinaryIO, Final, cast

PACKED: Final = ".gz"
UNFINISHED: Final = ".tmp"

_suffix = re.compile(r"\.\d{8}-\d{6}(?:\.\d+)?(?:\.gz)?").fullmatch


def put_aside(path: Path) -> list[Path]:
    """Return the files of a log that were put aside, the oldest first; none that is half-made."""
    found: dict[str, Path] = {}
    for name in _names(path):
        if _suffix(name[len(path.name) :]) is None:
            continue
        stem = name.removesuffix(PACKED)
        # Of one that is there packed and unpacked, the packed one is whole: it got its name last.
        if stem not in found or name.endswith(PACKED):
            found[stem] = path.with_name(name)
    return [found[stem] for stem in sorted(found, key=_order)]


def remains(path: Path) -> list[Path]:
    """Return what is left of attempts to put a log aside that were broken off."""
    names = _names(path)
    there = set(names)
    return [
        path.with_name(name)
        for name in names
        if name.endswith(UNFINISHED) or (name != path.name and f"{name}{PACKED}" in there)
    ]


def open_log_file(path: Path) -> BinaryIO:
    """Open a file of a log to read it, packed or not.

    Raises:
        OSError: If it cannot be.
    """
    if path.name.endswith(PACKED):
        return cast("BinaryIO", gzip.open(path, "rb"))
    return path.open("rb")


def _names(path: Path) -> list[str]:
    stem = f"{path.name}."
    try:
        return sorted(
            entry.name for entry in os.scandir(path.parent) if entry.name.startswith(stem)
        )
    except OSError:
        return []


def _order(stem: str) -> tuple[str, int]:
    """Return by what files are ordered: when they were put aside, and which in that second."""
    when, _, number = stem.rpartition("-")[2].partition(".")
    return f"{stem.rpartition('-')[0]}-{when}", int(number or 0)
