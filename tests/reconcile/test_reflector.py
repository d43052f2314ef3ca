"""What becomes of lists and watches that go wrong in ways that faults of the API do not show."""

from collections.abc import Callable
from typing import Any

import pytest

from kubeobj.api.errors import ApiError, Expired, ServiceUnavailable
from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.reflector import Selection
from kubeobj.reconcile.request import Request


def config(name: str) -> dict[str, Any]:
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}}


class Breaking:
    """A watch that breaks at one of its polls."""

    def __init__(self, watch: Any, error: Exception | None, at: int) -> None:
        self._watch = watch
        self._error = error
        self._left = at

    def __getattr__(self, name: str) -> Any:
        return getattr(self._watch, name)

    def poll(self, limit: int | None = None) -> list[Any]:
        self._left -= 1
        if self._left:
            return list(self._watch.poll(limit))
        self._watch.close()
        if self._error is not None:
            raise self._error
        return []


def breaking(client: InProcessClient, make: Callable[[int], object], at: int = 1) -> Any:
    """A client whose n-th watch is what `make(n)` says: an error, "closed", or good (None)."""
    opened = 0

    def around(call: Call, ask: Ask) -> object:
        nonlocal opened
        if call.verb != "watch":
            return ask()
        opened += 1
        how = make(opened)
        if how is None:
            return ask()
        return Breaking(ask(), how if isinstance(how, Exception) else None, at)

    return layered(client, around)


def names(informer: Informer) -> list[str]:
    return sorted(one["metadata"]["name"] for one in informer.cache.in_namespace("default"))


@pytest.mark.parametrize(
    "error", [ServiceUnavailable("no"), ApiError("no"), ConnectionResetError("no")], ids=repr
)
def test_a_watch_that_fails_at_once_takes_nothing_of_the_list_with_it(
    client: InProcessClient, clock: VirtualClock, error: Exception
) -> None:
    client.create(config("a"))
    client.create(config("b"))
    broken = breaking(client, lambda number: error if number == 1 else None)
    informer = Informer(broken, clock, Selection("configmaps", namespace="default"))
    for _ in range(3):
        informer.poll()
        clock.advance(60)
    assert "a" in names(informer)
    assert "b" in names(informer)


def test_what_a_closed_watch_has_not_told_is_told_at_the_same_poll(
    client: InProcessClient, clock: VirtualClock
) -> None:
    broken = breaking(client, lambda number: "closed" if number == 1 else None)
    informer = Informer(broken, clock, Selection("configmaps"))
    informer.poll()
    client.create(config("a"))
    assert informer.poll()
    assert "a" in names(informer)


def test_what_a_forgotten_history_hides_is_listed_at_the_same_poll(
    client: InProcessClient, clock: VirtualClock
) -> None:
    broken = breaking(client, lambda number: Expired("old") if number == 1 else None, at=2)
    informer = Informer(broken, clock, Selection("configmaps"))
    informer.poll()
    informer.poll()
    client.create(config("a"))
    assert informer.poll()
    assert "a" in names(informer)


def test_a_watch_that_closes_again_and_again_is_opened_later_and_later(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(breaking(client, lambda _: "closed"), clock, Selection("configmaps"))
    informer.poll()
    informer.poll()
    at = informer.reflector.deadline
    assert at is not None
    assert at > clock.now()
    client.create(config("a"))
    assert not informer.poll()


def test_who_cannot_be_reached_is_asked_again(client: InProcessClient, clock: VirtualClock) -> None:
    is_down = True

    def around(call: Call, ask: Ask) -> object:
        if is_down:
            raise ConnectionRefusedError("nobody listens")
        return ask()

    informer = Informer(layered(client, around), clock, Selection("namespaces"))
    assert not informer.poll()
    assert str(informer.reflector.error) == "nobody listens"
    is_down = False
    clock.advance(1)
    assert informer.poll()
    assert informer.is_synced


def test_a_handler_that_raises_takes_nothing_from_the_others(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(client, clock, Selection("configmaps"))
    seen: list[str] = []

    def bad(old: Any, new: Any) -> None:
        raise KeyError("labels")

    informer.subscribe(bad)
    informer.subscribe(lambda _, new: seen.append(new["metadata"]["name"]))
    client.create(config("a"))
    client.create(config("b"))
    with pytest.raises(KeyError, match="labels"):
        informer.poll()
    informer.poll()
    assert {"a", "b"} <= set(seen)
    assert {"a", "b"} <= set(names(informer))


def test_an_index_that_cannot_be_made_is_not_half_there(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(client, clock, Selection("configmaps", namespace="default"))
    client.create(config("a"))
    informer.poll()
    is_bad = True

    def words(document: Any) -> list[str]:
        if is_bad:
            raise KeyError("no")
        return ["word"]

    with pytest.raises(KeyError):
        informer.cache.by(words, "word")
    is_bad = False
    assert Request("default", "a") in map(Request.of, informer.cache.by(words, "word"))


def test_lists_are_told_though_no_watch_goes_on_from_them(
    client: InProcessClient, clock: VirtualClock
) -> None:
    informer = Informer(breaking(client, lambda _: Expired("old")), clock, Selection("configmaps"))
    for name in "abc":
        client.create(config(name))
        assert informer.poll()
        assert name in names(informer)
        assert not informer.poll()
        at = informer.reflector.deadline
        assert at is not None
        assert at > clock.now()
        clock.advance(at - clock.now())
