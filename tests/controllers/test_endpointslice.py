"""Slices say where the pods of services are to be reached."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.api.allocation.allocators import Allocators
from kubeobj.controllers.endpointslice import EndpointSliceController
from kubeobj.documents import Wire
from tests.controllers.running import Running
from tests.controllers.services import addresses, node, pod, service, slices, status

TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"


def running(**more: Any) -> Running:
    """Return the loop beside a server that has a node."""
    world = Running(EndpointSliceController, **more)
    node(world)
    world.settle()
    return world


def small(capacity: int, **more: Any) -> Running:
    """Return the loop with few endpoints to a slice."""
    world = Running(lambda manager: EndpointSliceController(manager, capacity), **more)
    node(world)
    return world


def only_endpoint(world: Running) -> Wire:
    """Return the one endpoint that there is."""
    (one,) = slices(world)
    (endpoint,) = one["endpoints"]
    found: Wire = endpoint
    return found


def test_what_a_slice_says() -> None:
    """It belongs to its service, has its labels, and a name after it."""
    world = running()
    made = pod(world, "a", "10.1.0.1")
    reserved = {"kubernetes.io/service-name": "x", "tier": "front"}
    owner = service(world, meta={"labels": reserved}, ports=[{"name": "http", "port": 80}])
    world.settle()
    (one,) = slices(world)
    assert one["metadata"]["name"].startswith("s-")
    assert one["metadata"]["generateName"] == "s-"
    assert one["metadata"]["labels"] == {
        "tier": "front",
        "kubernetes.io/service-name": "s",
        "endpointslice.kubernetes.io/managed-by": "endpointslice-controller.k8s.io",
    }
    assert one["metadata"]["ownerReferences"] == [
        {
            "apiVersion": "v1",
            "kind": "Service",
            "name": "s",
            "uid": owner["metadata"]["uid"],
            "controller": True,
            "blockOwnerDeletion": True,
        }
    ]
    assert one["ports"] == [{"name": "http", "protocol": "TCP", "port": 80}]
    assert one["addressType"] == "IPv4"
    assert one["endpoints"] == [
        {
            "addresses": ["10.1.0.1"],
            "conditions": {"ready": True, "serving": True, "terminating": False},
            "nodeName": "n",
            "targetRef": {
                "kind": "Pod",
                "namespace": "default",
                "name": "a",
                "uid": made["metadata"]["uid"],
            },
        }
    ]


def test_a_service_without_pods_has_an_empty_slice() -> None:
    """It gets one slice that says so, and keeps it when pods come and go."""
    world = running()
    service(world)
    world.settle()
    (one,) = slices(world)
    assert (one.get("endpoints") or [], one.get("ports") or []) == ([], [])
    pod(world, "a", "10.1.0.1")
    world.settle()
    world.client.delete("pods", "a", grace_period_seconds=0)
    world.settle()
    (last,) = slices(world)
    assert last["metadata"]["name"] == one["metadata"]["name"]
    assert (last.get("endpoints") or [], last.get("ports") or []) == ([], [])
    before = len(world.writes)
    world.client.label("services", "s", {"tier": "front"})
    world.settle()
    assert len(world.writes) == before + 1
    assert slices(world)[0]["metadata"]["labels"]["tier"] == "front"


@pytest.mark.parametrize(
    ("is_ready", "is_deleted", "is_open", "expected"),
    [
        (True, False, False, (True, True, False)),
        (False, False, False, (False, False, False)),
        (True, True, False, (False, True, True)),
        (False, True, False, (False, False, True)),
        (False, False, True, (True, False, False)),
        (True, True, True, (True, True, True)),
    ],
)
def test_conditions(
    is_ready: bool, is_deleted: bool, is_open: bool, expected: tuple[bool, bool, bool]
) -> None:
    """Ready, serving and terminating, and what publishing unready addresses makes of them."""
    world = running()
    service(world, publishNotReadyAddresses=is_open)
    pod(world, "a", "10.1.0.1", ready=is_ready)
    if is_deleted:
        world.client.delete("pods", "a")
    world.settle()
    conditions = only_endpoint(world)["conditions"]
    assert tuple(conditions[name] for name in ("ready", "serving", "terminating")) == expected


@pytest.mark.parametrize("phase", ["Succeeded", "Failed"])
def test_pods_that_are_none(phase: str) -> None:
    """Those that have ended, and those without an address."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    pod(world, "b", ready=False)
    world.settle()
    assert addresses(world) == ["10.1.0.1"]
    status(world, "a", "10.1.0.1", phase=phase)
    world.settle()
    assert addresses(world) == []


