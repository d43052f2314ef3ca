"""The pods that wait."""

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from kubeobj.clock import VirtualClock
from kubeobj.scheduling.plugins.prioritysort import PrioritySort
from kubeobj.scheduling.queue import LONGEST_SECONDS, Place, QueuedPod, SchedulingQueue
from kubeobj.scheduling.records import PodRecord, record_of
from kubeobj.scheduling.templates import Templates

TEMPLATES = Templates()


def _record(name: str, priority: int = 0, app: str = "web") -> PodRecord:
    pod = {
        "metadata": {"name": name, "namespace": "default", "labels": {"app": app}},
        "spec": {"containers": [], "priority": priority},
    }
    return record_of(pod, TEMPLATES, incoming=True)


def _queue() -> tuple[SchedulingQueue, VirtualClock]:
    clock = VirtualClock()
    return SchedulingQueue(clock, PrioritySort().sort_key), clock


def _popped(queue: SchedulingQueue) -> QueuedPod:
    queued = queue.pop()
    assert queued is not None
    return queued


def test_order() -> None:
    """Priority first, then who came first."""
    queue, clock = _queue()
    for name, priority in (("a", 0), ("b", 5), ("c", 0), ("d", 5)):
        queue.add(_record(name, priority))
        clock.advance(1)
    assert [_popped(queue).record.name for _ in range(4)] == ["b", "d", "a", "c"]
    assert queue.pop() is None


def test_waiting_and_being_helped() -> None:
    """Backs off a little, unless nobody else is to be served."""
    queue, clock = _queue()
    queue.add(_record("a"))
    queued = _popped(queue)
    queue.fail(queued, ("NodePorts",))
    assert queue.pop() is None
    queue.help(queued)
    assert queued.place is Place.BACKING_OFF
    assert queue.deadline == clock.now() + 1
    queue.add(_record("b"))
    assert _popped(queue).record.name == "b"
    assert _popped(queue) is queued
    queue.fail(queued, ())
    clock.advance(2)
    queue.help(queued)
    assert queued.place is Place.ACTIVE
    assert queue.deadline == clock.now()


def test_errors_wait_longer_each_time() -> None:
    """And are not served early; ten seconds at most."""
    queue, clock = _queue()
    queue.add(_record("a"))
    waits = []
    for _ in range(6):
        queued = _popped(queue)
        queue.retry(queued)
        assert queue.pop() is None
        assert queue.deadline is not None
        waits.append(queue.deadline - clock.now())
        clock.advance(waits[-1])
    assert waits == [1, 2, 4, 8, 10, 10]


def test_after_five_minutes() -> None:
    """Those are tried again that nothing has helped."""
    queue, clock = _queue()
    queue.add(_record("a"))
    queue.fail(_popped(queue), ("NodePorts",))
    assert queue.deadline == clock.now() + LONGEST_SECONDS
    clock.advance(LONGEST_SECONDS)
    assert _popped(queue).attempts == 2


def test_held_pods() -> None:
    """Come in when they may."""
    queue, _ = _queue()
    held = queue.add(_record("a"), is_held=True)
    assert queue.pop() is None
    assert queue.deadline is None
    queue.activate(held)
    queue.hold(held)
    assert queue.pop() is None
    queue.activate(held)
    assert _popped(queue) is held


def test_pods_that_are_alike_wait_together() -> None:
    """And part when they become unlike."""
    queue, _ = _queue()
    for name in ("a", "b"):
        queue.add(_record(name))
        queue.fail(_popped(queue), ())
    (alike,) = queue.waiting_at("")
    assert list(queue.waiting_like(alike)) == ["default/a", "default/b"]
    queued = queue.find("default/a")
    assert queued is not None
    queue.replace(queued, _record("a", app="db"))
    assert len(queue.waiting_at("anywhere")) == 2
    queue.remove("default/a")
    queue.remove("default/b")
    assert queue.waiting_at("") == []
    assert len(queue) == 0


class QueueMachine(RuleBasedStateMachine):
    """Whatever is done, each pod is in one place, and nobody is lost or served twice."""

    def __init__(self) -> None:
        super().__init__()
        self.queue, self.clock = _queue()
        self.away: list[QueuedPod] = []
        self.number = 0
        self.inside: set[str] = set()

    @rule(priority=st.integers(0, 2), is_held=st.booleans())
    def add(self, priority: int, is_held: bool) -> None:
        """A pod comes."""
        self.number += 1
        record = _record(f"p{self.number}", priority)
        self.queue.add(record, is_held=is_held)
        self.inside.add(record.uid)

    @rule()
    def pop(self) -> None:
        """The next is served; none is passed over that matters more."""
        active = [one for one in self.queue if one.place is Place.ACTIVE]
        queued = self.queue.pop()
        if queued is None:
            assert not active
            return
        assert all(one.record.priority <= queued.record.priority for one in active)
        assert queued not in self.away
        self.away.append(queued)

    @rule(how=st.sampled_from(["fail", "retry", "done"]))
    def end(self, how: str) -> None:
        """What becomes of one that is served."""
        if not self.away:
            return
        queued = self.away.pop()
        if queued.record.uid not in self.inside:
            return
        if how == "fail":
            self.queue.fail(queued, ("NodePorts",))
        elif how == "retry":
            self.queue.retry(queued)
        else:
            self.queue.done(queued)
            self.inside.discard(queued.record.uid)

    @rule(data=st.data())
    def change(self, data: st.DataObject) -> None:
        """Something happens to a pod, wherever it is."""
        here = [one for one in self.queue if one not in self.away]
        if not here:
            return
        queued = data.draw(st.sampled_from(here))
        match data.draw(st.sampled_from(["help", "activate", "hold", "remove", "replace"])):
            case "help":
                self.queue.help(queued)
            case "activate":
                self.queue.activate(queued)
            case "hold":
                self.queue.hold(queued)
            case "replace":
                self.queue.replace(queued, _record(queued.record.name, app="db"))
            case _:
                self.queue.remove(queued.record.uid)
                self.inside.discard(queued.record.uid)

    @rule(seconds=st.integers(0, 400))
    def wait(self, seconds: int) -> None:
        """Time passes."""
        self.clock.advance(seconds)

    @invariant()
    def places(self) -> None:
        """Those that wait are found by what they are like, and nobody else."""
        assert {one.record.uid for one in self.queue} == self.inside
        waiting = {one.record.uid for one in self.queue if one.place is Place.WAITING}
        found = [
            uid for alike in self.queue.waiting_at("") for uid in self.queue.waiting_like(alike)
        ]
        assert sorted(found) == sorted(waiting)
        if any(one.place is Place.ACTIVE for one in self.queue):
            assert self.queue.deadline == self.clock.now()


TestQueue = QueueMachine.TestCase
