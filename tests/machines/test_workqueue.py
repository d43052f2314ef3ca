"""`WorkQueue` against its promises: a plain model of who waits, who works, and who is due."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kubeobj.clock import VirtualClock
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.workqueue import WorkQueue

KEYS = st.sampled_from("abcde")
PRIORITIES = st.sampled_from([-100, 0, 0, 7])
BACKOFF = Backoff(1, 16)


class WorkQueueMachine(RuleBasedStateMachine):
    """A long life of a queue."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(0)
        self.queue: WorkQueue[str] = WorkQueue(self.clock, BACKOFF)
        # What waits: its priority, and where it stands.
        self.waiting: dict[str, tuple[int, int]] = {}
        self.working: dict[str, int] = {}
        self.again: dict[str, int] = {}
        self.due: dict[str, tuple[float, int]] = {}
        self.failures: dict[str, int] = {}
        self.tickets = 0
        self.taken = 0

    def _add(self, key: str, priority: int) -> None:
        self.tickets += 1
        if key in self.working:
            self.again[key] = max(priority, self.again.get(key, priority))
        elif key not in self.waiting or self.waiting[key][0] < priority:
            self.waiting[key] = (priority, self.tickets)

    def _add_after(self, key: str, seconds: float, priority: int) -> None:
        when = self.clock.now() + seconds
        if key not in self.due or when < self.due[key][0]:
            self.due[key] = (when, priority)

    def _wake(self) -> None:
        ready = [(when, key) for key, (when, _) in self.due.items() if when <= self.clock.now()]
        for _, key in sorted(ready, key=lambda one: one[0]):
            self._add(key, self.due.pop(key)[1])

    @rule(key=KEYS, priority=PRIORITIES)
    def add(self, key: str, priority: int) -> None:
        self.queue.add(key, priority)
        self._add(key, priority)

    @rule(key=KEYS, seconds=st.integers(1, 20))
    def add_after(self, key: str, seconds: int) -> None:
        # Each at a time of its own, so that no two are due at once.
        seconds = seconds + (ord(key) - 96) / 10
        self.queue.add_after(key, seconds)
        self._add_after(key, seconds, self.working.get(key, 0))

    @rule(seconds=st.integers(0, 30))
    def let_time_pass(self, seconds: int) -> None:
        self.clock.advance(seconds)

    @rule()
    def take(self) -> None:
        self._wake()
        key = self.queue.take()
        if not self.waiting:
            assert key is None
            return
        self.taken += 1
        if self.taken % 16 == 0:
            expected = min(self.waiting, key=lambda one: self.waiting[one][1])
        else:
            expected = min(self.waiting, key=lambda k: (-self.waiting[k][0], self.waiting[k][1]))
        assert key == expected
        assert key not in self.working
        self.working[key] = self.waiting.pop(key)[0]

    @precondition(lambda self: self.working)
    @rule(data=st.data(), fails=st.booleans())
    def done(self, data: st.DataObject, fails: bool) -> None:
        key = data.draw(st.sampled_from(sorted(self.working)))
        if fails:
            seconds = self.queue.add_failed(key)
            self.failures[key] = self.failures.get(key, 0) + 1
            assert seconds == min(2 ** (self.failures[key] - 1), 16)
            self._add_after(key, seconds, self.working[key])
        else:
            self.queue.forgive(key)
            self.failures.pop(key, None)
        self.queue.done(key)
        del self.working[key]
        if key in self.again:
            self._add(key, self.again.pop(key))

    @invariant()
    def it_says_how_it_is(self) -> None:
        assert len(self.queue) == len(self.waiting)
        assert self.queue.deadline == min((when for when, _ in self.due.values()), default=None)
        is_due = any(when <= self.clock.now() for when, _ in self.due.values())
        assert self.queue.is_ready == bool(self.waiting or is_due)
        for key in "abcde":
            assert self.queue.failures(key) == self.failures.get(key, 0)


TestWorkQueue = WorkQueueMachine.TestCase
