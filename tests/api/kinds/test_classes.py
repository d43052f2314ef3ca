"""Rules of leases, priorities and ways to run containers that no recording shows."""

import pytest

from kubeobj.api.kinds.registry import kind_of
from kubeobj.documents import Wire
from tests.api.kinds.rules import Found, create_errors, created, update_errors, updated, warned

LEASES = "leases.coordination.k8s.io"
PRIORITIES = "priorityclasses.scheduling.k8s.io"
RUNTIMES = "runtimeclasses.node.k8s.io"


def test_elections_are_dropped_from_leases() -> None:
    """Unless a lease has to do with one already."""
    document = {"metadata": {"name": "l"}, "spec": {"strategy": "X", "preferredHolder": "h"}}
    assert created(LEASES, document)["spec"] == {}
    old = {"metadata": {}, "spec": {"strategy": "Y"}}
    assert updated(LEASES, document, old)["spec"] == document["spec"]
    assert updated(LEASES, document, {"metadata": {}, "spec": {}})["spec"] == {}


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("system-node-critical", 2_000_001_000, {}),
        ("system-node-critical", 1, {("metadata.name", "FORBIDDEN"): 1}),
        ("system-x", 2_000_000_000, {("metadata.name", "FORBIDDEN"): 1}),
        ("a", 1_000_000_000, {}),
    ],
)
def test_priorities(name: str, value: int, expected: Found) -> None:
    """Those of the system are known by name and value."""
    assert create_errors(PRIORITIES, {"metadata": {"name": name}, "value": value}) == expected


def test_what_a_priority_class_says_of_others_never_changes() -> None:
    """Pods were made by it."""
    before: Wire = {"metadata": {"name": "a"}, "value": 1}
    after = {**before, "preemptionPolicy": "Never", "globalDefault": True}
    assert update_errors(PRIORITIES, after, before) == {("preemptionPolicy", "INVALID"): 1}
    old = created(PRIORITIES, before)
    assert updated(PRIORITIES, before, old)["metadata"]["generation"] == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"overhead": {"podFixed": {"foo": "1"}}}, {("overhead.limits[foo]", "INVALID"): 2}),
        ({"overhead": {"podFixed": {"hugepages-2Mi": "2Mi"}}}, {("overhead", "FORBIDDEN"): 1}),
        (
            {"scheduling": {"tolerations": [{"operator": "Exists"}] * 2}},
            {("scheduling.tolerations[1]", "DUPLICATE"): 1},
        ),
    ],
)
def test_ways_to_run_containers(fields: Wire, expected: Found) -> None:
    """What they cost, and where they are to be had."""
    document = {"metadata": {"name": "r"}, "handler": "h", **fields}
    assert create_errors(RUNTIMES, document) == expected


def test_old_labels_of_nodes_are_told_of() -> None:
    """They have new names."""
    selector = {"beta.kubernetes.io/os": "linux", "kubernetes.io/os": "linux"}
    document = {"metadata": {}, "handler": "h", "scheduling": {"nodeSelector": selector}}
    assert warned(RUNTIMES, document) == 1
    assert kind_of(RUNTIMES).updates_blindly is False