def test_ports_by_name() -> None:
    """Pods that have a port of the name elsewhere are in other slices; a protocol counts."""
    world = running()
    ports = [{"name": "http", "port": 80, "targetPort": "web", "appProtocol": "kubernetes.io/h2c"}]
    service(world, ports=[*ports, {"name": "dns", "port": 53, "targetPort": 5, "protocol": "UDP"}])
    for number, name in enumerate("ab", start=1):
        held = [{"name": "web", "containerPort": 8000 + number}]
        pod(world, name, f"10.1.0.{number}", ports=held)
    pod(world, "c", "10.1.0.3", ports=[{"name": "web", "containerPort": 1, "protocol": "UDP"}])
    world.settle()
    dns = {"name": "dns", "protocol": "UDP", "port": 5}
    http = {"name": "http", "protocol": "TCP", "appProtocol": "kubernetes.io/h2c"}
    found = {one["endpoints"][0]["targetRef"]["name"]: one["ports"] for one in slices(world)}
    assert found == {
        "a": [{**http, "port": 8001}, dns],
        "b": [{**http, "port": 8002}, dns],
        "c": [dns],
    }


def test_a_sidecar_has_ports() -> None:
    """And an init container that ends has none."""
    world = running()
    service(world, ports=[{"port": 80, "targetPort": "p"}])
    side = {"name": "i", "image": "i", "ports": [{"name": "p", "containerPort": 9}]}
    pod(world, "a", "10.1.0.1", initContainers=[{**side, "restartPolicy": "Always"}])
    pod(world, "b", "10.1.0.2", initContainers=[side])
    world.settle()
    found = {one["endpoints"][0]["targetRef"]["name"]: one.get("ports") for one in slices(world)}
    assert found["a"] == [{"name": "", "protocol": "TCP", "port": 9}]
    assert not found["b"]


def test_headless_services() -> None:
    """Their slices say so; they need no ports, and give their pods names."""
    world = running()
    service(world, clusterIP="None", ports=None)
    pod(world, "a", "10.1.0.1", hostname="first", subdomain="s")
    pod(world, "b", "10.1.0.2", hostname="second", subdomain="other")
    world.settle()
    (one,) = slices(world)
    assert one["metadata"]["labels"]["service.kubernetes.io/headless"] == ""
    assert not one.get("ports")
    assert [endpoint.get("hostname") for endpoint in one["endpoints"]] == ["first", None]


def test_two_families() -> None:
    """Each family has slices of its own."""
    world = running()
    world.server.core.allocators = Allocators(cidrs=("10.0.0.0/16", "fd00:1::/108"))
    families: Wire = {"ipFamilies": ["IPv4", "IPv6"], "ipFamilyPolicy": "RequireDualStack"}
    service(world, clusterIP="None", **families)
    pod(world, "a", "10.1.0.1", "FD00::1")
    world.settle()
    found = {one["addressType"]: one["endpoints"][0]["addresses"] for one in slices(world)}
    assert found == {"IPv4": ["10.1.0.1"], "IPv6": ["fd00::1"]}


def test_zones_and_what_is_near() -> None:
    """Where an endpoint is, and who is to use it, if its service says so."""
    world = Running(EndpointSliceController)
    node(world, zone="z1")
    service(world, trafficDistribution="PreferSameNode")
    pod(world, "a", "10.1.0.1")
    world.settle()
    endpoint = only_endpoint(world)
    assert endpoint["zone"] == "z1"
    assert endpoint["hints"] == {"forZones": [{"name": "z1"}], "forNodes": [{"name": "n"}]}
    near = {"spec": {"trafficDistribution": "PreferClose"}}
    world.client.patch("services", "s", near, type="merge")
    world.settle()
    assert only_endpoint(world)["hints"] == {"forZones": [{"name": "z1"}]}
    status(world, "a", "10.1.0.1", ready=False)
    world.settle()
    assert "hints" not in only_endpoint(world)
    world.client.patch("services", "s", {"spec": {"trafficDistribution": None}}, type="merge")
    status(world, "a", "10.1.0.1")
    world.settle()
    assert "hints" not in only_endpoint(world)


