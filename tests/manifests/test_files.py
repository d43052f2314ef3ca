"""Which files hold manifests."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kubeobj.manifests import find_files


def make(root: Path, *names: str) -> None:
    """Make empty files below *root*."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()


def found(root: Path) -> list[str]:
    """Return the files that are found below *root*, relative to it."""
    return [path.relative_to(root).as_posix() for path in find_files([root])]


def test_directories_are_walked_in_order(tmp_path: Path) -> None:
    """Of a directory come the manifest files, sorted, those below it in their place."""
    make(tmp_path, "b.yaml", "a/z.yml", "a/c.json", "c.YAML", "a.txt", "d/e/f.yaml", "readme.md")
    assert found(tmp_path) == ["a/c.json", "a/z.yml", "b.yaml", "c.YAML", "d/e/f.yaml"]


def test_hidden_entries_are_left_out(tmp_path: Path) -> None:
    """What begins with a dot is not for reading."""
    make(tmp_path, ".git/a.yaml", ".hidden.yaml", "seen.yaml")
    assert found(tmp_path) == ["seen.yaml"]


def test_given_files_come_as_they_are(tmp_path: Path) -> None:
    """A file that is named is meant, whatever its name, and even if it is not there."""
    make(tmp_path, "manifest.txt")
    paths = [tmp_path / "missing", tmp_path / "manifest.txt"]
    assert list(find_files(paths)) == paths


def test_a_hidden_directory_that_is_given_is_read(tmp_path: Path) -> None:
    """Only what is found is left out for its name, not what is given."""
    make(tmp_path, ".config/a.yaml")
    assert list(find_files([tmp_path / ".config"])) == [tmp_path / ".config" / "a.yaml"]


def test_loops_of_links_end(tmp_path: Path) -> None:
    """A directory that is reached again through a link is read once."""
    make(tmp_path, "a/b.yaml")
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "again").symlink_to(tmp_path / "a")
    (tmp_path / "broken.yaml").symlink_to(tmp_path / "nowhere")
    assert found(tmp_path) == ["a/b.yaml"]


def test_links_to_files_are_followed(tmp_path: Path) -> None:
    """A link to a file is that file, by the name of the link."""
    make(tmp_path, "data/real")
    (tmp_path / "link.yaml").symlink_to(tmp_path / "data" / "real")
    assert found(tmp_path) == ["link.yaml"]


def test_what_cannot_be_looked_at_is_left_to_the_reader(tmp_path: Path) -> None:
    """A path that the system refuses comes as it is, so that opening it tells why."""
    too_long = Path("x" * 5_000)
    assert list(find_files([too_long])) == [too_long]
    (tmp_path / "link.yaml").symlink_to("y" * 300)
    (tmp_path / "link.txt").symlink_to("y" * 300)
    assert found(tmp_path) == ["link.yaml"]


def test_a_directory_that_cannot_be_listed_comes_as_it_is() -> None:
    """Nothing is skipped in silence."""
    with tempfile.TemporaryDirectory() as name:
        closed = Path(name, "closed")
        closed.mkdir(mode=0o000)
        Path(name).chmod(0o755)
        with _nobody():
            assert list(find_files([Path(name)])) == [closed]


@contextmanager
def _nobody() -> Iterator[None]:
    """Give up the privileges of root, who may list everything, for a while."""
    user = os.geteuid()
    if user != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)
