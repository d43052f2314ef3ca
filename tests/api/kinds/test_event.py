"""Rules of events that no recording shows."""

from typing import Any

import pytest

from kubeobj.api.kinds.event import EVENTS_V1, KIND, from_stored, to_stored
from kubeobj.api.wireform import read_wire
from kubeobj.documents import Wire
from tests.api.kinds.rules import Found, create_errors, found, read

NEW: Wire = {
    "metadata": {"name": "e", "namespace": "default"},
    "eventTime": "2026-01-01T00:00:00.000000Z",
    "reportingController": "a.b/c",
    "reportingInstance": "i",
    "action": "A",
    "reason": "R",
    "type": "Normal",
}


def stored(**fields: Any) -> Wire:  # type: ignore[explicit-any]
    """Return an event of events.k8s.io as it is stored."""
    return to_stored(read_wire("eventsv1.Event", {**NEW, **fields})[0])


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, {}),
        ({"deprecatedCount": 1}, {("count", "INVALID"): 1}),
        ({"deprecatedSource": {"host": "h"}}, {("source", "INVALID"): 1}),
        ({"deprecatedLastTimestamp": "2026-01-01T00:00:00Z"}, {("lastTimestamp", "INVALID"): 1}),
        (
            {"series": {"count": 1}},
            {("series.count", "INVALID"): 1, ("series.lastObservedTime", "REQUIRED"): 1},
        ),
        ({"reportingController": "a b"}, {("reportingController", "INVALID"): 1}),
        (
            {"note": "n" * 1025, "action": "a" * 129},
            {("message", "INVALID"): 1, ("action", "INVALID"): 1},
        ),
        ({"regarding": {"namespace": "other"}}, {}),
    ],
)
def test_newer_events(fields: Wire, expected: Found) -> None:
    """Who reports says more, and nothing in the older way."""
    assert EVENTS_V1.validate is not None
    assert found(EVENTS_V1.validate(stored(**fields))) == expected


def test_only_the_series_of_a_newer_event_changes() -> None:
    """All else is as it was reported."""
    assert EVENTS_V1.validate_update is not None
    series = {"count": 2, "lastObservedTime": "2026-01-01T00:00:00.000000Z"}
    assert not list(EVENTS_V1.validate_update(stored(series=series), stored()))
    other = stored(reason="S", reportingInstance="j")
    assert found(EVENTS_V1.validate_update(other, stored())) == {
        ("reason", "INVALID"): 2,
        ("reportingInstance", "INVALID"): 1,
    }


def test_both_forms_say_the_same() -> None:
    """What goes to the stored form comes back."""
    given = read_wire("eventsv1.Event", {**NEW, "series": {"count": 0}, "note": "n"})[0]
    assert from_stored(to_stored({**given, "series": dict(given["series"])})) == given


@pytest.mark.parametrize(
    ("namespace", "involved", "count"),
    [("default", "", 0), ("a", "", 1), ("a", "a", 0), ("a", "b", 1)],
)
def test_namespaces_of_older_events(namespace: str, involved: str, count: int) -> None:
    """An event is where its object is, or in the default namespace."""
    document: Wire = {
        "metadata": {"namespace": namespace},
        "involvedObject": {"namespace": involved},
    }
    assert sum(create_errors("events", document).values()) == count


def test_selectable_fields() -> None:
    """Who reports is the source of an event that names none, under either name."""
    event = stored(regarding={"kind": "Pod"})
    assert KIND.fields(event)["source"] == "a.b/c"
    assert set(EVENTS_V1.fields.values()) <= KIND.field_names
    assert KIND.field_names == set(KIND.fields(event))


def test_the_table_shows_a_series() -> None:
    """How often, and when last."""
    series = {"count": 7, "lastObservedTime": "2026-01-01T00:00:10.000000Z"}
    event = read("events", {"series": series, "eventTime": "2026-01-01T00:00:00.000000Z"})
    cells = KIND.table.cells(event, 1767225620.0)
    assert (cells[0], cells[7], cells[8]) == ("10s", "20s", 7)
