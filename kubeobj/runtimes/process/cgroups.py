"""Control groups, where the user may make them: to hold limits, and to find all of a container.

Version 2 is used where it is mounted, also beside version 1, whose controllers then do what those
of version 2 do not. Each is used only if it can be written to.

Source: the kernel's ``cgroup-v2.rst`` and ``cgroup-v1/memory.rst``.
"""

import math
import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from kubeobj.runtimes.process.plan import Limits
from kubeobj.runtimes.process.processtree import kill

_PERIOD: Final = 100_000
"""In which time a share of the cores is counted, in microseconds."""

_LEAST_QUOTA: Final = 1000
"""How small a share the kernel takes, in microseconds."""

_LEAST_SHARES: Final = 2
_MOST_SHARES: Final = 262_144

_NOTHING: Final[tuple[str, ...]] = ()

_NEEDED: Final = ("memory", "cpu")
"""The controllers that hold limits."""


@final
@dataclass(frozen=True, slots=True)
class Cgroups:
    """Where control groups can be made.

    Args:
        unified: A directory of version 2; empty for none.
        controllers: What version 2 can hold limits for there.
        single: Directories of version 1, by controller.
    """

    unified: str
    controllers: tuple[str, ...]
    single: dict[str, str]

    @classmethod
    def found(cls, name: str) -> "Cgroups":
        """Make directories of a name wherever that works, and return them."""
        mounts, mine = _mounts(), _own()
        unified, controllers = "", _NOTHING
        if "" in mounts:
            unified, controllers = _unified(mounts[""], mine.get("", "/"), name)
        single: dict[str, str] = {}
        for controller in _NEEDED:
            if controller in mounts and controller not in controllers:
                path = f"{mounts[controller]}/{name}"
                if os.geteuid() == 0 and _can_make(path):
                    single[controller] = path
        return cls(unified, controllers, single)

    def group(self, container_id: str, limits: Limits) -> "Group":
        """Make the group of a container, with its limits, and return it."""
        group = Group.of(self, container_id)
        if self.unified:
            _make(group.unified)
        wanted = {
            "memory": limits.memory_bytes is not None,
            "cpu": limits.cpu_millis is not None or limits.cpu_shares_millis is not None,
        }
        for controller, path in group.single.items():
            if wanted[controller]:
                _make(path)
        group.limit(limits)
        return group

    def release(self) -> None:
        """Remove the directories, if nothing is in them."""
        for path in (self.unified, *self.single.values()):
            _remove(path)


@final
@dataclass(frozen=True, slots=True)
class Group:
    """The control group of a container.

    Args:
        unified: Its directory of version 2; empty for none.
        controllers: What version 2 holds limits for.
        single: Its directories of version 1, by controller; they need not be there.
    """

    unified: str
    controllers: tuple[str, ...]
    single: dict[str, str]

    @classmethod
    def of(cls, cgroups: Cgroups, container_id: str) -> "Group":
        """Return the group of a container, made or not."""
        single = {key: f"{path}/{container_id}" for key, path in cgroups.single.items()}
        unified = f"{cgroups.unified}/{container_id}" if cgroups.unified else ""
        return cls(unified, cgroups.controllers, single)

    @property
    def directories(self) -> tuple[str, ...]:
        """All directories that a process has to enter."""
        paths = (self.unified, *self.single.values())
        return tuple(path for path in paths if path and os.path.isdir(path))  # noqa: PTH112

    def limit(self, limits: Limits) -> None:
        """Set limits, or others than before, as far as that works."""
        memory, cpu = self._place("memory"), self._place("cpu")
        if memory and memory == self.unified:
            _write(f"{memory}/memory.max", _number(limits.memory_bytes, "max"))
            _write(f"{memory}/memory.swap.max", "0")
            _write(f"{memory}/memory.oom.group", "1")
        elif memory:
            _write(f"{memory}/memory.limit_in_bytes", _number(limits.memory_bytes, "-1"))
        if cpu and cpu == self.unified:
            _write(f"{cpu}/cpu.max", f"{_number(_quota(limits), 'max')} {_PERIOD}")
            _write(f"{cpu}/cpu.weight", str(_weight(_shares(limits))))
        elif cpu:
            _write(f"{cpu}/cpu.cfs_period_us", str(_PERIOD))
            _write(f"{cpu}/cpu.cfs_quota_us", _number(_quota(limits), "-1"))
            _write(f"{cpu}/cpu.shares", str(_shares(limits)))

    def _place(self, controller: str) -> str:
        if controller in self.controllers:
            return self.unified
        path = self.single.get(controller, "")
        return path if path and os.path.isdir(path) else ""  # noqa: PTH112 - one of many

    @property
    def finds_all(self) -> bool:
        """Whether all processes of the container are known to be in it."""
        return bool(self.unified)

    def pids(self) -> list[int]:
        """Return the processes in it."""
        for path in self.directories:
            text = _read(f"{path}/cgroup.procs")
            return [int(line) for line in text.split()]
        return []

    def take_in(self, directory: str, pids: list[int]) -> None:
        """Let processes enter one of its directories that was not there before."""
        for pid in pids:
            _write(f"{directory}/cgroup.procs", str(pid))

    def kill(self) -> None:
        """End all that is in it."""
        if not _write(f"{self.unified}/cgroup.kill", "1"):
            for pid in self.pids():
                kill(pid, signal.SIGKILL)

    def was_short_of_memory(self) -> bool:
        """Return whether the kernel has ended something in it because memory was short."""
        place = self._place("memory")
        name = "memory.events" if place == self.unified else "memory.oom_control"
        return place != "" and _fields(f"{place}/{name}").get("oom_kill", 0) > 0

    def cpu_nanoseconds(self) -> int | None:
        """Return how long cores have worked for it, if it is counted."""
        used = _fields(f"{self.unified}/cpu.stat").get("usage_usec")
        return None if used is None else used * 1000

    def memory_bytes(self) -> int | None:
        """Return how much memory it holds that cannot be taken away, if it is counted."""
        place = self._place("memory")
        if not place:
            return None
        is_unified = place == self.unified
        used = _read(f"{place}/{'memory.current' if is_unified else 'memory.usage_in_bytes'}")
        key = "inactive_file" if is_unified else "total_inactive_file"
        free = _fields(f"{place}/memory.stat").get(key, 0)
        return max(0, int(used) - free) if used.strip().isdigit() else None

    def remove(self) -> bool:
        """Remove it, and return whether that has worked: nothing may be in it any more."""
        removed = [_remove(path) for path in (self.unified, *self.single.values())]
        return all(removed)


