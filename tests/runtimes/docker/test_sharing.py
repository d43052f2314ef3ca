"""What containers of a pod share, and what pods have of the node."""

import dataclasses
import os
import socket
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from kubeobj.runtimes.configs import DnsConfig, PortMapping, SandboxConfig
from kubeobj.runtimes.errors import SandboxFault
from kubeobj.testing.conformance.runtimecase import RuntimeBox, refused
from tests.runtimes.docker.pods import printed_by


def with_sandbox(box: RuntimeBox, **fields: object) -> SandboxConfig:
    return dataclasses.replace(box.sandbox_config(), **fields)


def both(box: RuntimeBox, first: str, second: str, **fields: object) -> tuple[str, str]:
    """Run two containers in one sandbox, and return what a command prints in the second."""
    sandbox = box.runtime.run_sandbox(with_sandbox(box, **fields))
    one = box.start(sandbox, box.script(f"{first}; echo ready; exec sleep 600", "a"))
    two = box.start(sandbox, box.script("echo ready; exec sleep 600", "b"))
    box.until_printed(one, b"ready")
    box.until_printed(two, b"ready")
    return one, box.sh(two, second).stdout.decode()


def test_containers_of_a_pod_have_one_network(engine_box: RuntimeBox) -> None:
    """One reaches the other on loopback."""
    _, said = both(
        engine_box,
        "(nc -ll -p 7777 -e echo hello &)",
        "for i in 1 2 3 4 5; do nc 127.0.0.1 7777 && break; sleep 0.1; done",
    )
    assert said == "hello\n"


def test_containers_of_a_pod_have_one_memory(engine_box: RuntimeBox) -> None:
    """What one puts into shared memory, the other finds there."""
    assert both(engine_box, "echo shared > /dev/shm/file", "cat /dev/shm/file")[1] == "shared\n"


def test_containers_of_a_pod_do_not_see_each_others_processes(engine_box: RuntimeBox) -> None:
    """Unless they are to."""
    assert both(engine_box, "true", "ps | grep -c '[s]leep 600'")[1] == "1\n"


def test_processes_can_be_shared(engine_box: RuntimeBox) -> None:
    """Then what holds the pod together clears away who has ended."""
    one, said = both(engine_box, "true", "ps | grep -c '[s]leep 600'", shares_processes=True)
    assert said == "2\n"
    # The shell in between ends first; its child is left to process 1.
    engine_box.sh(one, "sh -c 'sleep 0.2 & exec true'")
    look = "cat /proc/[0-9]*/stat 2>/dev/null | grep -c ') Z ' || true"
    engine_box.until(lambda: engine_box.sh(one, look).stdout == b"0\n")
    assert engine_box.sh(one, "cat /proc/1/comm").stdout == b"pause\n"


def test_containers_have_the_name_of_their_pod(engine_box: RuntimeBox) -> None:
    sandbox = with_sandbox(engine_box, hostname="web-0")
    assert printed_by(engine_box, engine_box.script("hostname"), sandbox) == "web-0\n"


def test_containers_look_names_up_as_they_are_told(engine_box: RuntimeBox, tmp_path: Path) -> None:
    """By servers of names, and by a file."""
    hosts = tmp_path / "hosts"
    hosts.write_text("127.0.0.1 localhost\n10.1.2.3 db.example\n")
    dns = DnsConfig(("10.9.8.7",), ("a.svc", "svc"), ("ndots:5",))
    sandbox = with_sandbox(engine_box, hosts_file=hosts, dns=dns)
    script = "cat /etc/hosts; grep -v '^#' /etc/resolv.conf | sort"
    lines = printed_by(engine_box, engine_box.script(script), sandbox).splitlines()
    assert lines[:2] == hosts.read_text().splitlines()
    assert [line for line in lines[2:] if line] == [
        "nameserver 10.9.8.7",
        "options ndots:5",
        "search a.svc svc",
    ]


def test_a_pod_may_have_the_network_of_the_node(engine_box: RuntimeBox) -> None:
    sandbox = engine_box.runtime.run_sandbox(with_sandbox(engine_box, host_network=True))
    assert sandbox.addresses == ()
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        container_id = engine_box.start(sandbox, engine_box.config())
        server.settimeout(10)
        with ThreadPoolExecutor(1) as pool:
            pool.submit(engine_box.sh, container_id, f"nc 127.0.0.1 {port} < /dev/null")
            server.accept()[0].close()


def test_a_pod_may_see_the_processes_of_the_node(engine_box: RuntimeBox) -> None:
    sandbox = with_sandbox(engine_box, host_pid=True)
    script = engine_box.script(f"test -d /proc/{os.getpid()} && echo seen")
    assert printed_by(engine_box, script, sandbox) == "seen\n"


def test_a_pod_may_have_settings_of_the_kernel(engine_box: RuntimeBox) -> None:
    sandbox = with_sandbox(engine_box, sysctls={"net.ipv4.ip_unprivileged_port_start": "80"})
    script = engine_box.script("cat /proc/sys/net/ipv4/ip_unprivileged_port_start")
    assert printed_by(engine_box, script, sandbox) == "80\n"


def test_the_node_offers_ports_of_a_pod(engine_box: RuntimeBox) -> None:
    port = free_port()
    mapping = PortMapping(7777, port, host_ip="127.0.0.1")
    sandbox = engine_box.runtime.run_sandbox(with_sandbox(engine_box, ports=(mapping,)))
    engine_box.start(sandbox, engine_box.script("exec nc -ll -p 7777 -e echo hello"))
    engine_box.until(lambda: said_at(port) == b"hello\n")


def test_a_port_that_is_taken_leaves_no_sandbox(engine_box: RuntimeBox) -> None:
    """It says which, and what to do."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        mapping = PortMapping(80, port, host_ip="127.0.0.1")
        with refused(SandboxFault) as errors:
            engine_box.runtime.run_sandbox(with_sandbox(engine_box, ports=(mapping,)))
    assert errors[0].reason == "FailedCreatePodSandBox"
    assert f"({port}): end it, or take another hostPort" in errors[0].message
    assert engine_box.runtime.sandboxes() == ()


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def said_at(port: int) -> bytes:
    try:
        with socket.create_connection(("127.0.0.1", port), 5) as connection:
            connection.settimeout(5)
            return connection.recv(100)
    except OSError:
        return b""
