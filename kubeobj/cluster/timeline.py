"""A record of a simulation as data: what happened to pods, nodes and workloads, and when.

It is fed by the writes to the store, each looked at once; faults do not meet it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol, final

from kubeobj.cluster.availability import Availabilities, Availability
from kubeobj.cluster.eventlog import EventLog, EventRow
from kubeobj.cluster.invariants.changes import Changes
from kubeobj.cluster.invariants.invariant import Change, Followed
from kubeobj.cluster.nodelives import NodeLife, NodeLives, Struck, strikes
from kubeobj.cluster.podlives import PodLife, PodLives, Workload
from kubeobj.cluster.rollouts import Rollout, Rollouts
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.timelinejson import record_json
from kubeobj.documents import JsonValue


class _Part(Protocol):
    """Follows some resources."""

    resources: tuple[str, ...]

    def take(self, change: Change, at: float) -> None:
        """Take in a change."""
        ...


@final
@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done to the cluster from outside, at a time in seconds since it began."""

    at: float
    text: str


@final
@dataclass(frozen=True, slots=True)
class Record:
    """What has happened up to a time. All times are in seconds since the simulation began.

    Args:
        began: When the record begins.
        end: When it ends.
        seed: The seed of the simulation.
        pods: The life of each pod, in the order in which they were made.
        nodes: The life of each node.
        faults: What went wrong.
        rollouts: What was asked of workloads, and when they had it.
        availability: How many pods workloads asked for, and how many there were.
        events: What was told as Events.
        marks: What was done from outside.
    """

    began: float
    end: float
    seed: int
    pods: tuple[PodLife, ...]
    nodes: tuple[NodeLife, ...]
    faults: tuple[Struck, ...]
    rollouts: tuple[Rollout, ...]
    availability: Mapping[Workload, Availability]
    events: tuple[EventRow, ...]
    marks: tuple[Mark, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON; docs/reference/command.md says what is in it."""
        return record_json(self)


@final
class Timeline:
    """Records what happens in a cluster from now on.

    Args:
        cluster: The cluster.

    >>> cluster = SimulatedCluster.with_nodes(nodes=1)
    >>> timeline = Timeline(cluster)
    >>> made = cluster.apply('''
    ... {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web"},
    ...  "spec": {"containers": [{"name": "web", "image": "nginx"}]}}
    ... ''')
    >>> cluster.advance(minutes=1)
    >>> [(life.node, life.last.word) for life in timeline.record().pods]
    [('node-1', 'ready')]
    """

    def __init__(self, cluster: SimulatedCluster) -> None:
        self._cluster = cluster
        self._changes = Changes(cluster.server.store)
        self._pods = PodLives()
        self._nodes = NodeLives()
        self._rollouts = Rollouts()
        self._availability = Availabilities()
        self._events = EventLog()
        self._marks: list[Mark] = []
        self._began = cluster.now
        self._parts: dict[str, list[_Part]] = {}
        parts: tuple[_Part, ...] = (
            self._nodes,
            self._pods,
            self._rollouts,
            self._availability,
            self._events,
        )
        for part in parts:
            for resource in part.resources:
                self._parts.setdefault(resource, []).append(part)
        for resource in self._parts:
            self._take(self._changes.follow(Followed(resource)))
        cluster.watch_over(self._look)

    def mark(self, text: str) -> None:
        """Note that something is done to the cluster from outside now."""
        self._marks.append(Mark(self._cluster.now, text))

    def record(self) -> Record:
        """Return what has happened up to now."""
        self._look(self._cluster)
        end = self._cluster.now
        struck = strikes(self._cluster.faults.history, self._cluster.began)
        pods = tuple(self._pods.lives.values())
        return Record(
            self._began,
            end,
            self._cluster.seed,
            pods,
            tuple(self._nodes.lives.values()),
            tuple(struck),
            tuple(self._rollouts.all),
            self._availability.with_serving(pods, struck, end),
            tuple(self._events.rows),
            tuple(self._marks),
        )

    def _look(self, cluster: SimulatedCluster) -> None:
        self._take(self._changes.poll(""))

    def _take(self, changes: list[Change]) -> None:
        at = self._cluster.now
        for change in changes:
            for part in self._parts[change.what.resource]:
                part.take(change, at)
