"""Control loops: what a reconcile costs that does nothing, and an event until it is in a queue."""

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reconciler import reconciler
from kubeobj.reconcile.request import Request
from kubeobj.reconcile.triggers import on_self

LOOPS = 1000
KEYS = 20_000


def _nothing(_: Request) -> None:
    """Have nothing to do."""


def test_20000_empty_reconciles(benchmark: BenchmarkFixture) -> None:
    """From the queue and back, in one loop of a manager."""
    keys = [Request("default", f"key-{number}") for number in range(KEYS)]

    def manager() -> tuple[tuple[Manager], dict[str, object]]:
        clock = VirtualClock()
        made = Manager(InProcessClient(ApiServer(clock=clock)), clock)
        queue = made.controller("empty", _nothing).queue
        for key in keys:
            queue.add(key)
        return (made,), {}

    benchmark.pedantic(Manager.settle, setup=manager, rounds=5)


@pytest.mark.parametrize("loops", [1, LOOPS])
def test_an_event_until_it_is_queued(benchmark: BenchmarkFixture, loops: int) -> None:
    """A change is read from the watch, and is in the queue of the one loop that it concerns.

    All loops watch the same kind, each by a selector of its own.
    """
    clock = VirtualClock()
    client = InProcessClient(ApiServer(clock=clock))
    manager = Manager(client, clock)
    informer = manager.informer("configmaps")
    for number in range(loops):
        loop = manager.controller(f"loop-{number}", _nothing, needs=[informer])
        on_self(loop, informer, selector=f"loop=loop-{number}")
    metadata = {"name": "a", "labels": {"loop": "loop-0"}}
    client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    manager.settle()
    queue = manager.controllers["loop-0"].queue
    numbers = iter(range(1_000_000))

    def change() -> None:
        client.patch("configmaps", "a", {"data": {"n": str(next(numbers))}}, type="merge")
        while queue.take() is not None:
            queue.done(Request("default", "a"))

    benchmark.pedantic(manager.read, setup=change, rounds=2000)
    assert len(queue) == 1


def test_a_decorated_reconciler_that_changes_nothing(benchmark: BenchmarkFixture) -> None:
    """A user's function that returns one child, which is there already."""

    @reconciler("ConfigMap.v1", owns=["Secret.v1"], selector="site")
    def site(one: object, work: object) -> dict[str, object]:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "child"}}

    clock = VirtualClock()
    client = InProcessClient(ApiServer(clock=clock))
    manager = Manager(client, clock)
    manager.install(site)
    metadata = {"name": "a", "labels": {"site": "yes"}}
    client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})
    manager.settle()
    assert client.exists("secrets", "child")
    loop = manager.controllers["site"]

    def queued() -> None:
        loop.queue.add(Request("default", "a"))

    benchmark.pedantic(loop.step, setup=queued, rounds=2000)
