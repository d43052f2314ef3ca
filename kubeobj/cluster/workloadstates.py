"""How far workloads have come: ready, on the way, or in trouble, and what to do about it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.cluster.invariants.workloads import lack_of
from kubeobj.cluster.podtroubles import Trouble, trouble_of
from kubeobj.controllers.podstate import is_ready
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.request import wire_of

WORKLOADS: Final = {
    "Deployment": "deployments.apps",
    "StatefulSet": "statefulsets.apps",
    "DaemonSet": "daemonsets.apps",
    "ReplicaSet": "replicasets.apps",
    "ReplicationController": "replicationcontrollers",
    "Job": "jobs.batch",
    "CronJob": "cronjobs.batch",
    "Pod": "pods",
}
"""The kinds that make pods, or are one, with the names of their resources."""


class Stage(StrEnum):
    """How far a workload has come."""

    PENDING = "pending"
    READY = "ready"
    DONE = "done"
    FAILED = "failed"


@final
@dataclass(frozen=True, slots=True)
class WorkloadId:
    """Which workload it is."""

    kind: str
    namespace: str
    name: str

    def __str__(self) -> str:
        where = "" if self.namespace == "default" else f" -n {self.namespace}"
        return f"{self.kind.lower()}/{self.name}{where}"


@final
@dataclass(frozen=True, slots=True)
class WorkloadState:
    """How far a workload has come.

    Args:
        id: Which it is.
        stage: How far it has come.
        detail: How far in numbers, or in a few words.
        trouble: What keeps it, if that is known.
    """

    id: WorkloadId
    stage: Stage
    detail: str
    trouble: Trouble | None = None

    @property
    def is_well(self) -> bool:
        """Whether it is ready, or has done what it was to do."""
        return self.stage in {Stage.READY, Stage.DONE}

    @property
    def is_settled(self) -> bool:
        """Whether there is nothing to wait for."""
        return self.stage is not Stage.PENDING


def look(client: Client, ids: Iterable[WorkloadId], now: float) -> tuple[WorkloadState, ...]:
    """Return how far workloads have come; each kind is read once in each namespace.

    Args:
        client: Reads them.
        ids: Which.
        now: The time, in seconds since 1970.
    """
    ids = tuple(ids)
    there: dict[tuple[str, str], dict[str, Wire]] = {}
    events: dict[str, dict[str, list[Wire]]] = {}
    for namespace in dict.fromkeys(one.namespace for one in ids):
        pods = there["Pod", namespace] = _named(client, "Pod", namespace)
        events[namespace] = {}
        if not all(map(is_ready, pods.values())):
            for event in map(wire_of, client.list("events", namespace=namespace)):
                uid = event["involvedObject"].get("uid", "")
                events[namespace].setdefault(uid, []).append(event)
    for one in ids:
        if (one.kind, one.namespace) not in there:
            there[one.kind, one.namespace] = _named(client, one.kind, one.namespace)
    found: list[WorkloadState] = []
    for one in ids:
        place, workload = one.namespace, there[one.kind, one.namespace].get(one.name)
        if workload is None:
            found.append(WorkloadState(one, Stage.FAILED, "it is gone"))
        else:
            pods = there["Pod", place]
            found.append(state_of(one, workload, pods.values(), events[place], now))
    return tuple(found)


def _named(client: Client, kind: str, namespace: str) -> dict[str, Wire]:
    found = map(wire_of, client.list(WORKLOADS[kind], namespace=namespace))
    return {one["metadata"]["name"]: one for one in found}


def state_of(
    which: WorkloadId,
    workload: Wire,
    pods: Iterable[Wire],
    events: dict[str, list[Wire]],
    now: float,
) -> WorkloadState:
    """Return how far one workload has come.

    Args:
        which: Which it is.
        workload: The workload.
        pods: The pods of its namespace.
        events: Events by the uid of the object that they are about, oldest first.
        now: The time, in seconds since 1970.
    """
    if which.kind == "CronJob":
        return WorkloadState(which, Stage.READY, _schedule(workload))
    own = [workload] if which.kind == "Pod" else list(pods_of(which.kind, workload, pods))
    trouble = _worst(own, events, now) or _refusal(workload)
    if which.kind == "Pod":
        return _of_pod(which, workload, trouble)
    if which.kind == "Job":
        return _of_job(which, workload, trouble)
    detail = _counts(which.kind, workload)
    if lack_of(which.kind, workload):
        return WorkloadState(which, Stage.PENDING, detail, trouble)
    return WorkloadState(which, Stage.READY, detail)


def pods_of(kind: str, workload: Wire, pods: Iterable[Wire]) -> Iterator[Wire]:
    """Yield the pods that a workload selects, and that are not on their way out."""
    spec = workload["spec"]
    if kind == "ReplicationController":
        selector = Selector.from_labels(spec["selector"])
    else:
        selector = Selector.from_label_selector(spec["selector"])
    for pod in pods:
        if "deletionTimestamp" not in pod["metadata"] and selector.matches(
            pod["metadata"].get("labels") or {}
        ):
            yield pod


def _worst(pods: Iterable[Wire], events: dict[str, list[Wire]], now: float) -> Trouble | None:
    mild = None
    for pod in pods:
        if is_ready(pod):
            continue
        trouble = trouble_of(pod, events.get(pod["metadata"]["uid"], ()), now=now)
        if trouble is not None and trouble.is_serious:
            return trouble
        mild = mild or trouble
    return mild


def _refusal(workload: Wire) -> Trouble | None:
    """Return why no pods can be made, if none can."""
    for one in (workload.get("status") or {}).get("conditions") or ():
        if one["type"] == "ReplicaFailure" and one["status"] == "True":
            return Trouble("", one.get("reason", ""), one.get("message", ""))
    return None


def _of_pod(which: WorkloadId, pod: Wire, trouble: Trouble | None) -> WorkloadState:
    phase = (pod.get("status") or {}).get("phase", "Pending")
    if phase == "Succeeded":
        return WorkloadState(which, Stage.DONE, "completed")
    if phase == "Failed":
        return WorkloadState(which, Stage.FAILED, "failed", trouble)
    if is_ready(pod):
        return WorkloadState(which, Stage.READY, "running")
    return WorkloadState(which, Stage.PENDING, phase.lower(), trouble)


def _of_job(which: WorkloadId, job: Wire, trouble: Trouble | None) -> WorkloadState:
    status: Wire = job.get("status") or {}
    for one in status.get("conditions") or ():
        if one["status"] == "True" and one["type"] == "Complete":
            return WorkloadState(which, Stage.DONE, "complete")
        if one["status"] == "True" and one["type"] == "Failed":
            why = Trouble("", one.get("reason", ""), one.get("message", ""))
            return WorkloadState(which, Stage.FAILED, "failed", trouble or why)
        if one["status"] == "True" and one["type"] == "Suspended":
            return WorkloadState(which, Stage.READY, "suspended")
    wanted = job["spec"].get("completions") or job["spec"].get("parallelism", 1)
    detail = f"{status.get('succeeded', 0)}/{wanted} completed"
    if not lack_of("Job", job):
        return WorkloadState(which, Stage.READY, f"{detail}, running")
    return WorkloadState(which, Stage.PENDING, detail, trouble)


def _counts(kind: str, workload: Wire) -> str:
    status: Wire = workload.get("status") or {}
    if kind == "DaemonSet":
        wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    else:
        wanted, ready = workload["spec"].get("replicas", 1), status.get("readyReplicas", 0)
    return f"{ready}/{wanted} ready"


def _schedule(cron: Wire) -> str:
    spec = cron["spec"]
    return "suspended" if spec.get("suspend") else f"at {spec['schedule']}"
