"""What chaos needs: a small disk of its own, and a seed that is printed."""

import os
import secrets
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

DISK = "96m"


@pytest.fixture
def seed() -> int:
    """Return what decides what happens: $KUBEOBJ_CHAOS_SEED, or else a new one."""
    said = os.environ.get("KUBEOBJ_CHAOS_SEED")
    return int(said) if said else secrets.randbits(32)


@pytest.fixture
def rounds() -> int:
    """Return how often something happens: $KUBEOBJ_CHAOS_ROUNDS, or else as often as is quick."""
    return int(os.environ.get("KUBEOBJ_CHAOS_ROUNDS", "25"))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Return a directory on a disk of its own, which can be filled up."""
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={DISK},mode=0755", "tmpfs", str(folder)], check=True
    )
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
