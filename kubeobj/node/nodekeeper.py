"""Keeps a real node: looks at it every ten seconds, reports how it is, and makes room on it.

`NodeKeeper` is stepped by a manager. What blocks, it does through the executor of the agent.

Source: ``k8s.io/kubernetes/pkg/kubelet/eviction`` eviction_manager.go (v1.36): what is short comes
back by itself first (images that nobody uses), then one pod has to go at a time.
"""

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Protocol, TypeAlias, final

from kubeobj.api.errors import ApiError
from kubeobj.documents import Wire
from kubeobj.node.evictionranking import (
    ContainerUse,
    PodUse,
    broken_limit,
    eviction_message,
    is_critical,
    ranked,
)
from kubeobj.node.executor import Executor
from kubeobj.node.host import HostFacts, HostLevels
from kubeobj.node.imagegc import LOOKED_EVERY_SECONDS, ImageHistory, ImagePolicy
from kubeobj.node.measurements import NodeMeasurements
from kubeobj.node.noderegistration import NodeRegistration
from kubeobj.node.nodestatus import NodeConfig, NodeHealth
from kubeobj.node.pressureadmission import EVICTED
from kubeobj.node.restartpolicy import is_sidecar
from kubeobj.node.sampling import PodFolders, Sample, Sampler
from kubeobj.node.thresholds import Level, Pressures, Shortage, Signal, shortages
from kubeobj.node.usagehistory import UsageHistory
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.manager import Manager
from kubeobj.runtimes.cri import ContainerRuntime
from kubeobj.runtimes.errors import RuntimeFault
from kubeobj.runtimes.states import FilesystemUsage, Image

LOOKS_EVERY_SECONDS: Final = 10.0
"""How often a node is looked at."""

MEASURED_AFTER_SECONDS: Final = 2.0
"""How soon a node is looked at again once something runs that was not seen before."""

_LOG: Final = logging.getLogger("kubeobj.node")
_DISKS: Final = frozenset({Signal.DISK, Signal.INODES, Signal.IMAGE_DISK})
_OVER: Final = frozenset({"Succeeded", "Failed"})


class Pods(Protocol):
    """What the keeper needs of the agent that runs the pods."""

    def running(self) -> Iterable[Wire]:
        """Return the pods of the node as they were read last."""
        ...

    def folders(self, pod: Wire) -> PodFolders:
        """Return where a pod writes on the node's own disk."""
        ...

    def evict(self, pod: Wire, reason: str, message: str, *, is_disruption: bool) -> None:
        """Let a pod fail for this reason, with no time of grace.

        It is a disruption where it goes for the sake of others, not because of what it did.
        """
        ...


Look: TypeAlias = Callable[[Path], HostLevels]


@final
@dataclass(frozen=True, slots=True)
class Keeping:
    """How a node is kept.

    Args:
        folder: Where pods and their logs are kept.
        config: What the node is told about itself.
        facts: What its machine is.
        wake: Called from any thread when there is something to do.
        images: When images go.
    """

    folder: Path
    config: NodeConfig
    facts: HostFacts
    wake: Callable[[], object] = lambda: None
    images: ImagePolicy = field(default_factory=ImagePolicy)


