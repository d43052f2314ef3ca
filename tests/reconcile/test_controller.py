"""How loops ask reconcilers, what they make of the answers, and how they are stepped."""

from typing import Any

import pytest

from kubeobj.api.errors import Conflict
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import LiveClock, VirtualClock
from kubeobj.reconcile.controller import Controller
from kubeobj.reconcile.leaderelection import Election
from kubeobj.reconcile.loop import NeverSettles
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request, Result
from kubeobj.reconcile.triggers import on_mapped, on_owned, on_self

A, B = Request("", "a"), Request("", "b")


def drain(controller: Controller) -> list[str]:
    done = []
    while (key := controller.step()) is not None:
        done.append(str(key))
    return done


def test_a_reconciler_that_raises_comes_back_and_stops_nobody(clock: VirtualClock) -> None:
    fails = True

    def reconcile(key: Request) -> None:
        if key == A and fails:
            raise RuntimeError("not yet")

    told: list[tuple[Request, Exception]] = []
    controller = Controller("c", reconcile, clock, on_error=lambda *one: told.append(one))
    controller.queue.add(A)
    controller.queue.add(B)
    assert drain(controller) == ["a", "b"]
    assert [(key, str(error)) for key, error in told] == [(A, "not yet")]
    assert controller.metrics.errors == 1
    assert str(controller.errors[A]) == "not yet"
    at = controller.queue.deadline
    assert at is not None
    clock.advance(at - clock.now() + 1e-6)
    assert drain(controller) == ["a"]
    assert controller.queue.failures(A) == 2
    fails = False
    clock.advance(1)
    assert drain(controller) == ["a"]
    assert controller.errors == {}
    assert controller.queue.failures(A) == 0


def test_that_somebody_was_faster_is_no_news(clock: VirtualClock) -> None:
    def reconcile(key: Request) -> None:
        raise Conflict("changed")

    told: list[Any] = []
    controller = Controller("c", reconcile, clock, on_error=lambda *one: told.append(one))
    controller.queue.add(A)
    drain(controller)
    assert told == []
    assert controller.queue.deadline is not None


def test_a_reconciler_may_ask_to_be_asked_again(clock: VirtualClock) -> None:
    controller = Controller("c", lambda _: Result(5), clock)
    controller.queue.add(A)
    assert drain(controller) == ["a"]
    assert controller.queue.deadline == clock.now() + 5
    assert controller.metrics.requeues == 1


@pytest.mark.parametrize(
    "answer", [5, "soon", [], object()], ids=["number", "text", "list", "object"]
)
def test_nonsense_is_named(clock: VirtualClock, answer: Any) -> None:
    controller = Controller("twin", lambda _: answer, clock)
    controller.queue.add(A)
    drain(controller)
    message = str(controller.errors[A])
    assert message.startswith("the reconciler 'twin' must return None or a Result, not ")


def test_a_result_takes_no_negative_time() -> None:
    with pytest.raises(ValueError, match="0 seconds or more"):
        Result(-1)


def test_no_key_is_asked_about_before_the_caches_are_there(
    manager: Manager, client: InProcessClient
) -> None:
    seen: list[int] = []
    namespaces = manager.informer("namespaces")

    def reconcile(key: Request) -> None:
        seen.append(len(namespaces.cache))

    controller = manager.controller("c", reconcile, needs=[namespaces])
    controller.queue.add(A)
    assert controller.step() is None
    manager.settle()
    assert seen == [len(client.list("namespaces"))]


