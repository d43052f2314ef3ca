"""Taking in what happens: each event changes the picture, and helps whom it may help.

Source: ``k8s.io/kubernetes/pkg/scheduler`` eventhandlers (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.placement.fit import is_over
from kubeobj.scheduling.binder import Binder
from kubeobj.scheduling.frameworks import Framework
from kubeobj.scheduling.gangs import Gangs, Group
from kubeobj.scheduling.happenings import Happening, Kind, kinds_of
from kubeobj.scheduling.hints import Hints
from kubeobj.scheduling.placer import Placer
from kubeobj.scheduling.preemption import Budgets
from kubeobj.scheduling.profiles import DEFAULT_NAME
from kubeobj.scheduling.queue import Place, QueuedPod, SchedulingQueue
from kubeobj.scheduling.records import PodRecord, record_of
from kubeobj.scheduling.selection import RESOURCES as SELECTING
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.volumes import RESOURCES as OF_VOLUMES
from kubeobj.scheduling.volumes import key_of

_Handler: TypeAlias = Callable[[Wire | None, Wire | None], object]

_VOLUME_KINDS: Final[Mapping[str, Kind]] = {
    "persistentvolumeclaims": Kind.CLAIM,
    "persistentvolumes": Kind.VOLUME,
    "storageclasses": Kind.CLASS,
    "csinodes": Kind.CSI_NODE,
    "csidrivers": Kind.CSI_DRIVER,
    "csistoragecapacities": Kind.CAPACITY,
}

RESOURCES: Final = (
    "nodes",
    "pods",
    "namespaces",
    "poddisruptionbudgets",
    *SELECTING,
    *OF_VOLUMES,
)
"""The resources that a scheduler follows, nodes first."""


@final
class Intake:
    """Takes in events.

    Args:
        snapshot: The picture.
        queue: Who waits.
        budgets: Who is protected.
        gangs: Who belongs together.
        frameworks: The profiles by name.
        binder: Who is being bound.
    """

    __slots__ = (
        "_binder",
        "_budgets",
        "_frameworks",
        "_gangs",
        "_handlers",
        "_hints",
        "_queue",
        "_snapshot",
    )

    def __init__(
        self,
        snapshot: Snapshot,
        queue: SchedulingQueue,
        budgets: Budgets,
        gangs: Gangs,
        frameworks: Mapping[str, Framework],
        binder: Binder,
    ) -> None:
        self._snapshot = snapshot
        self._queue = queue
        self._budgets = budgets
        self._gangs = gangs
        self._frameworks = frameworks
        self._binder = binder
        self._hints = Hints(queue, snapshot, self._placer_of)
        self._handlers: dict[str, _Handler] = {
            "nodes": self._node,
            "pods": self._pod,
            "namespaces": self._namespace,
            "poddisruptionbudgets": self._budget,
            "podgroups": self._group,
        }

    def handle(self, resource: str, old: Wire | None, new: Wire | None) -> None:
        """Take in that an object has changed.

        Args:
            resource: Its resource.
            old: What it was, or None.
            new: What it is, or None if it is gone.
        """
        handler = self._handlers.get(resource)
        if handler is not None:
            handler(old, new)
        elif resource in SELECTING:
            self._selecting(resource, old, new)
        elif resource in OF_VOLUMES:
            self._volume(resource, old, new)

    def framework_of(self, pod: Wire) -> Framework | None:
        """Return the profile that a pod is placed by, or None if another scheduler places it."""
        return self._frameworks.get(pod["spec"].get("schedulerName") or DEFAULT_NAME)

    def _placer_of(self, template: Template) -> Placer:
        framework = self.framework_of(template.example)
        if framework is None:
            message = f"no profile places pods like {template.example['metadata']['name']}"
            raise LookupError(message)
        return framework.placer

    # ------------------------------------------------------------ nodes

    def _node(self, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            change = self._snapshot.put_node(new)
            state = self._snapshot.nodes.find(new["metadata"]["name"])
            for kind in kinds_of(change):
                self._hints.take_in(Happening(kind, state))
        elif old is not None:
            name = old["metadata"]["name"]
            state = self._snapshot.nodes.find(name)
            nominated = list(state.nominated) if state is not None else []
            self._snapshot.discard_node(name)
            for uid in nominated:
                self._help(uid)
            self._hints.take_in(Happening(Kind.NODE_GONE))

    def _help(self, uid: str) -> None:
        queued = self._queue.find(uid)
        if queued is not None:
            self._queue.help(queued)

    # ------------------------------------------------------------ pods

    def _pod(self, old: Wire | None, new: Wire | None) -> None:
        if new is None or is_over(new):
            gone = new if new is not None else old
            if gone is not None:
                self._pod_gone(gone)
        elif new["spec"].get("nodeName"):
            self._pod_placed(new)
        else:
            self._pod_pending(new)

    def _pod_gone(self, pod: Wire) -> None:
        metadata = pod["metadata"]
        uid = metadata.get("uid") or f"{metadata.get('namespace', '')}/{metadata['name']}"
        queued = self._queue.remove(uid)
        nominated = self._snapshot.withdraw(uid)
        record = self._snapshot.discard_pod(uid)
        node = nominated if record is None else record.node
        self._binder.cancel(uid)
        if record is None and queued is not None:
            record = queued.record
        if record is None:
            return
        self._gangs.discard(record)
        state = self._snapshot.nodes.find(node)
        if state is not None:
            self._hints.take_in(Happening(Kind.POD_GONE, state, record))

    def _pod_placed(self, pod: Wire) -> None:
        uid = pod["metadata"]["uid"]
        if self._queue.find(uid) is not None:
            self._queue.remove(uid)
        before = self._snapshot.pods.get(uid)
        # What has been decided here is news to those that wait once the API has it.
        is_confirmed = before is not None and not before.document["spec"].get("nodeName")
        self._snapshot.put_pod(pod)
        record = self._snapshot.pods[uid]
        if record is before and not is_confirmed:
            return
        self._gangs.put(record)
        state = self._snapshot.nodes.find(record.node)
        if state is None:
            return
        self._hints.take_in(Happening(Kind.POD_ADDED, state, record))
        if before is not None and not is_confirmed:
            self._hints.take_in(Happening(Kind.POD_GONE, state, before))

    def _pod_pending(self, pod: Wire) -> None:
        framework = self.framework_of(pod)
        if framework is None:
            return
        record = record_of(pod, self._snapshot.templates, incoming=True)
        if record.uid in self._snapshot.pods:
            # It has been given a node since; this is what was before.
            return
        queued = self._queue.find(record.uid)
        if queued is None:
            self._enter(record, framework)
        else:
            self._update(queued, record, framework)

    def _enter(self, record: PodRecord, framework: Framework) -> None:
        group = self._gangs.put(record)
        is_held = framework.why_held(record) is not None or (
            group is not None and self._gangs.pre_enqueue(group) is not None
        )
        self._queue.add(record, is_held=is_held)
        if record.nominated:
            self._snapshot.nominate(record, record.nominated)
        if group is not None and not is_held:
            self._release(group)

    def _update(self, queued: QueuedPod, record: PodRecord, framework: Framework) -> None:
        is_changed = record.template is not queued.record.template
        if is_changed:
            nominated = self._snapshot.withdraw(record.uid)
            self._queue.replace(queued, record)
            self._gangs.put(record)
            if nominated:
                self._snapshot.nominate(record, nominated)
        else:
            queued.record.document = record.document
            queued.record.is_ending = record.is_ending
        if queued.place is Place.HELD:
            group = self._gangs.put(queued.record)
            is_held = framework.why_held(queued.record) is not None or (
                group is not None and self._gangs.pre_enqueue(group) is not None
            )
            if not is_held:
                self._queue.activate(queued)
        elif is_changed:
            self._queue.help(queued)

    def _release(self, group: Group) -> None:
        """Let those of a group come in that only waited for it to be large enough."""
        for record in list(self._gangs.members(group).values()):
            queued = self._queue.find(record.uid)
            framework = self.framework_of(record.document)
            if queued is None or framework is None:
                continue
            if queued.place is Place.HELD and framework.why_held(record) is None:
                self._queue.activate(queued)

    # ------------------------------------------------------------ all else

    def _group(self, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            group = self._gangs.put_group(new)
            if self._gangs.pre_enqueue(group) is None:
                self._release(group)
            self._hints.take_in(Happening(Kind.GROUP))
        elif old is not None:
            metadata = old["metadata"]
            self._gangs.discard_group(metadata.get("namespace", ""), metadata["name"])

    def _namespace(self, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            metadata = new["metadata"]
            self._snapshot.counts.set_namespace(metadata["name"], metadata.get("labels") or {})
        elif old is not None:
            self._snapshot.counts.set_namespace(old["metadata"]["name"], None)

    def _budget(self, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            self._budgets.put(new)
        elif old is not None:
            metadata = old["metadata"]
            self._budgets.discard(metadata["namespace"], metadata["name"])

    def _selecting(self, resource: str, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            self._snapshot.selectors.put(resource, new)
        elif old is not None:
            metadata = old["metadata"]
            self._snapshot.selectors.discard(
                resource, metadata.get("namespace", ""), metadata["name"]
            )

    def _volume(self, resource: str, old: Wire | None, new: Wire | None) -> None:
        if new is not None:
            self._snapshot.volumes.put(resource, new)
            kind = _VOLUME_KINDS.get(resource)
        elif old is not None:
            self._snapshot.volumes.discard(resource, key_of(old))
            kind = Kind.ATTACHMENT_GONE if resource == "volumeattachments" else None
        else:
            kind = None
        if kind is not None:
            self._hints.take_in(Happening(kind))
