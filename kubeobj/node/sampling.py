"""One look at a node: its machine, its runtime, and what its pods use.

It asks the runtime and the file system, so it blocks: whoever needs it does it beside the loops.

Source: ``k8s.io/kubernetes/pkg/kubelet/stats`` (v1.36) for what is looked at.
"""

import logging
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.node.host import HostLevels, read_levels
from kubeobj.node.usagehistory import ContainerKey, Look
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault
from kubeobj.runtimes.states import (
    Container,
    FilesystemUsage,
    Image,
    RuntimeStatus,
    RuntimeVersion,
    Sandbox,
    Usage,
)

_LOG: Final = logging.getLogger("kubeobj.node")


@final
@dataclass(frozen=True, slots=True)
class Sample:
    """One look at a node.

    Args:
        runtime: Whether its runtime can work; the fields after the next are empty if not.
        version: What its runtime is.
        levels: How full the machine is; None if that could not be read.
        look: What pods and machine have used.
        images: Its images.
        used_images: Names and ids of the images that containers have.
        filesystem: How full it is where images are kept.
        processes: How many processes each pod has, by uid.
    """

    runtime: RuntimeStatus
    version: RuntimeVersion
    levels: HostLevels | None
    look: Look
    images: tuple[Image, ...] = ()
    used_images: frozenset[str] = frozenset()
    filesystem: FilesystemUsage | None = None
    processes: Mapping[str, int] = field(default_factory=dict)


@final
class Sampler:
    """Looks at a node.

    Args:
        runtime: Its runtime.
        clock: Tells when it looks.
        folder: Where pods and their logs are kept.
        levels: Looks how full the machine is; None for as it is.
    """

    def __init__(
        self,
        runtime: ContainerRuntime,
        clock: Clock,
        folder: Path,
        levels: Callable[[Path], HostLevels] | None = None,
    ) -> None:
        self._runtime = runtime
        self._clock = clock
        self._folder = folder
        self._levels = read_levels if levels is None else levels
        self._version = RuntimeVersion("unknown", "0")

    def look(self, measured: Mapping[str, "PodFolders"]) -> Sample:
        """Return how the node is now. Whatever the machine or the runtime does not say is left out.

        Args:
            measured: The pods whose disk is measured, by uid: that reads their folders through.
        """
        levels, status = self._read_levels(), RuntimeStatus()
        disks = {uid: folders.measure() for uid, folders in measured.items()}
        try:
            status = self._runtime.status()
            return self._whole(levels, status, disks)
        except RuntimeFault as fault:
            reason, message = fault.reason, fault.message
        except Exception as error:  # a runtime that breaks its promises is no better than none
            _LOG.exception("the container runtime could not be looked at")
            reason, message = "RuntimeError", str(error) or type(error).__name__
        if status.ready:
            status = RuntimeStatus(ready=False, reason=reason, message=message)
        at = self._clock.now()
        return Sample(status, self._version, levels, Look(at, {}, _machine(levels, at), disks))

    def _read_levels(self) -> HostLevels | None:
        try:
            return self._levels(self._folder)
        except OSError as error:
            _LOG.warning("cannot read how full the machine is: %s", error)
            return None

    def _whole(
        self,
        levels: HostLevels | None,
        status: RuntimeStatus,
        disks: Mapping[str, Mapping[str, int]],
    ) -> Sample:
        runtime = self._runtime
        self._version = runtime.version()
        sandboxes = {one.id: one for one in runtime.sandboxes()}
        containers, usage = runtime.containers(), runtime.usage()
        there = dict(_by_key(containers, sandboxes, usage))
        processes: dict[str, int] = {}
        for key, (_, used) in there.items():
            processes[key.pod_uid] = processes.get(key.pod_uid, 0) + used.processes
        at = self._clock.now()
        return Sample(
            status,
            self._version,
            levels,
            Look(at, there, _machine(levels, at), disks),
            runtime.images(),
            frozenset(name for one in containers for name in (one.image, one.image_id)),
            runtime.filesystem(),
            processes,
        )


def _by_key(
    containers: Iterable[Container],
    sandboxes: Mapping[str, Sandbox],
    usage: Mapping[str, Usage],
) -> Iterable[tuple[ContainerKey, tuple[str, Usage]]]:
    for one in containers:
        sandbox, used = sandboxes.get(one.sandbox_id), usage.get(one.id)
        if sandbox is not None and used is not None:
            pod = sandbox.pod
            yield ContainerKey(pod.uid, pod.namespace, pod.name, one.name), (one.id, used)


def _machine(levels: HostLevels | None, at: float) -> Usage | None:
    if levels is None:
        return None
    memory = levels.memory_bytes - levels.memory_available_bytes
    return Usage(at, cpu_nanoseconds=levels.cpu_nanoseconds, memory_bytes=memory)


# ---------------------------------------------------------------- what pods have written


@final
@dataclass(frozen=True, slots=True)
class PodFolders:
    """Where a pod writes on the node's own disk.

    Args:
        logs: Where the logs of its containers are: a folder for each.
        volumes: Its volumes that are on the node alone, by name.
    """

    logs: Path
    volumes: Mapping[str, Path] = field(default_factory=dict)

    def measure(self) -> dict[str, int]:
        """Return how much is there, in bytes: by container, and by volume after a colon."""
        found = {f":{name}": folder_bytes(path) for name, path in self.volumes.items()}
        try:
            with os.scandir(self.logs) as entries:
                names = [one.name for one in entries if one.is_dir(follow_symlinks=False)]
        except OSError:
            names = []
        return found | {name: folder_bytes(self.logs / name) for name in names}


def folder_bytes(folder: Path) -> int:
    """Return how much room everything in a folder takes; links are not followed.

    What goes away meanwhile, or may not be read, counts nothing.
    """
    total, left = 0, [os.fspath(folder)]
    while left:
        try:
            with os.scandir(left.pop()) as entries:
                for one in entries:
                    total += _entry_bytes(one, left)
        except OSError:
            continue
    return total


def _entry_bytes(entry: "os.DirEntry[str]", left: list[str]) -> int:
    try:
        if entry.is_dir(follow_symlinks=False):
            left.append(entry.path)
        return entry.stat(follow_symlinks=False).st_blocks * 512
    except OSError:
        return 0
