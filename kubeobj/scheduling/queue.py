"""The pods that wait for a node: those that are next, those that were tried, those that are held.

Every pod is in one of five places. *Active* pods are next, in the order of the profile. Pods that
have failed are *waiting* until something happens that may help them, or for five minutes; then they
are *backing off* for a little longer each time, from where they are taken early if nobody else is
to be served. Pods that a server has not taken are *retried* after the same time, and not earlier.
*Held* pods may not come in yet.

Pods that are alike wait together: what helps one of them helps each of them.

Source: ``k8s.io/kubernetes/pkg/scheduler/backend/queue`` (v1.36), KEP-5142 for the early ones.
"""

import heapq
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Final, TypeAlias, TypeVar, final

from kubeobj.clock import Clock
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.templates import Template

FIRST_WAIT_SECONDS: Final = 1.0
LAST_WAIT_SECONDS: Final = 10.0
LONGEST_SECONDS: Final = 300.0
"""After how long a pod is tried again though nothing has happened that could help it."""

Alike: TypeAlias = tuple[Template, str]
"""Pods that fit the same nodes: what they have in common, and the only node they can be on."""

_Order = TypeVar("_Order", float, tuple[float, ...])

SortKey: TypeAlias = Callable[[PodRecord, float], tuple[float, ...]]
"""Returns what active pods are sorted by, of a pod and when it came."""


class Place(Enum):
    """Where a pod is in the queue."""

    ACTIVE = "active"
    BACKING_OFF = "backing off"
    RETRIED = "retried"
    WAITING = "waiting"
    HELD = "held"
    AWAY = "away"
    """It is being placed."""


@final
class QueuedPod:
    """A pod that waits.

    Args:
        record: The pod.
        since: When it came, in seconds since 1970.
    """

    __slots__ = (
        "attempts",
        "failures",
        "number",
        "place",
        "plugins",
        "ready_at",
        "record",
        "since",
        "tried_at",
    )

    def __init__(self, record: PodRecord, since: float) -> None:
        self.record: PodRecord = record
        self.since: float = since
        self.place: Place = Place.AWAY
        self.attempts: int = 0
        """How often it has been tried."""
        self.failures: int = 0
        """How often in a row."""
        self.plugins: tuple[str, ...] = ()
        """Who has objected last."""
        self.tried_at: float = since
        self.ready_at: float = since
        """Until when it is backing off."""
        self.number: int = 0

    @property
    def alike(self) -> Alike:
        """Those that fit the same nodes."""
        return self.record.template, self.record.pinned


