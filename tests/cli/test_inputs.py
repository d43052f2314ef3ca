"""Files that cannot be read: one line each, and never a hang or a traceback."""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.cli.answer import Run

NOBODY = 65534


@contextmanager
def as_nobody() -> Iterator[None]:
    """Give up the rights of root, which may read everything."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)


def test_files_without_permission(kubeobj: Run) -> None:
    """Files and directories that may not be read are named, and the others are read."""
    # pytest's own temporary directories are closed to others from the top.
    root = Path(tempfile.mkdtemp())
    try:
        for name in ("open.yaml", "shut.yaml"):
            (root / name).write_text("kind: Pod\nmetadata: {name: a}\n")
        (root / "shut").mkdir()
        (root / "shut" / "hidden.yaml").write_text("kind: Pod\n")
        for name, mode in {"shut": 0, "shut.yaml": 0, "open.yaml": 0o644, ".": 0o755}.items():
            (root / name).chmod(mode)
        # Everything is imported first: nobody may not read the interpreter's library either.
        assert kubeobj("select", "-f", str(root / "open.yaml"), "missing").code == 2
        with as_nobody():
            answer = kubeobj("select", "-f", str(root), "-o", "name")
            direct = kubeobj("select", "-f", str(root / "shut" / "hidden.yaml"))
    finally:
        (root / "shut").chmod(0o755)
        shutil.rmtree(root)
    assert (answer.code, answer.out) == (2, "pod/a\n")
    assert answer.err == (
        f"Error: {root}/shut: Permission denied\nError: {root}/shut.yaml: Permission denied\n"
    )
    assert direct.err.endswith("hidden.yaml: Permission denied\n")


def test_a_pipe_without_a_writer_does_not_hang(kubeobj: Run, tmp_path: Path) -> None:
    """A named pipe that nobody writes to is refused; below a directory it is no manifest."""
    os.mkfifo(tmp_path / "pipe.yaml")
    answer = kubeobj("select", "-f", str(tmp_path / "pipe.yaml"))
    assert answer.code == 2
    assert answer.err.endswith("pipe.yaml: is a pipe that nothing was written to\n")
    answer = kubeobj("select", "-f", str(tmp_path))
    assert (answer.code, answer.err) == (1, "None of 0 objects is selected.\n")


def test_process_substitution_is_read() -> None:
    """A pipe that somebody writes to is a file like any other: ``-f <(helm template .)``."""
    reader, writer = os.pipe()
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeobj", "select", "-f", f"/dev/fd/{reader}", "-o", "name"],
        pass_fds=[reader],
        stdout=subprocess.PIPE,
    )
    os.close(reader)
    os.write(writer, b"kind: Pod\nmetadata: {name: a}\n")
    os.close(writer)
    out, _ = process.communicate(timeout=60)
    assert (process.returncode, out) == (0, b"pod/a\n")


def test_what_is_no_file_is_one_line(
    kubeobj: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sockets, loops of links and names that are too long are told by the system's reason."""
    monkeypatch.chdir(tmp_path)
    Path("loop").symlink_to("loop")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("socket")
        answer = kubeobj("select", "-f", "socket", "loop", "n" * 300)
    assert answer.code == 2
    lines = answer.err.splitlines()
    assert lines[:2] == [
        "Error: socket: No such device or address",
        "Error: loop: Too many levels of symbolic links",
    ]
    assert lines[2].endswith("File name too long")


def test_a_file_that_vanishes_is_one_line(
    kubeobj: Run, shop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is gone between listing and reading is told like one that never was."""
    (shop.parent / "gone.yaml").write_text("kind: Pod\n")

    def vanish(*_: object, **__: object) -> None:
        (shop.parent / "gone.yaml").unlink(missing_ok=True)

    monkeypatch.setattr("kubeobj.cli.progress.Bar.begin", vanish)
    answer = kubeobj("select", "-f", ".")
    assert (answer.code, answer.err) == (2, "Error: gone.yaml: No such file or directory\n")


def test_a_file_beyond_the_limit_is_refused_by_name(kubeobj: Run) -> None:
    """An endless file is read up to the limit and no further."""
    answer = kubeobj("select", "-f", "/dev/zero")
    assert answer.code == 2
    assert answer.err.startswith("Error: /dev/zero:1:1: ")
    assert "(file_bytes)" in answer.err


def test_bytes_that_are_no_text_are_one_line(kubeobj: Run) -> None:
    """Standard input that is not UTF-8 is told with its place."""
    answer = kubeobj("select", "-f", "-", stdin=b"kind: Pod\nname: \xff\n")
    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "Error: -:2:7: the file is not UTF-8 text\n"


def test_a_file_with_the_name_of_stdin(
    kubeobj: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that is called ``-`` is read where its path says that it is a file."""
    monkeypatch.chdir(tmp_path)
    Path("-").write_text("kind: Pod\nmetadata: {name: file}\n")
    stdin = b"kind: Pod\nmetadata: {name: stdin}\n"
    assert kubeobj("select", "./-", "-o", "name", stdin=stdin).out == "pod/file\n"
    assert kubeobj("select", "-", "./-", "-o", "name", stdin=stdin).out == "pod/stdin\npod/file\n"
