"""No path leads out of its volume, whatever links a container has made there."""

import os
import shutil
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.node.volumes.insidevolume import (
    OutsideVolume,
    existing_inside,
    parts_of,
    prepared_inside,
)
from tests.node.volumes.listing import names_in


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume beside a directory that is none of its business."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("x")
    root = tmp_path / "volume"
    root.mkdir()
    return root


def test_directories_are_made(volume: Path) -> None:
    """With the mode that is asked for, whatever the mask."""
    before = os.umask(0o077)
    try:
        path = prepared_inside(volume, "a/b", 0o777)
    finally:
        os.umask(before)
    assert path == volume / "a" / "b"
    assert path.stat().st_mode & 0o777 == 0o777
    assert (volume / "a").stat().st_mode & 0o777 == 0o777


def test_a_file_is_found(volume: Path) -> None:
    """It need not be a directory."""
    (volume / "file").write_text("x")
    assert prepared_inside(volume, "file", 0o777) == volume / "file"
    assert existing_inside(volume, "./file") == volume / "file"


def test_links_inside_are_followed(volume: Path) -> None:
    """Relative or absolute: where they lead counts."""
    (volume / "real").mkdir()
    (volume / "relative").symlink_to("real")
    (volume / "absolute").symlink_to(volume / "real")
    assert prepared_inside(volume, "relative/x", 0o755) == volume / "real" / "x"
    assert prepared_inside(volume, "absolute/x", 0o755) == volume / "real" / "x"


@pytest.mark.parametrize(
    ("link", "path"),
    [
        ("../outside", "link"),
        ("../outside", "link/secret"),
        ("../outside", "link/made"),
        ("/etc", "link/passwd"),
        ("..", "link/outside"),
        ("/", "link"),
        ("sub/../../outside", "link"),
        ("../volume-other", "link"),
        ("/proc/self/root", "link/etc"),
    ],
)
def test_links_that_lead_out_are_refused(volume: Path, link: str, path: str) -> None:
    """And nothing is made there."""
    (volume / "sub").mkdir()
    (volume.parent / "volume-other").mkdir()
    (volume / "link").symlink_to(link)
    with pytest.raises(OutsideVolume) as caught:
        prepared_inside(volume, path, 0o777)
    assert "secret" not in str(caught.value).replace(path, "")
    with pytest.raises(OutsideVolume):
        existing_inside(volume, path)
    assert names_in(volume.parent / "outside") == ["secret"]


@pytest.mark.parametrize("path", ["..", "../outside", "a/../../outside", "/etc", "a\0b"])
def test_paths_that_lead_up_are_refused(volume: Path, path: str) -> None:
    """Even those that would come down again."""
    with pytest.raises(OutsideVolume):
        parts_of(path)
    with pytest.raises(OutsideVolume):
        prepared_inside(volume, path, 0o777)


def test_links_in_a_circle_are_refused(volume: Path) -> None:
    """They lead nowhere."""
    (volume / "a").symlink_to("b")
    (volume / "b").symlink_to("a")
    with pytest.raises((OutsideVolume, OSError)):
        prepared_inside(volume, "a/x", 0o777)


def test_what_is_not_there_is_not_made_by_looking(volume: Path) -> None:
    """Only who prepares makes directories."""
    with pytest.raises(FileNotFoundError):
        existing_inside(volume, "a/b")
    assert names_in(volume) == []


def test_a_file_is_no_directory(volume: Path) -> None:
    """What lies below a file cannot be made."""
    (volume / "file").write_text("x")
    with pytest.raises(OSError, match="Not a directory"):
        prepared_inside(volume, "file/below", 0o777)


STEPS = st.sampled_from(["a", "b", "c", ".", "..", "out"])
TARGETS = st.lists(st.sampled_from(["a", "b", "..", ".", "outside"]), min_size=1, max_size=4)


@given(
    st.lists(
        st.tuples(st.sampled_from(["a", "b", "c", "a/b", "b/c"]), TARGETS, st.booleans()),
        max_size=5,
    ),
    st.lists(STEPS, min_size=1, max_size=4),
)
def test_whatever_there_is_nothing_is_found_outside(
    links: list[tuple[str, list[str], bool]], steps: list[str]
) -> None:
    """A path is inside, or it is refused; outside, nothing is ever made."""
    base = Path(tempfile.mkdtemp()).resolve()
    try:
        root = base / "volume"
        (base / "outside").mkdir()
        root.mkdir()
        for place, target, is_link in links:
            path = root / place
            if path.parent.is_dir() and root in (path.parent.resolve() / "x").parents:
                if os.path.lexists(path):
                    continue
                if is_link:
                    path.symlink_to("/".join(target))
                else:
                    path.mkdir()
        try:
            found = prepared_inside(root, "/".join(steps), 0o755)
        except (OutsideVolume, OSError):
            pass
        else:
            assert found == found.resolve()
            assert found == root or root in found.parents
            assert found.exists()
        assert names_in(base) == ["outside", "volume"]
        assert names_in(base / "outside") == []
    finally:
        shutil.rmtree(base)
