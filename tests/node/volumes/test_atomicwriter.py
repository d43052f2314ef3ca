"""Files of a volume change all at once, and nothing is left of what fails."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.volumes.atomicwriter import DATA, Projected, validate_path, write_atomically
from tests.node.volumes.listing import names_in

NOW = 1_767_225_600.0


def payload(files: Mapping[str, str], mode: int = 0o644) -> dict[str, Projected]:
    """Return files with these texts."""
    return {path: Projected(text.encode(), mode) for path, text in files.items()}


def seen(directory: Path) -> dict[str, str]:
    """Return what somebody sees who looks into a volume."""
    found = {}
    for folder, _, names in os.walk(directory, followlinks=True):
        for name in names:
            path = Path(folder, name)
            if not path.relative_to(directory).parts[0].startswith(".."):
                found[path.relative_to(directory).as_posix()] = path.read_text()
    return found


def hidden(directory: Path) -> list[str]:
    """Return what is there besides, but for the link to it."""
    return [name for name in names_in(directory) if name.startswith("..") and name != DATA]


def test_files_are_links_into_a_hidden_directory(tmp_path: Path) -> None:
    """As programs that watch them expect it."""
    assert write_atomically(tmp_path, payload({"a": "1", "sub/b": "2"}, 0o400), NOW)
    (folder,) = hidden(tmp_path)
    assert folder.startswith("..2026_01_01_00_00_00.")
    assert (tmp_path / DATA).readlink() == Path(folder)
    assert (tmp_path / "a").readlink() == Path("..data/a")
    assert (tmp_path / "sub").readlink() == Path("..data/sub")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o400
    assert (tmp_path / folder).stat().st_mode & 0o777 == 0o755
    assert seen(tmp_path) == {"a": "1", "sub/b": "2"}


def test_what_is_the_same_is_left_alone(tmp_path: Path) -> None:
    """Nobody is told of a change that is none."""
    write_atomically(tmp_path, payload({"a": "1"}), NOW)
    before = (tmp_path / DATA).readlink()
    assert not write_atomically(tmp_path, payload({"a": "1"}), NOW + 1)
    assert (tmp_path / DATA).readlink() == before


def test_an_open_file_stays_as_it_was(tmp_path: Path) -> None:
    """Whoever has one open reads on; whoever opens it anew has the new one."""
    write_atomically(tmp_path, payload({"a": "old"}), NOW)
    with (tmp_path / "a").open() as file:
        write_atomically(tmp_path, payload({"a": "new", "b": ""}), NOW)
        assert file.read() == "old"
    assert seen(tmp_path) == {"a": "new", "b": ""}
    assert len(hidden(tmp_path)) == 1


NAMES = st.sampled_from(["a", "b", "dir/a", "dir/b", "dir/deep/c", "x.y"])


@given(
    st.lists(st.dictionaries(NAMES, st.text(max_size=3, alphabet="xyz\n"), max_size=5), max_size=6)
)
def test_after_each_write_all_of_it_is_seen(writes: list[dict[str, str]]) -> None:
    """Whatever was there before; and nothing else is there."""
    directory = Path(tempfile.mkdtemp())
    try:
        before = None
        for files in writes:
            assert write_atomically(directory, payload(files), NOW) == (files != before)
            assert seen(directory) == files
            assert len(hidden(directory)) == 1
            tops = {path.split("/")[0] for path in files}
            shown = {name for name in names_in(directory) if not name.startswith("..")}
            assert shown == tops
            before = files
    finally:
        shutil.rmtree(directory)


@contextmanager
def small_files(limit_bytes: int) -> Iterator[None]:
    """Let nobody write a file larger than that, as on a disk that is full."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_does_not_fit_leaves_everything_as_it_was(tmp_path: Path) -> None:
    """Not even a part of it is there."""
    write_atomically(tmp_path, payload({"a": "1", "b": "2"}), NOW)
    with small_files(4096), pytest.raises(OSError, match="large"):
        write_atomically(tmp_path, payload({"a": "3", "c": "x" * 10_000}), NOW)
    assert seen(tmp_path) == {"a": "1", "b": "2"}
    assert len(hidden(tmp_path)) == 1


def test_the_remains_of_a_writer_that_was_killed_are_removed(tmp_path: Path) -> None:
    """Wherever it was stopped, the next one finishes its work."""
    write_atomically(tmp_path, payload({"a": "1"}), NOW)
    (tmp_path / "..2026_01_01_00_00_00.killed").mkdir()
    (tmp_path / "..2026_01_01_00_00_00.killed" / "half").write_text("x")
    (tmp_path / "..data_tmp").symlink_to("..nowhere")
    (tmp_path / "gone").symlink_to("..data/gone")
    (tmp_path / "a").unlink()
    write_atomically(tmp_path, payload({"a": "1"}), NOW)
    assert seen(tmp_path) == {"a": "1"}
    assert len(hidden(tmp_path)) == 1
    assert not (tmp_path / "gone").is_symlink()


def test_a_link_to_elsewhere_is_not_followed(tmp_path: Path) -> None:
    """What is written or removed is in the volume, whoever has been at it."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    volume = tmp_path / "volume"
    volume.mkdir()
    (volume / DATA).symlink_to(outside)
    write_atomically(volume, payload({"a": "1"}), NOW)
    assert names_in(outside) == ["kept"]
    assert seen(volume) == {"a": "1"}


@pytest.mark.parametrize(
    "path", ["", "/etc/passwd", "../a", "a/../b", "..a", "x" * 256, "/".join(["y" * 200] * 21)]
)
def test_bad_paths_are_refused(tmp_path: Path, path: str) -> None:
    """Before anything is written."""
    assert validate_path(path).startswith("invalid path: ")
    with pytest.raises(ValueError, match="invalid path"):
        write_atomically(tmp_path, payload({path: "x"}), NOW)
    assert names_in(tmp_path) == []


@pytest.mark.parametrize("path", ["a", "a/b", "a..b", "a/..b", ".hidden", "x" * 255])
def test_good_paths_are_taken(path: str) -> None:
    """Dots are no harm where they do not lead up."""
    assert validate_path(path) == ""


def test_what_is_in_a_file_is_not_shown() -> None:
    """A secret is not in a traceback."""
    assert "s3cret" not in repr(Projected(b"s3cret", 0o600))


WRITER = """
import itertools, sys
from pathlib import Path
from kubeobj.node.volumes.atomicwriter import Projected, write_atomically

directory = Path(sys.argv[1])
print("ready", flush=True)
for number in itertools.count():
    text = str(number % 10).encode() * 2000
    files = {name: Projected(text, 0o644) for name in ("a", "b", "deep/c")}
    if number % 3 == 0:
        del files["b"]
    write_atomically(directory, files, 1767225600.0)
"""


@pytest.mark.parametrize("delay_seconds", [0.01, 0.02, 0.03, 0.05, 0.08])
def test_a_writer_that_is_killed_leaves_one_version(tmp_path: Path, delay_seconds: float) -> None:
    """Never a part of one, nor of two; and the next writer clears up."""
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        time.sleep(delay_seconds)
        process.kill()
    if (tmp_path / DATA).exists():
        there = [path for path in sorted((tmp_path / DATA).rglob("*")) if path.is_file()]
        assert len({path.read_text() for path in there}) == 1
        assert len(there) in (2, 3)
    write_atomically(tmp_path, payload({"a": "x"}), NOW)
    assert seen(tmp_path) == {"a": "x"}
    assert len(hidden(tmp_path)) == 1
