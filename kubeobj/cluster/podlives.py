"""The life of each pod of a simulation: when it was made, where it ran, how it was, and its end."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, NamedTuple, TypeAlias, final

from kubeobj.cluster.invariants.invariant import Change
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import controller_of
from kubeobj.reconcile.request import Request

Workload: TypeAlias = tuple[str, Request]
"""What pods are there for: its kind, and where it is. One without an owner is there for itself."""


class PodState(NamedTuple):
    """How a pod is.

    Args:
        word: ``pending``, ``ready``, ``unready``, ``broken``, ``terminating``, ``succeeded``,
            ``failed`` or ``unknown``.
        note: More about it, as the API has it: ``CrashLoopBackOff``.
    """

    word: str
    note: str


class Restart(NamedTuple):
    """A container that has begun anew.

    Args:
        at: When, in seconds since the simulation began.
        container: Its name.
        reason: How the run before has ended.
    """

    at: float
    container: str
    reason: str


@final
@dataclass(slots=True)
class PodLife:
    """The life of a pod. Times are in seconds since the simulation began.

    Args:
        key: Where it is.
        uid: Its identity.
        workload: What it is there for.
        revision: Which revision of its workload it is of; empty if it is of none.
        created: When it was made; negative or zero if it was there before.
        node: The node it was given; empty while it has none.
        scheduled: When that was.
        states: How it was, from when on.
        restarts: When containers have begun anew.
        deleting: When it was asked to go.
        gone: When it was gone.
        why: Why it went.
    """

    key: Request
    uid: str
    workload: Workload
    revision: str
    created: float
    node: str = ""
    scheduled: float | None = None
    states: list[tuple[float, PodState]] = field(default_factory=list)
    restarts: list[Restart] = field(default_factory=list)
    deleting: float | None = None
    gone: float | None = None
    why: str = ""

    @property
    def last(self) -> PodState:
        """How it was last."""
        return self.states[-1][1]

    def spans(self, end: float) -> Iterator[tuple[float, float, PodState]]:
        """Yield how it was from when to when, up to *end*."""
        stop = end if self.gone is None else self.gone
        for number, (at, state) in enumerate(self.states):
            until = self.states[number + 1][0] if number + 1 < len(self.states) else stop
            if until > at:
                yield at, until, state


@final
class PodLives:
    """Follows the pods of a simulation."""

    resources: tuple[str, ...] = (
        "deployments.apps",
        "replicasets.apps",
        "controllerrevisions.apps",
        "statefulsets.apps",
        "daemonsets.apps",
        "pods",
    )

    def __init__(self) -> None:
        self.lives: dict[str, PodLife] = {}
        """By uid, in the order in which they were made."""
        # What owners of pods are there for themselves, by uid: a ReplicaSet is for its Deployment.
        self._above: dict[str, Workload] = {}
        self._newest: dict[Workload, tuple[int, str]] = {}
        self._gone: dict[Workload, None] = {}

    def take(self, change: Change, at: float) -> None:
        """Take in what has happened to a pod, or to what it is there for."""
        if change.what.resource == "pods":
            self._take_pod(change, at)
        else:
            self._take_owner(change)

    def of_name(self, key: Request) -> list[PodLife]:
        """Return the lives of the pods that have had a name."""
        return [life for life in self.lives.values() if life.key == key]

    def _take_owner(self, change: Change) -> None:
        document = change.new or change.old
        if document is None:
            return
        kind: str = document["kind"]
        metadata = document["metadata"]
        here = kind, change.key
        if change.new is None or "deletionTimestamp" in metadata:
            self._gone[here] = None
            return
        self._gone.pop(here, None)
        owner = controller_of(document)
        above = here if owner is None else (owner["kind"], _beside(change.key, owner["name"]))
        self._above[metadata["uid"]] = above
        newest = _newest_revision(document, metadata)
        if newest[1] and newest[0] >= self._newest.get(above, newest)[0]:
            self._newest[above] = newest

    def _take_pod(self, change: Change, at: float) -> None:
        before = None if change.old is None else change.old["metadata"]["uid"]
        pod = change.new
        uid = None if pod is None else pod["metadata"]["uid"]
        if before is not None and before != uid:
            self._end(self.lives[before], at, change.old or {})
        if pod is None or uid is None:
            return
        life = self.lives.get(uid)
        if life is None:
            life = self.lives[uid] = self._begin(pod, change.key, at)
        self._go_on(life, pod, change.old if before == uid else None, at)

    def _begin(self, pod: Wire, key: Request, at: float) -> PodLife:
        metadata = pod["metadata"]
        owner = controller_of(pod)
        workload: Workload = "Pod", key
        if owner is not None:
            direct: Workload = owner["kind"], _beside(key, owner["name"])
            workload = self._above.get(owner["uid"], direct)
        return PodLife(key, metadata["uid"], workload, _revision_of(metadata), at)

    def _go_on(self, life: PodLife, pod: Wire, old: Wire | None, at: float) -> None:
        node = pod["spec"].get("nodeName") or ""
        if node and not life.node:
            life.node, life.scheduled = node, at
        if life.deleting is None and "deletionTimestamp" in pod["metadata"]:
            life.deleting, life.why = at, self._why(life, pod)
        state = state_of(pod)
        if not life.states or life.states[-1][1] != state:
            if life.states and life.states[-1][0] == at:
                life.states[-1] = at, state
            else:
                life.states.append((at, state))
        if old is not None and pod["status"] != old["status"]:
            life.restarts += _restarts(old["status"], pod["status"], at)

    def _end(self, life: PodLife, at: float, last: Wire) -> None:
        life.gone = at
        if not life.why:
            life.why = self._why(life, last)

    def _why(self, life: PodLife, pod: Wire) -> str:
        """Return why a pod goes, as far as can be told from what there is."""
        status: Wire = pod.get("status") or {}
        for one in status.get("conditions") or ():
            if one["type"] == "DisruptionTarget" and one["status"] == "True":
                return _DISRUPTIONS.get(one.get("reason", ""), one.get("reason", "disrupted"))
        if status.get("phase") in {"Succeeded", "Failed"}:
            return "it had ended"
        if life.workload[0] == "Pod":
            return "deleted"
        if life.workload in self._gone:
            return "its owner went"
        newest = self._newest.get(life.workload, (0, life.revision))[1]
        if life.revision and life.revision != newest:
            return "rollout"
        return "deleted by its owner"


_DISRUPTIONS: Final[Mapping[str, str]] = {
    "EvictionByEvictionAPI": "evicted through the API",
    "DeletionByTaintManager": "evicted from its node by a taint",
    "PreemptionByScheduler": "preempted",
    "DeletionByPodGC": "collected with its node",
    "TerminationByKubelet": "ended by its node",
}


def state_of(pod: Wire) -> PodState:
    """Return how a pod is.

    Args:
        pod: The pod.
    """
    status: Wire = pod.get("status") or {}
    phase, note = status.get("phase") or "Pending", status.get("reason") or ""
    if phase in {"Succeeded", "Failed", "Unknown"}:
        return PodState(phase.lower(), note)
    if "deletionTimestamp" in pod["metadata"]:
        return PodState("terminating", note)
    conditions = {one["type"]: one for one in status.get("conditions") or ()}
    if not pod["spec"].get("nodeName"):
        return PodState("pending", conditions.get("PodScheduled", {}).get("message") or "no node")
    return _running(phase, conditions, status)


def _running(phase: str, conditions: Wire, status: Wire) -> PodState:
    """Return how a pod is that a node has."""
    waits = _waiting(status)
    if waits.endswith("BackOff") or waits.startswith("Err"):
        return PodState("broken", waits)
    if phase == "Pending":
        return PodState("pending", waits)
    ready = conditions.get("Ready") or {}
    if ready.get("status") == "True":
        return PodState("ready", status.get("reason") or "")
    return PodState("unready", waits or ready.get("reason") or "")


def _waiting(status: Wire) -> str:
    for name in ("initContainerStatuses", "containerStatuses"):
        for one in status.get(name) or ():
            waiting = (one.get("state") or {}).get("waiting")
            if waiting and waiting.get("reason") != "PodInitializing":
                reason: str = waiting.get("reason") or ""
                return reason
    return ""


def _restarts(old: Wire, new: Wire, at: float) -> Iterator[Restart]:
    for name in ("initContainerStatuses", "containerStatuses"):
        before = {one["name"]: one.get("restartCount", 0) for one in old.get(name) or ()}
        for one in new.get(name) or ():
            if one.get("restartCount", 0) > before.get(one["name"], 0):
                ended = (one.get("lastState") or {}).get("terminated") or {}
                yield Restart(at, one["name"], ended.get("reason") or "")


def _revision_of(metadata: Wire) -> str:
    labels = metadata.get("labels") or {}
    found: str = labels.get("pod-template-hash") or labels.get("controller-revision-hash") or ""
    return found


def _newest_revision(document: Wire, metadata: Wire) -> tuple[int, str]:
    """Return the revision that an owner brings in, with its number; nothing where it says none."""
    labels, number = metadata.get("labels") or {}, 0
    found: str = ""
    match document["kind"]:
        case "StatefulSet":
            found = (document.get("status") or {}).get("updateRevision") or ""
        case "ReplicaSet":
            said = (metadata.get("annotations") or {}).get("deployment.kubernetes.io/revision", "")
            number = int(said) if said.isdecimal() else 0
            found = labels.get("pod-template-hash") or ""
        case "ControllerRevision":
            number = document["revision"]
            found = labels.get("controller-revision-hash") or ""
        case _:
            pass
    return number, found


def _beside(key: Request, name: str) -> Request:
    return Request(key.namespace, name)
