"""Endpoints say where the pods of services are to be reached, as they did before slices."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.controllers.endpoints import EndpointsController
from kubeobj.controllers.endpointsubsets import Served, subsets_of, truncated
from kubeobj.documents import Wire
from tests.controllers.running import Running
from tests.controllers.services import pod, service, status

TRIGGER = "endpoints.kubernetes.io/last-change-trigger-time"
MANAGED = {"endpoints.kubernetes.io/managed-by": "endpoint-controller"}


def running(**more: Any) -> Running:
    """Return the loop beside a server."""
    world = Running(EndpointsController, **more)
    world.settle()
    return world


def ips(world: Running, name: str = "s") -> list[tuple[list[str], list[str]]]:
    """Return the ready and the unready addresses of each subset."""
    return [
        (
            [one["ip"] for one in subset.get("addresses", ())],
            [one["ip"] for one in subset.get("notReadyAddresses", ())],
        )
        for subset in world.get("endpoints", name).get("subsets") or ()
    ]


def test_what_endpoints_say() -> None:
    """They are called as their service, have its labels, and say who has made them."""
    world = running()
    made = pod(world, "a", "10.1.0.1")
    owner = service(world, meta={"labels": {"tier": "front"}})
    world.settle()
    found = world.get("endpoints", "s")
    assert found["metadata"]["labels"] == {"tier": "front", **MANAGED}
    assert found["metadata"]["annotations"] == {TRIGGER: owner["metadata"]["creationTimestamp"]}
    reference = {
        "kind": "Pod",
        "namespace": "default",
        "name": "a",
        "uid": made["metadata"]["uid"],
    }
    assert found["subsets"] == [
        {
            "addresses": [{"ip": "10.1.0.1", "nodeName": "n", "targetRef": reference}],
            "ports": [{"port": 80, "protocol": "TCP"}],
        }
    ]


def test_ready_and_not_ready() -> None:
    """Each address is in its list, in the order of addresses; pods that end are in none."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.10")
    pod(world, "b", "10.1.0.9")
    pod(world, "c", "10.1.0.3", ready=False)
    pod(world, "d", "10.1.0.4")
    world.client.delete("pods", "d")
    world.settle()
    assert ips(world) == [(["10.1.0.9", "10.1.0.10"], ["10.1.0.3"])]
    status(world, "c", "10.1.0.3")
    status(world, "a", "10.1.0.10", phase="Succeeded")
    world.settle()
    assert ips(world) == [(["10.1.0.3", "10.1.0.9"], [])]


def test_unready_addresses_that_are_published() -> None:
    """All are ready then, those on their way out too."""
    world = running()
    service(world, publishNotReadyAddresses=True)
    pod(world, "a", "10.1.0.1", ready=False)
    pod(world, "b", "10.1.0.2")
    world.client.delete("pods", "b")
    world.settle()
    assert ips(world) == [(["10.1.0.1", "10.1.0.2"], [])]


def test_pods_with_other_ports_are_in_other_subsets() -> None:
    """Ports are found by their names in each pod."""
    world = running()
    service(world, ports=[{"name": "http", "port": 80, "targetPort": "web"}])
    for number, name in enumerate("abc", start=1):
        held = [{"name": "web", "containerPort": 8000 + number % 2}]
        pod(world, name, f"10.1.0.{number}", ports=held)
    world.settle()
    subsets = world.get("endpoints", "s")["subsets"]
    assert [one["ports"] for one in subsets] == [
        [{"name": "http", "port": port, "protocol": "TCP"}] for port in (8000, 8001)
    ]
    assert ips(world) == [(["10.1.0.2"], []), (["10.1.0.1", "10.1.0.3"], [])]


def test_headless_services_without_ports() -> None:
    """Their addresses have no ports, but names; and what they are is said."""
    world = running()
    service(world, clusterIP="None", ports=None)
    pod(world, "a", "10.1.0.1", hostname="first", subdomain="s")
    world.settle()
    found = world.get("endpoints", "s")
    (subset,) = found["subsets"]
    assert "ports" not in subset
    assert subset["addresses"][0]["hostname"] == "first"
    assert found["metadata"]["labels"] == {"service.kubernetes.io/headless": "", **MANAGED}


def test_services_that_are_not_served() -> None:
    """Whoever writes Endpoints for a service without a selector keeps them."""
    world = running()
    service(world, selector=None)
    service(world, "t", type="ExternalName", externalName="x.io", ports=None)
    world.create("Endpoints", "s", subsets=[{"addresses": [{"ip": "1.2.3.4"}]}])
    world.settle()
    assert world.names("endpoints") == ["s"]
    assert ips(world) == [(["1.2.3.4"], [])]


