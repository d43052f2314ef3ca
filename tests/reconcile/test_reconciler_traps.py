"""What people write by mistake, and what befalls their reconcilers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from typing import Any

import pytest

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.errors import Forbidden
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import LiveClock
from kubeobj.models.corev1 import ConfigMap, Namespace, Secret
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.leaderelection import Election
from kubeobj.reconcile.live import arun
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.reconciler import reconciler
from kubeobj.reconcile.request import Request, Result
from kubeobj.reconcile.work import Work


def site(client: InProcessClient, name: str = "a", **labels: str) -> None:
    client.create(ConfigMap(metadata={"name": name, "labels": {"site": "yes", **labels}}))


def secret(name: str, **metadata: Any) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": name, **metadata}}


def secrets(client: InProcessClient) -> list[str]:
    return [one.metadata.name or "" for one in client.list(Secret)]


def errors(manager: Manager, name: str) -> list[str]:
    return [str(error) for error in manager.controllers[name].errors.values()]


# ---------------------------------------------------------------- functions


def test_a_function_that_cannot_take_an_object_and_its_work_is_refused_at_once() -> None:
    with pytest.raises(TypeError, match="'one_only' must take an object and its work"):

        @reconciler(ConfigMap)
        def one_only(one: ConfigMap) -> None: ...


def test_a_function_that_cleans_up_is_checked_too() -> None:
    @reconciler(ConfigMap)
    def good(one: ConfigMap, work: Work) -> None: ...

    with pytest.raises(TypeError, match="must take an object and its work"):

        @good.finalize
        def bad() -> None: ...


def test_what_makes_no_finalizer_is_refused_at_once() -> None:
    made = reconciler(ConfigMap, name="my site!")(lambda one, work: None)
    with pytest.raises(ValueError, match="my site!"):
        made.finalize(lambda one, work: None)


def test_a_callable_without_a_name_has_that_of_its_class() -> None:
    class Site:
        def __call__(self, one: ConfigMap, work: Work) -> None: ...

    assert reconciler(ConfigMap)(Site()).name == "Site"


def test_what_a_generator_returns_counts(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def later(one: ConfigMap, work: Work) -> Iterator[Any]:
        yield secret("s")
        return Result(60)

    manager.install(later)
    site(client)
    manager.settle()
    assert secrets(client) == ["s"]
    assert manager.deadline == manager.clock.now() + 60


def test_a_generator_may_be_asynchronous(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    async def later(one: ConfigMap, work: Work) -> AsyncIterator[Any]:
        yield secret("s")
        await asyncio.sleep(0)
        yield secret("t")

    manager.install(later)
    site(client)
    manager.settle()
    assert secrets(client) == ["s", "t"]


def test_a_generator_that_raises_midway_removes_nothing(
    client: InProcessClient, manager: Manager
) -> None:
    fails = False

    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def two(one: ConfigMap, work: Work) -> Iterator[Any]:
        yield secret("s")
        if fails:
            raise RuntimeError("no")
        yield secret("t")

    manager.install(two)
    site(client)
    manager.settle()
    fails = True
    client.label(ConfigMap, "a", {"x": "y"})
    manager.settle()
    assert errors(manager, "two") == ["no"]
    assert secrets(client) == ["s", "t"]


def test_a_coroutine_that_is_cancelled_has_failed_and_stops_nobody(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler(ConfigMap, selector="site")
    async def cancelled(one: ConfigMap, work: Work) -> None:
        raise asyncio.CancelledError

    manager.install(cancelled)
    site(client)
    manager.settle()
    assert errors(manager, "cancelled") == ["the reconciler was cancelled"]


def test_what_one_coroutine_opens_the_next_can_use(
    client: InProcessClient, manager: Manager
) -> None:
    pool: list[asyncio.Future[str]] = []
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[str] = []

    @reconciler(ConfigMap, selector="site")
    async def user(one: ConfigMap, work: Work) -> None:
        seen.append(who.get())
        who.set(one.metadata.name or "")  # is for this one alone
        if not pool:
            pool.append(asyncio.get_running_loop().create_future())
        else:
            asyncio.get_running_loop().call_soon(pool[0].set_result, "used")
            seen.append(await pool[0])

    manager.install(user)
    site(client, "a")
    site(client, "b")
    manager.settle()
    assert errors(manager, "user") == []
    assert seen == ["nobody", "nobody", "used"]


def test_a_coroutine_in_a_running_loop_is_named(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, selector="site")
    async def inside(one: ConfigMap, work: Work) -> None: ...

    manager.install(inside)
    site(client)

    async def main() -> None:
        manager.settle()

    asyncio.run(main())
    (error,) = errors(manager, "inside")
    assert "arun" in error


# ---------------------------------------------------------------- children


def test_a_child_without_a_name_is_named(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def nameless(one: ConfigMap, work: Work) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Secret", "metadata": {"generateName": "s-"}}

    manager.install(nameless)
    site(client)
    manager.settle()
    (error,) = errors(manager, "nameless")
    assert "a child must have a name" in error
    assert secrets(client) == []


def test_a_child_in_another_namespace_is_refused(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def abroad(one: ConfigMap, work: Work) -> dict[str, Any]:
        return secret("s", namespace="kube-system")

    manager.install(abroad)
    site(client)
    manager.settle()
    (error,) = errors(manager, "abroad")
    assert "Secret 'kube-system/s' cannot be owned by an object of the namespace 'default'" in error


def test_a_child_of_the_whole_cluster_is_refused_to_an_owner_that_is_not(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler(ConfigMap, owns=[Namespace], selector="site")
    def above(one: ConfigMap, work: Work) -> dict[str, Any]:
        return {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "n"}}

    manager.install(above)
    site(client)
    manager.settle()
    (error,) = errors(manager, "above")
    assert "Namespace 'n' cannot be owned by an object of the namespace 'default'" in error


def test_an_owner_of_the_whole_cluster_has_children_and_looks_after_them(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler(
        Namespace, owns=[Secret, "ClusterRole.v1.rbac.authorization.k8s.io"], selector="team"
    )
    def team(one: Namespace, work: Work) -> Iterator[Any]:
        yield secret("s", namespace=one.metadata.name)
        yield secret("d")
        kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole"}
        yield {**kind, "metadata": {"name": "team"}, "rules": []}

    manager.install(team)
    client.create(Namespace(metadata={"name": "t", "labels": {"team": "yes"}}))
    manager.settle()
    assert client.exists(Secret, "s", namespace="t")
    assert client.exists(Secret, "d", namespace="default")
    assert client.exists("clusterroles", "team")
    client.delete(Secret, "s", namespace="t")
    manager.settle()
    assert client.exists(Secret, "s", namespace="t")
    assert errors(manager, "team") == []


def test_the_same_child_twice_is_named(client: InProcessClient, manager: Manager) -> None:
    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def twice(one: ConfigMap, work: Work) -> list[Any]:
        return [{**secret("s"), "stringData": {"a": "1"}}, secret("s")]

    manager.install(twice)
    site(client)
    manager.settle()
    (error,) = errors(manager, "twice")
    assert "Secret 's' is there twice" in error


def test_a_child_that_went_unseen_is_made_anew(client: InProcessClient, manager: Manager) -> None:
    value = "1"

    @reconciler(ConfigMap, owns=[Secret], selector="site")
    def one_child(one: ConfigMap, work: Work) -> dict[str, Any]:
        if value == "2":
            client.delete(Secret, "s")  # the cache still has it
        return {**secret("s"), "stringData": {"a": value}}

    manager.install(one_child)
    site(client)
    manager.settle()
    value = "2"
    loop = manager.controllers["one-child"]
    loop.queue.add(Request("default", "a"))
    loop.step()
    assert loop.metrics.errors == 0
    assert secrets(client) == ["s"]


# ---------------------------------------------------------------- status


def claim(client: InProcessClient) -> None:
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


def test_a_map_in_a_status_is_as_it_is_said(client: InProcessClient, manager: Manager) -> None:
    said: dict[str, Any] = {"storage": "1", "pods": "1"}
    client.create(
        {
            "apiVersion": "v1",
            "kind": "ResourceQuota",
            "metadata": {"name": "q"},
            "spec": {"hard": {"pods": "1"}},
        }
    )

    @reconciler("ResourceQuota.v1")
    def count(one: Unstructured, work: Work) -> None:
        work.status(used=said)

    manager.install(count)
    manager.settle()
    said = {"pods": "2"}
    client.label("resourcequotas", "q", {"x": "y"})
    manager.settle()
    assert client.get("resourcequotas", "q").at("status", "used") == {"pods": "2"}


def test_a_status_that_there_is_no_place_for_is_named(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler(ConfigMap, selector="site")
    def silent(one: ConfigMap, work: Work) -> None:
        work.status(ready=True)

    manager.install(silent)
    site(client)
    manager.settle()
    assert len(errors(manager, "silent")) == 1


# ---------------------------------------------------------------- going


def test_an_object_that_goes_while_it_gets_its_finalizer_is_no_error(
    client: InProcessClient, manager: Manager
) -> None:
    called: list[str] = []

    @reconciler(ConfigMap, selector="site")
    def bucket(one: ConfigMap, work: Work) -> None:
        called.append("made")

    bucket.finalize(lambda one, work: called.append("cleaned"))
    manager.install(bucket)
    site(client)
    manager.read()
    client.delete(ConfigMap, "a")
    manager.controllers["bucket"].step()
    manager.settle()
    assert manager.controllers["bucket"].metrics.errors == 0
    assert called == []


def test_clean_up_may_say_its_status_and_look_again(
    client: InProcessClient, manager: Manager
) -> None:
    ready = False

    @reconciler("ReplicaSet.v1.apps")
    def sets(one: Unstructured, work: Work) -> None: ...

    @sets.finalize
    def drain(one: Unstructured, work: Work) -> None:
        work.status(replicas=7)
        if not ready:
            work.look_again(5)

    manager.install(sets)
    claim(client)
    manager.settle()
    client.delete("replicasets", "r")
    manager.settle()
    assert client.get("replicasets", "r").at("status", "replicas") == 7
    ready = True
    manager.advance(6)
    assert not client.exists("replicasets", "r")


def test_clean_up_that_returns_nonsense_has_not_cleaned_up(
    client: InProcessClient, manager: Manager
) -> None:
    @reconciler(ConfigMap, selector="site")
    def bucket(one: ConfigMap, work: Work) -> None: ...

    @bucket.finalize
    def empty(one: ConfigMap, work: Work) -> Iterator[Any]:
        yield secret("s")

    manager.install(bucket)
    site(client)
    manager.settle()
    client.delete(ConfigMap, "a")
    manager.settle()
    assert client.exists(ConfigMap, "a")
    assert "must return None or a Result" in errors(manager, "bucket")[0]


def test_an_object_that_is_selected_no_longer_is_cleaned_up_after_when_it_goes(
    client: InProcessClient, manager: Manager
) -> None:
    called: list[str] = []

    @reconciler(ConfigMap, selector="site")
    def bucket(one: ConfigMap, work: Work) -> None:
        called.append("made")

    bucket.finalize(lambda one, work: called.append("cleaned"))
    manager.install(bucket)
    site(client)
    manager.settle()
    client.label(ConfigMap, "a", {"site": None})
    manager.restart()
    manager.settle()
    called.clear()
    client.delete(ConfigMap, "a")
    manager.settle()
    assert not client.exists(ConfigMap, "a")
    assert called == ["cleaned"]


# ---------------------------------------------------------------- watches


@pytest.mark.parametrize(
    "mapping",
    [lambda one: one.metadata.labels["for"], lambda one: Request("default", "a"), lambda _: {"a"}],
    ids=["name", "request", "set"],
)
def test_a_mapping_may_say_one(client: InProcessClient, manager: Manager, mapping: Any) -> None:
    seen: list[str] = []

    @reconciler(ConfigMap, selector="site", watches={Secret: mapping})
    def reader(one: ConfigMap, work: Work) -> None:
        seen.append(one.metadata.name or "")

    manager.install(reader)
    site(client)
    manager.settle()
    client.create(secret("s", labels={"for": "a"}))
    manager.settle()
    assert seen == ["a", "a"]


@pytest.mark.parametrize(
    "mapping",
    [lambda _: 1 / 0, lambda _: None, lambda _: [7]],
    ids=["raises", "none", "no-request"],
)
def test_a_mapping_that_fails_is_told_and_stops_nobody(
    client: InProcessClient, manager: Manager, mapping: Any
) -> None:
    seen: list[str] = []

    @reconciler(ConfigMap, selector="site", watches={Secret: mapping})
    def reader(one: ConfigMap, work: Work) -> None:
        seen.append(one.metadata.name or "")

    manager.install(reader)
    client.create(secret("s"))
    site(client)
    manager.settle()
    assert seen == ["a"]
    assert manager.controllers["reader"].metrics.errors == 1
    (event,) = client.list("events")
    assert (event.at("involvedObject", "name"), event.at("reason")) == ("s", "WatchError")


# ---------------------------------------------------------------- the end


def test_who_stops_gives_up_the_lead_after_its_last_step() -> None:
    client = InProcessClient(ApiServer(clock=LiveClock()))
    manager = Manager(client, LiveClock())
    manager.elect(Election("lead", "a"))

    async def main() -> None:
        task = asyncio.create_task(arun(manager, look_every_seconds=0.01))
        for _ in range(500):
            if client.exists("leases.coordination.k8s.io", "lead"):
                break
            await asyncio.sleep(0.01)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    spec = client.get("leases.coordination.k8s.io", "lead").at("spec")
    assert isinstance(spec, dict)
    assert spec.get("holderIdentity", "") == ""


def test_what_the_api_does_not_serve_is_said(client: InProcessClient, manager: Manager) -> None:
    def refuse(call: Call, ask: Ask) -> object:
        if call.verb == "list" and str(call.given[0]).startswith("Secret"):
            raise Forbidden("secrets is forbidden")
        return ask()

    @reconciler(ConfigMap, owns=["Unicorn.v1.example.com", Secret], selector="site")
    def dreamer(one: ConfigMap, work: Work) -> None: ...

    manager = Manager(layered(client, refuse), manager.clock)
    manager.install(dreamer)
    manager.settle()
    (status,) = manager.status
    assert [one.split(":")[0] for one in status.waits_for] == [
        "Unicorn.v1.example.com",
        "Secret.v1.",
    ]