def test_a_pod_on_a_node_that_is_not_there_yet() -> None:
    """It is no endpoint before, unless everything is to be published; nobody polls for it."""
    world = Running(EndpointSliceController)
    service(world)
    service(world, "open", publishNotReadyAddresses=True)
    pod(world, "a", "10.1.0.1")
    world.settle()
    assert (addresses(world), addresses(world, "open")) == ([], ["10.1.0.1"])
    assert world.manager.deadline is None
    node(world)
    world.settle()
    assert addresses(world) == ["10.1.0.1"]


def test_a_hundred_to_a_slice() -> None:
    """As many as fit, and the rest in the next; few slices change when pods do."""
    world = small(3)
    service(world)
    for number in range(7):
        pod(world, f"p{number}", f"10.1.0.{number}")
    world.settle()
    assert sorted(len(one["endpoints"]) for one in slices(world)) == [1, 3, 3]
    before = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in slices(world)}
    world.client.delete("pods", "p0", grace_period_seconds=0)
    world.settle()
    after = {one["metadata"]["name"]: one["metadata"]["resourceVersion"] for one in slices(world)}
    assert before.keys() == after.keys()
    assert sum(before[name] != after[name] for name in before) == 1
    pod(world, "new", "10.1.1.1")
    world.settle()
    assert sorted(len(one["endpoints"]) for one in slices(world)) == [1, 3, 3]


def test_slices_of_ports_that_are_no_more_are_used_again() -> None:
    """A service whose ports change keeps the names of its slices."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    world.settle()
    (before,) = slices(world)
    world.client.patch("services", "s", {"spec": {"ports": [{"port": 81}]}}, type="merge")
    world.settle()
    (after,) = slices(world)
    assert after["metadata"]["name"] == before["metadata"]["name"]
    assert after["ports"] == [{"name": "", "protocol": "TCP", "port": 81}]


def test_services_that_are_not_served() -> None:
    """Those that are names elsewhere, and those without selectors."""
    world = running()
    pod(world, "a", "10.1.0.1")
    service(world, type="ExternalName", externalName="x.io", ports=None)
    service(world, "t", selector=None)
    world.settle()
    assert world.names("endpointslices") == []


def test_several_services_of_one_pod() -> None:
    """All that select it; and one more when its labels change."""
    world = running()
    service(world)
    service(world, "t", selector={"app": "web", "tier": "front"})
    service(world, "u", selector={"app": "db"})
    pod(world, "a", "10.1.0.1")
    world.settle()
    found = {name: addresses(world, name) for name in ("s", "t", "u")}
    assert found == {"s": ["10.1.0.1"], "t": [], "u": []}
    world.client.label("pods", "a", {"app": "db"})
    world.settle()
    found = {name: addresses(world, name) for name in ("s", "t", "u")}
    assert found == {"s": [], "t": [], "u": ["10.1.0.1"]}


def test_what_services_do_not_go_by_costs_nothing() -> None:
    """Neither other pods, nor annotations, nor restarts make anybody look."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    world.settle()
    before = world.manager.controllers["endpointslice"].metrics.reconciles
    world.client.annotate("pods", "a", {"x": "y"})
    pod(world, "other", "10.1.0.9", labels={"app": "db"})
    world.settle()
    assert world.manager.controllers["endpointslice"].metrics.reconciles == before


def test_what_somebody_else_does_to_slices() -> None:
    """They are put right, and made again."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    world.settle()
    (one,) = slices(world)
    world.client.patch("endpointslices", one["metadata"]["name"], {"endpoints": []}, type="merge")
    world.settle()
    assert addresses(world) == ["10.1.0.1"]
    world.client.delete("endpointslices", one["metadata"]["name"])
    world.settle()
    assert addresses(world) == ["10.1.0.1"]
    metadata = {"name": "x", "namespace": "default", "labels": {"a": "b"}}
    world.client.create({**one, "metadata": metadata})
    world.settle()
    assert "x" in world.names("endpointslices")


def test_slices_of_a_service_that_was_before() -> None:
    """One of the same name has its own; the old ones are the garbage collector's, and go."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    world.settle()
    (old,) = slices(world)
    world.client.delete("services", "s")
    made = service(world)
    world.settle()
    (new,) = slices(world)
    assert new["metadata"]["name"] != old["metadata"]["name"]
    assert new["metadata"]["ownerReferences"][0]["uid"] == made["metadata"]["uid"]