def test_endpoints_go_with_their_service() -> None:
    """Those of a service that goes, and those that were left over; not what somebody else made."""
    world = running()
    service(world)
    service(world, "t")
    world.settle()
    world.create("Endpoints", "own", subsets=[{"addresses": [{"ip": "1.2.3.4"}]}])
    world.client.delete("services", "s")
    world.settle()
    assert world.names("endpoints") == ["own", "t"]
    world.client.delete("services", "t")
    world.manager.restart()
    world.settle()
    assert world.names("endpoints") == ["own"]


def test_nothing_is_written_twice() -> None:
    """What says already what it should is left alone, and what does not is put right."""
    world = running()
    service(world)
    pod(world, "a", "10.1.0.1")
    world.settle()
    before = len(world.writes)
    world.client.annotate("pods", "a", {"x": "y"})
    world.client.annotate("services", "s", {"x": "y"})
    world.settle()
    assert len(world.writes) == before
    world.client.patch("endpoints", "s", {"subsets": None}, type="merge")
    world.settle()
    assert ips(world) == [(["10.1.0.1"], [])]
    world.client.delete("endpoints", "s")
    world.settle()
    assert ips(world) == [(["10.1.0.1"], [])]


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


@pytest.mark.parametrize("write", range(1, 5))
def test_whenever_it_dies_it_says_the_same(write: int) -> None:
    """What was begun before one end is finished after it."""
    world = running(dies_at_write=write)
    for name in ("s", "t", "u"):
        service(world, name)
    pod(world, "a", "10.1.0.1")
    world.settle()
    world.client.delete("services", "u")
    world.settle()
    assert (ips(world, "s"), ips(world, "t")) == ([(["10.1.0.1"], [])],) * 2
    assert world.names("endpoints") == ["s", "t"]


def test_more_than_a_thousand_addresses() -> None:
    """The rest is left out, and that is said."""
    world = running()
    service(world)
    for number in range(1001):
        pod(world, f"p{number}", f"10.1.{number // 250}.{number % 250}", ready=number > 0)
    world.settle()
    found = world.get("endpoints", "s")
    annotation = "endpoints.kubernetes.io/over-capacity"
    assert found["metadata"]["annotations"][annotation] == "truncated"
    ((ready, unready),) = ips(world)
    assert (len(ready), len(unready)) == (1000, 0)
    before = len(world.writes)
    world.client.annotate("services", "s", {"x": "y"})
    world.settle()
    assert len(world.writes) == before
    world.client.delete("pods", "p7", grace_period_seconds=0)
    world.settle()
    found = world.get("endpoints", "s")
    assert annotation not in found["metadata"].get("annotations", {})
    ((ready, unready),) = ips(world)
    assert (len(ready), len(unready)) == (999, 1)


SERVED = st.lists(
    st.builds(
        Served,
        st.integers(1, 6).map(lambda number: {"ip": f"10.0.0.{number}"}),
        st.sampled_from([80, 81, 82]).map(lambda port: {"port": port, "protocol": "TCP"}),
        st.booleans(),
    )
)


@given(SERVED)
def test_subsets_say_what_is_served(served: list[Served]) -> None:
    """Each address is there once, with all of its ports; and the order makes no difference."""
    subsets = subsets_of(served)
    assert subsets == subsets_of(reversed(served))
    ports: dict[str, set[int]] = {}
    for subset in subsets:
        for address in (*subset.get("addresses", ()), *subset.get("notReadyAddresses", ())):
            assert address["ip"] not in ports
            ports[address["ip"]] = {port["port"] for port in subset["ports"]}
    wanted: dict[str, set[int]] = {}
    for one in served:
        assert one.port is not None
        wanted.setdefault(one.address["ip"], set()).add(one.port["port"])
    assert ports == wanted


COUNTS = st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=5)


@given(COUNTS, st.integers(1, 30))
def test_as_many_addresses_as_fit(counts: list[tuple[int, int]], capacity: int) -> None:
    """Ready ones come first, and nothing is left out for which there is room."""
    subsets: list[Wire] = [
        {"addresses": [{"ip": "r"}] * ready, "notReadyAddresses": [{"ip": "u"}] * unready}
        for ready, unready in counts
    ]
    fitting = truncated(subsets, capacity)
    ready = sum(len(one.get("addresses", ())) for one in fitting)
    unready = sum(len(one.get("notReadyAddresses", ())) for one in fitting)
    all_ready, all_unready = sum(one for one, _ in counts), sum(one for _, one in counts)
    assert ready == min(all_ready, capacity)
    assert unready == min(all_unready, capacity - ready)
