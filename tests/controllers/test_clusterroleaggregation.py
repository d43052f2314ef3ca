"""Aggregated cluster roles have the rules of those that they select."""

from typing import Any

from kubeobj.controllers.clusterroleaggregation import ClusterRoleAggregationController
from kubeobj.documents import Wire
from tests.controllers.running import Running

KIND = "rbac.authorization.k8s.io/v1/ClusterRole"


def rule(*resources: str) -> Wire:
    """Return a rule to get resources of the core group."""
    return {"verbs": ["get"], "apiGroups": [""], "resources": list(resources)}


def aggregate(*labels: dict[str, str]) -> dict[str, Any]:
    """Return what makes a role one of those with labels."""
    selectors = [{"matchLabels": one} for one in labels]
    return {"aggregationRule": {"clusterRoleSelectors": selectors}}


def part(world: Running, name: str, labels: dict[str, str], *rules: Wire) -> None:
    """Make a role that may be selected."""
    world.create(KIND, name, "", metadata={"labels": labels}, rules=list(rules))


def rules_of(world: Running, name: str) -> list[Wire]:
    """Return the rules of a role."""
    found: list[Wire] = world.get("clusterroles", name, "").get("rules") or []
    return found


def test_nothing_to_do_for_the_roles_that_are_always_there() -> None:
    """Those have the rules already that they gather."""
    world = Running(ClusterRoleAggregationController)
    world.settle()
    assert world.writes == []


def test_rules_are_gathered_by_name_and_each_once() -> None:
    """Selector by selector, and within one by the names of roles."""
    world = Running(ClusterRoleAggregationController)
    part(world, "b", {"to": "all"}, rule("pods"), rule("nodes"))
    part(world, "a", {"to": "all"}, rule("secrets"), rule("pods"))
    part(world, "c", {"also": "yes"}, rule("events"), rule("nodes"))
    world.create(KIND, "sum", "", **aggregate({"also": "yes"}, {"to": "all"}), rules=[])
    world.settle()
    assert rules_of(world, "sum") == [
        rule("events"),
        rule("nodes"),
        rule("secrets"),
        rule("pods"),
    ]


def test_what_changes_in_a_part_changes_in_the_whole() -> None:
    """Its rules, its labels, and whether it is there."""
    world = Running(ClusterRoleAggregationController)
    world.create(KIND, "sum", "", **aggregate({"to": "all"}))
    part(world, "a", {"to": "all"}, rule("pods"))
    world.settle()
    assert rules_of(world, "sum") == [rule("pods")]
    world.client.patch("clusterroles", "a", {"rules": [rule("nodes")]}, type="merge")
    world.settle()
    assert rules_of(world, "sum") == [rule("nodes")]
    world.client.label("clusterroles", "a", {"to": None})
    world.settle()
    assert rules_of(world, "sum") == []
    world.client.label("clusterroles", "a", {"to": "all"})
    world.settle()
    world.client.delete("clusterroles", "a")
    world.settle()
    assert rules_of(world, "sum") == []


def test_selectors_that_change() -> None:
    """A role that selects others is made of those from then on."""
    world = Running(ClusterRoleAggregationController)
    part(world, "a", {"to": "one"}, rule("pods"))
    part(world, "b", {"to": "two"}, rule("nodes"))
    world.create(KIND, "sum", "", **aggregate({"to": "one"}))
    world.settle()
    world.client.patch("clusterroles", "sum", aggregate({"to": "two"}), type="merge")
    world.settle()
    assert rules_of(world, "sum") == [rule("nodes")]
    world.client.patch("clusterroles", "b", {"rules": [rule("events")]}, type="merge")
    world.settle()
    assert rules_of(world, "sum") == [rule("events")]
    before = len(world.writes)
    world.client.patch("clusterroles", "a", {"rules": [rule("events")]}, type="merge")
    world.settle()
    assert len(world.writes) == before


def test_aggregates_of_aggregates() -> None:
    """What is gathered is gathered further, and nothing from itself."""
    world = Running(ClusterRoleAggregationController)
    part(world, "leaf", {"to": "low"}, rule("pods"))
    low = aggregate({"to": "low"})
    world.create(KIND, "low", "", metadata={"labels": {"to": "low", "and": "high"}}, **low)
    world.create(KIND, "high", "", **aggregate({"and": "high"}))
    world.settle()
    assert rules_of(world, "high") == [rule("pods")]
