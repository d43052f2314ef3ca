"""Ports of the node that its pods ask for."""

import socket
from contextlib import suppress

import pytest

from kubeobj.api.errors import AlreadyExists
from kubeobj.documents import Wire
from kubeobj.network.hostports import host_rules
from kubeobj.network.serviceports import NodePlaces
from tests.network.servers import Servers, said_at
from tests.network.world import World, until


def pod(name: str, ports: list[Wire], address: str = "", **spec: object) -> Wire:
    """Return a pod on this node that has an address."""
    found = [{"ip": address}] if address else []
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "nodeName": "here",
            "containers": [{"name": "main", "image": "any", "ports": ports}],
            **spec,
        },
        "status": {"phase": "Running", "podIP": address, "podIPs": found},
    }


def bring(world: World, made: Wire) -> None:
    """Have a pod that runs."""
    account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": {"name": "default"}}
    with suppress(AlreadyExists):
        world.client.create(account)
    world.client.create(made)
    patch = {"status": made["status"]}
    name = made["metadata"]["name"]
    world.client.patch("pods", name, patch, type="merge", namespace="default", part="status")
    world.settle()


PORT = {"containerPort": 80, "hostPort": 8080}
SIDECAR = {"name": "side", "image": "any", "restartPolicy": "Always", "ports": [PORT]}


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        pytest.param(pod("a", [PORT], "127.0.0.9"), ["127.0.0.1:8080/TCP"], id="all"),
        pytest.param(
            pod("a", [{**PORT, "hostIP": "0.0.0.0"}], "127.0.0.9"),  # noqa: S104
            ["127.0.0.1:8080/TCP"],
            id="all-by-its-name",
        ),
        pytest.param(
            pod("a", [{**PORT, "hostIP": "127.0.0.7", "protocol": "UDP"}], "127.0.0.9"),
            ["127.0.0.7:8080/UDP"],
            id="one-address",
        ),
        pytest.param(pod("a", [PORT]), [], id="no-address-yet"),
        pytest.param(pod("a", [{"containerPort": 80}], "127.0.0.9"), [], id="none"),
        pytest.param(pod("a", [PORT], "127.0.0.9", hostNetwork=True), [], id="host-network"),
        pytest.param(
            pod("a", [], "127.0.0.9", initContainers=[SIDECAR]),
            ["127.0.0.1:8080/TCP"],
            id="sidecar",
        ),
    ],
)
def test_where_ports_are_opened(made: Wire, expected: list[str]) -> None:
    rules = host_rules(made, NodePlaces("here"))
    assert [str(one) for rule in rules for one in rule.frontends] == expected
    assert {str(one) for rule in rules for one in rule.backends} <= {"127.0.0.9:80"}


def test_a_port_of_the_node_leads_to_the_pod_as_long_as_it_runs(
    world: World, servers: Servers
) -> None:
    server = servers.named(world.addresses.pod(0), "one")
    # The usual thing: the same port on both sides.
    ports = [{"containerPort": server.port, "hostPort": server.port}]
    bring(world, pod("web", ports, server.address))
    assert said_at(world.addresses.node, server.port) == "one"
    ended = {"status": {"phase": "Succeeded"}}
    world.client.patch("pods", "web", ended, type="merge", namespace="default", part="status")
    world.settle()
    assert said_at(world.addresses.node, server.port) == ""


def test_a_port_in_use_is_told_and_had_once_it_is_free(world: World, servers: Servers) -> None:
    server = servers.named(world.addresses.pod(0), "one")
    with socket.create_server((world.addresses.node, 8081)):
        ports = [{"containerPort": server.port, "hostPort": 8081}]
        bring(world, pod("web", ports, server.address))
        until(lambda: bool(world.events()), world.manager.step)
        (message,) = world.events()
        assert message.startswith(f"{world.addresses.node}:8081/TCP is in use by another program")
        (trouble,) = world.network.status().troubles
        assert trouble == f"Pod default/web: {message}"
    until(lambda: not world.network.status().troubles)
    assert said_at(world.addresses.node, 8081) == "one"


def test_what_a_service_has_is_not_taken_from_it(world: World, servers: Servers) -> None:
    one = servers.named(world.addresses.pod(0), "service")
    port = {"name": "http", "port": 8082}
    world.service("web", port, type="LoadBalancer")
    world.endpoints("web", [{**port, "port": one.port}], [one.address])
    world.settle()
    two = servers.named(world.addresses.pod(1), "pod")
    bring(world, pod("web", [{"containerPort": two.port, "hostPort": 8082}], two.address))
    place = f"{world.addresses.node}:8082/TCP"
    assert world.events() == [f"{place} is taken by Service default/web; choose another hostPort"]
    assert said_at(world.addresses.node, 8082) == "service"


def test_a_service_that_comes_later_takes_it_for_as_long_as_it_is_there(
    world: World, servers: Servers
) -> None:
    two = servers.named(world.addresses.pod(1), "pod")
    bring(world, pod("web", [{"containerPort": two.port, "hostPort": 8083}], two.address))
    assert said_at(world.addresses.node, 8083) == "pod"
    one = servers.named(world.addresses.pod(0), "service")
    port = {"name": "http", "port": 8083}
    world.service("web", port, type="LoadBalancer")
    world.endpoints("web", [{**port, "port": one.port}], [one.address])
    world.settle()
    assert said_at(world.addresses.node, 8083) == "service"
    (trouble,) = world.network.status().troubles
    assert trouble.startswith("Pod default/web: ")
    assert trouble.endswith("is taken by Service default/web; choose another hostPort")
    world.client.delete("services", "web")
    world.settle()
    assert world.network.status().troubles == ()
    assert said_at(world.addresses.node, 8083) == "pod"
