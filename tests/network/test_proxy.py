"""What the proxy's process does with connections and datagrams."""

import hashlib
import os
import resource
import signal
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, suppress

import pytest

from kubeobj.network.proxyprocess import ProxyProcess
from kubeobj.network.rules import Backend, Frontend, Rule
from tests.network.servers import Server, Servers, answered_at, echoing, said_at
from tests.network.world import Addresses, until

PORT = 8000


class Proxied:
    """A proxy, and what it is told."""

    def __init__(self, addresses: Addresses) -> None:
        self.address = addresses.other(0)
        self.process = ProxyProcess(lambda: None)

    def rule(self, *backends: Server | Backend, protocol: str = "TCP", **parts: object) -> None:
        """Have one rule, in force."""
        found = [Backend(one.address, one.port) for one in backends]
        place = Frontend(protocol, self.address, PORT)
        rule = Rule("one", (place,), tuple(found), **parts)  # type: ignore[arg-type]
        number = self.process.change({"one": rule}, [])
        until(lambda: self.process.applied >= number)

    def connect(self, *, source: str = "") -> socket.socket:
        """Return a connection through it."""
        at = (source, 0) if source else None
        return socket.create_connection((self.address, PORT), 10, at)


@pytest.fixture
def proxy(addresses: Addresses) -> Iterator[Proxied]:
    made = Proxied(addresses)
    made.process.start()
    yield made
    made.process.stop()


def everything_of(connection: socket.socket) -> bytes:
    """Return what comes until nothing more comes."""
    parts = []
    while data := connection.recv(1 << 18):
        parts.append(data)
    return b"".join(parts)


# ---------------------------------------------------------------- connections


