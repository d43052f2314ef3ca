"""Reading what the command is pointed at: files, directories and standard input.

One file that cannot be used never hides the others: problems are collected beside what was read.
"""

import os
import stat
import sys
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, final

from kubeobj.cli.errors import UnreadableError
from kubeobj.cli.progress import Bar
from kubeobj.errors import KubeobjError, ManifestError

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

STDIN = "-"
"""The path that means standard input."""

LINES_BYTES = 64 * 1024 * 1024
"""The most that is read of expressions, in bytes; as much as of one manifest file."""


@final
@dataclass(frozen=True, slots=True)
class Inputs:
    """What was read, and what could not be.

    Args:
        manifests: Every object, in the order of the files.
        contents: The bytes of every file that could be read, by its source.
        unreadable: The files that could not be.
        malformed: The files that could be read, but are no manifests.
    """

    manifests: tuple["Manifest", ...]
    contents: dict[str, bytes]
    unreadable: tuple[UnreadableError, ...]
    malformed: tuple[ManifestError, ...]

    @property
    def problems(self) -> tuple[KubeobjError, ...]:
        """Everything that keeps `manifests` from being all there is."""
        return (*self.unreadable, *self.malformed)


def read_inputs(paths: Iterable[str], bar: Bar) -> Inputs:
    """Read the objects in *paths*: files, directories, and ``-`` for standard input."""
    from kubeobj.manifests import DEFAULT, read_manifests

    manifests: list[Manifest] = []
    contents: dict[str, bytes] = {}
    unreadable: list[UnreadableError] = []
    malformed: list[ManifestError] = []
    sources = list(_sources(paths))
    bar.begin("Reading", total=len(sources))
    for source in sources:
        try:
            contents[source] = read_bytes(source, DEFAULT.file_bytes)
            manifests += read_manifests(contents[source], source=source)
        except UnreadableError as error:
            unreadable.append(error)
        except ManifestError as error:
            malformed.append(error)
        bar.advance()
    return Inputs(tuple(manifests), contents, tuple(unreadable), tuple(malformed))


def read_lines() -> list[str]:
    """Return the lines of standard input, without their ends.

    Raises:
        UnreadableError: If it cannot be read, is too long, or is not UTF-8.
    """
    content = read_bytes(STDIN, LINES_BYTES)
    if len(content) > LINES_BYTES:
        raise UnreadableError(f"more than the limit of {LINES_BYTES} bytes", source=STDIN)
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"line {line} is not UTF-8 text", source=STDIN) from None
    return text.removesuffix("\n").split("\n") if text else []


def read_bytes(source: str, limit_bytes: int) -> bytes:
    """Return what *source* holds, or if that is more than *limit_bytes*, one byte more than it.

    Raises:
        UnreadableError: If it cannot be read.
    """
    try:
        with _open(source) as stream:
            content = stream.read(limit_bytes + 1)
            is_pipe = source != STDIN and stat.S_ISFIFO(os.fstat(stream.fileno()).st_mode)
    except OSError as error:
        raise UnreadableError(error.strerror or str(error), source=source) from None
    if is_pipe and not content:
        raise UnreadableError("is a pipe that nothing was written to", source=source)
    return content


def _open(source: str) -> AbstractContextManager[BinaryIO]:
    if source == STDIN:
        if sys.stdin is None:
            raise UnreadableError("standard input is closed", source=STDIN)
        return nullcontext(sys.stdin.buffer)
    # A named pipe without a writer would block the open for ever; so open it without waiting, and
    # then wait for what a writer that is there still has to say.
    descriptor = os.open(source, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
    os.set_blocking(descriptor, True)
    return open(descriptor, "rb")  # noqa: PTH123 - a descriptor, not a path


def _sources(paths: Iterable[str]) -> Iterator[str]:
    """Yield the files that *paths* stand for, each once."""
    from kubeobj.manifests import find_files

    seen: set[str] = set()
    for path in paths:
        for source in [STDIN] if path == STDIN else map(_name, find_files([Path(path)])):
            if source not in seen:
                seen.add(source)
                yield source


def _name(path: Path) -> str:
    """Return *path* as text; a file that is called ``-`` is not standard input."""
    return str(path) if str(path) != STDIN else f".{os.sep}{STDIN}"
