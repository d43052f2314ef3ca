"""Which pods are deleted first."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.podranking import (
    DELETION_COST,
    deletion_cost,
    dispensable_first,
    replicas_to_delete,
)
from kubeobj.reconcile.moments import text_of

NOW = 1_767_225_600.0
HOUR = 3600


def pod(name: str = "a", **changes: object) -> dict[str, Any]:
    """Return a pod: ready on a node for an hour unless *changes* say otherwise."""
    facts: dict[str, Any] = {
        "node": "n1",
        "phase": "Running",
        "ready": NOW - HOUR,
        "created": NOW - 2 * HOUR,
        "restarts": 0,
        "sidecar_restarts": 0,
        "cost": None,
        **changes,
    }
    condition = {"type": "Ready", "status": "False" if facts["ready"] is None else "True"}
    if facts["ready"]:
        condition["lastTransitionTime"] = text_of(facts["ready"])
    metadata = {"name": name, "uid": facts.get("uid", name)}
    if facts["created"] is not None:
        metadata["creationTimestamp"] = text_of(facts["created"])
    if facts["cost"] is not None:
        metadata["annotations"] = {DELETION_COST: facts["cost"]}
    return {
        "metadata": metadata,
        "spec": {
            "nodeName": facts["node"],
            "initContainers": [{"name": "s", "restartPolicy": "Always"}, {"name": "i"}],
        },
        "status": {
            "phase": facts["phase"],
            "conditions": [condition],
            "containerStatuses": [{"name": "c", "restartCount": facts["restarts"]}],
            "initContainerStatuses": [
                {"name": "s", "restartCount": facts["sidecar_restarts"]},
                {"name": "i", "restartCount": 99},
            ],
        },
    }


def order(pods: list[dict[str, Any]], related: list[dict[str, Any]] | None = None) -> list[str]:
    """Return the names of all but one of *pods* in the order they are deleted, and that one."""
    chosen = [
        found["metadata"]["name"]
        for found in replicas_to_delete(pods, len(pods) - 1, NOW, related=related)
    ]
    return chosen + [
        one["metadata"]["name"] for one in pods if one["metadata"]["name"] not in chosen
    ]


RULES = [
    pytest.param({"node": ""}, {"phase": "Pending", "ready": None}, id="unassigned-first"),
    pytest.param({"phase": "Pending"}, {"phase": "Unknown", "ready": None}, id="pending-first"),
    pytest.param({"phase": "Unknown"}, {"phase": "Running", "ready": None}, id="unknown-first"),
    pytest.param({"ready": None}, {"cost": "-1"}, id="not-ready-first"),
    pytest.param({"cost": "-1"}, {"cost": "0", "ready": NOW - 1}, id="cheap-first"),
    pytest.param({"cost": "2"}, {"cost": "10", "ready": NOW - 1}, id="costs-are-numbers"),
    pytest.param({"ready": 0}, {"ready": NOW - 1}, id="ready-since-nobody-knows-first"),
    pytest.param({"ready": NOW - 60}, {"ready": NOW - HOUR, "restarts": 9}, id="young-first"),
    pytest.param({"restarts": 2}, {"restarts": 1, "sidecar_restarts": 5}, id="restarted-first"),
    pytest.param({"sidecar_restarts": 2}, {"created": NOW - 1}, id="restarted-sidecar-first"),
    pytest.param({"created": NOW - 60}, {}, id="newly-made-first"),
    pytest.param({"created": None}, {"created": NOW - 1}, id="made-nobody-knows-when-first"),
]


@pytest.mark.parametrize(("first", "second"), RULES)
def test_each_rule_counts_more_than_those_after_it(
    first: dict[str, Any], second: dict[str, Any]
) -> None:
    """The first pod goes, though a later rule would choose the second, and whatever their uids."""
    for uids in (("a", "b"), ("b", "a")):
        one, other = pod("one", uid=uids[0], **first), pod("other", uid=uids[1], **second)
        assert order([one, other]) == order([other, one]) == ["one", "other"]


def test_pods_that_crowd_a_node_go_first() -> None:
    """A pod beside more active pods of the owner goes before one that was ready for less time."""
    crowd = [pod("a"), pod("b"), pod("c", node="n2", ready=NOW - 1)]
    assert order(crowd) == ["a", "b", "c"]
    finished = [pod(f"f{number}", node="n2", phase="Failed") for number in range(3)]
    assert order(crowd, related=[*crowd, *finished]) == ["a", "b", "c"]
    others = [pod(f"r{number}", node="n2") for number in range(3)]
    assert order(crowd, related=[*crowd, *others]) == ["c", "a", "b"]


def test_times_of_one_magnitude_are_told_apart_by_uid() -> None:
    """Pods ready for 40 and 50 minutes are about equal; one ready for a minute is not."""
    old = pod("old", ready=NOW - 3000, uid="1")
    newer = pod("newer", ready=NOW - 2400, uid="2")
    young = pod("young", ready=NOW - 60, uid="3")
    assert order([newer, old, young]) == ["young", "old", "newer"]


def test_times_to_come_are_younger_than_any() -> None:
    """A pod that is ready since after now has been ready for no time at all."""
    assert order([pod("a", ready=NOW - 1), pod("b", ready=NOW + 60)]) == ["b", "a"]


def test_all_pods_go_as_they_come() -> None:
    """Where every pod goes there is nothing to choose."""
    pods = [pod("b"), pod("a", node="")]
    assert replicas_to_delete(pods, 2, NOW) == pods
    assert replicas_to_delete(pods, 5, NOW) == pods
    assert replicas_to_delete(pods, 0, NOW) == []


FACTS = st.fixed_dictionaries(
    {
        "node": st.sampled_from(["", "n1", "n2"]),
        "phase": st.sampled_from(["Pending", "Running"]),
        "ready": st.sampled_from([None, 0, NOW - 1, NOW - 100, NOW - 110]),
        "created": st.sampled_from([None, NOW - 100, NOW - 110, NOW - HOUR]),
        "restarts": st.integers(0, 1),
        "cost": st.sampled_from([None, "1"]),
    }
)


@given(st.data())
def test_the_choice_hangs_on_the_pods_alone(data: st.DataObject) -> None:
    """However the pods are shuffled, the same ones go in the same order."""
    facts = data.draw(st.lists(FACTS, min_size=1, max_size=8))
    pods = [pod(f"p{number}", **fact) for number, fact in enumerate(facts)]
    count = data.draw(st.integers(0, len(pods) - 1))
    shuffled = data.draw(st.permutations(pods))
    assert replicas_to_delete(pods, count, NOW) == replicas_to_delete(shuffled, count, NOW)


@pytest.mark.parametrize(
    ("text", "cost"),
    [
        ("10", 10),
        ("-10", -10),
        ("0", 0),
        ("-0", 0),
        ("-008", -8),
        ("008", 0),
        ("+10", 0),
        ("1.5", 0),
        ("", 0),
        ("2147483647", 2**31 - 1),
        ("2147483648", 0),
        ("-2147483648", -(2**31)),
        ("1" * 5000, 0),
    ],
)
def test_deletion_costs_are_integers_of_32_bits(text: str, cost: int) -> None:
    """What is no such number, or written with a plus sign or leading zeros, counts as 0."""
    assert deletion_cost(pod(cost=text)) == cost


PLAIN = [rule for rule in RULES if "cost" not in f"{rule.values}"]


@pytest.mark.parametrize(("first", "second"), PLAIN)
def test_the_plain_order_has_the_same_rules(first: dict[str, Any], second: dict[str, Any]) -> None:
    """Without costs and nodes, the two orders agree."""
    one, other = pod("one", **first), pod("other", **second)
    assert dispensable_first([other, one]) == dispensable_first([one, other]) == [one, other]


def test_the_plain_order_counts_seconds() -> None:
    """One second makes a pod younger, and equals stay as they come."""
    first, second, third = (
        pod("a", ready=NOW - 101),
        pod("b", ready=NOW - 100),
        pod("c", ready=NOW - 100),
    )
    assert dispensable_first([first, second, third]) == [second, third, first]