@final
class SchedulingQueue:
    """All pods that wait for a node.

    Args:
        clock: Tells the time.
        sort_key: Says who is next.
    """

    __slots__ = (
        "_active",
        "_backing_off",
        "_clock",
        "_numbers",
        "_pinned",
        "_pods",
        "_retried",
        "_sort_key",
        "_unpinned",
        "_waiting",
        "_waiting_alike",
    )

    def __init__(self, clock: Clock, sort_key: SortKey) -> None:
        self._clock = clock
        self._sort_key = sort_key
        self._pods: dict[str, QueuedPod] = {}
        self._numbers = 0
        # Entries of pods that are no longer in that place are passed over.
        self._active: list[tuple[tuple[float, ...], int, QueuedPod]] = []
        self._backing_off: list[tuple[float, int, QueuedPod]] = []
        self._retried: list[tuple[float, int, QueuedPod]] = []
        # In the order in which they were tried.
        self._waiting: dict[str, QueuedPod] = {}
        self._waiting_alike: dict[Alike, dict[str, QueuedPod]] = {}
        # The same sorts: those that could be on any node, and the others by their node.
        self._unpinned: dict[Alike, None] = {}
        self._pinned: dict[str, dict[Alike, None]] = {}

    # ------------------------------------------------------------ asking

    def __len__(self) -> int:
        return len(self._pods)

    def __iter__(self) -> Iterator[QueuedPod]:
        return iter(list(self._pods.values()))

    def find(self, uid: str) -> QueuedPod | None:
        """Return a pod that is in the queue, or None."""
        return self._pods.get(uid)

    def waiting_at(self, node: str) -> list[Alike]:
        """Return the sorts of pods that wait and could be on a node; of all, if that is empty."""
        if not node:
            return list(self._waiting_alike)
        return [*self._unpinned, *self._pinned.get(node, ())]

    def waiting_like(self, alike: Alike) -> Mapping[str, QueuedPod]:
        """Return the pods of a sort that wait, by uid; those first that were tried first."""
        return self._waiting_alike.get(alike, {})

    @property
    def deadline(self) -> float | None:
        """When a pod is to be tried again, if nothing happens before, in seconds since 1970."""
        found = []
        if self._top(self._active, Place.ACTIVE) is not None:
            return self._clock.now()
        for heap, place in (
            (self._backing_off, Place.BACKING_OFF),
            (self._retried, Place.RETRIED),
        ):
            top = self._top(heap, place)
            if top is not None:
                found.append(top.ready_at)
        first = next(iter(self._waiting.values()), None)
        if first is not None:
            found.append(first.tried_at + LONGEST_SECONDS)
        return min(found) if found else None

    # ------------------------------------------------------------ coming and going

    def add(self, record: PodRecord, *, is_held: bool = False) -> QueuedPod:
        """Let a pod that is new be next in its turn, or be held."""
        queued = self._pods[record.uid] = QueuedPod(record, self._clock.now())
        if is_held:
            queued.place = Place.HELD
        else:
            self._activate(queued)
        return queued

    def remove(self, uid: str) -> QueuedPod | None:
        """Forget a pod, and return it; None if it was not there."""
        queued = self._pods.pop(uid, None)
        if queued is not None:
            self._leave(queued)
            queued.place = Place.AWAY
        return queued

    def replace(self, queued: QueuedPod, record: PodRecord) -> None:
        """Let a pod be another than it was, in the same place."""
        is_waiting = queued.place is Place.WAITING
        if is_waiting:
            self._part(queued)
        queued.record = record
        if is_waiting:
            self._join(queued)
        elif queued.place is Place.ACTIVE:
            self._activate(queued)

    def hold(self, queued: QueuedPod) -> None:
        """Let a pod wait until it may come in."""
        self._leave(queued)
        queued.place = Place.HELD

    def activate(self, queued: QueuedPod) -> None:
        """Let a pod be next in its turn, whatever it was waiting for."""
        self._leave(queued)
        self._activate(queued)

    def pop(self) -> QueuedPod | None:
        """Return the pod that is next, which is being placed from now on; None if there is none."""
        self._expire()
        queued = self._top(self._active, Place.ACTIVE)
        if queued is not None:
            heapq.heappop(self._active)
        else:
            queued = self._top(self._backing_off, Place.BACKING_OFF)
            if queued is None:
                return None
            heapq.heappop(self._backing_off)
        return self.take(queued)

    def take(self, queued: QueuedPod) -> QueuedPod:
        """Let a pod be placed now, wherever it is, and return it."""
        self._leave(queued)
        queued.place = Place.AWAY
        queued.attempts += 1
        return queued

    def done(self, queued: QueuedPod) -> None:
        """Forget a pod that has got its node."""
        self._pods.pop(queued.record.uid, None)

    def fail(self, queued: QueuedPod, plugins: tuple[str, ...]) -> None:
        """Let a pod that found no node wait for something to help it.

        Args:
            queued: The pod.
            plugins: Who has objected.
        """
        queued.plugins = plugins
        self._tried(queued)
        queued.place = Place.WAITING
        self._join(queued)

    def retry(self, queued: QueuedPod) -> None:
        """Let a pod that could not be placed for some other reason wait for a while."""
        queued.plugins = ()
        self._tried(queued)
        self._push(self._retried, queued, Place.RETRIED)

    def help(self, queued: QueuedPod) -> None:
        """Let a pod that waits be tried again, once it has backed off."""
        if queued.place is not Place.WAITING:
            return
        self._part(queued)
        if queued.ready_at > self._clock.now():
            self._push(self._backing_off, queued, Place.BACKING_OFF)
        else:
            self._activate(queued)

    # ------------------------------------------------------------ inside

    def _tried(self, queued: QueuedPod) -> None:
        queued.failures += 1
        queued.tried_at = self._clock.now()
        wait = FIRST_WAIT_SECONDS * 2.0 ** min(queued.failures - 1, 10)
        queued.ready_at = queued.tried_at + min(wait, LAST_WAIT_SECONDS)

    def _activate(self, queued: QueuedPod) -> None:
        queued.place = Place.ACTIVE
        self._numbers += 1
        queued.number = self._numbers
        key = self._sort_key(queued.record, queued.since)
        heapq.heappush(self._active, (key, queued.number, queued))

    def _push(
        self, heap: list[tuple[float, int, QueuedPod]], queued: QueuedPod, place: Place
    ) -> None:
        queued.place = place
        self._numbers += 1
        queued.number = self._numbers
        heapq.heappush(heap, (queued.ready_at, queued.number, queued))

    def _leave(self, queued: QueuedPod) -> None:
        if queued.place is Place.WAITING:
            self._part(queued)
        # Entries in heaps are passed over, for their numbers are no longer right.
        queued.number = 0

    def _join(self, queued: QueuedPod) -> None:
        uid = queued.record.uid
        alike = queued.alike
        self._waiting[uid] = queued
        self._waiting_alike.setdefault(alike, {})[uid] = queued
        if alike[1]:
            self._pinned.setdefault(alike[1], {})[alike] = None
        else:
            self._unpinned[alike] = None

    def _part(self, queued: QueuedPod) -> None:
        uid, alike = queued.record.uid, queued.alike
        self._waiting.pop(uid, None)
        together = self._waiting_alike.get(alike)
        if together is not None:
            together.pop(uid, None)
            if not together:
                del self._waiting_alike[alike]
                self._unpinned.pop(alike, None)
                pinned = self._pinned.get(alike[1])
                if pinned is not None:
                    pinned.pop(alike, None)
                    if not pinned:
                        del self._pinned[alike[1]]

    def _expire(self) -> None:
        """Let those be active that have waited long enough."""
        now = self._clock.now()
        for heap, place in (
            (self._backing_off, Place.BACKING_OFF),
            (self._retried, Place.RETRIED),
        ):
            top = self._top(heap, place)
            while top is not None and top.ready_at <= now:
                heapq.heappop(heap)
                self._activate(top)
                top = self._top(heap, place)
        while self._waiting:
            first = next(iter(self._waiting.values()))
            if first.tried_at + LONGEST_SECONDS > now:
                break
            self.help(first)

    @staticmethod
    def _top(heap: list[tuple[_Order, int, QueuedPod]], place: Place) -> QueuedPod | None:
        """Return the first pod that is still in its place; those before it are dropped."""
        while heap:
            _, number, queued = heap[0]
            if queued.place is place and queued.number == number:
                return queued
            heapq.heappop(heap)
        return None
