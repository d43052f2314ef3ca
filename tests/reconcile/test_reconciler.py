"""Reconcilers as people write them."""

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import LiveClock, VirtualClock
from kubeobj.errors import ObjectReferenceError
from kubeobj.labels.selector import Selector
from kubeobj.meta.labelselector import LabelSelector
from kubeobj.models.corev1 import ConfigMap, Secret
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.live import arun, run
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reconciler import reconciler
from kubeobj.reconcile.request import Result
from kubeobj.reconcile.selected import selected_by
from kubeobj.reconcile.work import Work


def site(client: InProcessClient, name: str = "a", count: int = 2, **labels: str) -> None:
    metadata = {"name": name, "labels": {"site": "yes", **labels}}
    client.create(ConfigMap(metadata=metadata, data={"n": str(count)}))


def change(client: InProcessClient, count: object) -> None:
    client.patch(ConfigMap, "a", {"data": {"n": str(count)}})


def secrets(client: InProcessClient) -> list[str]:
    return [one.metadata.name or "" for one in client.list(Secret)]


@reconciler(ConfigMap, owns=[Secret], selector="site")
def twins(one: ConfigMap, work: Work) -> Iterator[Secret]:
    """As many secrets as a config map says."""
    for number in range(int((one.data or {})["n"])):
        yield Secret(metadata={"name": f"{one.metadata.name}-{number}"}, stringData={"k": "v"})


def test_what_is_returned_is_there_and_what_is_no_longer_is_not(
    client: InProcessClient, manager: Manager
) -> None:
    manager.install(twins)
    site(client)
    manager.settle()
    assert secrets(client) == ["a-0", "a-1"]
    for count in (3, 0, 1):
        change(client, count)
        manager.settle()
        assert secrets(client) == [f"a-{number}" for number in range(count)]
    (owner,) = client.get(Secret, "a-0").metadata.owner_references
    assert (owner.kind, owner.name, owner.controller) == ("ConfigMap", "a", True)


def test_a_child_that_somebody_changes_or_deletes_is_put_right(
    client: InProcessClient, manager: Manager
) -> None:
    manager.install(twins)
    site(client)
    manager.settle()
    client.delete(Secret, "a-0")
    client.patch(Secret, "a-1", {"metadata": {"ownerReferences": None}})
    manager.settle()
    assert secrets(client) == ["a-0", "a-1"]
    assert len(client.get(Secret, "a-1").metadata.owner_references) == 1


def test_once_all_is_as_it_should_be_nothing_is_written(
    client: InProcessClient, manager: Manager
) -> None:
    manager.install(twins)
    site(client)
    manager.settle()
    before = client.server.store.revision
    manager.relist()
    manager.controllers["twins"].queue.add(twins_request())
    manager.settle()
    assert client.server.store.revision == before


def twins_request() -> Any:
    from kubeobj.reconcile.request import Request

    return Request("default", "a")


def test_a_child_of_somebody_else_is_left_alone(client: InProcessClient, manager: Manager) -> None:
    owner = {"apiVersion": "v1", "kind": "ConfigMap", "name": "b", "uid": "1", "controller": True}
    client.create(Secret(metadata={"name": "a-0", "ownerReferences": [owner]}))
    manager.install(twins)
    site(client)
    manager.settle()
    (event,) = client.list("events")
    assert "Secret 'a-0' is controlled by ConfigMap 'b' already" in str(event.at("message"))


def test_what_raises_is_told_as_an_event_and_stops_nobody(
    client: InProcessClient, manager: Manager
) -> None:
    manager.install(twins)
    site(client, "a")
    site(client, "bad")
    client.patch(ConfigMap, "bad", {"data": {"n": "many"}})
    manager.settle()
    assert secrets(client) == ["a-0", "a-1"]
    (event,) = client.list("events")
    assert (event.at("type"), event.at("reason")) == ("Warning", "ReconcileError")
    assert str(event.at("message")).startswith("ValueError: invalid literal for int()")
    client.patch(ConfigMap, "bad", {"data": {"n": "1"}})
    manager.settle()
    assert secrets(client) == ["a-0", "a-1", "bad-0"]
    assert manager.controllers["twins"].errors == {}


@pytest.mark.parametrize(
    "answer", [5, "text", [Secret, 1], ["x"]], ids=["number", "text", "mixed", "texts"]
)
def test_nonsense_is_named(client: InProcessClient, manager: Manager, answer: Any) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def silly(one: ConfigMap, work: Work) -> Any:
        return answer

    manager.install(silly)
    site(client)
    manager.settle()
    (error,) = manager.controllers["silly"].errors.values()
    assert "'silly' must return None, a Result, an object or objects, not " in str(error)


def test_what_nobody_said_it_owns_is_no_child(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, selector="site")
    def maker(one: ConfigMap, work: Work) -> Secret:
        return Secret(metadata={"name": "s"})

    manager.install(maker)
    site(client)
    manager.settle()
    (error,) = manager.controllers["maker"].errors.values()
    assert "a Secret.v1. is no child here: this reconciler owns nothing" in str(error)


def test_a_kind_is_named_with_its_version() -> None:
    with pytest.raises(ObjectReferenceError, match="must say kind, version and group"):
        reconciler("pods")


