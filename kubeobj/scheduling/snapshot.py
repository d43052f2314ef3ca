"""The picture of the cluster: nodes, pods on them, pods that are to come, and volumes.

It is kept up to date event by event, and never made anew. Whoever has worked something out from it
keeps the place up to which he has read its journal: which nodes have changed since.

Source: ``k8s.io/kubernetes/pkg/scheduler/backend/cache`` (v1.36).
"""

from collections.abc import Mapping
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.placement.fit import is_over
from kubeobj.scheduling.journal import Journal
from kubeobj.scheduling.nodes import NodeChange, NodeState, NodeTable
from kubeobj.scheduling.podcounts import PodCounts
from kubeobj.scheduling.records import NOWHERE, PodRecord, record_of
from kubeobj.scheduling.selection import Selectors
from kubeobj.scheduling.templates import Templates
from kubeobj.scheduling.volumes import Volumes

_NOBODY: Final[Mapping[str, PodRecord]] = {}


@final
class Snapshot:
    """All that a scheduler knows of a cluster."""

    __slots__ = (
        "_waiting",
        "counts",
        "journal",
        "nodes",
        "nodes_version",
        "nominees",
        "pods",
        "selectors",
        "templates",
        "volumes",
    )

    def __init__(self) -> None:
        self.templates: Templates = Templates()
        self.nodes: NodeTable = NodeTable()
        self.counts: PodCounts = PodCounts(self.nodes.capacity)
        self.volumes: Volumes = Volumes()
        self.selectors: Selectors = Selectors()
        """What selects pods: services, and the workloads that own them."""
        self.journal: Journal = Journal()
        self.nodes_version: int = 0
        """Grows whenever a node itself has changed, or has come or gone."""
        self.pods: dict[str, PodRecord] = {}
        """The pods that have a node, known or not, by uid."""
        self.nominees: dict[str, str] = {}
        """The nodes that pods without one are to get, by uid."""
        # Pods on nodes that are not known (any more), by the name of the node.
        self._waiting: dict[str, dict[str, PodRecord]] = {}

    def __len__(self) -> int:
        return len(self.nodes)

    # ------------------------------------------------------------ nodes

    def put_node(self, document: Wire) -> NodeChange:
        """Take in a node as it is now, and return what has changed about it."""
        capacity = self.nodes.capacity
        state, change = self.nodes.put(document)
        if self.nodes.capacity != capacity:
            self.counts.grow(self.nodes.capacity)
        if change is not NodeChange.NOTHING:
            self.nodes_version += 1
            self.journal.note(state.slot, is_node=True)
        if NodeChange.ADDED in change:
            for record in self._waiting.pop(state.name, _NOBODY).values():
                self.attach(record, state)
        return change

    def discard_node(self, name: str) -> None:
        """Forget a node. Its pods stay, and are there again if it comes back."""
        state = self.nodes.find(name)
        if state is None:
            return
        for record in list(state.pods.values()):
            self.detach(record, state)
            self._waiting.setdefault(name, {})[record.uid] = record
        for uid in state.nominated:
            self.nominees.pop(uid, None)
        self.nodes.discard(name)
        self.nodes_version += 1
        self.journal.note(state.slot, is_node=True)

    # ------------------------------------------------------------ pods

    def put_pod(self, document: Wire) -> PodRecord | None:
        """Take in a pod that has a node, as it is now; return what was known of it."""
        record = record_of(document, self.templates)
        old = self.pods.get(record.uid)
        if is_over(document):
            self.discard_pod(record.uid)
            return old
        if old is not None and _is_same(old, record):
            old.document = document
            return old
        if old is not None and _is_relabelled(old, record):
            self._relabel(old, record)
            return old
        if old is not None:
            self.discard_pod(old.uid)
        self.add(record)
        return old

    def _relabel(self, old: PodRecord, record: PodRecord) -> None:
        """Let a pod have other labels; its node has as much left as before."""
        state = self.nodes.at(old.slot)
        record.slot = old.slot
        self.pods[record.uid] = state.pods[record.uid] = record
        self.counts.add(old.template, old.slot, -1, is_ending=old.is_ending)
        self.counts.add(record.template, old.slot, 1, is_ending=record.is_ending)

    def add(self, record: PodRecord) -> None:
        """Let a pod be on the node it names."""
        self.pods[record.uid] = record
        self.withdraw(record.uid)
        state = self.nodes.find(record.node)
        if state is None:
            self._waiting.setdefault(record.node, {})[record.uid] = record
            return
        self.attach(record, state)
        self.journal.note(state.slot)

    def discard_pod(self, uid: str) -> PodRecord | None:
        """Forget a pod, and return it; None if it was not there."""
        record = self.pods.pop(uid, None)
        if record is None:
            return None
        if record.slot == NOWHERE:
            waiting = self._waiting.get(record.node, {})
            waiting.pop(uid, None)
            if not waiting:
                self._waiting.pop(record.node, None)
        else:
            self.journal.note(record.slot)
            self.detach(record, self.nodes.at(record.slot))
        return record

    def attach(self, record: PodRecord, state: NodeState) -> None:
        """Count a pod on a node, and note nothing: for what is taken back at once."""
        record.slot = state.slot
        self.nodes.take(state, record, 1)
        self.counts.add(record.template, state.slot, 1, is_ending=record.is_ending)
        if record.template.has_volumes:
            self.volumes.attach(record)

    def detach(self, record: PodRecord, state: NodeState) -> None:
        """Count a pod on a node no more, and note nothing."""
        self.nodes.take(state, record, -1)
        self.counts.add(record.template, state.slot, -1, is_ending=record.is_ending)
        if record.template.has_volumes:
            self.volumes.detach(record)
        record.slot = NOWHERE

    def take_out(self, record: PodRecord, state: NodeState) -> None:
        """Try what would be if a pod were not there; `put_back` ends it.

        As in Kubernetes, a port is free then even if another pod has it too, and a pod that is
        being deleted is missed where it did not count.
        """
        self.nodes.take(state, record, -1)
        self.counts.add(record.template, state.slot, -1, is_ending=record.is_ending, is_trial=True)
        if record.template.has_volumes:
            self.volumes.detach(record)
        for port in record.template.ports:
            state.ports.pop(port, None)
        record.slot = NOWHERE

    def put_back(self, record: PodRecord, state: NodeState) -> None:
        """Let a pod be there again; whoever has tried restores the ports at the end."""
        record.slot = state.slot
        self.nodes.take(state, record, 1)
        self.counts.add(record.template, state.slot, 1, is_ending=record.is_ending, is_trial=True)
        if record.template.has_volumes:
            self.volumes.attach(record)

    # ------------------------------------------------------------ pods that are to come

    def nominate(self, record: PodRecord, name: str) -> None:
        """Let a pod without a node be one that a node is kept free for."""
        self.withdraw(record.uid)
        state = self.nodes.find(name)
        if state is not None:
            state.nominated[record.uid] = record
            self.nominees[record.uid] = name
            self.journal.note(state.slot)

    def withdraw(self, uid: str) -> str:
        """Keep no node free for a pod any more; return which one was, or empty."""
        name = self.nominees.pop(uid, "")
        state = self.nodes.find(name) if name else None
        if state is not None:
            del state.nominated[uid]
            self.journal.note(state.slot)
        return name


def _is_same(old: PodRecord, new: PodRecord) -> bool:
    """Return whether nothing has changed that scheduling looks at."""
    return old.template is new.template and old.node == new.node and old.is_ending == new.is_ending


def _is_relabelled(old: PodRecord, new: PodRecord) -> bool:
    """Return whether nothing but labels has changed, as when a pod is given those of its zone."""
    if old.slot == NOWHERE or old.node != new.node or old.is_ending != new.is_ending:
        return False
    before, after = old.template, new.template
    return (
        before.requests == after.requests
        and before.scored == after.scored
        and before.ports == after.ports
        and before.priority == after.priority
        and before.pod_affinity is after.pod_affinity
        and not (before.has_volumes or after.has_volumes)
    )
