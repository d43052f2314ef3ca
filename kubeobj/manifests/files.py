"""Which files hold manifests: those given, and those with a manifest's ending in directories."""

from collections.abc import Iterable, Iterator
from pathlib import Path

SUFFIXES = frozenset({".yaml", ".yml", ".json"})
"""The endings, in small letters, of the files that are read in a directory."""


def find_files(paths: Iterable[Path]) -> Iterator[Path]:
    """Yield each file of *paths*, and of each directory the manifest files in and below it.

    Files come as they are given, whatever their ending and whether they exist; so does what cannot
    be looked into, for whoever opens it to learn why. Those of a directory come sorted; hidden
    files and directories (``.git``) are left out, and a directory that is reached again through a
    symbolic link is read only once.

    Args:
        paths: Files and directories, in any mixture.
    """
    for path in paths:
        if _is_directory(path):
            yield from _walk(path)
        else:
            yield path


def _walk(root: Path) -> Iterator[Path]:
    """Yield the manifest files in and below *root*."""
    seen: set[Path] = set()
    pending = [root]
    while pending:
        path = pending.pop()
        if not _is_directory(path):
            yield path
            continue
        # Links make loops, so a directory is known by where it really is.
        real = path.resolve()
        if real in seen:
            continue
        seen.add(real)
        try:
            entries = sorted(path.iterdir(), reverse=True)
        except OSError:
            yield path
            continue
        pending.extend(entry for entry in entries if _is_wanted(entry))


def _is_wanted(entry: Path) -> bool:
    """Return whether *entry* of a directory is one to look into, or may be."""
    if entry.name.startswith("."):
        return False
    if entry.suffix.lower() not in SUFFIXES:
        return _is_directory(entry)
    try:
        return entry.is_dir() or entry.is_file()
    except OSError:
        return True


def _is_directory(path: Path) -> bool:
    """Return whether *path* is known to be a directory."""
    try:
        return path.is_dir()
    except OSError:
        return False
