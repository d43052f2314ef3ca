"""How zones are judged, and how fast their nodes may drive pods away."""

from typing import Any

import pytest

from kubeobj.clock import VirtualClock
from kubeobj.controllers.nodelabels import labels_to_set
from kubeobj.controllers.nodetaints import taints_after
from kubeobj.controllers.zonedisruption import ZoneState, is_counted, rate_of, state_of, zone_of
from kubeobj.controllers.zonepaces import ZonePaces

Document = dict[str, Any]
NORMAL, PARTIAL, FULL = ZoneState.NORMAL, ZoneState.PARTIAL, ZoneState.FULL
NOT_READY, UNREACHABLE = "node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"
CORDONED = "node.kubernetes.io/unschedulable"


def node(
    ready: str | None = "True", *taints: tuple[str, str], labels: Any = None, **rest: Any
) -> Document:
    """Return a node with conditions and taints."""
    conditions = {} if ready is None else {"Ready": ready}
    conditions |= rest.pop("conditions", {})
    return {
        "metadata": {"name": "n", "labels": labels or {}},
        "spec": {"taints": [{"key": key, "effect": effect} for key, effect in taints], **rest},
        "status": {
            "conditions": [{"type": type_, "status": said} for type_, said in conditions.items()]
        },
    }


@pytest.mark.parametrize(
    ("ready", "not_ready", "expected"),
    [
        (0, 0, NORMAL),
        (1, 0, NORMAL),
        (0, 1, FULL),
        (1, 2, NORMAL),  # few nodes say little
        (2, 3, PARTIAL),
        (1, 3, PARTIAL),
        (9, 10, NORMAL),
        (9, 11, PARTIAL),  # exactly 55 %
        (0, 100, FULL),
    ],
)
def test_the_state_of_a_zone(ready: int, not_ready: int, expected: ZoneState) -> None:
    """It follows from how many are not ready, and which part of it that is."""
    assert state_of(ready, not_ready) is expected


def test_the_count_of_a_zone() -> None:
    """Nodes come, change and go; those that have never said anything are not ready."""
    clock = VirtualClock()
    paces = ZonePaces(clock)
    assert not paces.is_everything
    assert paces.change(None, node(None))
    assert paces.is_everything
    assert not paces.change(node(None), node("Unknown"))
    assert paces.change(node("Unknown"), node())
    assert not paces.is_everything
    elsewhere = node(labels={"topology.kubernetes.io/zone": "a"})
    assert paces.change(node(), elsewhere)
    assert not paces.change(None, node(labels={"node.kubernetes.io/exclude-disruption": ""}))
    assert paces.change(elsewhere, None)


def test_turns() -> None:
    """One node begins at once, the next in ten seconds, or a hundred if much is silent."""
    clock = VirtualClock()
    paces = ZonePaces(clock)
    for _ in range(60):
        paces.change(None, node())
    assert [paces.wait(""), paces.wait("")] == [0, 10]
    for _ in range(40):
        paces.change(node(), node("Unknown"))
    assert paces.wait("") == 100
    clock.advance(50)
    for _ in range(20):
        paces.change(node("Unknown"), node())
    assert paces.wait("") == 10
    clock.advance(10)
    assert paces.wait("") == 0


def test_turns_after_nobody_was_heard_of() -> None:
    """Nobody begins meanwhile; then the first has to wait, too."""
    clock = VirtualClock()
    paces = ZonePaces(clock)
    for _ in range(2):
        paces.change(None, node())
    for _ in range(2):
        paces.change(node(), node("Unknown"))
    assert paces.wait("") is None
    clock.advance(1000)
    paces.change(node("Unknown"), node())
    assert paces.wait("") == 10


