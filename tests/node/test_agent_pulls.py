"""Images that many pods ask for at once."""

from kubeobj.runtimes.behaviour import Behaviour
from tests.node.test_agent import world

POD_COUNT = 30
PULLED = ["Pulled", "Pulling"]


def _pulled(events: list[str]) -> list[str]:
    return sorted(one.partition(":")[0] for one in events if "Pull" in one)


def test_what_is_fetched_anew_each_time_is_fetched_once_for_those_who_wait() -> None:
    """Thirty pods with one image do not wait for each other again and again."""
    it = world(a=Behaviour(pull_seconds=3))
    for number in range(POD_COUNT):
        it.create({"name": "a", "imagePullPolicy": "Always"}, name=f"p{number}")
    it.advance(4)
    names = [f"p{number}" for number in range(POD_COUNT)]
    assert [it.state(name=name) for name in names] == ["running"] * POD_COUNT
    assert {name: _pulled(it.events(name)) for name in names} == dict.fromkeys(names, PULLED)


def test_who_asks_in_another_name_fetches_for_himself() -> None:
    """What one may have, another need not."""
    it = world(a=Behaviour(pull_seconds=3))
    secret = [{"name": "mine"}]
    it.create({"name": "a", "imagePullPolicy": "Always"}, name="one", imagePullSecrets=secret)
    it.create({"name": "a", "imagePullPolicy": "Always"}, name="two")
    it.advance(4)
    assert (it.state(name="one"), it.state(name="two")[:7]) == ("running", "waiting")
    it.advance(3)
    assert it.state(name="two") == "running"
    assert _pulled(it.events("two")) == PULLED
