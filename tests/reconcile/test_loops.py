"""Loops that are stopped, lose their lead, or wait for what never comes."""

import pytest

from kubeobj.api.errors import Forbidden, TooManyRequests
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.expectations import Expectations
from kubeobj.reconcile.leaderelection import Election, LeaderElector
from kubeobj.reconcile.loop import NeverSettles, advance
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request, Result
from kubeobj.reconcile.triggers import on_self
from kubeobj.reconcile.workqueue import WorkQueue

A, B = Request("", "a"), Request("", "b")
LEASES = "leases.coordination.k8s.io"


class JumpingClock:
    """A clock that somebody puts right."""

    def __init__(self) -> None:
        self.at = 1_000_000.0

    def now(self) -> float:
        return self.at


def test_a_key_at_work_when_somebody_interrupts_is_not_lost(clock: VirtualClock) -> None:
    interrupted = True

    def reconcile(key: Request) -> None:
        if interrupted:
            raise KeyboardInterrupt

    controller = Controller("c", reconcile, clock)
    controller.queue.add(A)
    with pytest.raises(KeyboardInterrupt):
        controller.step()
    interrupted = False
    assert controller.step() == A
    assert controller.step() is None


def test_who_is_told_of_an_error_and_raises_stops_nobody(clock: VirtualClock) -> None:
    def reconcile(key: Request) -> None:
        raise ValueError("bad")

    def tell(key: Request, error: Exception) -> None:
        raise RuntimeError("nobody listens")

    controller = Controller("c", reconcile, clock, on_error=tell)
    controller.queue.add(A)
    assert controller.step() == A
    assert controller.errors[A].__notes__ == [
        "telling of it failed: RuntimeError('nobody listens')"
    ]
    assert controller.queue.deadline is not None


def test_who_is_told_when_to_come_back_does_not_come_earlier(clock: VirtualClock) -> None:
    def reconcile(key: Request) -> None:
        raise TooManyRequests("busy", retry_after_seconds=7)

    controller = Controller("c", reconcile, clock)
    controller.queue.add(A)
    controller.step()
    clock.advance(6.9)
    assert controller.step() is None
    clock.advance(0.2)
    assert controller.step() == A


def test_a_key_that_fails_keeps_its_priority(clock: VirtualClock) -> None:
    queue: WorkQueue[str] = WorkQueue(clock, Backoff(1, 1))
    queue.add("urgent", 7)
    assert queue.take() == "urgent"
    queue.add_failed("urgent")
    queue.done("urgent")
    queue.add("other")
    clock.advance(2)
    assert queue.take() == "urgent"


def test_a_queue_forgets_times_that_no_longer_count(clock: VirtualClock) -> None:
    queue: WorkQueue[str] = WorkQueue(clock)
    for _ in range(1000):
        queue.add_after("a", 86_400)
        queue.add_after("a", 1)
        clock.advance(2)
        assert queue.take() == "a"
        queue.done("a")
    assert len(queue._delayed) < 200


def test_how_long_reconciles_take_is_counted(clock: VirtualClock) -> None:
    controller = Controller("c", lambda key: clock.advance(2 if key == A else 1), clock)
    controller.queue.add(A)
    controller.queue.add(B)
    controller.step()
    controller.step()
    metrics = controller.status.metrics
    assert (metrics.worked_seconds, metrics.longest_work_seconds) == (3, 2)


def test_a_loop_says_what_it_waits_for(client: InProcessClient, clock: VirtualClock) -> None:
    def around(call: Call, ask: Ask) -> object:
        if call.verb == "list" and call.given == ("secrets",):
            raise Forbidden("secrets is forbidden")
        return ask()

    manager = Manager(layered(client, around), clock)
    needs = [manager.informer("secrets"), manager.informer("pods"), manager.informer("unicorns")]
    manager.controller("c", lambda _: None, needs=needs).queue.add(A)
    manager.controller("d", lambda _: None, needs=[manager.informer("pods")])
    manager.settle()
    one, other = manager.status
    first, second = one.waits_for
    assert first == "secrets: Forbidden: secrets is forbidden"
    assert second.startswith("unicorns: NotFound: ")
    assert other.waits_for == ()


def test_who_does_not_lead_has_no_deadlines_of_its_loops(
    client: InProcessClient, clock: VirtualClock
) -> None:
    first, second = (Manager(client, clock, name=name) for name in "ab")
    for one in (first, second):
        one.elect(Election("lead", one.name))
    done: list[str] = []
    second.controller("c", lambda key: done.append(str(key))).queue.add_after(A, 1)
    first.step()
    for _ in range(10):
        second.advance(1)  # must come to an end
        first.step()
    assert done == []
    second.advance(20)
    assert done == ["a"]