def test_coroutine_functions_and_untyped_kinds_will_do(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler("ConfigMap.v1", owns=["Secret.v1"], selector="site")
    async def quick(one: Unstructured, work: Work) -> dict[str, Any]:
        name = one.at("metadata", "name")
        work.look_again(60)
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": f"{name}-x"}}

    manager.install(quick)
    site(client)
    manager.settle()
    assert secrets(client) == ["a-x"]
    assert manager.deadline == manager.clock.now() + 60


def test_a_watched_object_makes_those_it_concerns_be_looked_at(
    client: InProcessClient, manager: Manager
) -> None:
    seen: list[str] = []

    @reconciler(
        ConfigMap, selector="site", watches={Secret: lambda one: [one.metadata.labels["for"]]}
    )
    def reader(one: ConfigMap, work: Work) -> None:
        seen.append(one.metadata.name or "")

    manager.install(reader)
    site(client)
    manager.settle()
    client.create(Secret(metadata={"name": "s", "labels": {"for": "a"}}))
    manager.settle()
    assert seen == ["a", "a"]


def selecting(*, name: str, **fields: Any) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": name, "labels": {"site": "yes"}},
        "data": fields,
    }


@pytest.mark.parametrize(
    "selects",
    [
        lambda one: {"app": one.data["app"]},
        lambda one: {"matchLabels": {"app": one.data["app"]}},
        lambda one: LabelSelector(match_labels={"app": one.data["app"]}),
        lambda one: f"app={one.data['app']}",
        lambda one: Selector.parse(f"app in ({one.data['app']})"),
    ],
    ids=["labels", "document", "model", "text", "selector"],
)
def test_who_selects_an_object_is_looked_at_when_it_changes(
    client: InProcessClient, manager: Manager, selects: Any
) -> None:
    seen: list[str] = []

    @reconciler(ConfigMap, selector="site", watches={Secret: selected_by(selects)})
    def chooser(one: ConfigMap, work: Work) -> None:
        seen.append(one.metadata.name or "")

    manager.install(chooser)
    for name, app in (("a", "x"), ("b", "x"), ("c", "y")):
        client.create(selecting(name=name, app=app))
    manager.settle()
    seen.clear()
    client.create(Secret(metadata={"name": "s", "labels": {"app": "x"}}))
    manager.settle()
    assert sorted(seen) == ["a", "b"]
    seen.clear()
    client.label(Secret, "s", {"app": "y"})
    manager.settle()
    assert sorted(seen) == ["a", "b", "c"]
    client.patch(ConfigMap, "a", {"data": {"app": "y"}})
    client.delete(ConfigMap, "c")
    manager.settle()
    seen.clear()
    client.delete(Secret, "s")
    manager.settle()
    assert seen == ["a"]


def test_what_cannot_say_what_it_selects_is_told(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, selector="site", watches={Secret: selected_by(lambda _: 5)})
    def chooser(one: ConfigMap, work: Work) -> None: ...

    manager.install(chooser)
    site(client)
    manager.settle()
    (event,) = client.list("events")
    assert event.at("reason") == "WatchError"


def test_a_status_is_written_once_and_only_if_it_changes(
    client: InProcessClient, manager: Manager
) -> None:
    client.create(
        {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {"name": "r"},
            "spec": {
                "selector": {"matchLabels": {"a": "b"}},
                "template": {
                    "metadata": {"labels": {"a": "b"}},
                    "spec": {"containers": [{"name": "c", "image": "i"}]},
                },
            },
        }
    )

    @reconciler("ReplicaSet.v1.apps")
    def count(one: Unstructured, work: Work) -> Result:
        work.status(replicas=3)
        work.status(replicas=4, readyReplicas=1)
        return Result(10)

    manager.install(count)
    manager.settle()
    status = client.get("replicasets", "r").at("status")
    assert status == {"replicas": 4, "readyReplicas": 1}
    revision = client.server.store.revision
    manager.advance(50)
    assert client.server.store.revision == revision
    assert manager.controllers["count"].metrics.requeues >= 5


def test_an_object_stays_until_it_has_been_cleaned_up_after(
    client: InProcessClient, manager: Manager
) -> None:
    cleaned: list[str] = []
    ready = False

    @reconciler(ConfigMap, selector="site")
    def bucket(one: ConfigMap, work: Work) -> None: ...

    @bucket.finalize
    def empty(one: ConfigMap, work: Work) -> Result | None:
        cleaned.append(one.metadata.name or "")
        return None if ready else Result(5)

    manager.install(bucket)
    site(client)
    manager.settle()
    assert client.get(ConfigMap, "a").metadata.finalizers == ("kubeobj.io/bucket",)
    client.delete(ConfigMap, "a")
    manager.settle()
    assert client.exists(ConfigMap, "a")
    ready = True
    manager.advance(6)
    assert not client.exists(ConfigMap, "a")
    assert cleaned == ["a", "a"]


def test_it_runs_as_time_passes_until_it_is_stopped() -> None:
    client = InProcessClient(ApiServer(clock=LiveClock()))
    manager = Manager(client, LiveClock())
    manager.install(twins)
    stop = threading.Event()
    thread = threading.Thread(target=run, args=(manager, stop), kwargs={"look_every_seconds": 0.01})
    thread.start()
    try:
        site(client)
        for _ in range(500):
            if secrets(client) == ["a-0", "a-1"]:
                break
            stop.wait(0.01)
        assert secrets(client) == ["a-0", "a-1"]
    finally:
        stop.set()
        thread.join(10)
    assert not thread.is_alive()


def test_it_runs_beside_other_tasks_until_it_is_cancelled(clock: VirtualClock) -> None:
    import asyncio

    client = InProcessClient(ApiServer(clock=LiveClock()))
    manager = Manager(client, LiveClock())
    manager.install(twins)

    async def main() -> list[str]:
        task = asyncio.create_task(arun(manager, look_every_seconds=0.01))
        site(client)
        for _ in range(500):
            if len(secrets(client)) == 2:
                break
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        return secrets(client)

    assert asyncio.run(main()) == ["a-0", "a-1"]
