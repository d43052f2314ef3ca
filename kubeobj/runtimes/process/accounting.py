"""What containers use: as their control groups count, or else summed over their processes."""

import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import final

from kubeobj.runtimes.process.cgroups import Cgroups, Group
from kubeobj.runtimes.process.processtree import Process, belonging, process
from kubeobj.runtimes.states import Usage

_BLOCK = 512


@final
@dataclass(frozen=True, slots=True)
class Running:
    """A container that runs.

    Args:
        pid: Its first process.
        token: What is in the environment of all.
        directory: Where its files are.
    """

    pid: int
    token: str
    directory: Path


def usage_of(running: Mapping[str, Running], cgroups: Cgroups, at: float) -> dict[str, Usage]:
    """Return what each container uses, by id.

    Args:
        running: Those that run.
        cgroups: Where their control groups are.
        at: What time it is.
    """
    if not cgroups.unified:
        trees = belonging({one.token: one.pid for one in running.values()})
        return {
            key: _summed(trees[one.token], Group.of(cgroups, key), at, _disk(one.directory))
            for key, one in running.items()
        }
    used = {}
    for key, one in running.items():
        group = Group.of(cgroups, key)
        members = [found for pid in group.pids() if (found := process(pid)) is not None]
        used[key] = _summed(members, group, at, _disk(one.directory))
    return used


def _summed(members: list[Process], group: Group, at: float, disk: int) -> Usage:
    rss = sum(one.rss_bytes for one in members)
    cpu, memory = group.cpu_nanoseconds(), group.memory_bytes()
    return Usage(
        at,
        sum(one.cpu_nanoseconds for one in members) if cpu is None else cpu,
        rss if memory is None else memory,
        rss,
        disk,
        len(members),
    )


def _disk(directory: Path) -> int:
    """Return how much room what a container has written takes."""
    size = 0
    for name in ("private", "changes/upper"):
        for path, _, files in os.walk(directory / name):
            for file in files:
                with suppress(OSError):
                    size += os.lstat(f"{path}/{file}").st_blocks * _BLOCK
    return size
