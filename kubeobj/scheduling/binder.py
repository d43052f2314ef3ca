"""From a decision to a pod that is bound: reserve, permit, wait if need be, bind.

Source: ``k8s.io/kubernetes/pkg/scheduler`` bindingCycle (v1.36).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError
from kubeobj.clock import Clock
from kubeobj.scheduling.frameworks import Framework
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.queue import QueuedPod
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.verdicts import Code, Rejection

VOLUMES_WITHIN_SECONDS: Final = 600.0
"""How long a pod waits for its volumes."""

Refused: TypeAlias = Callable[[QueuedPod, Rejection], object]
"""Is told of a pod that was not bound after all, and why."""

Placed: TypeAlias = Callable[[QueuedPod], object]
"""Is told of a pod that has been bound."""


@final
@dataclass(slots=True)
class Waiting:
    """A pod that has its node, and is not bound yet.

    Args:
        queued: The pod.
        framework: Whose plugins are asked.
        until: When it has waited for too long, in seconds since 1970.
        permits: The plugins that have not let it go.
    """

    queued: QueuedPod
    framework: Framework
    until: float
    permits: list[str]


@final
class Binder:
    """Binds pods.

    Args:
        client: Binds them.
        clock: Tells how long they have waited.
        snapshot: The cluster.
        placed: Is told of those that have been bound.
        refused: Is told of those that were not.
    """

    __slots__ = ("_client", "_clock", "_placed", "_refused", "_snapshot", "waiting")

    def __init__(
        self, client: Client, clock: Clock, snapshot: Snapshot, placed: Placed, refused: Refused
    ) -> None:
        self._client = client
        self._clock = clock
        self._snapshot = snapshot
        self._placed = placed
        self._refused = refused
        self.waiting: dict[str, Waiting] = {}
        """The pods that have their node and are not bound yet, by uid."""

    @property
    def deadline(self) -> float | None:
        """When the first of those has waited for too long; None if none is waiting."""
        return min((one.until for one in self.waiting.values()), default=None)

    # ------------------------------------------------------------ taking a node

    def assume(self, queued: QueuedPod, slot: int, framework: Framework) -> Rejection | None:
        """Let a pod be on a node from now on, as far as deciding goes; return why not, or None."""
        snapshot, record = self._snapshot, queued.record
        state = snapshot.nodes.at(slot)
        record.node = state.name
        for plugin in framework.reserve:
            found = plugin.reserve(record, state, snapshot)
            if found is not None:
                self.unreserve(record, framework)
                return found
        snapshot.add(record)
        snapshot.nodes.touch(slot)
        return None

    def forget(self, record: PodRecord, framework: Framework) -> NodeState | None:
        """Let a pod be nowhere again; return the node it was on, or None if that is gone."""
        state = self._snapshot.nodes.find(record.node)
        self._snapshot.discard_pod(record.uid)
        self.unreserve(record, framework)
        return state

    def unreserve(self, record: PodRecord, framework: Framework) -> None:
        """Give back what was reserved for a pod."""
        for plugin in reversed(framework.reserve):
            plugin.unreserve(record, self._snapshot)
        record.node = ""

    # ------------------------------------------------------------ binding

    def bind(self, queued: QueuedPod, framework: Framework) -> None:
        """Bind a pod that has its node, or let it wait."""
        record = queued.record
        state = self._snapshot.nodes.find(record.node)
        if state is None:
            self._refuse(queued, framework, _lost(record))
            return
        permits: list[str] = []
        until = self._clock.now() + VOLUMES_WITHIN_SECONDS
        for plugin in framework.permit:
            found = plugin.permit(record, state)
            if isinstance(found, Rejection):
                self._refuse(queued, framework, found)
                return
            if found is not None:
                permits.append(plugin.name)
                until = min(until, self._clock.now() + found)
        self._go_on(Waiting(queued, framework, until, permits))

    def advance(self) -> bool:
        """Go on with those that wait; return whether one of them has been bound or refused."""
        busy = False
        for waiting in list(self.waiting.values()):
            del self.waiting[waiting.queued.record.uid]
            self._go_on(waiting)
            busy = busy or waiting.queued.record.uid not in self.waiting
        return busy

    def allow(self, uid: str, plugin: str) -> None:
        """Let a pod go, as far as one of the plugins is concerned that let it wait."""
        waiting = self.waiting.get(uid)
        if waiting is not None and plugin in waiting.permits:
            waiting.permits.remove(plugin)

    def reject(self, uid: str, plugin: str, reason: str) -> None:
        """Refuse a pod that waits."""
        waiting = self.waiting.pop(uid, None)
        if waiting is not None:
            rejection = Rejection(plugin, Code.UNSCHEDULABLE, (reason,))
            self._refuse(waiting.queued, waiting.framework, rejection)

    def cancel(self, uid: str) -> None:
        """Forget a pod that waits and is gone."""
        waiting = self.waiting.pop(uid, None)
        if waiting is not None:
            self.unreserve(waiting.queued.record, waiting.framework)

    # ------------------------------------------------------------ inside

    def _go_on(self, waiting: Waiting) -> None:
        queued, framework = waiting.queued, waiting.framework
        record = queued.record
        state = self._snapshot.nodes.find(record.node)
        if state is None:
            self._refuse(queued, framework, _lost(record))
            return
        found: bool | Rejection = not waiting.permits
        if found is True:
            found = self._prepare(record, state, framework)
        if isinstance(found, Rejection):
            self._refuse(queued, framework, found)
        elif found:
            self._finish(queued, state, framework)
        elif self._clock.now() >= waiting.until:
            names = ", ".join(waiting.permits) or "VolumeBinding"
            reason = f"timed out waiting for {names}"
            self._refuse(queued, framework, Rejection(names, Code.UNSCHEDULABLE, (reason,)))
        else:
            self.waiting[record.uid] = waiting

    @staticmethod
    def _prepare(record: PodRecord, state: NodeState, framework: Framework) -> bool | Rejection:
        for plugin in framework.pre_bind:
            found = plugin.pre_bind(record, state)
            if found is not True:
                return found
        return True

    def _finish(self, queued: QueuedPod, state: NodeState, framework: Framework) -> None:
        record = queued.record
        try:
            if not any(plugin.bind(record, state) for plugin in framework.bind):
                self._client.bind(record.name, state.name, namespace=record.namespace)
        except ApiError as error:
            self._refuse(queued, framework, Rejection("DefaultBinder", Code.ERROR, (str(error),)))
            return
        self._placed(queued)
        for plugin in framework.post_bind:
            plugin.post_bind(record, state)

    def _refuse(self, queued: QueuedPod, framework: Framework, rejection: Rejection) -> None:
        self.forget(queued.record, framework)
        self._refused(queued, rejection)


def _lost(record: PodRecord) -> Rejection:
    reason = f'node "{record.node}" not found'
    return Rejection("DefaultBinder", Code.ERROR, (reason,))
