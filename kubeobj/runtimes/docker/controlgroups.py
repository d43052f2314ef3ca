"""What containers use, read from their control groups: far cheaper than to ask the engine.

Source: the kernel's documentation of control groups, versions 1 and 2; the working set as the
kubelet counts it: what is used, less inactive pages of files.
"""

import os
from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.observations import seconds_of
from kubeobj.runtimes.states import Usage

_ROOT: Final = Path("/sys/fs/cgroup")
_NANOSECONDS_PER_MICROSECOND: Final = 1000


def can_weigh(engine: Engine) -> bool:
    """Return whether an engine can say how much of the cores a container gets beside others.

    Podman without root has only what was delegated to its user, and starts nothing that wants more;
    Docker leaves out by itself what it does not have.
    """
    if os.geteuid() == 0 or not engine.is_podman:
        return True
    try:
        return has_cores(engine.get("/libpod/info"))
    except EngineFault:
        return True


def has_cores(info: Wire) -> bool:
    """Return whether Podman can divide the cores, by what it says of its host.

    >>> has_cores({"host": {"cgroupControllers": ["memory"], "security": {"rootless": True}}})
    False
    """
    host = info.get("host") or {}
    is_rootless = (host.get("security") or {}).get("rootless")
    return not is_rootless or "cpu" in (host.get("cgroupControllers") or ())


def usage_of(pid: int, container_id: str, at: float) -> Usage | None:
    """Return what the container of a process uses; None if that cannot be read here."""
    groups = _groups(pid, container_id)
    if not groups:
        return None
    try:
        return _first(groups, at) if "memory" in groups else _second(groups[""], at)
    except (OSError, ValueError, KeyError):
        return None


def _groups(pid: int, container_id: str) -> dict[str, Path]:
    """Return the control groups of a process by controller; version 2 has one, with no name."""
    try:
        lines = Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8").splitlines()
    except OSError:
        return {}
    found: dict[str, Path] = {}
    for line in lines:
        _, controllers, path = line.split(":", 2)
        if container_id not in path:
            continue
        for controller in controllers.split(","):
            found[controller] = _ROOT / controller / path.lstrip("/")
    return found


def _first(groups: dict[str, Path], at: float) -> Usage:
    stat = _fields(groups["memory"] / "memory.stat")
    used = _number(groups["memory"] / "memory.usage_in_bytes")
    return Usage(
        at,
        cpu_nanoseconds=_number(groups["cpuacct"] / "cpuacct.usage"),
        memory_bytes=max(0, used - stat.get("total_inactive_file", 0)),
        rss_bytes=stat.get("total_rss", 0),
        processes=_number(groups["pids"] / "pids.current") if "pids" in groups else 0,
    )


def _second(group: Path, at: float) -> Usage:
    stat = _fields(group / "memory.stat")
    used = _number(group / "memory.current")
    cpu = _fields(group / "cpu.stat")["usage_usec"]
    return Usage(
        at,
        cpu_nanoseconds=cpu * _NANOSECONDS_PER_MICROSECOND,
        memory_bytes=max(0, used - stat.get("inactive_file", 0)),
        rss_bytes=stat.get("anon", 0),
        processes=_number(group / "pids.current"),
    )


def _number(path: Path) -> int:
    return int(path.read_text(encoding="ascii"))


def _fields(path: Path) -> dict[str, int]:
    lines = path.read_text(encoding="ascii").splitlines()
    return {name: int(value) for name, _, value in (line.partition(" ") for line in lines)}


def usage_in(stats: Wire, at: float) -> Usage:
    """Return what a container uses, as the engine counts it.

    >>> usage_in({"cpu_stats": {"cpu_usage": {"total_usage": 5}}, "memory_stats": {}}, 1.0)
    Usage(at=1.0, cpu_nanoseconds=5, memory_bytes=0, rss_bytes=0, disk_bytes=0, processes=0, \
received_bytes=None, sent_bytes=None)
    """
    memory = stats.get("memory_stats") or {}
    detail = memory.get("stats") or {}
    inactive = detail.get("total_inactive_file", detail.get("inactive_file", 0))
    cpu = (stats.get("cpu_stats") or {}).get("cpu_usage") or {}
    return Usage(
        seconds_of(str(stats.get("read", ""))) or at,
        cpu_nanoseconds=int(cpu.get("total_usage") or 0),
        memory_bytes=max(0, int(memory.get("usage") or 0) - int(inactive)),
        rss_bytes=int(detail.get("total_rss", detail.get("anon", 0))),
        processes=int((stats.get("pids_stats") or {}).get("current") or 0),
    )


def written_bytes(directory: Path) -> int:
    """Return how much room the files below a directory take; what cannot be read counts as none."""
    total = 0
    pending = [directory]
    while pending:
        try:
            for entry in pending.pop().iterdir():
                if entry.is_symlink():
                    continue
                if entry.is_dir():
                    pending.append(entry)
                else:
                    total += entry.stat().st_blocks * 512
        except OSError:
            continue
    return total
