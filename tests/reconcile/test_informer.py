"""What a cache knows, whatever befalls its watch, and whom it tells."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.cluster.apitrouble import ApiTroubles
from kubeobj.cluster.troubles import (
    ClosedWatches,
    DoubledWatches,
    Forgotten,
    LateWatches,
    LostWatches,
    Throttled,
    Unavailable,
)
from kubeobj.entropy import Chance
from kubeobj.reconcile.clientlayer import layered
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.reflector import RENEWED_AFTER_SECONDS, Selection
from kubeobj.reconcile.request import Request

TROUBLES = [
    Unavailable(),
    ClosedWatches(),
    DoubledWatches(),
    Forgotten(),
    LateWatches(seconds=3),
    LostWatches(),
    Throttled(0.5, 2),
]


def config(name: str, labels: dict[str, str] | None = None, **data: str) -> dict[str, Any]:
    metadata = {"name": name, "labels": labels or {}}
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata, "data": data}


def names(informer: Informer) -> list[str]:
    return sorted(one["metadata"]["name"] for one in informer.cache.in_namespace("default"))


def test_a_cache_follows_what_is_created_changed_and_deleted(
    client: InProcessClient, clock: VirtualClock
) -> None:
    client.create(config("a"))
    informer = Informer(client, clock, Selection("configmaps"))
    told: list[tuple[Any, Any]] = []
    informer.subscribe(lambda old, new: told.append((old, new)))
    assert not informer.is_synced
    assert informer.poll()
    assert informer.is_synced
    assert names(informer) == ["a"]
    client.create(config("b"))
    client.patch("configmaps", "a", {"data": {"x": "1"}})
    client.delete("configmaps", "b")
    informer.poll()
    assert names(informer) == ["a"]
    kinds = [(old is None, new is None) for old, new in told]
    assert kinds == [(True, False), (True, False), (False, False), (False, True)]
    assert not informer.poll()


def test_who_subscribes_late_is_told_what_there_is(
    client: InProcessClient, clock: VirtualClock
) -> None:
    client.create(config("a", {"app": "x"}))
    client.create(config("b", {"app": "y"}))
    informer = Informer(client, clock, Selection("configmaps"))
    informer.poll()
    seen: list[str] = []
    informer.subscribe(lambda _, new: seen.append(new["metadata"]["name"]), selector="app=y")
    assert seen == ["b"]


def test_a_selector_hears_of_what_enters_and_leaves_and_of_nothing_else(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(client, clock, Selection("configmaps"))
    seen: list[str] = []
    informer.subscribe(
        lambda old, new: seen.append((new or old)["metadata"]["name"]), selector="app=x"
    )
    client.create(config("a", {"app": "x"}))
    client.create(config("b", {"app": "y"}))
    informer.poll()
    client.label("configmaps", "a", {"app": "y"})
    informer.poll()
    client.label("configmaps", "a", {"app": "z"})
    informer.poll()
    assert seen == ["a", "a"]


def test_an_owner_hears_of_what_it_controls(client: InProcessClient, clock: VirtualClock) -> None:
    informer = Informer(client, clock, Selection("configmaps"))
    seen: list[str] = []
    informer.subscribe(
        lambda old, new: seen.append((new or old)["metadata"]["name"]), owner=("apps", "Web")
    )
    owner = {"apiVersion": "apps/v1", "kind": "Web", "name": "w", "uid": "1", "controller": True}
    owned = config("a")
    owned["metadata"]["ownerReferences"] = [owner]
    client.create(owned)
    client.create(config("b"))
    informer.poll()
    assert seen == ["a"]
    assert [one["metadata"]["name"] for one in informer.cache.owned_by("1")] == ["a"]


def test_an_object_that_came_back_under_its_name_is_another(
    client: InProcessClient, clock: VirtualClock
) -> None:
    client.create(config("a"))
    informer = Informer(client, clock, Selection("configmaps"))
    informer.poll()
    told: list[tuple[bool, bool]] = []
    informer.subscribe(lambda old, new: told.append((old is None, new is None)))
    client.delete("configmaps", "a")
    client.create(config("a"))
    informer.reflector.restart()
    informer.poll()
    assert told == [(True, False), (False, True), (True, False)]


def test_a_subscription_is_by_selector_or_by_owner(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(client, clock, Selection("configmaps"))
    with pytest.raises(ValueError, match="not both"):
        informer.subscribe(print, selector="a", owner=("", "Pod"))


def test_after_a_failure_the_api_is_asked_again_later_and_later(clock: VirtualClock) -> None:
    troubles = ApiTroubles(clock, Chance(1))
    inner = InProcessClient(ApiServer(clock=clock))
    informer = Informer(layered(inner, troubles.around("x")), clock, Selection("configmaps"))
    outage = Unavailable()
    troubles.begin(outage)
    waits = []
    for _ in range(7):
        assert not informer.poll()
        at = informer.reflector.deadline
        assert at is not None
        waits.append(round(at - clock.now(), 3))
        clock.advance(at - clock.now() + 0.001)
    assert waits == [0.8, 1.6, 3.2, 6.4, 12.8, 25.6, 30]
    troubles.end(outage)
    assert informer.poll()
    assert informer.reflector.deadline is None
    assert informer.reflector.error is None


@given(
    trouble=st.sampled_from(TROUBLES),
    seed=st.integers(0, 1000),
    changes=st.lists(
        st.tuples(st.sampled_from(["create", "change", "delete", "wait"]), st.sampled_from("abc")),
        max_size=12,
    ),
)
def test_whatever_befalls_a_watch_the_cache_is_right_in_the_end(
    trouble: Any, seed: int, changes: list[tuple[str, str]]
) -> None:
    clock = VirtualClock()
    troubles = ApiTroubles(clock, Chance(seed))
    client = InProcessClient(ApiServer(clock=clock))
    informer = Informer(layered(client, troubles.around("x")), clock, Selection("configmaps"))
    told: dict[Request, Any] = {}

    def hear(old: Any, new: Any) -> None:
        key = Request.of(old or new)
        assert (old is None) == (key not in told), "told of what it did not know"
        if new is None:
            del told[key]
        else:
            told[key] = new

    informer.subscribe(hear)
    informer.poll()
    troubles.begin(trouble)
    for number, (what, name) in enumerate(changes):
        match what, client.exists("configmaps", name):
            case "create", False:
                client.create(config(name))
            case "change", True:
                client.patch("configmaps", name, {"data": {"n": str(number)}})
            case "delete", True:
                client.delete("configmaps", name)
            case _:
                clock.advance(1)
        informer.poll()
    troubles.end(trouble)
    for _ in range(3):
        clock.advance(RENEWED_AFTER_SECONDS + 1)
        informer.poll()
    there = {Request.of(one.document): one.document for one in client.list("configmaps")}  # type: ignore[arg-type]
    assert told == there
    assert {Request.of(one): one for one in informer.cache} == there