def test_each_side_may_end_before_the_other(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    def counting(connection: socket.socket) -> None:
        got = everything_of(connection)  # only ends when the client has ended
        connection.sendall(f"{len(got)} bytes".encode())

    proxy.rule(servers.tcp(addresses.pod(0), counting))
    with proxy.connect() as client:
        client.sendall(b"x" * 100_000)
        client.shutdown(socket.SHUT_WR)
        assert everything_of(client) == b"100000 bytes"


def test_a_server_may_end_first_and_still_hear_the_client(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    heard: list[bytes] = []
    done = threading.Event()

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"that is all")
        connection.shutdown(socket.SHUT_WR)
        heard.append(everything_of(connection))
        done.set()

    proxy.rule(servers.tcp(addresses.pod(0), talk))
    with proxy.connect() as client:
        assert everything_of(client) == b"that is all"
        client.sendall(b"thanks")
    assert done.wait(10)
    assert heard == [b"thanks"]


@pytest.mark.parametrize("size", [0, 1, 65_536, 30_000_000])
def test_what_is_sent_arrives_whole(
    proxy: Proxied, servers: Servers, addresses: Addresses, size: int
) -> None:
    data = os.urandom(size)

    def sending(connection: socket.socket) -> None:
        connection.sendall(data)

    proxy.rule(servers.tcp(addresses.pod(0), sending))
    with proxy.connect() as client:
        assert hashlib.sha256(everything_of(client)).digest() == hashlib.sha256(data).digest()


def test_both_directions_flow_at_once(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    data = os.urandom(8_000_000)
    proxy.rule(servers.tcp(addresses.pod(0), echoing))
    with proxy.connect() as client:

        def send() -> None:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)

        thread = threading.Thread(target=send)
        thread.start()
        assert everything_of(client) == data
        thread.join()


def test_a_slow_reader_slows_the_writer_down(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    sent = [0]
    stuck = threading.Event()

    def flooding(connection: socket.socket) -> None:
        connection.settimeout(1)
        try:
            while sent[0] < 1 << 30:
                sent[0] += connection.send(b"x" * 65_536)
        except TimeoutError:
            stuck.set()

    proxy.rule(servers.tcp(addresses.pod(0), flooding))
    with proxy.connect():
        assert stuck.wait(30)
        # What fits into the buffers of four sockets, and of the proxy.
        assert sent[0] < 64 * 1024 * 1024


def test_a_broken_connection_is_no_regular_end(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    def breaking(connection: socket.socket) -> None:
        connection.recv(10)
        connection.sendall(b"half of")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    proxy.rule(servers.tcp(addresses.pod(0), breaking))
    with proxy.connect() as client:
        client.sendall(b"go")
        with pytest.raises(ConnectionResetError):
            everything_of(client)


def test_a_client_that_breaks_off_breaks_off_the_server(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    ended: list[str] = []
    done = threading.Event()

    def listening(connection: socket.socket) -> None:
        connection.sendall(b"hello")
        try:
            everything_of(connection)
            ended.append("regularly")
        except ConnectionResetError:
            ended.append("broken")
        done.set()

    proxy.rule(servers.tcp(addresses.pod(0), listening))
    client = proxy.connect()
    assert client.recv(5) == b"hello"
    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    client.close()
    assert done.wait(10)
    assert ended == ["broken"]


def test_connections_outlive_their_endpoint_and_their_rule(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one = servers.tcp(addresses.pod(0), echoing)
    proxy.rule(one)
    with proxy.connect() as client:
        client.sendall(b"before")
        assert client.recv(100) == b"before"
        proxy.rule()
        client.sendall(b"after")
        assert client.recv(100) == b"after"
        number = proxy.process.change({}, ["one"])
        until(lambda: proxy.process.applied >= number)
        client.sendall(b"much later")
        assert client.recv(100) == b"much later"
        with pytest.raises(ConnectionRefusedError):
            proxy.connect()


# ---------------------------------------------------------------- choosing


def test_clients_are_spread_evenly(proxy: Proxied, servers: Servers, addresses: Addresses) -> None:
    proxy.rule(*(servers.named(addresses.pod(number), str(number)) for number in range(3)))
    said = Counter(said_at(proxy.address, PORT) for _ in range(30))
    assert said == {"0": 10, "1": 10, "2": 10}


def test_an_endpoint_that_refuses_is_passed_over(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one = servers.named(addresses.pod(0), "one")
    dead = Backend(addresses.pod(1), one.port)
    proxy.rule(dead, one, dead)
    assert {said_at(proxy.address, PORT) for _ in range(10)} == {"one"}


def test_if_all_refuse_the_client_is_broken_off(proxy: Proxied, addresses: Addresses) -> None:
    proxy.rule(Backend(addresses.pod(0), 1), Backend(addresses.pod(1), 1))
    assert said_at(proxy.address, PORT) == ""


def test_a_client_stays_where_it_was_as_long_as_that_is_there(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    pods = [servers.named(addresses.pod(number), str(number)) for number in range(4)]
    proxy.rule(*pods, affinity_seconds=100)

    def said_to(client: str) -> str:
        with proxy.connect(source=client) as connection:
            return everything_of(connection).decode()

    clients = [addresses.other(number) for number in range(1, 9)]
    first = {client: said_to(client) for client in clients}
    assert set(first.values()) == {"0", "1", "2", "3"}
    assert {client: said_to(client) for client in reversed(clients)} == first

    proxy.rule(*pods[:2], affinity_seconds=100)
    second = {client: said_to(client) for client in clients}
    assert set(second.values()) == {"0", "1"}
    assert all(second[client] == said for client, said in first.items() if said in "01")
    assert {client: said_to(client) for client in clients} == second


def test_only_those_who_may_are_let_in(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    place = Frontend("TCP", proxy.address, PORT)
    friend, stranger = addresses.other(1), addresses.other(2)
    proxy.rule(
        servers.named(addresses.pod(0), "one"), guarded=(place,), sources=(f"{friend}/32", "odd")
    )
    with proxy.connect(source=friend) as connection:
        assert everything_of(connection) == b"one"
    with pytest.raises(ConnectionResetError), proxy.connect(source=stranger) as connection:
        everything_of(connection)


# ---------------------------------------------------------------- datagrams


def test_a_client_of_udp_stays_at_one_endpoint_until_that_is_gone(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one = servers.udp(addresses.pod(0), "one")
    two = servers.udp(addresses.pod(1), "two", one.port)
    backends = {"one": Backend(one.address, one.port), "two": Backend(two.address, two.port)}
    proxy.rule(*backends.values(), protocol="UDP")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        said = {answered_at(proxy.address, PORT, "hi", client=client) for _ in range(5)}
        (first,) = said
        name = first.removesuffix(" hi")
        del backends[name]
        proxy.rule(*backends.values(), protocol="UDP")
        said = {answered_at(proxy.address, PORT, "hi", client=client) for _ in range(5)}
        assert said == {f"{next(iter(backends))} hi"}


def test_clients_of_udp_are_spread(proxy: Proxied, servers: Servers, addresses: Addresses) -> None:
    pods = [servers.udp(addresses.pod(number), str(number)) for number in range(2)]
    proxy.rule(*(Backend(one.address, one.port) for one in pods), protocol="UDP")
    said = Counter(answered_at(proxy.address, PORT, "hi") for _ in range(8))
    assert said == {"0 hi": 4, "1 hi": 4}


def test_a_udp_place_without_endpoints_refuses(proxy: Proxied) -> None:
    proxy.rule(protocol="UDP")
    assert answered_at(proxy.address, PORT, "hi") == ""


def test_a_client_of_udp_leaves_an_endpoint_that_refuses(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one = servers.udp(addresses.pod(0), "one")
    proxy.rule(Backend(addresses.pod(1), one.port), Backend(one.address, one.port), protocol="UDP")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.settimeout(0.2)
        for _ in range(50):
            client.sendto(b"hi", (proxy.address, PORT))
            try:
                if client.recv(100) == b"one hi":
                    break
            except TimeoutError:
                continue
        else:
            pytest.fail("it never got through")


def test_large_datagrams_go_both_ways(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one = servers.udp(addresses.pod(0), "one")
    proxy.rule(Backend(one.address, one.port), protocol="UDP")
    text = "x" * 60_000
    assert answered_at(proxy.address, PORT, text) == f"one {text}"


# ---------------------------------------------------------------- the process


def test_the_other_family_is_forwarded_too(proxy: Proxied, servers: Servers) -> None:
    pod = servers.named("::1", "six")
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as held:
        port = held.getsockname()[1]
    rule = Rule("six", (Frontend("TCP", "::1", port),), (Backend("::1", pod.port),))
    number = proxy.process.change({"six": rule}, [])
    until(lambda: proxy.process.applied >= number)
    assert proxy.process.troubles == {}
    assert said_at("::1", port) == "six"


def test_many_connections_are_held_at_once(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    try:
        proxy.rule(servers.tcp(addresses.pod(0), echoing))
        clients = [proxy.connect() for _ in range(1000)]
        for number, client in enumerate(clients):
            client.sendall(str(number).encode())
        assert [client.recv(10) for client in clients] == [
            str(number).encode() for number in range(1000)
        ]
        for client in clients:
            client.close()
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_proxy_without_files_to_spare_comes_to_itself_again(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    proxy.rule(servers.tcp(addresses.pod(0), echoing))
    pid = proxy.process.pid
    assert pid is not None
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (60, 60))
    with ExitStack() as clients:
        for _ in range(60):
            with suppress(ConnectionError):  # who comes too late is broken off
                clients.enter_context(proxy.connect())

    def is_back() -> bool:
        try:
            with proxy.connect() as client:
                client.sendall(b"hello")
                return client.recv(10) == b"hello"
        except ConnectionError:
            return False

    until(is_back)
    assert proxy.process.pid == pid


def test_a_frozen_proxy_is_replaced(
    servers: Servers, addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeobj.network.proxyprocess.SILENT_SECONDS", 1.0)
    proxy = Proxied(addresses)
    proxy.process.start()
    try:
        proxy.rule(servers.named(addresses.pod(0), "one"))
        before = proxy.process.pid
        assert before is not None
        os.kill(before, signal.SIGSTOP)
        proxy.rule(servers.named(addresses.pod(0), "two"))
        assert proxy.process.pid not in {before, None}
        assert said_at(proxy.address, PORT) == "two"
    finally:
        proxy.process.stop()


def test_a_proxy_ends_with_whom_it_works_for(addresses: Addresses) -> None:
    ours, theirs = socket.socketpair()
    from kubeobj.network.proxyprocess import _spawned

    process = _spawned(theirs.fileno(), None)
    theirs.close()
    assert ours.recv(100) == b'{"begun":true}\n'
    ours.close()  # as when the agent is killed
    assert process.wait(10) == 0


def test_a_place_moves_from_one_rule_to_another_without_a_gap(
    proxy: Proxied, servers: Servers, addresses: Addresses
) -> None:
    one, two = (servers.named(addresses.pod(number), str(number)) for number in range(2))
    place = (Frontend("TCP", proxy.address, PORT),)
    proxy.rule(one)
    for number in range(20):
        old, new = ("one", "two") if number % 2 == 0 else ("two", "one")
        pod = two if number % 2 == 0 else one
        rule = Rule(new, place, (Backend(pod.address, pod.port),))
        change = proxy.process.change({new: rule, old: Rule(old, ())}, [])
        said = said_at(proxy.address, PORT)
        assert said in {"0", "1"}
        until(lambda number=change: proxy.process.applied >= number)  # type: ignore[misc]
        assert said_at(proxy.address, PORT) == ("1" if number % 2 == 0 else "0")
