"""What pods and the node use: two looks at the counters make a rate.

Source: Metrics API (``metrics.k8s.io``, v1beta1); ``sigs.k8s.io/metrics-server`` (v0.8) for how a
rate is made of two samples.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.runtimes.states import Usage

NEWEST_SECONDS: Final = 1.0
"""How far apart two looks are at least that make a rate; else an older one is taken."""


@final
@dataclass(frozen=True, slots=True)
class ContainerKey:
    """Which container of which pod, by names: it stays the same when the container runs again."""

    pod_uid: str
    namespace: str
    pod: str
    container: str


@final
@dataclass(frozen=True, slots=True)
class Look:
    """One look at everything.

    Args:
        at: When, in seconds since 1970.
        containers: What each running container has used, with the id by which it runs.
        node: What the whole machine has used.
        disks: What is written, by pod uid: by container, and by volume after a colon.
    """

    at: float
    containers: Mapping[ContainerKey, tuple[str, Usage]] = field(default_factory=dict)
    node: Usage | None = None
    disks: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@final
@dataclass(frozen=True, slots=True)
class Rate:
    """What something uses.

    Args:
        at: When that was looked at, in seconds since 1970.
        window: Over how many seconds.
        cpu_nanocores: How much of cores, in billionths.
        memory_bytes: How much memory, at the end of it.
    """

    at: float
    window: float
    cpu_nanocores: int
    memory_bytes: int


@final
class UsageHistory:
    """The last two looks, and what they say."""

    def __init__(self) -> None:
        self._before: Look | None = None
        self.last: Look | None = None
        """The last look; None before the first."""

    def add(self, look: Look) -> None:
        """Take in another look."""
        last = self.last
        if last is not None and look.at - last.at >= NEWEST_SECONDS:
            self._before = last
        elif last is not None and look.at < last.at:
            self._before = None  # the clock was put back
        self.last = look

    def containers(self) -> Iterator[tuple[ContainerKey, Rate]]:
        """Yield what each container uses that runs and was looked at twice."""
        before, last = self._before, self.last
        if before is None or last is None:
            return
        for key, (id_, usage) in last.containers.items():
            older = before.containers.get(key)
            if older is not None and older[0] == id_:
                rate = _rate(older[1], usage)
                if rate is not None:
                    yield key, rate

    @property
    def is_whole(self) -> bool:
        """Whether all that ran at the last look has a rate, so that no look is owed to anything."""
        return self.last is None or len(list(self.containers())) == len(self.last.containers)

    def pods(self) -> dict[tuple[str, str], dict[str, Rate]]:
        """Return what the containers of each pod use, by namespace and name of the pod."""
        found: dict[tuple[str, str], dict[str, Rate]] = {}
        for key, rate in self.containers():
            found.setdefault((key.namespace, key.pod), {})[key.container] = rate
        return found

    def node(self) -> Rate | None:
        """Return what the machine uses; None before it was looked at twice."""
        before, last = self._before, self.last
        if before is None or last is None or before.node is None or last.node is None:
            return None
        return _rate(before.node, last.node)


def _rate(older: Usage, newer: Usage) -> Rate | None:
    window = newer.at - older.at
    used = newer.cpu_nanoseconds - older.cpu_nanoseconds
    if window <= 0 or used < 0:
        return None
    return Rate(newer.at, window, int(used / window), newer.memory_bytes)
