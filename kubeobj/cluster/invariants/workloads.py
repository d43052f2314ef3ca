"""Which workloads have what they ask for, and what those lack that do not.

Source: Kubernetes documentation, Workload Management (v1.36), and ``kubectl rollout status``.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Final, TypeAlias, final

from kubeobj.cluster.invariants.changes import Changes
from kubeobj.cluster.invariants.invariant import Change, Followed
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Request
from kubeobj.store.store import Store

_Lack: TypeAlias = Callable[[Wire, Wire], Iterator[str]]


def _lack_of_deployment(spec: Wire, status: Wire) -> Iterator[str]:
    wanted = spec.get("replicas", 1)
    if spec.get("paused"):
        # Nothing is rolled out, but there are to be as many as before.
        yield from _short(status, "available", "availableReplicas", wanted)
        return
    yield from _short(status, "updated", "updatedReplicas", wanted)
    yield from _short(status, "available", "availableReplicas", wanted)
    yield from _over(status, "replicas", wanted)


def _lack_of_replicas(spec: Wire, status: Wire) -> Iterator[str]:
    wanted = spec.get("replicas", 1)
    yield from _short(status, "available", "availableReplicas", wanted)
    yield from _over(status, "replicas", wanted)


def _lack_of_stateful_set(spec: Wire, status: Wire) -> Iterator[str]:
    wanted = spec.get("replicas", 1)
    yield from _short(status, "available", "availableReplicas", wanted)
    yield from _over(status, "replicas", wanted)
    strategy = spec.get("updateStrategy") or {}
    if strategy.get("type", "RollingUpdate") == "RollingUpdate":
        kept = (strategy.get("rollingUpdate") or {}).get("partition") or 0
        if status.get("currentRevision") != status.get("updateRevision"):
            yield from _short(status, "updated", "updatedReplicas", max(wanted - kept, 0))


def _lack_of_daemon_set(spec: Wire, status: Wire) -> Iterator[str]:
    wanted = status.get("desiredNumberScheduled", 0)
    yield from _short(status, "available", "numberAvailable", wanted)
    if (spec.get("updateStrategy") or {}).get("type", "RollingUpdate") == "RollingUpdate":
        yield from _short(status, "updated", "updatedNumberScheduled", wanted)
    wrong = status.get("numberMisscheduled", 0)
    if wrong:
        yield f"{wrong} pods are where they should not be"


def _lack_of_job(spec: Wire, status: Wire) -> Iterator[str]:
    ended = ("Complete", "Failed", "Suspended")
    for one in status.get("conditions") or ():
        if one["type"] in ended and one["status"] == "True":
            return
    wanted = spec.get("parallelism", 1)
    completions = spec.get("completions")
    if completions is not None:
        wanted = min(wanted, completions - status.get("succeeded", 0))
    ready = status.get("ready", 0)
    if ready < wanted or wanted <= 0:
        yield f"{ready} of {max(wanted, 0)} pods are ready, and it has not ended"


def _short(status: Wire, word: str, name: str, wanted: int) -> Iterator[str]:
    there = status.get(name) or 0
    if there < wanted:
        yield f"{there} of {wanted} pods are {word}"


def _over(status: Wire, name: str, wanted: int) -> Iterator[str]:
    there = status.get(name) or 0
    if there > wanted:
        yield f"there are {there} pods, not {wanted}"


_LACKS: Final[dict[Followed, tuple[str, _Lack]]] = {
    Followed("deployments.apps"): ("Deployment", _lack_of_deployment),
    Followed("replicasets.apps"): ("ReplicaSet", _lack_of_replicas),
    Followed("replicationcontrollers"): ("ReplicationController", _lack_of_replicas),
    Followed("statefulsets.apps"): ("StatefulSet", _lack_of_stateful_set),
    Followed("daemonsets.apps"): ("DaemonSet", _lack_of_daemon_set),
    Followed("jobs.batch"): ("Job", _lack_of_job),
}


def lack_of(kind: str, workload: Wire) -> tuple[str, ...]:
    """Return what a workload lacks of what it asks for; nothing if it has it all.

    A Job has what it asks for when it has ended, and while as many of its pods are ready as may be
    at once.

    Args:
        kind: Its kind: ``Deployment``.
        workload: The workload.
    """
    lack = _BY_KIND[kind]
    status: Wire = workload.get("status") or {}
    metadata = workload["metadata"]
    if "deletionTimestamp" in metadata:
        return ("it is being deleted",)
    # A Job's status does not say which generation it is about.
    if kind != "Job" and status.get("observedGeneration", 0) < metadata.get("generation", 1):
        return ("its status is from before its last change",)
    return tuple(lack(workload["spec"], status))


_BY_KIND: Final = dict(_LACKS.values())


@final
class Workloads:
    """The workloads of a cluster, and what they lack.

    Args:
        store: Where they are.
    """

    __slots__ = ("_changes", "_lacking")

    def __init__(self, store: Store) -> None:
        self._changes = Changes(store)
        self._lacking: dict[tuple[str, Request], tuple[str, ...]] = {}
        for what in _LACKS:
            self._take(self._changes.follow(what))

    @property
    def are_content(self) -> bool:
        """Whether all have what they ask for."""
        self._take(self._changes.poll(""))
        return not self._lacking

    @property
    def lacking(self) -> tuple[str, ...]:
        """What is lacking, workload by workload."""
        self._take(self._changes.poll(""))
        return tuple(
            f"{kind} {key}: {'; '.join(texts)}"
            for (kind, key), texts in sorted(self._lacking.items())
        )

    @property
    def names(self) -> tuple[tuple[str, Request], ...]:
        """Kind and name of those that lack something."""
        return tuple(sorted(self._lacking))

    def _take(self, changes: Iterable[Change]) -> None:
        for change in changes:
            kind, _ = _LACKS[change.what]
            place = kind, change.key
            texts = () if change.new is None else lack_of(kind, change.new)
            if texts:
                self._lacking[place] = texts
            else:
                self._lacking.pop(place, None)
