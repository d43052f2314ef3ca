"""Endpoints that somebody writes by hand are mirrored by slices."""

from typing import Any

import pytest

from kubeobj.controllers.endpoints import EndpointsController
from kubeobj.controllers.endpointslice import EndpointSliceController
from kubeobj.controllers.endpointslicemirroring import EndpointSliceMirroringController
from kubeobj.documents import Wire
from tests.controllers.running import Running
from tests.controllers.services import addresses, node, pod, service, slices

MANAGED = "endpointslice.kubernetes.io/managed-by"


def running(**more: Any) -> Running:
    """Return the loop beside a server that has a service without a selector."""
    world = Running(EndpointSliceMirroringController, **more)
    service(world, selector=None)
    world.settle()
    return world


def subset(*ips: str, port: int = 80, **more: Any) -> Wire:
    """Return a subset of addresses that are ready."""
    return {"addresses": [{"ip": one} for one in ips], "ports": [{"port": port}], **more}


def write(world: Running, *subsets: Wire) -> None:
    """Change the subsets of the Endpoints."""
    world.client.patch("endpoints", "s", {"subsets": list(subsets)}, type="merge")


def test_what_a_slice_says() -> None:
    """It belongs to the Endpoints, has their labels and annotations, and their addresses."""
    world = running()
    reference = {"kind": "Pod", "name": "p"}
    address = {"ip": "10.1.0.1", "hostname": "first", "nodeName": "n", "targetRef": reference}
    ports = [{"name": "http", "port": 80, "appProtocol": "h2c"}]
    written = {"addresses": [address], "notReadyAddresses": [{"ip": "10.1.0.2"}], "ports": ports}
    last = {"kubectl.kubernetes.io/last-applied-configuration": "{}"}
    metadata = {"labels": {"tier": "front"}, "annotations": {"x.io/y": "z", **last}}
    owner = world.create("Endpoints", "s", metadata=metadata, subsets=[written])
    world.settle()
    (one,) = slices(world)
    assert one["metadata"]["labels"] == {
        "tier": "front",
        "kubernetes.io/service-name": "s",
        MANAGED: "endpointslicemirroring-controller.k8s.io",
    }
    assert one["metadata"]["annotations"] == {"x.io/y": "z"}
    (reference_to_owner,) = one["metadata"]["ownerReferences"]
    assert (reference_to_owner["kind"], reference_to_owner["uid"]) == (
        "Endpoints",
        owner["metadata"]["uid"],
    )
    assert one["ports"] == [{"name": "http", "protocol": "TCP", "port": 80, "appProtocol": "h2c"}]
    assert one["endpoints"] == [
        {
            "addresses": ["10.1.0.1"],
            "conditions": {"ready": True},
            "hostname": "first",
            "nodeName": "n",
            "targetRef": reference,
        },
        {"addresses": ["10.1.0.2"], "conditions": {"ready": False}},
    ]


def test_subsets_and_families_have_slices_of_their_own() -> None:
    """Subsets with the same ports share one."""
    world = running()
    both = subset("10.1.0.1", "fd00::1")
    world.create("Endpoints", "s", subsets=[both, subset("10.1.0.2", port=81), subset("10.1.0.3")])
    world.settle()
    found = [
        (one["addressType"], one["ports"][0]["port"], len(one["endpoints"]))
        for one in slices(world)
    ]
    assert sorted(found) == [("IPv4", 80, 2), ("IPv4", 81, 1), ("IPv6", 80, 1)]


def test_what_changes_in_endpoints_changes_in_slices() -> None:
    """With as few writes as can be: slices are used again."""
    world = running()
    world.create("Endpoints", "s", subsets=[subset("10.1.0.1")])
    world.settle()
    (before,) = slices(world)
    write(world, subset("10.1.0.1", "10.1.0.2"))
    world.settle()
    assert addresses(world) == ["10.1.0.1", "10.1.0.2"]
    write(world, subset("10.1.0.1", port=81))
    world.settle()
    (after,) = slices(world)
    assert after["metadata"]["name"] == before["metadata"]["name"]
    assert after["ports"][0]["port"] == 81
    world.client.label("endpoints", "s", {"tier": "front"})
    world.settle()
    assert slices(world)[0]["metadata"]["labels"]["tier"] == "front"
    writes = len(world.writes)
    world.client.annotate("services", "s", {"x": "y"})
    world.settle()
    assert len(world.writes) == writes
    write(world)
    world.settle()
    assert slices(world) == []