# ---------------------------------------------------------------- where they are


def _mounts() -> dict[str, str]:
    """Return where the hierarchies are mounted, by controller; version 2 is that without one."""
    found: dict[str, str] = {}
    for line in _read("/proc/self/mountinfo").splitlines():
        before, _, after = line.partition(" - ")
        kind, _, options = after.split(" ", 2)
        path = before.split(" ")[4]
        if kind == "cgroup2":
            found.setdefault("", path)
        elif kind == "cgroup":
            for controller in options.split(" ")[-1].split(","):
                found.setdefault(controller, path)
    return found


def _own() -> dict[str, str]:
    lines = [line.split(":", 2) for line in _read("/proc/self/cgroup").splitlines()]
    return {key: path for _, keys, path in lines for key in keys.split(",")}


def _unified(mount: str, own: str, name: str) -> tuple[str, tuple[str, ...]]:
    # Root takes the top; others what was left to them: beside their own group, or below it.
    places = [mount] if os.geteuid() == 0 else []
    places += [f"{mount}{os.path.dirname(own)}", f"{mount}{own}"]  # noqa: PTH120 - of a text
    for place in (path.rstrip("/") for path in places):
        path = f"{place}/{name}"
        if os.access(f"{place}/cgroup.procs", os.W_OK) and _can_make(path):
            _enable(place)
            _enable(path)
            held = _read(f"{path}/cgroup.subtree_control").split()
            return path, tuple(one for one in _NEEDED if one in held)
    return "", ()


def _enable(path: str) -> None:
    for controller in _NEEDED:
        _write(f"{path}/cgroup.subtree_control", f"+{controller}")


def _can_make(path: str) -> bool:
    try:
        _make(path)
    except OSError:
        return False
    return os.access(f"{path}/cgroup.procs", os.W_OK)


# ---------------------------------------------------------------- files and numbers


def _make(path: str) -> None:
    Path(path).mkdir(exist_ok=True)


def _remove(path: str) -> bool:
    with suppress(FileNotFoundError, NotADirectoryError):
        try:
            if path:
                os.rmdir(path)  # noqa: PTH106 - one of many
        except FileNotFoundError:
            return True
        except OSError:
            return False
    return True


def _write(path: str, text: str) -> bool:
    try:
        fd = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        os.write(fd, text.encode())
    except OSError:
        return False
    finally:
        os.close(fd)
    return True


def _read(path: str) -> str:
    try:
        return Path(path).read_text()
    except OSError:
        return ""


def _fields(path: str) -> dict[str, int]:
    pairs = (line.split() for line in _read(path).splitlines())
    return {pair[0]: int(pair[1]) for pair in pairs if len(pair) == 2 and pair[1].isdigit()}


def _number(value: int | None, none: str) -> str:
    return none if value is None else str(value)


def _quota(limits: Limits) -> int | None:
    if limits.cpu_millis is None:
        return None
    return max(_LEAST_QUOTA, limits.cpu_millis * _PERIOD // 1000)


def _shares(limits: Limits) -> int:
    if limits.cpu_shares_millis is None:
        millis = 1000 if limits.cpu_millis is None else limits.cpu_millis
    else:
        millis = limits.cpu_shares_millis
    return max(_LEAST_SHARES, min(_MOST_SHARES, millis * 1024 // 1000))


def _weight(shares: int) -> int:
    """Return what version 2 has in the place of shares, as container runtimes reckon it.

    Source: ``github.com/opencontainers/cgroups`` (v0.0.5): it takes the least, the usual and the
    most to the same, and little to more than nothing.
    """
    if shares <= _LEAST_SHARES:
        return 1
    magnitude = math.log2(shares)
    power = (magnitude * magnitude + 125 * magnitude) / 612 - 7 / 34
    return min(10_000, math.ceil(10**power))
