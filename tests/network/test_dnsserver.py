"""The DNS server on real sockets, asked by dnspython's own resolver."""

import socket
import struct
from collections.abc import Iterator
from contextlib import contextmanager

import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.resolver
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kubeobj.network.dns.server import DnsPlace, DnsServer
from kubeobj.network.dns.zone import Member, NamedPort, ServiceNames, Zone
from tests.network.world import Addresses

WEB = "web.shop.svc.cluster.local"


def zone(*addresses: str, domain: str = "cluster.local") -> Zone:
    made = Zone(domain)
    made.put_namespace("shop", is_there=True)
    ports = (NamedPort("http", "tcp", 80),)
    made.put("shop", "web", ServiceNames(addresses or ("10.3.0.7",), ports))
    members = tuple(
        Member(f"db-{one}", f"10.4.{one // 200}.{one % 200 + 1}", ports) for one in range(300)
    )
    made.put("shop", "db", ServiceNames(members=members))
    made.put("shop", "out", ServiceNames(external="web.shop.svc.other.test"))
    return made


class Serving:
    """A server, and a resolver that asks it."""

    def __init__(self, server: DnsServer, place: DnsPlace) -> None:
        self.server = server
        self.address, self.port = place.address, server.bound[place]
        self.resolver = dns.resolver.Resolver(configure=False)
        self.resolver.nameservers = [self.address]
        self.resolver.port = self.port

    def addresses(self, name: str, *, tcp: bool = False) -> list[str]:
        found = self.resolver.resolve(name, "A", tcp=tcp, lifetime=60)
        return sorted(str(one) for one in found)


@contextmanager
def serving(made: Zone, place: DnsPlace, *upstreams: tuple[str, int]) -> Iterator[Serving]:
    server = DnsServer(made, [place], upstreams)
    server.start()
    try:
        yield Serving(server, place)
    finally:
        server.stop()


@pytest.fixture
def served(addresses: Addresses) -> Iterator[Serving]:
    with serving(zone(), DnsPlace(addresses.dns, 5300, 5301)) as one:
        yield one


def test_names_are_answered_by_udp_and_tcp(served: Serving) -> None:
    assert served.addresses(WEB) == ["10.3.0.7"]
    assert served.addresses(WEB, tcp=True) == ["10.3.0.7"]


def test_what_does_not_fit_is_cut_and_had_whole_by_tcp(served: Serving) -> None:
    query = dns.message.make_query("db.shop.svc.cluster.local", "A", use_edns=False)
    cut = dns.query.udp(query, served.address, 20, served.port)
    assert cut.flags & dns.flags.TC
    assert len(cut.to_wire()) <= 512
    assert len(served.addresses("db.shop.svc.cluster.local")) == 300


@pytest.mark.parametrize("size", [512, 1232, 4096, 60_000])
def test_answers_are_as_large_as_the_asker_allows(served: Serving, size: int) -> None:
    query = dns.message.make_query("db.shop.svc.cluster.local", "A", use_edns=0, payload=size)
    answer = dns.query.udp(query, served.address, 20, served.port)
    assert answer.flags & dns.flags.TC
    assert len(answer.to_wire()) <= min(size, 4096)


def test_several_questions_go_through_one_connection(served: Serving) -> None:
    query = dns.message.make_query(WEB, "A").to_wire()
    with socket.create_connection((served.address, served.port), 20) as one:
        one.sendall((struct.pack("!H", len(query)) + query) * 3)
        with one.makefile("rb") as answers:
            for _ in range(3):
                (size,) = struct.unpack("!H", answers.read(2))
                answer = dns.message.from_wire(answers.read(size))
                assert str(answer.answer[0][0]) == "10.3.0.7"


def test_changes_are_answered_at_once(addresses: Addresses) -> None:
    made = zone()
    with serving(made, DnsPlace(addresses.dns, 5300, 5301)) as served:
        for number in range(20):
            made.put("shop", "web", ServiceNames((f"10.3.1.{number}",)))
            assert served.addresses(WEB) == [f"10.3.1.{number}"]


