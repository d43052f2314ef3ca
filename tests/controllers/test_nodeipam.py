"""Each node gets a range of addresses, and none is given to two."""

from ipaddress import IPv4Network
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kubeobj.controllers.nodeipam import NodeIpamController
from kubeobj.reconcile.manager import Manager
from tests.controllers.running import Running


def ranges(world: Running) -> dict[str, str]:
    """Return the range of each node that has one."""
    found = {}
    for node in world.there("nodes", ""):
        if "podCIDR" in node.get("spec", {}):
            assert node["spec"]["podCIDRs"] == [node["spec"]["podCIDR"]]
            found[node["metadata"]["name"]] = node["spec"]["podCIDR"]
    return found


def small(manager: Manager) -> NodeIpamController:
    """Install the loop with room for four nodes."""
    return NodeIpamController(manager, IPv4Network("10.0.0.0/24"), 26)


def test_ranges_one_after_the_other() -> None:
    """The first node gets the first range."""
    world = Running(NodeIpamController)
    for name in ("a", "b"):
        world.create("Node", name, "")
        world.settle()
    assert ranges(world) == {"a": "10.244.0.0/24", "b": "10.244.1.0/24"}


def test_ranges_that_are_taken() -> None:
    """Nodes that have a range keep it, and it is not given to others; others' are no matter."""
    world = Running(small)
    world.create("Node", "a", "", spec={"podCIDR": "10.0.0.64/26", "podCIDRs": ["10.0.0.64/26"]})
    world.create("Node", "b", "", spec={"podCIDR": "10.9.0.0/26", "podCIDRs": ["10.9.0.0/26"]})
    world.settle()
    for name in "cdef":
        world.create("Node", name, "")
        world.settle()
    assert ranges(world) == {
        "a": "10.0.0.64/26",
        "b": "10.9.0.0/26",
        "c": "10.0.0.0/26",
        "d": "10.0.0.128/26",
        "e": "10.0.0.192/26",
    }
    assert ("CIDRNotAvailable", "Node", "f") in world.events()


@pytest.mark.parametrize("restart", [False, True])
def test_ranges_of_nodes_that_are_gone(*, restart: bool) -> None:
    """They are given to others."""
    world = Running(small)
    for name in "abcd":
        world.create("Node", name, "")
    world.settle()
    free = ranges(world)["b"]
    world.client.delete("nodes", "b")
    world.settle()
    if restart:
        world.manager.restart()
    world.create("Node", "e", "")
    world.settle()
    assert ranges(world)["e"] == free


def test_ranges_that_do_not_fit() -> None:
    """A node's range is no larger than the cluster's."""
    world = Running()
    with pytest.raises(ValueError, match="do not fit"):
        NodeIpamController(world.manager, IPv4Network("10.0.0.0/24"), 23)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("abcdef"), st.booleans(), st.booleans()), max_size=25))
def test_none_is_given_to_two(steps: list[tuple[str, bool, bool]]) -> None:
    """Whatever comes and goes, and whenever the loop begins anew."""
    world: Any = Running(small)
    for name, settles, restarts in steps:
        if name in world.names("nodes", ""):
            world.client.delete("nodes", name)
        else:
            world.create("Node", name, "")
        if settles:
            world.settle()
        if restarts:
            world.manager.restart()
    world.settle()
    found = ranges(world)
    assert len(set(found.values())) == len(found)
    assert len(found) == min(4, len(world.names("nodes", "")))
