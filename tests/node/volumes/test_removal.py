"""Directories are removed whole, and nothing that links in them lead to."""

import os
from pathlib import Path

import pytest

from kubeobj.node.volumes.mounting import mount_memory, mount_points, unmount_below
from kubeobj.node.volumes.removal import remove_tree
from tests.node.volumes.listing import names_in


def test_links_are_removed_and_not_followed(tmp_path: Path) -> None:
    """What they lead to stays."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").write_text("x")
    tree = tmp_path / "tree"
    (tree / "deep" / "deeper").mkdir(parents=True)
    (tree / "file").write_text("x")
    (tree / "link").symlink_to(outside)
    (tree / "deep" / "link").symlink_to(outside)
    (tree / "deep" / "deeper" / "loop").symlink_to("..")
    os.mkfifo(tree / "pipe")
    remove_tree(tree)
    assert not tree.exists()
    assert names_in(outside) == ["kept"]


def test_a_link_itself_is_removed(tmp_path: Path) -> None:
    """The root of what is removed may be one, too, or a file."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "outside")
    (tmp_path / "file").write_text("x")
    remove_tree(tmp_path / "link")
    remove_tree(tmp_path / "file")
    remove_tree(tmp_path / "nothing")
    assert names_in(tmp_path) == ["outside"]


def test_very_deep_directories_are_removed(tmp_path: Path) -> None:
    """Deeper than any stack, and deeper than files can be open."""
    tree = tmp_path / "tree"
    tree.mkdir()
    at = os.open(tree, os.O_RDONLY | os.O_DIRECTORY)
    for _ in range(3000):
        os.mkdir("d", dir_fd=at)
        deeper = os.open("d", os.O_RDONLY | os.O_DIRECTORY, dir_fd=at)
        os.close(at)
        at = deeper
    os.close(at)
    remove_tree(tree)
    assert names_in(tmp_path) == []


def test_directories_that_a_pod_has_shut_are_removed(tmp_path: Path) -> None:
    """Their owner may always open them again."""
    tree = tmp_path / "tree"
    (tree / "shut" / "inside").mkdir(parents=True)
    (tree / "shut" / "inside" / "file").write_text("x")
    (tree / "shut" / "inside").chmod(0)
    (tree / "shut").chmod(0)
    tree.chmod(0o500)
    remove_tree(tree)
    assert names_in(tmp_path) == []


def test_names_that_are_used_for_moving_are_no_harm(tmp_path: Path) -> None:
    """A pod may have files of any name."""
    tree = tmp_path / "tree"
    (tree / "..removed.1" / "..removed.2" / "a").mkdir(parents=True)
    (tree / "a" / "b").mkdir(parents=True)
    (tree / "..removed.3").write_text("x")
    remove_tree(tree)
    assert names_in(tmp_path) == []


def test_what_is_mounted_is_told(tmp_path: Path) -> None:
    """It is unmounted first, the innermost first; else it is not entered."""
    tree = tmp_path / "tree"
    (tree / "m").mkdir(parents=True)
    if not mount_memory(tree / "m"):
        assert mount_points(tmp_path) == []
        return
    try:
        (tree / "m" / "kept").write_text("x")
        with pytest.raises(OSError, match="mounted"):
            remove_tree(tree)
        assert (tree / "m" / "kept").exists()
        assert mount_points(tmp_path) == [tree / "m"]
    finally:
        unmount_below(tree)
    assert mount_points(tmp_path) == []
    remove_tree(tree)
    assert not tree.exists()