@pytest.mark.parametrize(
    "metadata",
    [
        {"labels": {"endpointslice.kubernetes.io/skip-mirror": "true"}},
        {"annotations": {"control-plane.alpha.kubernetes.io/leader": "{}"}},
    ],
    ids=["unwanted", "election"],
)
def test_endpoints_that_are_not_mirrored(metadata: Wire) -> None:
    """Those that say so, and those of elections; and what was mirrored before goes."""
    world = running()
    world.create("Endpoints", "s", subsets=[subset("10.1.0.1")])
    world.settle()
    assert addresses(world) == ["10.1.0.1"]
    world.client.patch("endpoints", "s", {"metadata": metadata}, type="merge")
    world.settle()
    assert slices(world) == []


def test_without_a_service_nothing_is_mirrored() -> None:
    """Nor for a service that has a selector; but as soon as it has none."""
    world = running()
    for name in ("t", "u"):
        world.create("Endpoints", name, subsets=[subset("10.1.0.1")])
    service(world, "u")
    world.settle()
    assert world.names("endpointslices") == []
    service(world, "t", selector=None)
    world.client.patch("services", "u", {"spec": {"selector": None}}, type="merge")
    world.settle()
    assert (addresses(world, "t"), addresses(world, "u")) == (["10.1.0.1"],) * 2
    world.client.delete("services", "t")
    world.settle()
    assert addresses(world, "t") == []


def test_slices_go_with_endpoints() -> None:
    """Without waiting for the garbage collector."""
    world = running()
    world.create("Endpoints", "s", subsets=[subset("10.1.0.1"), subset("10.1.0.2", port=81)])
    world.settle()
    world.client.delete("endpoints", "s")
    world.settle()
    assert slices(world) == []


def test_too_many_addresses() -> None:
    """So many of a subset are mirrored, and that more were left out is told."""
    world = Running(lambda manager: EndpointSliceMirroringController(manager, 2))
    service(world, selector=None)
    world.create("Endpoints", "s", subsets=[subset("10.1.0.1", "10.1.0.2", "10.1.0.3")])
    world.settle()
    assert addresses(world) == ["10.1.0.1", "10.1.0.2"]
    (event,) = world.there("events", "")
    assert (event["reason"], event["type"]) == ("TooManyAddressesToMirror", "Warning")


def test_beside_the_other_two_loops() -> None:
    """What they make of services with selectors is not mirrored, and theirs is left alone."""
    world = Running(EndpointsController, EndpointSliceController, EndpointSliceMirroringController)
    node(world)
    service(world)
    service(world, "t", selector=None)
    pod(world, "a", "10.1.0.1")
    world.create("Endpoints", "t", subsets=[subset("10.1.0.9")])
    world.settle()
    managers = {
        one["metadata"]["labels"]["kubernetes.io/service-name"]: one["metadata"]["labels"][MANAGED]
        for one in world.there("endpointslices")
    }
    assert managers == {
        "s": "endpointslice-controller.k8s.io",
        "t": "endpointslicemirroring-controller.k8s.io",
    }
    assert world.manager.deadline is None


@pytest.mark.parametrize("dies_at_write", range(1, 6))
def test_whenever_it_dies_it_says_the_same(dies_at_write: int) -> None:
    """What was begun before one end is finished after it."""
    world = running(dies_at_write=dies_at_write)
    some = [subset(f"10.1.0.{number}", port=80 + number) for number in range(3)]
    world.create("Endpoints", "s", subsets=some)
    world.settle()
    write(world, *some[1:])
    world.settle()
    assert addresses(world) == ["10.1.0.1", "10.1.0.2"]
    assert len(slices(world)) == 2
