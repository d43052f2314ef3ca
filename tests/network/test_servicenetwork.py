"""The network of one machine, from Services in the API to connections."""

import os
import signal
import socket

from tests.network.servers import Servers, answered_at, said_at
from tests.network.world import World, until

HTTP = {"name": "http", "port": 80, "protocol": "TCP"}


def test_a_service_is_reached_at_its_address_and_its_node_port(
    world: World, servers: Servers
) -> None:
    pod = servers.named(world.addresses.pod(0), "one")
    made = world.service("web", HTTP, type="NodePort")
    world.endpoints("web", [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()

    port = made["spec"]["ports"][0]["nodePort"]
    assert said_at(made["spec"]["clusterIP"], 80) == "one"
    assert said_at(world.addresses.node, port) == "one"
    reach = world.reach("web")
    assert reach.is_in_force
    assert reach.endpoints == 1
    assert reach.resource_version == made["metadata"]["resourceVersion"]
    assert reach.places == (
        f"{made['spec']['clusterIP']}:80/TCP",
        f"{world.addresses.node}:{port}/TCP",
    )


def test_a_service_without_endpoints_refuses_until_it_has_some(
    world: World, servers: Servers
) -> None:
    made = world.service("web", HTTP)
    world.settle()
    address = made["spec"]["clusterIP"]
    assert said_at(address, 80) == ""

    pod = servers.named(world.addresses.pod(0), "one")
    world.endpoints("web", [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()
    assert said_at(address, 80) == "one"

    world.endpoints("web", [{**HTTP, "port": pod.port}], [])
    world.settle()
    assert said_at(address, 80) == ""


def test_clients_are_sent_elsewhere_as_soon_as_an_endpoint_is_gone(
    world: World, servers: Servers
) -> None:
    one = servers.named(world.addresses.pod(0), "one")
    two = servers.named(world.addresses.pod(1), "two", one.port)
    made = world.service("web", HTTP)
    ports = [{**HTTP, "port": one.port}]
    world.endpoints("web", ports, [one.address, two.address])
    world.settle()
    address = made["spec"]["clusterIP"]
    assert {said_at(address, 80) for _ in range(4)} == {"one", "two"}

    world.endpoints("web", ports, [two.address])
    world.settle()
    assert {said_at(address, 80) for _ in range(4)} == {"two"}


def test_a_deleted_service_is_no_longer_there(world: World, servers: Servers) -> None:
    pod = servers.named(world.addresses.pod(0), "one")
    made = world.service("web", HTTP)
    world.endpoints("web", [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()
    world.client.delete("services", "web", namespace="default")
    world.settle()
    assert said_at(made["spec"]["clusterIP"], 80) == ""
    assert world.network.reach("default", "web") is None


def test_udp_goes_to_an_endpoint_and_back(world: World, servers: Servers) -> None:
    ports = {"name": "dns", "port": 53, "protocol": "UDP"}
    pod = servers.udp(world.addresses.pod(0), "one")
    made = world.service("names", ports)
    world.endpoints("names", [{**ports, "port": pod.port}], [pod.address])
    world.settle()
    assert answered_at(made["spec"]["clusterIP"], 53, "hello") == "one hello"


def test_a_load_balancer_is_on_this_machine_and_says_so(world: World, servers: Servers) -> None:
    pod = servers.named(world.addresses.pod(0), "one")
    world.service("web", HTTP, type="LoadBalancer")
    world.endpoints("web", [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()

    assert said_at(world.addresses.node, 80) == "one"
    now = world.client.get("services", "web", namespace="default").document
    ingress = [{"ip": world.addresses.node, "ipMode": "VIP"}]
    assert now["status"]["loadBalancer"] == {"ingress": ingress}


def test_of_two_load_balancers_at_one_port_the_older_one_has_it_while_it_is_there(
    world: World, servers: Servers
) -> None:
    for name in ("one", "two"):
        pod = servers.named(world.addresses.pod(0), name)
        world.service(name, HTTP, type="LoadBalancer")
        world.endpoints(name, [{**HTTP, "port": pod.port}], [pod.address])
        world.settle()
    assert said_at(world.addresses.node, 80) == "one"
    place = f"{world.addresses.node}:80/TCP"
    message = f"{place} is taken by Service default/one; choose another port"
    assert world.events() == [message]
    assert world.reach("two").troubles == (message,)
    now = world.client.get("services", "two", namespace="default").document
    assert now["status"]["loadBalancer"] == {}

    world.client.delete("services", "one", namespace="default")
    world.settle()
    assert said_at(world.addresses.node, 80) == "two"
    now = world.client.get("services", "two", namespace="default").document
    assert now["status"]["loadBalancer"]["ingress"][0]["ip"] == world.addresses.node


def test_a_port_in_use_is_told_and_had_as_soon_as_it_is_free(
    world: World, servers: Servers
) -> None:
    pod = servers.named(world.addresses.pod(0), "one")
    with socket.create_server((world.addresses.node, 8080)):
        port = {"name": "http", "port": 8080}
        world.service("web", port, type="LoadBalancer")
        world.endpoints("web", [{**port, "port": pod.port}], [pod.address])
        world.settle()
        (message,) = world.events()
        assert message.startswith(f"{world.addresses.node}:8080/TCP is in use by another program")
        status = world.network.status()
        assert status.troubles == (f"Service default/web: {message}",)
        assert status.taken == (f"{world.addresses.node}:8080/TCP",)
    until(lambda: not world.reach("web").troubles)
    world.settle()
    assert said_at(world.addresses.node, 8080) == "one"
    now = world.client.get("services", "web", namespace="default").document
    assert now["status"]["loadBalancer"]["ingress"][0]["ip"] == world.addresses.node


def test_an_address_that_is_not_of_this_machine_is_told(world: World) -> None:
    world.service("web", HTTP, externalIPs=["198.51.100.7"])
    world.settle()
    message = "198.51.100.7:80/TCP: 198.51.100.7 is no address of this machine"
    assert world.events() == [message]
    assert world.reach("web").troubles == (message,)


def test_a_killed_proxy_comes_back_with_all_rules(world: World, servers: Servers) -> None:
    made = []
    for number in range(20):
        pod = servers.named(world.addresses.pod(number), f"web-{number}")
        made.append(world.service(f"web-{number}", HTTP))
        world.endpoints(f"web-{number}", [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()
    before = world.network.proxy.pid
    assert before is not None
    os.kill(before, signal.SIGKILL)
    until(lambda: world.network.proxy.pid not in {before, None})
    world.settle()
    said = [said_at(one["spec"]["clusterIP"], 80) for one in made]
    assert said == [f"web-{number}" for number in range(20)]
    assert world.network.status().proxy_starts == 2


def test_an_interrupt_does_not_reach_the_proxy(world: World) -> None:
    world.settle()
    pid = world.network.proxy.pid
    assert pid is not None
    assert os.getsid(pid) == pid
    os.kill(pid, signal.SIGINT)
    world.service("web", HTTP)
    world.settle()
    assert world.network.proxy.pid == pid


def test_a_restarted_manager_forgets_services_that_have_gone_meanwhile(
    world: World, servers: Servers
) -> None:
    pod = servers.named(world.addresses.pod(0), "one")
    made = [world.service(name, HTTP) for name in ("old", "new")]
    for name in ("old", "new"):
        world.endpoints(name, [{**HTTP, "port": pod.port}], [pod.address])
    world.settle()
    world.manager.restart()
    world.client.delete("services", "old", namespace="default")
    world.settle()
    assert [said_at(one["spec"]["clusterIP"], 80) for one in made] == ["", "one"]
    assert world.network.reach("default", "old") is None


def test_a_stopped_network_leaves_no_process(world: World) -> None:
    world.settle()
    pid = world.network.proxy.pid
    assert pid is not None
    world.network.stop()
    assert world.network.proxy.pid is None
    assert not os.path.exists(f"/proc/{pid}")  # noqa: PTH110
