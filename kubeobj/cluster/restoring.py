"""A simulated cluster that goes on from a snapshot of a store."""

from collections.abc import Callable, Iterator
from typing import final

import orjson

from kubeobj.api.apiserver import ApiServer
from kubeobj.clock import VirtualClock
from kubeobj.cluster.simulated import Plan, SimulatedCluster
from kubeobj.documents import Wire
from kubeobj.entropy import Chance, SeededIdSource
from kubeobj.node.nodeobject import Machine
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.moments import seconds_of
from kubeobj.store.memory import MemoryStore
from kubeobj.store.snapshot import Snapshot


@final
class _Documents:
    """The objects of a snapshot, by resource."""

    def __init__(self, snapshot: Snapshot) -> None:
        self._snapshot = snapshot

    def of(self, resource: str) -> Iterator[Wire]:
        """Yield the objects of a resource."""
        for record in self._snapshot.records:
            if record.key.resource == resource:
                yield orjson.loads(record.data)


def restored(
    snapshot: Snapshot,
    machine_of: Callable[[Wire], Machine],
    *,
    seed: int = 0,
    plan: Plan | None = None,
) -> SimulatedCluster:
    """Return a cluster with the objects of a snapshot.

    Its machines are those that its Nodes describe. What the pods are to run begins anew on them, as
    after all machines have been started again, and time goes on from the latest that is told.

    Args:
        snapshot: What there is.
        machine_of: Returns the machine that a Node describes.
        seed: Decides what is left to chance.
        plan: What else the cluster is made of; None for what is usual.
    """
    plan = Plan() if plan is None else plan
    documents = _Documents(snapshot)
    clock, chance = VirtualClock(_latest(documents)), Chance(seed)
    server = ApiServer(
        store=MemoryStore(snapshot.records, revision=snapshot.revision),
        clock=clock,
        ids=SeededIdSource(chance.seed()),
        kinds=plan.kinds,
        admissions=plan.admissions,
    )
    machines = [machine_of(node) for node in documents.of("nodes")]
    nodes = {one.name: SimulatedNode(one, number) for number, one in enumerate(machines)}
    cluster = SimulatedCluster(server, clock, nodes, chance, plan)
    cluster.seed = seed
    cluster.settle()
    return cluster


def _latest(documents: _Documents) -> float:
    """Return the latest time that leases, pods and nodes tell, in seconds since 1970."""
    latest = 0.0
    for lease in documents.of("leases.coordination.k8s.io"):
        latest = max(latest, _seconds(lease.get("spec"), "renewTime"))
    for resource in ("pods", "nodes", "events", "namespaces"):
        for document in documents.of(resource):
            latest = max(latest, _seconds(document["metadata"], "creationTimestamp"))
            status: Wire = document.get("status") or {}
            for one in status.get("conditions") or ():
                latest = max(latest, _seconds(one, "lastTransitionTime"))
    return latest + 1


def _seconds(part: Wire | None, name: str) -> float:
    text = (part or {}).get(name)
    return seconds_of(text) if text else 0.0
