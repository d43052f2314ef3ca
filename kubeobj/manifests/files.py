"""Which files hold manifests: those given, and those with a manifest's ending in directories."""

from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""The endings, in small letters, of the files that are read in a directory."""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield each file of *paths*, and of each directory the manifest files in and below it.

    Files come as they are given, whatever their ending and whether they exist. Those of a directory
    come sorted; hidden files and directories (``.git``) are left out, and a directory that is
    reached again through a symbolic link is read only once.

    Args:
        paths: Files and directories, in any mixture.
    """
    for path in paths:
        if path.is_dir():
            yield from _walk(path)
        else:
            yield path


def _walk(root: Path) -> Iterator[Path]:
    """Yield the manifest files in and below *root*."""
    seen: set[Path] = set()
    pending = [root]
    while pending:
        path = pending.pop()
        if not path.is_dir():
            yield path
            continue
        # Links make loops, so a directory is known by where it really is.
        real = path.resolve()
        if real in seen:
            continue
        seen.add(real)
        pending.extend(
            entry
            for entry in sorted(path.iterdir(), reverse=True)
            if not entry.name.startswith(".")
            and (entry.is_dir() or (entry.suffix.lower() in SUFFIXES and entry.is_file()))
        )
