"""The group of a pod may use its volumes, and what links lead to is not touched."""

import os
from pathlib import Path
from typing import Any

import pytest

from kubeobj.node.volumes.insidevolume import OutsideVolume
from kubeobj.node.volumes.ownership import give_to_group
from kubeobj.node.volumes.snapshots import snapshot
from tests.node.volumes.listing import names_in

GROUP = os.getegid()


def pod(**security: Any) -> dict[str, Any]:
    """Return a pod with these rules."""
    return {"spec": {"securityContext": security}}


def mode(path: Path) -> int:
    """Return the mode of a file."""
    return path.lstat().st_mode & 0o7777


@pytest.fixture
def volume(tmp_path: Path) -> Path:
    """A volume with something in it."""
    root = tmp_path / "volume"
    (root / "dir").mkdir(parents=True)
    (root / "dir" / "file").write_text("x")
    for path in (root, root / "dir", root / "dir" / "file"):
        path.chmod(0o700)
    (tmp_path / "outside").write_text("x")
    (tmp_path / "outside").chmod(0o600)
    (root / "link").symlink_to(tmp_path / "outside")
    return root


def test_all_of_a_volume_is_given(volume: Path) -> None:
    """Directories hand their group on; what a link leads to stays as it is."""
    give_to_group(pod(fsGroup=GROUP), volume)
    assert [mode(volume), mode(volume / "dir")] == [0o2770, 0o2770]
    assert mode(volume / "dir" / "file") == 0o760
    assert mode(volume.parent / "outside") == 0o600


def test_a_volume_that_is_only_read(volume: Path) -> None:
    """Its group does no more either."""
    give_to_group(pod(fsGroup=GROUP), volume, read_only=True)
    assert mode(volume / "dir" / "file") == 0o740


def test_nothing_is_given_without_a_group(volume: Path) -> None:
    """A pod that says nothing changes nothing."""
    give_to_group(pod(), volume)
    assert mode(volume) == 0o700


def test_a_volume_that_has_been_given_is_left_alone(volume: Path) -> None:
    """If the pod wants it so: the root of it says that all is done."""
    wanted = pod(fsGroup=GROUP, fsGroupChangePolicy="OnRootMismatch")
    give_to_group(wanted, volume)
    (volume / "dir" / "file").chmod(0o600)
    give_to_group(wanted, volume)
    assert mode(volume / "dir" / "file") == 0o600
    give_to_group(pod(fsGroup=GROUP), volume)
    assert mode(volume / "dir" / "file") == 0o660


def test_a_directory_is_copied_whole(volume: Path, tmp_path: Path) -> None:
    """With its modes; links stay links. What was there before is replaced."""
    target = tmp_path / "copies" / "0"
    for text in ("x", "y"):
        (volume / "dir" / "file").write_text(text)
        assert snapshot(volume, "", target) == target
        assert (target / "dir" / "file").read_text() == text
    assert mode(target / "dir" / "file") == 0o700
    assert (target / "link").readlink() == tmp_path / "outside"
    assert names_in(target.parent) == ["0"]


def test_a_copy_that_fails_leaves_nothing(volume: Path, tmp_path: Path) -> None:
    """Neither half of it, nor a file from outside."""
    target = tmp_path / "copies" / "0"
    with pytest.raises(OutsideVolume):
        snapshot(volume, "link", target)
    os.mkfifo(volume / "dir" / "pipe")
    with pytest.raises(OSError, match="cannot copy"):
        snapshot(volume, "dir", target)
    assert names_in(target.parent) == []
