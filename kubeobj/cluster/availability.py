"""How many pods of each workload were there for those who need them, and how many were asked for.

Two answers, which differ while a node has gone that nobody has missed yet: what the status of the
workload says, and how many pods are ready on nodes that can be reached.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias, final

from kubeobj.cluster.invariants.invariant import Change
from kubeobj.cluster.nodelives import Struck
from kubeobj.cluster.podlives import PodLife, Workload
from kubeobj.cluster.rollouts import ROLLED_OUT
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import controller_of

Steps: TypeAlias = list[tuple[float, int]]
"""A number over time: from when on, in seconds since the simulation began, it was how much."""


class Worst(NamedTuple):
    """When the most pods were missing.

    Args:
        at: From when on, in seconds since the simulation began.
        serving: How many were there.
        desired: How many had to be there.
    """

    at: float
    serving: int
    desired: int


@final
@dataclass(slots=True)
class Availability:
    """How many pods of a workload were asked for, and how many there were.

    Args:
        workload: Which.
        desired: How many were asked for.
        available: How many its status says are available.
        serving: How many were ready, on nodes that could be reached.
        before: How many were available before the record begins; None if it was not there then.
    """

    workload: Workload
    desired: Steps = field(default_factory=list)
    available: Steps = field(default_factory=list)
    serving: Steps = field(default_factory=list)
    before: int | None = None

    def worst(self, end: float) -> Worst | None:
        """Return when the most were missing; None if it never had all it asked for.

        What is asked for anew is missed only once it has been there.

        Args:
            end: When to stop looking.
        """
        found: Worst | None = None
        for at, _, owed, serving in self._owed(end):
            if found is None or owed - serving > found.desired - found.serving:
                found = Worst(at, serving, owed)
        return found

    def short_seconds(self, end: float) -> float:
        """Return for how long some were missing, in seconds."""
        owed = self._owed(end)
        return sum((until - at for at, until, least, serving in owed if serving < least), 0.0)

    def _owed(self, end: float) -> Iterator[tuple[float, float, int, int]]:
        """Yield from when to when how many had to be there, and how many were."""
        owed = self.before
        for at, until, desired, serving in joined(self.desired, self.serving, end):
            if serving >= desired:
                owed = desired
            elif owed is not None:
                owed = min(owed, desired)
            if owed is not None and until > at:
                yield at, until, owed, serving


@final
class Availabilities:
    """Follows how many pods workloads ask for, and how many they say they have."""

    resources: tuple[str, ...] = ROLLED_OUT

    def __init__(self) -> None:
        self.all: dict[Workload, Availability] = {}

    def take(self, change: Change, at: float) -> None:
        """Take in what has happened to a workload."""
        document = change.old if change.new is None else change.new
        if document is None or controller_of(document) is not None:
            return
        workload: Workload = document["kind"], change.key
        known = self.all.get(workload)
        if known is None:
            known = self.all[workload] = Availability(workload)
        desired, available = (0, 0) if change.new is None else _numbers(change.new)
        if not change.is_news and not known.desired and available >= desired:
            known.before = desired
        step(known.desired, at, desired)
        step(known.available, at, available)

    def with_serving(
        self, lives: Iterable[PodLife], struck: Sequence[Struck], end: float
    ) -> Mapping[Workload, Availability]:
        """Return all of them, with how many pods were really there up to *end*."""
        deltas: dict[Workload, dict[float, int]] = {one: {} for one in self.all}
        outages = _outages(struck, end)
        for life in lives:
            of_workload = deltas.get(life.workload)
            if of_workload is None:
                continue
            for begin, until in _serving(life, outages.get(life.node, ()), end):
                of_workload[begin] = of_workload.get(begin, 0) + 1
                of_workload[until] = of_workload.get(until, 0) - 1
        for workload, known in self.all.items():
            first = known.desired[0][0] if known.desired else 0.0
            known.serving = [(first, 0)]
            count = 0
            for at, delta in sorted(deltas[workload].items()):
                count += delta
                if at < end:  # what lasts until then does not end then
                    step(known.serving, at, count)
        return self.all


def step(steps: Steps, at: float, number: int) -> None:
    """Let a number be another one from a time on, which is no earlier than any before."""
    if steps and steps[-1][0] >= at:
        steps.pop()
    if not steps or steps[-1][1] != number:
        steps.append((at, number))


def joined(first: Steps, second: Steps, end: float) -> Iterator[tuple[float, float, int, int]]:
    """Yield from when to when two numbers were how much, up to *end*."""
    times = sorted({at for at, _ in first} | {at for at, _ in second} | {end})
    numbers = dict(first), dict(second)
    one = other = 0
    for number, at in enumerate(times[:-1]):
        one, other = numbers[0].get(at, one), numbers[1].get(at, other)
        until = min(times[number + 1], end)
        if until > at:
            yield at, until, one, other


def _serving(
    life: PodLife, outages: Sequence[tuple[float, float]], end: float
) -> Iterator[tuple[float, float]]:
    """Yield when a pod was ready and could be reached."""
    for at, until, state in life.spans(end):
        if state.word != "ready":
            continue
        begin = at
        for down, up in outages:
            if up <= begin or down >= until:
                continue
            if down > begin:
                yield begin, down
            begin = max(begin, up)
        if until > begin:
            yield begin, until


def _outages(struck: Iterable[Struck], end: float) -> dict[str, list[tuple[float, float]]]:
    """Return when nodes could not be reached, by node, in order."""
    found: dict[str, list[tuple[float, float]]] = {}
    for one in struck:
        if one.cuts_off:
            until = end if one.ended is None else one.ended
            found.setdefault(one.node, []).append((one.began, until))
    for outages in found.values():
        outages.sort()
    return found


def _numbers(document: Wire) -> tuple[int, int]:
    status: Wire = document.get("status") or {}
    if document["kind"] == "DaemonSet":
        return status.get("desiredNumberScheduled") or 0, status.get("numberAvailable") or 0
    return document["spec"].get("replicas", 1), status.get("availableReplicas") or 0
