"""What must be so when nothing is left to do; here everything is looked at."""

from collections.abc import Iterator
from typing import final

import orjson

from kubeobj.cluster.invariants.workloads import Workloads
from kubeobj.documents import Wire
from kubeobj.scheduling.scheduler import Scheduler
from kubeobj.store.record import Record
from kubeobj.store.store import Store

_OVER = frozenset({"Succeeded", "Failed"})


@final
class Settled:
    """Looks at a cluster in which nothing is left to do.

    Args:
        store: Its objects.
        scheduler: Says where pods could go.
    """

    __slots__ = ("_scheduler", "_store")

    def __init__(self, store: Store, scheduler: Scheduler) -> None:
        self._store = store
        self._scheduler = scheduler

    def orphans(self) -> Iterator[str]:
        """Yield the objects none of whose owners is there any more, and that nothing holds."""
        records = [record for one in self._store.resources() for record in self._records(one)]
        uids = {record.uid: None for record in records}
        for record in records:
            if not record.owners or any(owner in uids for owner in record.owners):
                continue
            if not _read(record)["metadata"].get("finalizers"):
                yield f"{record.key}: its owners are gone"

    def unplaced(self) -> Iterator[str]:
        """Yield the pods that have no node, though they could have one."""
        for record in self._records("pods"):
            pod = _read(record)
            spec = pod["spec"]
            if spec.get("nodeName") or spec.get("schedulingGates"):
                continue
            if "deletionTimestamp" in pod["metadata"] or pod["status"].get("phase") in _OVER:
                continue
            try:
                found = self._scheduler.explain(pod)
            except LookupError:
                continue  # somebody else places it
            if found.chosen:
                yield f"{record.key}: it has no node, and could go to {found.chosen}"

    def lacking(self) -> tuple[str, ...]:
        """Return the workloads that have not what they ask for, and what their pods say."""
        workloads = Workloads(self._store)
        found = workloads.lacking
        return found + tuple(self._troubled_pods()) if found else ()

    def _troubled_pods(self, most: int = 10) -> Iterator[str]:
        """Yield why pods are not ready."""
        for record in self._records("pods"):
            pod = _read(record)
            if pod["status"].get("phase") == "Succeeded":
                continue
            why = _trouble(pod)
            if why and most:
                most -= 1
                yield f"Pod {record.key.namespace}/{record.key.name}: {why}"

    def _records(self, resource: str) -> tuple[Record, ...]:
        return self._store.list(resource).records


def _read(record: Record) -> Wire:
    document: Wire = orjson.loads(record.data)
    return document


def _trouble(pod: Wire) -> str:
    """Return why a pod is not ready, or nothing."""
    status = pod["status"]
    if "deletionTimestamp" in pod["metadata"]:
        return "it is being deleted"
    for one in status.get("containerStatuses") or ():
        waiting = (one.get("state") or {}).get("waiting")
        if waiting:
            return f"container {one['name']} waits: {waiting['reason']}"
    for one in status.get("conditions") or ():
        if one["type"] in {"PodScheduled", "Ready"} and one["status"] != "True":
            return f"{one['type']} is {one['status']}: {one.get('message') or one.get('reason')}"
    return "" if status.get("conditions") else "nothing is known of it"