@pytest.mark.parametrize(
    ("state", "size", "is_everything", "expected"),
    [
        (NORMAL, 3, False, 0.1),
        (FULL, 3, False, 0.1),
        (PARTIAL, 50, False, 0.0),
        (PARTIAL, 51, False, 0.01),
        (NORMAL, 100, True, 0.0),
        (FULL, 100, True, 0.0),
    ],
)
def test_the_rate(state: ZoneState, size: int, expected: float, *, is_everything: bool) -> None:
    """One node in ten seconds, in a hundred, or none."""
    assert rate_of(state, size, is_everything=is_everything) == expected


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, ""),
        ({"topology.kubernetes.io/zone": "a"}, ":\x00:a"),
        ({"topology.kubernetes.io/region": "r"}, "r:\x00:"),
        ({"topology.kubernetes.io/region": "r", "topology.kubernetes.io/zone": "a"}, "r:\x00:a"),
        ({"failure-domain.beta.kubernetes.io/zone": "old"}, ":\x00:old"),
    ],
)
def test_the_zone_of_a_node(labels: Document, expected: str) -> None:
    """It is named by its region and its zone, under new names or old ones."""
    assert zone_of(node(labels=labels)) == expected


def test_who_does_not_count() -> None:
    """A label keeps a node out of it."""
    assert is_counted(node())
    assert not is_counted(node(labels={"node.kubernetes.io/exclude-disruption": ""}))


@pytest.mark.parametrize(
    ("given", "drives_away", "expected"),
    [
        (node(), False, []),
        (node(), True, []),
        (node(None), True, []),
        (node("False"), False, [(NOT_READY, "NoSchedule")]),
        (node("Unknown"), False, [(UNREACHABLE, "NoSchedule")]),
        (
            node("Unknown"),
            True,
            [(UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")],
        ),
        pytest.param(
            node("False", (UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")),
            False,
            [(NOT_READY, "NoSchedule"), (NOT_READY, "NoExecute")],
            id="who drives away goes on",
        ),
        pytest.param(
            node("True", (UNREACHABLE, "NoSchedule"), (UNREACHABLE, "NoExecute")),
            False,
            [],
            id="ready again",
        ),
        pytest.param(
            node("True", ("mine", "NoExecute"), (NOT_READY, "PreferNoSchedule")),
            False,
            [("mine", "NoExecute"), (NOT_READY, "PreferNoSchedule")],
            id="others' are kept",
        ),
        (node(unschedulable=True), False, [(CORDONED, "NoSchedule")]),
        (node("True", (CORDONED, "NoSchedule")), False, []),
        (node("True", (CORDONED, "NoExecute")), False, [(CORDONED, "NoExecute")]),
        *(
            (
                node(conditions={condition: "True"}),
                False,
                [(f"node.kubernetes.io/{key}", "NoSchedule")],
            )
            for condition, key in {
                "MemoryPressure": "memory-pressure",
                "DiskPressure": "disk-pressure",
                "PIDPressure": "pid-pressure",
                "NetworkUnavailable": "network-unavailable",
            }.items()
        ),
        (node(conditions={"MemoryPressure": "Unknown"}), False, []),
    ],
)
def test_taints(given: Document, expected: list[tuple[str, str]], *, drives_away: bool) -> None:
    """They follow from the state of a node."""
    found = taints_after(given, 0.0, drives_away=drives_away)
    assert [(one["key"], one["effect"]) for one in found] == expected
    there = {(one["key"], one["effect"]) for one in given["spec"]["taints"]}
    for one in found:
        is_new = (one["key"], one["effect"]) not in there
        assert one.get("timeAdded") == ("1970-01-01T00:00:00Z" if is_new else None)
    after = {**given, "spec": {**given["spec"], "taints": found}}
    assert taints_after(after, 1.0, drives_away=drives_away) == found


@pytest.mark.parametrize(
    ("labels", "expected"),
    [
        ({}, {}),
        ({"beta.kubernetes.io/os": "linux"}, {}),
        ({"kubernetes.io/os": "linux"}, {"beta.kubernetes.io/os": "linux"}),
        (
            {"kubernetes.io/arch": "arm64", "beta.kubernetes.io/arch": "amd64"},
            {"beta.kubernetes.io/arch": "arm64"},
        ),
        ({"kubernetes.io/arch": "arm64", "beta.kubernetes.io/arch": "arm64"}, {}),
    ],
)
def test_labels_under_old_names(labels: dict[str, str], expected: dict[str, str]) -> None:
    """They say what the new ones say."""
    assert labels_to_set(node(labels=labels)) == expected
