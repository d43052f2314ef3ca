"""When a node is short of something, and how long it is said to be.

Source: Node-pressure Eviction (Kubernetes v1.36); ``k8s.io/kubernetes/pkg/kubelet/eviction``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

_MIB: Final = 1024 * 1024

TRANSITION_SECONDS: Final = 300.0
"""How long a node is said to be short of something after it was."""


@final
class Signal(StrEnum):
    """What can be short."""

    MEMORY = "memory.available"
    DISK = "nodefs.available"
    INODES = "nodefs.inodesFree"
    IMAGE_DISK = "imagefs.available"
    PROCESSES = "pid.available"

    @property
    def resource(self) -> str:
        """What is reclaimed, as messages call it."""
        return _RESOURCES[self]

    @property
    def condition(self) -> str:
        """The condition of a node that is short of it."""
        return _CONDITIONS[self]


_RESOURCES: Final[Mapping[Signal, str]] = {
    Signal.MEMORY: "memory",
    Signal.DISK: "ephemeral-storage",
    Signal.INODES: "inodes",
    Signal.IMAGE_DISK: "ephemeral-storage",
    Signal.PROCESSES: "pids",
}
_CONDITIONS: Final[Mapping[Signal, str]] = {
    Signal.MEMORY: "MemoryPressure",
    Signal.DISK: "DiskPressure",
    Signal.INODES: "DiskPressure",
    Signal.IMAGE_DISK: "DiskPressure",
    Signal.PROCESSES: "PIDPressure",
}


@final
@dataclass(frozen=True, slots=True)
class Threshold:
    """Less than this is too little.

    Args:
        signal: Of what.
        amount: How much, in its own units; 0 to go by the share.
        share: How much of all there is, from 0 to 1.
    """

    signal: Signal
    amount: int = 0
    share: float = 0.0

    def of(self, capacity: int) -> int:
        """Return how much that is where there are *capacity* in all."""
        return self.amount or int(capacity * self.share)


HARD: Final = (
    Threshold(Signal.MEMORY, amount=100 * _MIB),
    Threshold(Signal.DISK, share=0.05),
    Threshold(Signal.INODES, share=0.05),
    Threshold(Signal.IMAGE_DISK, share=0.05),
)
"""What is too little unless a node is told otherwise. Of disks it is 5%: a machine that people work
on is fuller than a server, for which Kubernetes has 10% and 15%."""


@final
@dataclass(frozen=True, slots=True)
class Level:
    """How much there is of something, and how much there could be."""

    available: int
    capacity: int


@final
@dataclass(frozen=True, slots=True)
class Shortage:
    """There is too little of something.

    Args:
        signal: Of what.
        threshold: How much there should be.
        available: How much there is.
    """

    signal: Signal
    threshold: int
    available: int


def shortages(
    levels: Mapping[Signal, Level], thresholds: Iterable[Threshold] = HARD
) -> tuple[Shortage, ...]:
    """Return what there is too little of: memory first, then in the order of the thresholds.

    Args:
        levels: How much there is; what is not in it is not looked at.
        thresholds: How much there should be.
    """
    found = []
    for threshold in thresholds:
        level = levels.get(threshold.signal)
        if level is None or level.capacity <= 0:
            continue
        least = threshold.of(level.capacity)
        if level.available < least:
            found.append(Shortage(threshold.signal, least, level.available))
    return tuple(sorted(found, key=lambda one: one.signal is not Signal.MEMORY))


@final
class Pressures:
    """Which conditions a node has: those of shortages now, and of those a short while ago.

    Args:
        transition_seconds: How long a condition stays after the shortage.
    """

    def __init__(self, transition_seconds: float = TRANSITION_SECONDS) -> None:
        self._transition_seconds = transition_seconds
        self._seen: dict[str, float] = {}

    def note(self, found: Iterable[Shortage], now: float) -> tuple[str, ...]:
        """Take in what is short now, in seconds since 1970; return the conditions, in order."""
        for one in found:
            self._seen[one.signal.condition] = now
        self._seen = {
            condition: at
            for condition, at in self._seen.items()
            if 0 <= now - at < self._transition_seconds or at == now
        }
        return self.conditions

    @property
    def conditions(self) -> tuple[str, ...]:
        """The conditions as they were last, in order."""
        return tuple(sorted(self._seen))
