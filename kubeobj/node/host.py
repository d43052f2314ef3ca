"""The machine that a node agent runs on: what it is, and how full it is now.

Source: ``k8s.io/kubernetes/pkg/kubelet/cadvisor`` and ``stats`` (v1.36) for what is looked at.
"""

import os
import platform
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

_ARCHITECTURES: Final = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "AMD64": "amd64"}


@final
@dataclass(frozen=True, slots=True)
class HostFacts:
    """What a machine is; it does not change while it is up.

    Args:
        cores: How many cores may be used.
        memory_bytes: How much memory it has.
        disk_bytes: How large the file system is that pods and their logs are on.
        architecture: As images call it: ``amd64``.
        operating_system: ``linux``.
        os_image: What it runs, for people: ``Debian GNU/Linux 12 (bookworm)``.
        kernel_version: The version of its kernel.
        machine_id: Which machine it is; empty if it does not say.
        boot_id: Which of its boots it is; empty if it does not say.
        system_uuid: Which machine its firmware says it is; empty if it may not be read.
    """

    cores: int
    memory_bytes: int
    disk_bytes: int
    architecture: str = "amd64"
    operating_system: str = "linux"
    os_image: str = ""
    kernel_version: str = ""
    machine_id: str = ""
    boot_id: str = ""
    system_uuid: str = ""


@final
@dataclass(frozen=True, slots=True)
class HostLevels:
    """How full a machine is.

    Args:
        memory_bytes: How much memory there is.
        memory_available_bytes: How much of it programs could still get.
        disk_available_bytes: How much room is left for pods and their logs.
        inodes: How many files there can be; 0 if there is no limit.
        inodes_free: How many more.
        processes_limit: How many processes there can be; 0 if nobody knows.
        processes: How many there are.
        cpu_nanoseconds: How long its cores have worked since it is up.
    """

    memory_bytes: int
    memory_available_bytes: int
    disk_available_bytes: int
    inodes: int = 0
    inodes_free: int = 0
    processes_limit: int = 0
    processes: int = 0
    cpu_nanoseconds: int = 0


def read_facts(folder: Path) -> HostFacts:
    """Return what this machine is.

    Args:
        folder: Where pods and their logs are kept.
    """
    import psutil

    machine = platform.machine()
    return HostFacts(
        cores=_usable_cores(),
        memory_bytes=psutil.virtual_memory().total,
        disk_bytes=shutil.disk_usage(folder).total,
        architecture=_ARCHITECTURES.get(machine, machine),
        operating_system=platform.system().lower(),
        os_image=_os_image(),
        kernel_version=platform.release(),
        machine_id=_first_line("/etc/machine-id"),
        boot_id=_first_line("/proc/sys/kernel/random/boot_id"),
        system_uuid=_first_line("/sys/class/dmi/id/product_uuid"),
    )


def read_levels(folder: Path) -> HostLevels:
    """Return how full this machine is.

    Args:
        folder: Where pods and their logs are kept.
    """
    import psutil

    room = os.statvfs(folder)
    limit = _first_line("/proc/sys/kernel/pid_max")
    times = psutil.cpu_times()
    memory = psutil.virtual_memory()
    worked = sum(times) - times.idle - getattr(times, "iowait", 0.0)
    # A guest's time is part of the user's already.
    worked -= getattr(times, "guest", 0.0) + getattr(times, "guest_nice", 0.0)
    return HostLevels(
        memory_bytes=memory.total,
        memory_available_bytes=memory.available,
        disk_available_bytes=room.f_bavail * room.f_frsize,
        inodes=room.f_files,
        inodes_free=room.f_favail,
        processes_limit=int(limit) if limit.isdecimal() else 0,
        processes=len(psutil.pids()),
        cpu_nanoseconds=int(worked * 1e9),
    )


def _usable_cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _os_image() -> str:
    try:
        return platform.freedesktop_os_release().get("PRETTY_NAME", "")
    except OSError:
        return f"{platform.system()} {platform.release()}"


def _first_line(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").partition("\n")[0].strip()
    except (OSError, ValueError):
        return ""
