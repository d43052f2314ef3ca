"""Files in a directory that change all at once: readers see all of the old ones or of the new ones.

The files are in a hidden directory of their own; ``..data`` is a link to it, and what one sees are
links through that. To change the files, a new hidden directory is written, and ``..data`` is put in
the place of the old link in one step. Whoever watches ``..data`` learns of it.

Source: ``k8s.io/kubernetes/pkg/volume/util`` atomic_writer.go (v1.36).
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Final, TypeAlias, final

from kubeobj.node.volumes.removal import remove_tree

DATA: Final = "..data"
"""The link to the directory that holds the files now."""

NEW_DATA: Final = "..data_tmp"
"""The link that takes its place."""

LONGEST_NAME: Final = 255
LONGEST_PATH: Final = 4096


@final
@dataclass(frozen=True, slots=True)
class Projected:
    """A file that is to be there.

    Args:
        data: What is in it; never shown.
        mode: Its mode.
        owner: The number of the user whose it is; None for who writes it.
    """

    data: bytes
    mode: int
    owner: int | None = None

    def __repr__(self) -> str:
        return f"Projected({len(self.data)} bytes, mode={self.mode:#o})"


Payload: TypeAlias = Mapping[str, Projected]
"""Files by their paths, relative and with ``/``."""


def validate_path(path: str) -> str:
    """Return what is wrong with the path of a file; empty if nothing.

    >>> validate_path("a/b"), validate_path("../a")
    ('', "invalid path: must not contain '..': ../a")
    """
    steps = path.split("/")
    problem = ""
    if not path:
        problem = 'must not be empty: ""'
    elif path.startswith("/"):
        problem = f"must be relative path: {path}"
    elif len(path.encode("utf-8", "surrogatepass")) > LONGEST_PATH:
        problem = f"must be less than or equal to {LONGEST_PATH} characters"
    elif ".." in steps:
        problem = f"must not contain '..': {path}"
    elif any(len(step.encode("utf-8", "surrogatepass")) > LONGEST_NAME for step in steps):
        problem = f"filenames must be less than or equal to {LONGEST_NAME} characters"
    elif steps[0].startswith(".."):
        problem = f"must not start with '..': {path}"
    return f"invalid path: {problem}" if problem else ""


def write_atomically(
    directory: Path,
    payload: Payload,
    now: float,
    finish: Callable[[Path], object] | None = None,
) -> bool:
    """Let a directory show these files and no others; return whether anything has changed.

    Args:
        directory: The directory; it is there, and belongs to this writer.
        payload: The files.
        now: The time, in seconds since 1970.
        finish: Called with the new hidden directory before it is shown, to set its owners.

    Raises:
        ValueError: If a path is none.
        OSError: If they cannot be written; what was there stays, and nothing else is left.
    """
    files = _cleaned(payload)
    old = _current(directory)
    _remove_remains(directory, old)
    if old is not None and _shows(directory / old, files):
        _show(directory, files)  # in case the last writer was stopped before it was done
        return False
    fresh = _write(directory, files, now, finish)
    link = directory / NEW_DATA
    try:
        link.symlink_to(fresh.name)
        link.rename(directory / DATA)
    except OSError:
        link.unlink(missing_ok=True)
        remove_tree(fresh)
        raise
    _show(directory, files)
    if old is not None:
        remove_tree(directory / old)
    return True


def _cleaned(payload: Payload) -> dict[str, Projected]:
    files: dict[str, Projected] = {}
    for path, file in payload.items():
        problem = validate_path(path)
        if problem:
            raise ValueError(problem)
        files[str(PurePosixPath(path))] = file
    return files


def _current(directory: Path) -> str | None:
    """Return the name of the hidden directory that is shown; None if there is none."""
    try:
        name = str((directory / DATA).readlink())
    except FileNotFoundError:
        return None
    # Nobody but this writer may write here; a link to elsewhere is none of its own.
    return name if name.startswith("..") and "/" not in name and len(name) > 2 else None


def _remove_remains(directory: Path, current: str | None) -> None:
    """Remove what a writer has left that was stopped in between."""
    for entry in list(os.scandir(directory)):
        is_hidden = entry.name.startswith("..") and entry.name not in (DATA, current)
        if is_hidden:
            remove_tree(directory / entry.name)


def _shows(hidden: Path, files: Mapping[str, Projected]) -> bool:
    """Return whether a hidden directory has exactly these files."""
    there: dict[str, Path] = {}
    for folder, _, names in os.walk(hidden):
        for name in names:
            path = Path(folder, name)
            there[path.relative_to(hidden).as_posix()] = path
    if there.keys() != files.keys():
        return False
    return all(there[path].read_bytes() == file.data for path, file in files.items())


def _write(
    directory: Path,
    files: Mapping[str, Projected],
    now: float,
    finish: Callable[[Path], object] | None,
) -> Path:
    stamp = datetime.fromtimestamp(now, UTC).strftime("..%Y_%m_%d_%H_%M_%S.")
    fresh = Path(tempfile.mkdtemp(prefix=stamp, dir=directory))
    try:
        fresh.chmod(0o755)
        for path, file in files.items():
            _write_file(fresh, path, file)
        if finish is not None:
            finish(fresh)
    except BaseException:
        with suppress(OSError):
            remove_tree(fresh)
        raise
    return fresh


def _write_file(fresh: Path, path: str, file: Projected) -> None:
    target = fresh / path
    folder = fresh
    for step in PurePosixPath(path).parts[:-1]:
        folder = folder / step
        if not folder.is_dir():
            folder.mkdir()
            folder.chmod(0o755)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with open(descriptor, "wb") as stream:  # noqa: PTH123 - of a descriptor
        stream.write(file.data)
        if file.owner is not None and os.geteuid() == 0:
            os.fchown(descriptor, file.owner, -1)
        os.fchmod(descriptor, file.mode & 0o7777)


def _show(directory: Path, files: Mapping[str, Projected]) -> None:
    """Make the links that one sees, and remove those that lead nowhere any more."""
    wanted = {path.split("/", 1)[0]: None for path in files}
    for name in wanted:
        link = directory / name
        if not link.is_symlink():
            link.symlink_to(f"{DATA}/{name}")
    for entry in list(os.scandir(directory)):
        if not entry.name.startswith("..") and entry.name not in wanted and entry.is_symlink():
            (directory / entry.name).unlink()
