"""What people are told, and how often."""

from typing import Any

import pytest

from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
from kubeobj.reconcile.clientlayer import Ask, Call, layered
from kubeobj.reconcile.events import BURST, EventRecorder, reference_to


def some(client: InProcessClient, name: str = "a") -> Any:
    made = client.create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name}})
    return made.document


def told(client: InProcessClient) -> list[tuple[str, Any, Any]]:
    return sorted(
        (str(one.at("message")), one.at("count"), one.at("type")) for one in client.list("events")
    )


def test_an_event_says_of_what_why_what_who_and_when(
    client: InProcessClient, clock: VirtualClock
) -> None:
    about = some(client)
    EventRecorder(client, clock, "tests", host="node-1").record(about, "Why", "what", "Warning")
    (event,) = client.list("events")
    assert event.at("involvedObject") == reference_to(about)
    assert event.at("involvedObject", "uid") == about["metadata"]["uid"]
    assert event.at("reason") == "Why"
    assert event.at("source") == {"component": "tests", "host": "node-1"}
    assert event.at("firstTimestamp") == event.at("lastTimestamp") == "2026-01-01T00:00:00Z"
    assert event.at("metadata", "namespace") == "default"


def test_the_same_event_again_is_counted(client: InProcessClient, clock: VirtualClock) -> None:
    about, events = some(client), EventRecorder(client, clock, "tests")
    events.record(about, "Why", "what")
    clock.advance(60)
    events.record(about, "Why", "what")
    assert told(client) == [("what", 2, "Normal")]
    (event,) = client.list("events")
    assert event.at("lastTimestamp") == "2026-01-01T00:01:00Z"


def test_two_components_may_tell_of_it_at_the_same_moment(
    client: InProcessClient, clock: VirtualClock
) -> None:
    about = some(client)
    for component in ("one", "two", "three"):
        EventRecorder(client, clock, component).record(about, "Why", component)
    assert told(client) == [(name, 1, "Normal") for name in ("one", "three", "two")]


def test_an_event_that_has_gone_is_told_anew(client: InProcessClient, clock: VirtualClock) -> None:
    about, events = some(client), EventRecorder(client, clock, "tests")
    events.record(about, "Why", "what")
    client.delete_all("events")
    clock.advance(1)
    events.record(about, "Why", "what")
    assert told(client) == [("what", 1, "Normal")]


def test_many_of_one_sort_become_one(client: InProcessClient, clock: VirtualClock) -> None:
    about, events = some(client), EventRecorder(client, clock, "tests")
    for number in range(12):
        clock.advance(1)
        events.record(about, "Why", f"what {number}")
    *single, combined = sorted(told(client), key=lambda one: one[0].startswith("(combined"))[-10:]
    assert combined == ("(combined from similar events): what 11", 3, "Normal")
    assert single == [(f"what {number}", 1, "Normal") for number in range(9)]


def test_one_of_the_first_of_a_sort_is_counted_on_its_own(
    client: InProcessClient, clock: VirtualClock
) -> None:
    about, events = some(client), EventRecorder(client, clock, "tests")
    for number in range(12):
        events.record(about, "Why", f"what {number}")
    events.record(about, "Why", "what 0")
    assert ("what 0", 2, "Normal") in told(client)


@pytest.mark.parametrize("count", [2, 5])
def test_what_several_tell_of_one_object_at_once_is_all_kept(
    client: InProcessClient, clock: VirtualClock, count: int
) -> None:
    about = some(client)
    for who in range(count):
        EventRecorder(client, clock, f"tests-{who}").record(about, "Why", f"what {who}")
    for who in range(count):  # and again after a restart
        EventRecorder(client, clock, f"tests-{who}").record(about, "Why", f"again {who}")
    assert len(told(client)) == 2 * count


def test_an_object_whose_name_is_none_for_an_event_is_told_of(
    client: InProcessClient, clock: VirtualClock
) -> None:
    events = EventRecorder(client, clock, "tests")
    long = "n" * 250
    events.record(some(client, long), "Why", "long")
    kind = {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "rules": []}
    events.record(client.create({**kind, "metadata": {"name": "a:b"}}).document, "Why", "colon")
    assert [message for message, _, _ in told(client)] == ["colon", "long"]


def test_a_reference_without_a_uid_is_told_of(client: InProcessClient, clock: VirtualClock) -> None:
    events = EventRecorder(client, clock, "tests")
    for name in "ab":
        about = {"apiVersion": "v1", "kind": "Node", "name": name}
        for _ in range(BURST):
            events.record(about, "Why", "what")
    assert [count for _, count, _ in told(client)] == [BURST, BURST]


def test_a_clock_that_is_put_back_silences_nobody(client: InProcessClient) -> None:
    clock = VirtualClock(1_000_000)
    about, events = some(client), EventRecorder(client, clock, "tests")
    events.record(about, "Why", "before")
    clock._now -= 86_400
    events.record(about, "Why", "after")
    assert len(told(client)) == 2


def test_events_that_reach_nobody_are_lost_and_nothing_else(
    client: InProcessClient, clock: VirtualClock
) -> None:
    def around(call: Call, ask: Ask) -> object:
        raise ConnectionResetError

    EventRecorder(layered(client, around), clock, "tests").record(some(client), "Why", "what")
    assert told(client) == []


def test_who_tells_too_much_of_one_object_is_not_heard_for_a_while(
    client: InProcessClient, clock: VirtualClock
) -> None:
    about, other = some(client), some(client, "b")
    events = EventRecorder(client, clock, "tests")
    for number in range(BURST + 10):
        events.record(about, f"Why{number}", "what")
    assert len(client.list("events")) == BURST
    events.record(other, "Why", "what")
    assert len(client.list("events")) == BURST + 1
    clock.advance(301)
    events.record(about, "Late", "what")
    assert len(client.list("events")) == BURST + 2


def test_events_that_the_api_refuses_are_lost_and_nothing_else(
    client: InProcessClient, clock: VirtualClock
) -> None:
    about = {**some(client)}
    about["metadata"] = {**about["metadata"], "namespace": "nowhere"}
    EventRecorder(client, clock, "tests").record(about, "Why", "what")
    assert told(client) == []