def test_a_loop_that_never_settles_is_named_with_its_keys_and_writes(
    manager: Manager, client: InProcessClient
) -> None:
    def install(manager: Manager) -> None:
        informer = manager.informer("configmaps")

        def reconcile(key: Request) -> None:
            found = informer.cache.find(key)
            assert found is not None
            count = int(found["data"]["n"]) + 1
            change = {"data": {"n": str(count)}}
            manager.client.patch("configmaps", key.name, change, namespace=key.namespace)

        on_self(manager.controller("counter", reconcile, needs=[informer]), informer)

    manager.install(install)
    metadata = {"name": "a"}
    client.create(
        {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": {"n": "0"}}
    )
    with pytest.raises(NeverSettles) as caught:
        manager.settle()
    text = str(caught.value)
    assert "counter default/a: 2001 times" in text
    assert "patch configmaps default/a" in text


def test_a_restart_forgets_everything_but_what_is_installed(
    manager: Manager, client: InProcessClient
) -> None:
    made: list[Manager] = []

    def install(manager: Manager) -> None:
        made.append(manager)
        informer = manager.informer("namespaces")
        on_self(manager.controller("c", lambda _: None, needs=[informer]), informer)

    manager.install(install)
    manager.settle()
    before = manager.controllers["c"]
    manager.restart()
    assert len(made) == 2
    assert manager.controllers["c"] is not before
    manager.settle()
    assert manager.controllers["c"].metrics.reconciles == before.metrics.reconciles


def test_two_loops_cannot_have_one_name(manager: Manager) -> None:
    manager.controller("c", lambda _: None)
    with pytest.raises(ValueError, match="already"):
        manager.controller("c", lambda _: None)


def test_only_a_virtual_clock_is_advanced(client: InProcessClient) -> None:
    with pytest.raises(TypeError, match="virtual clock"):
        Manager(client, LiveClock()).advance(1)


def test_time_goes_from_deadline_to_deadline(manager: Manager, clock: VirtualClock) -> None:
    began = clock.now()
    times: list[float] = []

    def reconcile(key: Request) -> Result:
        times.append(round(clock.now() - began, 3))
        return Result(30)

    manager.controller("c", reconcile).queue.add(A)
    manager.advance(100)
    assert times == [0, 30, 60, 90]
    assert clock.now() == began + 100


def test_owned_and_mapped_objects_trigger_the_ones_they_concern(
    manager: Manager, client: InProcessClient
) -> None:
    seen: list[str] = []
    informer = manager.informer("configmaps")

    def reconcile(key: Request) -> None:
        seen.append(str(key))

    owned = manager.controller("owned", reconcile, needs=[informer])
    on_owned(owned, informer, "example.com", "Site")
    mapped = manager.controller("mapped", reconcile, needs=[informer])
    on_mapped(mapped, informer, lambda one: [Request("", one["metadata"]["name"].upper())])
    owner = {"apiVersion": "example.com/v1", "kind": "Site", "name": "s", "uid": "1"}
    metadata = {"name": "a", "ownerReferences": [{**owner, "controller": True}]}
    client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    manager.settle()
    assert sorted(seen) == ["A", "default/s"]


def test_of_two_managers_one_leads_and_the_other_takes_over(
    client: InProcessClient, clock: VirtualClock
) -> None:
    managers = [Manager(client, clock, name=name) for name in "ab"]
    electors = [one.elect(Election("lead", one.name)) for one in managers]
    work: list[str] = []
    for one in managers:
        name = one.name

        def reconcile(key: Request, name: str = name) -> Result:
            work.append(name)
            return Result(1)

        one.controller("c", reconcile).queue.add(A)
    for one in managers:
        one.step()
    assert [one.is_leader for one in electors] == [True, False]
    for _ in range(20):
        clock.advance(1)
        managers[0].step()
        managers[1].step()
    assert set(work) == {"a"}
    spec = client.get("leases.coordination.k8s.io", "lead").at("spec")
    assert spec["holderIdentity"] == "a"  # type: ignore[index,call-overload]
    work.clear()
    for _ in range(30):  # the first one is dead
        clock.advance(1)
        managers[1].step()
    assert set(work) == {"b"}
    assert not electors[0].is_leader
    assert client.get("leases.coordination.k8s.io", "lead").at("spec", "leaseTransitions") == 1


def test_a_leader_that_gives_up_is_followed_at_once(
    client: InProcessClient, clock: VirtualClock
) -> None:
    first = Manager(client, clock, name="a").elect(Election("lead", "a"))
    second = Manager(client, clock, name="b").elect(Election("lead", "b"))
    first.step()
    second.step()
    first.release()
    clock.advance(2.5)
    second.step()
    assert (first.is_leader, second.is_leader, second.leader) == (False, True, "b")


def test_an_election_has_its_times_in_order() -> None:
    with pytest.raises(ValueError, match="retry_seconds < renew_seconds"):
        Election("lead", "a", renew_seconds=20)
