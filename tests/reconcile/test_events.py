"""What people are told, and how often."""

from typing import Any

from kubeobj.api.inprocess import InProcessClient
from kubeobj.clock import VirtualClock
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
    messages = [message for message, _, _ in told(client)]
    assert sum(message.startswith("(combined from similar events): ") for message in messages) >= 1
    assert sum(not message.startswith("(combined") for message in messages) == 9


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