def test_who_loses_the_lead_works_on_no_other_key(
    client: InProcessClient, clock: VirtualClock
) -> None:
    manager = Manager(client, clock)
    manager.elect(Election("lead", "a"))
    done: list[str] = []

    def slow(key: Request) -> None:
        done.append(str(key))
        clock.advance(12)

    loop = manager.controller("c", slow)
    loop.queue.add(A)
    loop.queue.add(B)
    manager.step()
    assert done == ["a"]
    manager.step()
    assert done == ["a", "b"]


def test_a_restart_forgets_the_lead(client: InProcessClient, clock: VirtualClock) -> None:
    manager = Manager(client, clock)
    manager.elect(Election("lead", "a"))
    manager.step()
    manager.restart()
    assert manager.elector is not None
    assert not manager.elector.is_leader
    manager.step()
    assert manager.elector.is_leader


def test_loops_may_be_installed_by_one_that_installs(
    client: InProcessClient, manager: Manager
) -> None:
    def part(manager: Manager) -> None:
        manager.controller("part", lambda _: None)

    def whole(manager: Manager) -> None:
        manager.install(part)

    manager.install(whole)
    manager.restart()
    assert list(manager.controllers) == ["part"]


def test_what_could_not_be_installed_is_not_tried_after_a_restart(manager: Manager) -> None:
    def bad(manager: Manager) -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        manager.install(bad)
    manager.restart()
    assert manager.controllers == {}


def test_what_has_been_due_for_long_and_does_nothing_is_named(clock: VirtualClock) -> None:
    class Stuck:
        deadline = clock.now() - 1

        def step(self) -> bool:
            return False

    with pytest.raises(NeverSettles, match="Stuck"):
        advance(clock, [Stuck()], 10)


def test_a_loop_that_comes_late_sees_what_there_is(
    client: InProcessClient, manager: Manager
) -> None:
    manager.informer("namespaces")
    manager.settle()
    seen: list[str] = []

    def install(manager: Manager) -> None:
        informer = manager.informer("namespaces")
        loop = manager.controller("c", lambda key: seen.append(key.name), needs=[informer])
        on_self(loop, informer)

    manager.install(install)
    manager.settle()
    assert sorted(seen) == sorted(str(one.metadata.name) for one in client.list("namespaces"))


# ---------------------------------------------------------------- clocks that are put back


def test_a_clock_that_is_put_back_delays_nobody(client: InProcessClient) -> None:
    clock = JumpingClock()
    manager = Manager(client, clock)
    times: list[float] = []

    def reconcile(key: Request) -> Result:
        times.append(clock.now())
        return Result(10)

    manager.controller("c", reconcile).queue.add(A)
    manager.step()
    clock.at -= 3600
    manager.step()
    clock.at += 10.5
    manager.step()
    assert len(times) == 2


def test_a_leader_whose_clock_is_put_back_does_not_lead_for_longer(
    client: InProcessClient,
) -> None:
    clock = JumpingClock()
    one = LeaderElector(client, clock, Election("lead", "a"))
    one.step()
    assert one.is_leader
    clock.at -= 3600
    assert not one.is_leader
    assert one.step()
    assert one.is_leader


def test_who_waits_for_a_lease_waits_no_longer_if_the_clock_is_put_back(
    client: InProcessClient,
) -> None:
    clock = JumpingClock()
    LeaderElector(client, clock, Election("lead", "dead")).step()
    one = LeaderElector(client, clock, Election("lead", "a"))
    one.step()
    clock.at -= 3600
    for _ in range(10):
        one.step()
        clock.at += 2.1
    assert one.is_leader


def test_what_is_expected_is_waited_for_no_longer_if_the_clock_is_put_back() -> None:
    clock = JumpingClock()
    expected = Expectations(clock)
    expected.creations(A, 1)
    assert not expected.are_met(A)
    clock.at -= 3600
    assert expected.are_met(A)


# ---------------------------------------------------------------- leases that others have written


def test_a_lease_that_somebody_made_by_hand_is_taken(
    client: InProcessClient, clock: VirtualClock
) -> None:
    lease = {"apiVersion": "coordination.k8s.io/v1", "kind": "Lease", "metadata": {"name": "lead"}}
    client.create({**lease, "spec": {"holderIdentity": "a"}})
    one = LeaderElector(client, clock, Election("lead", "a"))
    assert one.step()
    assert one.is_leader


def test_an_elector_that_reaches_nobody_tries_again(
    client: InProcessClient, clock: VirtualClock
) -> None:
    def around(call: Call, ask: Ask) -> object:
        raise ConnectionResetError

    one = LeaderElector(layered(client, around), clock, Election("lead", "a"))
    assert one.step()
    assert not one.is_leader


def test_a_lease_lasts_at_least_as_long_as_its_leader_leads(
    client: InProcessClient, clock: VirtualClock
) -> None:
    election = Election("lead", "a", lease_seconds=1.4, renew_seconds=1.3, retry_seconds=0.1)
    LeaderElector(client, clock, election).step()
    assert client.get(LEASES, "lead").at("spec", "leaseDurationSeconds") == 2