def test_others_are_asked_about_other_names(addresses: Addresses) -> None:
    other = zone("10.5.0.1", domain="other.test")
    with (
        serving(other, DnsPlace(addresses.other(1), 5300, 5301)) as upstream,
        serving(
            zone(), DnsPlace(addresses.dns, 5300, 5301), (upstream.address, upstream.port)
        ) as served,
    ):
        assert served.addresses("web.shop.svc.other.test") == ["10.5.0.1"]
        assert served.addresses("out.shop.svc.cluster.local") == ["10.5.0.1"]
        assert len(served.addresses("db.shop.svc.other.test")) == 300
        with pytest.raises(dns.resolver.NXDOMAIN):
            served.addresses("no.shop.svc.other.test")


def test_the_next_is_asked_when_one_is_silent(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeobj.network.dns.asking.TRY_SECONDS", 0.2)
    other = zone("10.5.0.1", domain="other.test")
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent,
        serving(other, DnsPlace(addresses.other(1), 5300, 5301)) as upstream,
    ):
        silent.bind((addresses.other(2), 0))
        askable = silent.getsockname(), (upstream.address, upstream.port)
        with serving(zone(), DnsPlace(addresses.dns, 5300, 5301), *askable) as served:
            assert served.addresses("web.shop.svc.other.test") == ["10.5.0.1"]


def test_without_anybody_to_ask_there_is_no_answer(served: Serving) -> None:
    query = dns.message.make_query("www.example.com", "A")
    answer = dns.query.udp(query, served.address, 20, served.port)
    assert answer.rcode() == dns.rcode.SERVFAIL


def test_a_ring_of_servers_comes_to_rest(
    addresses: Addresses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kubeobj.network.dns.asking.TRY_SECONDS", 0.3)
    place = DnsPlace(addresses.dns, 5300, 5301)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as held:
        held.bind((addresses.other(3), 0))
        port = held.getsockname()[1]
    back = DnsPlace(addresses.other(3), port)
    with (
        serving(zone(), place, (back.address, port)) as one,
        serving(zone(), back, (one.address, one.port)),
    ):
        query = dns.message.make_query("www.example.com", "A")
        answer = dns.query.udp(query, one.address, 20, one.port)
        assert answer.rcode() == dns.rcode.SERVFAIL
        assert one.addresses(WEB) == ["10.3.0.7"]


def test_each_place_may_tell_endpoints_only(addresses: Addresses) -> None:
    made = zone()
    ports = (NamedPort("http", "tcp", 80),)
    made.put("shop", "web", ServiceNames(("10.3.0.7",), ports, (Member("a", "10.4.9.9", ports),)))
    near, far = (
        DnsPlace(addresses.dns, 5300, 5301),
        DnsPlace(addresses.other(1), 5300, 5301, pods_only=True),
    )
    server = DnsServer(made, [near, far])
    server.start()
    try:
        assert Serving(server, near).addresses(WEB) == ["10.3.0.7"]
        assert Serving(server, far).addresses(WEB) == ["10.4.9.9"]
    finally:
        server.stop()


def test_a_place_that_cannot_be_had_is_told_and_the_others_work(addresses: Addresses) -> None:
    with socket.create_server((addresses.other(1), 0)) as held:
        taken = DnsPlace(addresses.other(1), held.getsockname()[1])
        free = DnsPlace(addresses.dns, held.getsockname()[1])
        server = DnsServer(zone(), [taken, free])
        server.start()
        try:
            assert server.faults == {taken: "Address already in use"}
            assert Serving(server, free).addresses(WEB) == ["10.3.0.7"]
        finally:
            server.stop()


def test_a_port_that_cannot_be_had_is_replaced_if_another_will_do(addresses: Addresses) -> None:
    with socket.create_server((addresses.dns, 0)) as held:
        port = held.getsockname()[1]
        with serving(zone(), DnsPlace(addresses.dns, port, 5301)) as served:
            assert served.port != port
            assert served.addresses(WEB) == ["10.3.0.7"]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.one_of(st.binary(max_size=600), st.integers(0, 60)))
def test_whatever_comes_the_server_goes_on(served: Serving, junk: bytes | int) -> None:
    if isinstance(junk, int):  # a question that is cut off
        junk = dns.message.make_query(WEB, "A").to_wire()[:junk]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        one.sendto(junk, (served.address, served.port))
    assert served.addresses(WEB) == ["10.3.0.7"]
