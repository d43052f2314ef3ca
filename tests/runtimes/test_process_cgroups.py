"""What is written into control groups is what the kernel takes for the limits of a container."""

from pathlib import Path

import pytest

from kubeobj.runtimes.process.cgroups import Group
from kubeobj.runtimes.process.plan import Limits

UNIFIED = ("cpu.weight", "cpu.max", "memory.max")
SINGLE = ("cpu.shares", "cpu.cfs_quota_us", "memory.limit_in_bytes")

LIMITS = [
    (Limits(cpu_shares_millis=0), ("1", "max 100000", "max"), ("2", "-1", "-1")),
    (Limits(cpu_shares_millis=1), ("1", "max 100000", "max"), ("2", "-1", "-1")),
    (Limits(cpu_shares_millis=10), ("4", "max 100000", "max"), ("10", "-1", "-1")),
    (Limits(cpu_shares_millis=100), ("17", "max 100000", "max"), ("102", "-1", "-1")),
    (Limits(cpu_shares_millis=1000), ("100", "max 100000", "max"), ("1024", "-1", "-1")),
    (Limits(cpu_shares_millis=10**6), ("10000", "max 100000", "max"), ("262144", "-1", "-1")),
    (Limits(4096, 500), ("59", "50000 100000", "4096"), ("512", "50000", "4096")),
    (Limits(cpu_millis=1), ("1", "1000 100000", "max"), ("2", "1000", "-1")),
    (Limits(), ("100", "max 100000", "max"), ("1024", "-1", "-1")),
]


def _made(directory: Path, names: tuple[str, ...]) -> Path:
    directory.mkdir()
    for name in names:
        (directory / name).touch()
    return directory


def _read(directory: Path, names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple((directory / name).read_text() for name in names)


@pytest.mark.parametrize(("limits", "unified", "single"), LIMITS)
def test_limits(
    tmp_path: Path, limits: Limits, unified: tuple[str, ...], single: tuple[str, ...]
) -> None:
    """Who asks for nothing has the least weight there is, and who asks for a core the usual."""
    second = _made(tmp_path / "second", UNIFIED)
    Group(str(second), ("memory", "cpu"), {}).limit(limits)
    assert _read(second, UNIFIED) == unified
    first = _made(tmp_path / "first", SINGLE)
    Group("", (), {"memory": str(first), "cpu": str(first)}).limit(limits)
    assert _read(first, SINGLE) == single


def test_weights_grow_with_what_is_asked_for(tmp_path: Path) -> None:
    """Over all that can be asked for."""
    directory = _made(tmp_path / "group", UNIFIED)
    weights: list[int] = []
    for millis in range(0, 256_001, 7):
        Group(str(directory), ("cpu",), {}).limit(Limits(cpu_shares_millis=millis))
        weights.append(int((directory / "cpu.weight").read_text()))
    assert weights == sorted(weights)
    assert (weights[0], weights[-1]) == (1, 10_000)
