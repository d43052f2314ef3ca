"""Locks of files: what they say, and what can go wrong."""

import errno
import fcntl
import os
from pathlib import Path

import pytest

from kubeobj.store.errors import StoreLocked, StoreUnreadable
from kubeobj.store.sqlite.lockfile import FileLock


def test_a_lock_says_who_has_it_as_long_as_it_is_held(tmp_path: Path) -> None:
    """A second time it is released in vain."""
    said = tmp_path / "store-lock"
    lock = FileLock(tmp_path / "store")
    assert said.read_text(encoding="ascii") == f"{os.getpid()}\n"
    lock.release()
    lock.release()
    assert said.read_text(encoding="ascii") == ""
    FileLock(tmp_path / "store").release()


def test_a_holder_who_has_said_nothing_is_another_process(tmp_path: Path) -> None:
    """It may have begun this very moment."""
    lock = FileLock(tmp_path / "store")
    (tmp_path / "store-lock").write_text("", encoding="ascii")
    with pytest.raises(StoreLocked, match="in use by another process") as caught:
        FileLock(tmp_path / "store")
    lock.release()
    assert caught.value.pid is None


def test_a_disk_that_is_full_locks_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only who has it is not said."""

    def full(descriptor: int, data: bytes, offset: int) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "pwrite", full)
    lock = FileLock(tmp_path / "store")
    with pytest.raises(StoreLocked):
        FileLock(tmp_path / "store")
    lock.release()


def test_a_file_system_without_locks_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Such as that of some networks."""

    def unable(descriptor: int, operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", unable)
    with pytest.raises(StoreUnreadable, match="cannot be locked: No locks available"):
        FileLock(tmp_path / "store")