@final
class NodeKeeper:
    """Keeps a node.

    Args:
        manager: Whose client, clock and events are used; it steps this.
        runtime: What runs the pods.
        executor: Does what blocks.
        pods: The agent that runs the pods.
        keeping: How the node is kept.
        levels: Looks how full the machine is; None for as it is.
    """

    def __init__(
        self,
        manager: Manager,
        runtime: ContainerRuntime,
        executor: Executor,
        pods: Pods,
        keeping: Keeping,
        levels: Look | None = None,
    ) -> None:
        self._clock = manager.clock
        self._runtime = runtime
        self._executor = executor
        self._pods = pods
        self._keeping = keeping
        name = keeping.config.name
        self._events: EventRecorder = manager.events.by("kubelet", host=name)
        self._sampler = Sampler(runtime, manager.clock, keeping.folder, levels)
        self._registration = NodeRegistration(manager.client, keeping.config, keeping.facts)
        self._pressures = Pressures(keeping.config.pressure_seconds)
        self._images = ImageHistory(keeping.images)
        self._images_looked = 0.0
        self.usage: UsageHistory = UsageHistory()
        """What pods and the node use."""
        self.measurements: NodeMeasurements = NodeMeasurements(
            name, self.usage, pods.running, self._registration.labels
        )
        """The same, as the metrics API gives it."""
        self.last: Sample | None = None
        """How the node was when it was looked at last; None before."""
        self._found: Sample | None = None
        self._is_looking = False
        self._look_at = self._clock.now()

    # ------------------------------------------------------------ asking

    @property
    def pressures(self) -> tuple[str, ...]:
        """The conditions of what the node is short of."""
        return self._pressures.conditions

    @property
    def deadline(self) -> float | None:
        """When there is something to do next, in seconds since 1970."""
        now = self._clock.now()
        if self._found is not None:
            return now
        due = self._registration.next_renewal if self._registration.node_uid else self._look_at
        return due if self._is_looking else min(due, self._look_at)

    # ------------------------------------------------------------ working

    def look_soon(self) -> None:
        """Look at the node at the next step, because something has happened to it."""
        self._look_at = self._clock.now()

    def step(self) -> bool:
        """Do what is due; return whether anything was."""
        now = self._clock.now()
        found, self._found = self._found, None
        if found is not None:
            self._is_looking = False
            self._take(found, now)
        busy = self._registration.renew(now)
        if not self._is_looking and not 0 < self._look_at - now <= LOOKS_EVERY_SECONDS:
            self._is_looking, self._look_at = True, now + LOOKS_EVERY_SECONDS
            measured = self._to_measure()
            self._executor.submit(lambda: self._look(measured))
            busy = True
        return busy or found is not None

    def _look(self, measured: Mapping[str, PodFolders]) -> None:
        """Look at the node, beside the loop; whatever goes wrong, the next look is tried."""
        try:
            self._found = self._sampler.look(measured)
        except Exception:
            _LOG.exception("node %s could not be looked at", self._keeping.config.name)
            self._is_looking = False
        self._keeping.wake()

    def _to_measure(self) -> dict[str, PodFolders]:
        """Return where the pods write whose room on disk matters now."""
        is_short = "DiskPressure" in self.pressures
        return {
            pod["metadata"]["uid"]: self._pods.folders(pod)
            for pod in self._pods.running()
            if is_short or _is_limited(pod)
        }

    def _take(self, sample: Sample, now: float) -> None:
        self.last = sample
        self.usage.add(sample.look)
        if not self.usage.is_whole:
            # What has just begun is measured by the next look, for which nobody likes to wait.
            self._look_at = min(self._look_at, now + MEASURED_AFTER_SECONDS)
        short = self._shortages(sample)
        # Where nobody knows how full the machine is, it is as short as it was.
        is_known = sample.levels is not None
        pressures = self._pressures.note(short, now) if is_known else self._pressures.conditions
        health = NodeHealth(sample.runtime, pressures, sample.images)
        with suppress(ApiError):  # the next look reports again
            self._registration.report(sample.version, health, now)
        self._registration.renew(now)
        are_going = False
        if sample.filesystem is not None:
            self._images.note(sample.images, sample.used_images, now)
            are_going = self._collect_images(sample, sample.filesystem, short, now)
        self._make_room(sample, short, are_images_going=are_going)

    # ------------------------------------------------------------ making room

    def _shortages(self, sample: Sample) -> tuple[Shortage, ...]:
        levels, facts = sample.levels, self._keeping.facts
        if levels is None:
            return ()
        there = {
            Signal.MEMORY: Level(levels.memory_available_bytes, facts.memory_bytes),
            Signal.DISK: Level(levels.disk_available_bytes, facts.disk_bytes),
            Signal.INODES: Level(levels.inodes_free, levels.inodes),
            Signal.PROCESSES: Level(
                levels.processes_limit - levels.processes, levels.processes_limit
            ),
        }
        disk = sample.filesystem
        if disk is not None:
            there[Signal.IMAGE_DISK] = Level(disk.available_bytes, disk.capacity_bytes)
        return shortages(there, self._keeping.config.thresholds)

    def _collect_images(
        self, sample: Sample, disk: FilesystemUsage, short: Iterable[Shortage], now: float
    ) -> bool:
        """Let images go that are to; return whether any do."""
        is_short = any(one.signal in _DISKS for one in short)
        is_due = not 0 <= now - self._images_looked < LOOKED_EVERY_SECONDS
        if not is_due and not is_short:
            return False
        self._images_looked = now
        gone = self._images.to_remove(
            sample.images, sample.used_images, disk, now, is_short=is_short
        )
        if gone:
            self._executor.submit(lambda: self._remove(gone))
        return bool(gone)

    def _remove(self, images: Iterable[Image]) -> None:
        """Remove images, beside the loop; one that is used by now stays."""
        for image in images:
            try:
                self._runtime.remove_image(image.id)
            except RuntimeFault:
                continue
        self.look_soon()
        self._keeping.wake()

    def _make_room(
        self, sample: Sample, short: tuple[Shortage, ...], *, are_images_going: bool
    ) -> None:
        """Let pods go that break limits of their own, or one pod if the node is short."""
        uses = list(self._uses(sample))
        broken = [
            (use, why) for use in uses if not is_critical(use.pod) and (why := broken_limit(use))
        ]
        for use, why in broken:
            self._evict(use, why, is_disruption=False)
        if broken or not short:
            return
        worst = short[0]
        if worst.signal in _DISKS and are_images_going:
            return  # whether that is enough, the next look tells
        resource = worst.signal.resource
        name = self._keeping.config.name
        node = {"kind": "Node", "name": name, "uid": name}  # as the kubelet refers to its own
        self._events.record(
            node, "EvictionThresholdMet", f"Attempting to reclaim {resource}", "Warning"
        )
        candidates = ranked(uses, worst.signal)
        if candidates:
            message = eviction_message(candidates[0], worst)
            self._evict(candidates[0], message, is_disruption=True)
            self._look_at = min(self._look_at, self._clock.now() + 1.0)

    def _evict(self, use: PodUse, message: str, *, is_disruption: bool) -> None:
        self._events.record(use.pod, EVICTED, message, "Warning")
        self._pods.evict(use.pod, EVICTED, message, is_disruption=is_disruption)

    def _uses(self, sample: Sample) -> Iterable[PodUse]:
        by_pod: dict[str, dict[str, int]] = {}
        for key, (_, usage) in sample.look.containers.items():
            by_pod.setdefault(key.pod_uid, {})[key.container] = usage.memory_bytes
        written: dict[tuple[str, str], int] = {
            (key.pod_uid, key.container): usage.disk_bytes
            for key, (_, usage) in sample.look.containers.items()
        }
        for pod in self._pods.running():
            uid = pod["metadata"]["uid"]
            memory, disks = by_pod.get(uid, {}), sample.look.disks.get(uid, {})
            names = [
                *(one["name"] for one in pod["spec"]["containers"]),
                *_staying(pod["spec"].get("initContainers") or (), memory),
            ]
            containers = {
                name: ContainerUse(
                    memory.get(name, 0), disks.get(name, 0) + written.get((uid, name), 0)
                )
                for name in names
            }
            volumes = {name[1:]: size for name, size in disks.items() if name.startswith(":")}
            yield PodUse(pod, containers, volumes, sample.processes.get(uid, 0))


def _staying(inits: Iterable[Wire], running: Mapping[str, object]) -> Iterator[str]:
    """Yield which init containers use something: sidecars, and those that have not ended yet."""
    for one in inits:
        if is_sidecar(one) or one["name"] in running:
            yield one["name"]


def _is_limited(pod: Wire) -> bool:
    """Return whether a pod has a limit of its own on what it writes to the node's disk."""
    if (pod.get("status") or {}).get("phase") in _OVER:
        return False
    spec = pod["spec"]
    return any(
        (volume.get("emptyDir") or {}).get("sizeLimit") for volume in spec.get("volumes") or ()
    ) or any(
        "ephemeral-storage" in ((one.get("resources") or {}).get("limits") or {})
        for one in (*spec["containers"], *(spec.get("initContainers") or ()))
    )