def test_since_when_it_is_so() -> None:
    """The creation of the service at first, then what has changed first; then nothing."""
    world = running()
    made = service(world)
    world.settle()
    (one,) = slices(world)
    assert one["metadata"]["annotations"][TRIGGER] == made["metadata"]["creationTimestamp"]
    pod(world, "a", "10.1.0.1")
    since = "2026-01-01T00:00:40Z"
    ready = {"type": "Ready", "status": "True", "lastTransitionTime": since}
    change = {"status": {"conditions": [ready]}}
    world.client.patch("pods", "a", change, type="merge", part="status")
    world.settle()
    assert slices(world)[0]["metadata"]["annotations"][TRIGGER] == since
    world.client.label("services", "s", {"tier": "front"})
    world.settle()
    assert TRIGGER not in slices(world)[0]["metadata"].get("annotations", {})


def test_a_cache_that_lags_puts_nothing_twice() -> None:
    """As long as what was written has not been seen, nothing more is written."""
    world = running()
    service(world)
    world.manager.read()
    loop = world.manager.controllers["endpointslice"]
    loop.step()
    pod(world, "a", "10.1.0.1")
    behind = world.manager.informer("endpointslices.discovery.k8s.io")
    for informer in (world.manager.informer("pods"), world.manager.informer("services")):
        informer.poll()
    loop.step()
    assert addresses(world) == []
    behind.poll()
    world.advance(2)
    assert addresses(world) == ["10.1.0.1"]
    assert len(slices(world)) == 1
    assert world.manager.deadline is None


def test_a_namespace_on_its_way_out_gets_nothing_new() -> None:
    """Nor does anybody try for ever, who has not seen yet that it goes."""
    world = running()
    world.create("Namespace", "shop", "")
    world.create("Service", "s", "shop", spec={"selector": {"a": "b"}, "ports": [{"port": 80}]})
    world.manager.read()
    world.client.delete("namespaces", "shop")
    world.settle()
    assert world.names("endpointslices", "shop") == world.names("endpoints", "shop") == []
    assert world.manager.deadline is None


@pytest.mark.parametrize("write", range(1, 6))
def test_whenever_it_dies_every_pod_is_there_once(write: int) -> None:
    """What was begun before one end is finished after it."""
    world = small(2, dies_at_write=write)
    service(world)
    for number in range(7):
        pod(world, f"p{number}", f"10.1.0.{number}")
    world.settle()
    assert addresses(world) == [f"10.1.0.{number}" for number in range(7)]
    assert len(slices(world)) == 4


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["make", "delete", "ready", "unready", "relabel", "settle", "restart"]),
        st.integers(0, 8),
    ),
    max_size=25,
)


@given(STEPS)
def test_every_pod_is_in_one_slice_and_no_slice_too_full(steps: list[tuple[str, int]]) -> None:
    """Whatever pods do: each that has an address is there once, as it is, and none else."""
    world = small(3)
    service(world)
    for what, number in steps:
        _step(world, what, f"p{number}", f"10.1.0.{number}")
    world.settle()
    found = [one for part in slices(world) for one in part.get("endpoints") or ()]
    there = {one["targetRef"]["name"]: one["conditions"]["ready"] for one in found}
    wanted = {
        one["metadata"]["name"]: one["status"]["conditions"][0]["status"] == "True"
        for one in world.there("pods")
        if one["metadata"]["labels"] == {"app": "web"}
    }
    assert there == wanted
    assert len(found) == len(there)
    assert all(len(part.get("endpoints") or ()) <= 3 for part in slices(world))
    assert Counter(len(part.get("endpoints") or ()) for part in slices(world))[0] <= 1


def _step(world: Running, what: str, name: str, address: str) -> None:
    is_there = world.client.exists("pods", name)
    if what == "make" and not is_there:
        pod(world, name, address)
    elif what == "delete" and is_there:
        world.client.delete("pods", name, grace_period_seconds=0)
    elif what in {"ready", "unready"} and is_there:
        status(world, name, address, ready=what == "ready")
    elif what == "relabel" and is_there:
        world.client.label("pods", name, {"app": "db"})
    elif what == "settle":
        world.settle()
    elif what == "restart":
        world.manager.restart()
