"""A simulation as the command runs it: what is done when, and what has come of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from kubeobj.cli.progress import Bar
from kubeobj.cli.simulateapply import apply_all
from kubeobj.cluster.faults import NoSuchTarget
from kubeobj.cluster.faulttext import FaultTextError, PlannedFault, check_target
from kubeobj.cluster.invariants.invariant import InvariantViolated
from kubeobj.cluster.invariants.settled import Settled
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.timeline import Record, Timeline
from kubeobj.reconcile.loop import NeverSettles

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

_PARTS: Final = 100
"""Into how many parts the time is divided, for the progress to be seen."""


@final
@dataclass(frozen=True, slots=True)
class Later:
    """Manifests that are applied while the simulation runs.

    Args:
        at: When, in seconds since it began.
        text: What to call them.
        manifests: The manifests.
    """

    at: float
    text: str
    manifests: "Sequence[Manifest]"


@final
@dataclass(frozen=True, slots=True)
class Outcome:
    """What has come of a simulation.

    Args:
        word: ``converged``, ``not converged``, ``violated`` or ``never settles``.
        invariant: Which invariant was violated; empty for none.
        details: What is wrong, line by line.
        record: What has happened.
    """

    word: str
    invariant: str
    details: tuple[str, ...]
    record: Record

    @property
    def is_good(self) -> bool:
        """Whether everything is as it was asked for."""
        return self.word == "converged"

    @property
    def text(self) -> str:
        """The outcome in a few words."""
        return f"violated: {self.invariant}" if self.invariant else self.word


def run(
    cluster: SimulatedCluster,
    later: Sequence[Later],
    faults: Sequence[PlannedFault],
    seconds: float,
    bar: Bar,
) -> Outcome:
    """Let a simulation run.

    Args:
        cluster: The cluster, in which nothing has happened yet.
        later: What is applied when.
        faults: What goes wrong when.
        seconds: How long it runs.
        bar: Shows how far it is.

    Raises:
        RefusedError: If the API would not have an object.
        FaultTextError: If what a fault strikes is not there.
    """
    for one in faults:
        check_target(one, cluster)
    timeline = Timeline(cluster)
    for one in faults:
        cluster.inject(one.fault, at=one.at, seconds=one.seconds)
    bar.begin("Simulating", total=_PARTS)
    try:
        _pass(cluster, timeline, later, seconds, bar)
    except InvariantViolated as error:
        return Outcome("violated", error.name, (str(error),), timeline.record())
    except NeverSettles as error:
        return Outcome("never settles", "", (str(error),), timeline.record())
    except NoSuchTarget as error:
        raise _no_target(error, faults, cluster.now) from None
    record = timeline.record()
    details = tuple(_lacking(cluster, record))
    return Outcome("not converged" if details else "converged", "", details, record)


def _pass(
    cluster: SimulatedCluster, timeline: Timeline, later: Sequence[Later], seconds: float, bar: Bar
) -> None:
    """Let the time pass, and apply what is to be applied."""
    stops = [(seconds * number / _PARTS, 0, None) for number in range(1, _PARTS + 1)]
    due = [(one.at, 1, one) for one in later]
    # What is applied at the very end is applied, though nothing comes of it any more.
    for at, _, one in sorted([*stops, *due], key=lambda stop: stop[:2]):
        cluster.advance(max(at - cluster.now, 0.0))
        if one is None:
            bar.advance()
            continue
        timeline.mark(f"apply {one.text}")
        apply_all(cluster, one.manifests)
    cluster.settle()


def _lacking(cluster: SimulatedCluster, record: Record) -> Iterator[str]:
    """Yield what is not as it was asked for."""
    yield from Settled(cluster.server.store, cluster.scheduler).lacking()
    for life in record.pods:
        if life.workload[0] == "Pod" and life.gone is None:
            state = life.last
            if state.word not in {"ready", "succeeded"}:
                yield f"Pod {life.key}: {state.word}" + (f": {state.note}" if state.note else "")


def _no_target(
    error: NoSuchTarget, faults: Sequence[PlannedFault], now: float
) -> FaultTextError | NoSuchTarget:
    """Return the error with the text of the fault that has struck in vain."""
    due = [one for one in faults if one.at <= now and getattr(one.fault, "pod", "") in str(error)]
    named = [one for one in due if getattr(one.fault, "pod", "")]
    if not named:
        return error
    last = max(named, key=lambda one: one.at)
    return FaultTextError(str(error), text=last.text, position=last.target_at)
