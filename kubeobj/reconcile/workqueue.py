"""Keys that wait to be worked on.

What it promises, whatever is added when:

- A key is handed out to one worker at a time.
- A key that waits already is not added twice; one that is added while it is worked on comes back
  once, when that is done.
- No key is lost: what was added is handed out, or handed out again, after it was added.
- Keys of a higher priority come first, among equals the one that has waited longest; and every
  sixteenth time it is the one that has waited longest of all, so that nobody waits for ever.
- A key that fails comes back after a wait that doubles, until it is forgiven.

Source: ``k8s.io/client-go/util/workqueue`` (v1.36); priorities as in ``controller-runtime``
(v0.24).
"""

from collections import deque
from collections.abc import Hashable
from dataclasses import dataclass
from heapq import heapify, heappop, heappush
from typing import Generic, TypeVar, final

from kubeobj.clock import Clock
from kubeobj.reconcile.backoff import Backoff

Key = TypeVar("Key", bound=Hashable)

NORMAL = 0
"""The priority of what nobody has given another."""

LOW = -100
"""A priority for what can wait, such as objects that were there when a loop began."""

_OLDEST_EVERY = 16

_VOID_AT_MOST = 64


@final
@dataclass(slots=True)
class _Waiting:
    """A key that is to be handed out: what it is there for, and since when."""

    priority: int
    since: float
    ticket: int


