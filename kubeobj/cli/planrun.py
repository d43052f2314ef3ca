"""Trying a change on a cluster that runs something already: by forking it, and letting time run."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from kubeobj.api.client.reader import ALL_NAMESPACES
from kubeobj.api.errors import Timeout
from kubeobj.cli.planchange import ObjectChange, apply_change, prune
from kubeobj.cli.progress import Bar
from kubeobj.cluster.forecast import WorkloadFate, fates_of
from kubeobj.cluster.invariants.invariant import InvariantViolated
from kubeobj.cluster.invariants.settled import Settled
from kubeobj.cluster.podlives import PodLife, Workload
from kubeobj.cluster.simulated import SimulatedCluster
from kubeobj.cluster.timeline import Record, Timeline
from kubeobj.reconcile.loop import NeverSettles
from kubeobj.reconcile.request import Request, wire_of

if TYPE_CHECKING:
    from kubeobj.manifests import Manifest

_LINGER_SECONDS: Final = 300.0
"""How long to wait for pods to go once all workloads have what they ask for, in seconds."""

_MOST_EXPLAINED: Final = 5


@final
@dataclass(frozen=True, slots=True)
class Forecast:
    """What would happen.

    Args:
        objects: What changes in the objects.
        pods: What becomes of the pods of each workload.
        record: All that happens.
        began: When it is applied, in seconds since the simulation began.
        seconds: How long it takes until all workloads have what they ask for; None for ever.
        failures: What never becomes ready, and why; or what is violated.
    """

    objects: list[ObjectChange]
    pods: dict[Workload, WorkloadFate]
    record: Record
    began: float
    seconds: float | None
    failures: tuple[str, ...]


def forecast(
    cluster: SimulatedCluster,
    new: "tuple[Manifest, ...]",
    pruned: "tuple[Manifest, ...]",
    within: float,
    bar: Bar,
) -> Forecast:
    """Return what would happen if manifests were applied to a cluster, which stays as it is.

    Args:
        cluster: What runs.
        new: What is applied.
        pruned: What is deleted unless it is among *new*.
        within: How long to wait, in seconds.
        bar: Shows how far it is.

    Raises:
        RefusedError: If the API would not have an object.
    """
    bar.begin("Letting time run")
    fork = cluster.fork()
    timeline = Timeline(fork)
    began = fork.now
    before = [life.uid for life in timeline.record().pods]
    objects = apply_change(fork, new)
    objects += prune(fork, pruned, new) if pruned else []
    seconds: float | None = None
    failures: tuple[str, ...] = ()
    try:
        failures = let_run(fork, within)
        ended = fork.now
        if not failures:
            _linger(fork, timeline)
    except (InvariantViolated, NeverSettles) as error:
        failures = (str(error),)
        ended = fork.now
    record = timeline.record()
    if not failures:
        seconds = _last_news(record, before, began, ended)
    return Forecast(objects, fates_of(record, before), record, began, seconds, failures)


def let_run(cluster: SimulatedCluster, within: float) -> tuple[str, ...]:
    """Let a cluster come to rest; return what does not come to have what it asks for, and why."""
    cluster.settle()
    found: list[str] = []
    try:
        cluster.converge(within=within)
        cluster.settle()
    except Timeout:
        found += Settled(cluster.server.store, cluster.scheduler).lacking()
    return tuple(found + _unplaced(cluster))


def _linger(cluster: SimulatedCluster, timeline: Timeline) -> None:
    """Wait until pods have gone that are to go."""
    end = cluster.now + _LINGER_SECONDS
    while cluster.now < end and any(_is_going(life) for life in timeline.record().pods):
        cluster.advance(seconds=5)


def _is_going(life: PodLife) -> bool:
    return life.deleting is not None and life.gone is None


def _last_news(record: Record, before: list[str], began: float, ended: float) -> float:
    """Return how long it took until the last workload had what it asks for."""
    news = [one.ended for one in record.rollouts if one.ended is not None]
    there = dict.fromkeys(before)
    for life in record.pods:
        if life.uid not in there:
            news += [at for at, state in life.states if state.word == "ready"]
    return max([at for at in news if at <= ended], default=began) - began


def _unplaced(cluster: SimulatedCluster) -> list[str]:
    """Return why pods have no node, as the scheduler explains it, node by node."""
    found = []
    for item in cluster.client.list("pods", namespace=ALL_NAMESPACES).items:
        pod = wire_of(item)
        if pod["spec"].get("nodeName") or "deletionTimestamp" in pod["metadata"]:
            continue
        try:
            text = cluster.scheduler.explain(pod).text
        except LookupError as error:
            text = f"{Request.of(pod)}: {error}"
        found.append(text)
        if len(found) == _MOST_EXPLAINED:
            break
    return found