@final
class WorkQueue(Generic[Key]):
    """Keys that wait to be worked on.

    Args:
        clock: Tells when delayed keys are due.
        backoff: How long keys wait that have failed.

    >>> from kubeobj.clock import VirtualClock
    >>> queue: WorkQueue[str] = WorkQueue(VirtualClock())
    >>> queue.add("a")
    >>> queue.take()
    'a'
    >>> queue.add("a")  # while it is worked on
    >>> queue.take() is None
    True
    >>> queue.done("a")
    >>> queue.take()
    'a'
    """

    __slots__ = (
        "_again",
        "_backoff",
        "_clock",
        "_delayed",
        "_due",
        "_failures",
        "_lines",
        "_taken",
        "_tickets",
        "_waiting",
        "_working",
        "added",
    )

    def __init__(self, clock: Clock, backoff: Backoff | None = None) -> None:
        self.added: int = 0
        """How many keys have begun to wait so far."""
        self._clock = clock
        self._backoff = Backoff() if backoff is None else backoff
        # Per priority, the tickets in order. One whose key has another ticket by now is void.
        self._lines: dict[int, deque[tuple[int, Key]]] = {}
        self._waiting: dict[Key, _Waiting] = {}
        self._working: dict[Key, _Waiting] = {}
        # Added while worked on: with which priority to come back.
        self._again: dict[Key, int] = {}
        # When which key is due: the heap may hold what `_due` no longer says.
        self._delayed: list[tuple[float, int, Key, int]] = []
        self._due: dict[Key, float] = {}
        self._failures: dict[Key, int] = {}
        self._tickets = 0
        self._taken = 0

    # ------------------------------------------------------------ adding

    def add(self, key: Key, priority: int = NORMAL) -> None:
        """Let *key* wait; if it does already, with the higher of the two priorities."""
        if key in self._working:
            self._again[key] = max(priority, self._again.get(key, priority))
            return
        waiting = self._waiting.get(key)
        if waiting is None:
            self.added += 1
            self._enter(key, priority, self._clock.now())
        elif waiting.priority < priority:
            self._enter(key, priority, waiting.since)

    def add_after(self, key: Key, seconds: float, priority: int | None = None) -> None:
        """Let *key* wait once so many seconds have passed; the earliest time that is asked counts.

        It makes no difference to a key that waits now or is worked on.

        Args:
            key: The key.
            seconds: How long.
            priority: With which priority; None for the one that it is worked on with, if it is.
        """
        if priority is None:
            working = self._working.get(key)
            priority = NORMAL if working is None else working.priority
        if seconds <= 0:
            self.add(key, priority)
            return
        when = self._clock.now() + seconds
        known = self._due.get(key)
        if known is None or when < known:
            self._due[key] = when
            self._tickets += 1
            heappush(self._delayed, (when, self._tickets, key, priority))
            if len(self._delayed) > 2 * len(self._due) + _VOID_AT_MOST:
                self._delayed = [one for one in self._delayed if self._due.get(one[2]) == one[0]]
                heapify(self._delayed)

    def add_failed(
        self, key: Key, priority: int | None = None, *, at_least_seconds: float = 0
    ) -> float:
        """Let *key* wait again after a failure, and return in how many seconds that will be.

        Args:
            key: The key.
            priority: With which priority; None for the one that it is worked on with, if it is.
            at_least_seconds: When at the earliest.
        """
        failures = self._failures[key] = self._failures.get(key, 0) + 1
        seconds = max(self._backoff.seconds(failures), at_least_seconds)
        self.add_after(key, seconds, priority)
        return seconds

    def put_back(self, seconds: float) -> None:
        """Say that the clock has been put back by so many seconds, so that nobody waits longer."""
        self._due = {key: when - seconds for key, when in self._due.items()}
        self._delayed = [(when - seconds, *rest) for when, *rest in self._delayed]  # type: ignore[misc]

    def forgive(self, key: Key) -> None:
        """Forget that *key* has failed."""
        self._failures.pop(key, None)

    def failures(self, key: Key) -> int:
        """Return how often *key* has failed since it was last forgiven."""
        return self._failures.get(key, 0)

    # ------------------------------------------------------------ working

    def take(self) -> Key | None:
        """Hand out a key; None if none waits. It is worked on until `done` is called for it."""
        if self._delayed:
            self._wake()
        if not self._waiting:
            return None
        self._taken += 1
        key = self._oldest() if self._taken % _OLDEST_EVERY == 0 else self._first()
        waiting = self._waiting.pop(key)
        self._working[key] = waiting
        return key

    def done(self, key: Key) -> None:
        """Say that *key* is no longer worked on.

        Raises:
            KeyError: If it is not.
        """
        del self._working[key]
        again = self._again.pop(key, None)
        if again is not None:
            self.add(key, again)

    def waited(self, key: Key) -> float:
        """Return how many seconds *key*, which is worked on, was behind when it was handed out.

        Raises:
            KeyError: If it is not worked on.
        """
        return max(self._clock.now() - self._working[key].since, 0.0)

    # ------------------------------------------------------------ asking

    @property
    def is_ready(self) -> bool:
        """Whether a key could be handed out now."""
        if self._waiting:
            return True
        due = self.deadline
        return due is not None and due <= self._clock.now()

    @property
    def deadline(self) -> float | None:
        """When the next delayed key is due, in seconds since 1970; None if there is none."""
        delayed = self._delayed
        while delayed:
            when, _, key, _ = delayed[0]
            if self._due.get(key) == when:
                return when
            heappop(delayed)
        return None

    def __len__(self) -> int:
        """Return how many keys wait, not counting those that are not due yet."""
        return len(self._waiting)

    # ------------------------------------------------------------ inside

    def _enter(self, key: Key, priority: int, since: float) -> None:
        self._tickets += 1
        self._waiting[key] = _Waiting(priority, since, self._tickets)
        line = self._lines.get(priority)
        if line is None:
            line = self._lines[priority] = deque()
        line.append((self._tickets, key))

    def _wake(self) -> None:
        """Let those wait whose time has come."""
        now, delayed, due = self._clock.now(), self._delayed, self._due
        while delayed and delayed[0][0] <= now:
            when, _, key, priority = heappop(delayed)
            if due.get(key) == when:
                del due[key]
                self.add(key, priority)

    def _first(self) -> Key:
        """Take the next of the highest priority out of its line."""
        for priority in sorted(self._lines, reverse=True):
            line = self._valid(priority)
            if line:
                return line.popleft()[1]
        raise AssertionError("something waits, and stands in no line")

    def _oldest(self) -> Key:
        """Take the one with the oldest ticket out of its line."""
        heads = [line[0] for line in map(self._valid, list(self._lines)) if line]
        ticket, key = min(heads, key=lambda head: head[0])
        line = self._lines[self._waiting[key].priority]
        if line[0][0] != ticket:
            raise AssertionError("the oldest is not the first of its line")
        return line.popleft()[1]

    def _valid(self, priority: int) -> deque[tuple[int, Key]]:
        """Return a line without void tickets at its head; an empty one is put away."""
        line, waiting = self._lines[priority], self._waiting
        while line:
            ticket, key = line[0]
            known = waiting.get(key)
            if known is not None and known.ticket == ticket:
                return line
            line.popleft()
        if priority != NORMAL:
            del self._lines[priority]
        return line
