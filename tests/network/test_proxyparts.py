"""Parts of the proxy by themselves: who is sent where, what carries bytes, and who waits."""

import os
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kubeobj.network.proxy import vessels
from kubeobj.network.proxy.eventloop import EventLoop
from kubeobj.network.proxy.forwarding import KEPT, Forwarding
from kubeobj.network.proxy.sockets import hold_nothing_back
from kubeobj.network.proxy.vessels import Buffer, Pipe, Vessel, Vessels
from kubeobj.network.rules import Backend, Frontend, Rule

PLACE = Frontend("TCP", "127.0.0.1", 80)
BACKENDS = tuple(Backend(f"127.0.0.{number}", 8080) for number in range(2, 6))


# ---------------------------------------------------------------- who is sent where


@given(st.integers(0, 4), st.integers(0, 20))
def test_every_backend_is_offered_once_and_each_is_first_in_turn(count: int, turn: int) -> None:
    forwarding = Forwarding(Rule("one", (PLACE,), BACKENDS[:count]))
    for _ in range(turn):
        list(forwarding.backends_for("127.0.0.1", 0))
    firsts = []
    for _ in range(count):
        offered = list(forwarding.backends_for("127.0.0.1", 0))
        assert sorted(offered) == list(BACKENDS[:count])
        firsts.append(offered[0])
    assert sorted(firsts) == list(BACKENDS[:count])


def test_a_client_is_remembered_as_long_as_it_comes_again_in_time() -> None:
    forwarding = Forwarding(Rule("one", (PLACE,), BACKENDS, affinity_seconds=10))
    first = next(forwarding.backends_for("127.0.0.9", 0))
    forwarding.note("127.0.0.9", first, 0)
    for moment in (9.0, 18.0, 27.9):
        assert next(forwarding.backends_for("127.0.0.9", moment)) == first
        forwarding.note("127.0.0.9", first, moment)
    later = {next(forwarding.backends_for("127.0.0.9", 38.0)) for _ in range(4)}
    assert later == set(BACKENDS)


def test_a_client_is_sent_elsewhere_when_its_backend_is_gone_or_refuses() -> None:
    forwarding = Forwarding(Rule("one", (PLACE,), BACKENDS, affinity_seconds=10))
    forwarding.note("127.0.0.9", BACKENDS[1], 0)
    offered = list(forwarding.backends_for("127.0.0.9", 1))
    assert offered[0] == BACKENDS[1]
    assert sorted(offered) == list(BACKENDS)
    forwarding.change(Rule("one", (PLACE,), BACKENDS[2:], affinity_seconds=10))
    assert sorted(forwarding.backends_for("127.0.0.9", 1)) == list(BACKENDS[2:])


def test_only_so_many_clients_are_remembered() -> None:
    forwarding = Forwarding(Rule("one", (PLACE,), BACKENDS, affinity_seconds=10))
    for number in range(KEPT + 10):
        forwarding.note(f"client-{number}", BACKENDS[0], 0)
    assert len(forwarding._seen) == KEPT
    assert "client-9" not in forwarding._seen
    assert "client-10" in forwarding._seen


# ---------------------------------------------------------------- what carries bytes


@pytest.fixture
def ends() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        for end in (one, other):
            end.settimeout(0)
        yield one, other


@pytest.mark.parametrize("kind", [Pipe, Buffer])
def test_a_vessel_gives_all_that_it_has_taken(
    kind: type[Pipe] | type[Buffer], ends: tuple[socket.socket, socket.socket]
) -> None:
    source, feed = ends
    sink, drain = socket.socketpair()
    vessel: Vessel = kind()
    data = os.urandom(50_000)
    with sink, drain:
        sink.settimeout(0)
        sink.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4096)
        with pytest.raises(BlockingIOError):
            vessel.fill(source.fileno())
        feed.sendall(data)
        taken, got = vessel.fill(source.fileno()), b""
        assert taken > 0
        while not vessel.pour(sink.fileno()):
            got += drain.recv(1 << 16)
        while len(got) < taken:
            got += drain.recv(1 << 16)
        assert got == data[:taken]
        feed.close()
        while vessel.fill(source.fileno()):
            while not vessel.pour(sink.fileno()):
                drain.recv(1 << 16)
    if isinstance(vessel, Pipe):
        vessel.close()


def test_without_pipes_there_are_buffers(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: int) -> tuple[int, int]:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(vessels.os, "pipe2", refuse)
    assert isinstance(Vessels().take(), Buffer)


def test_empty_pipes_are_used_again_and_others_are_not(
    ends: tuple[socket.socket, socket.socket],
) -> None:
    store = Vessels()
    first = store.take()
    store.give_back(first)
    assert store.take() is first
    ends[1].sendall(b"left over")
    first.fill(ends[0].fileno())
    store.give_back(first)
    second = store.take()
    assert second is not first
    assert isinstance(second, Pipe)
    second.close()


# ---------------------------------------------------------------- who waits


def test_moments_come_in_order_and_not_if_they_are_cancelled() -> None:
    loop, called = EventLoop(), list[str]()
    loop.call_later(0.02, loop.stop)
    loop.call_later(0.01, lambda: called.append("second"))
    loop.call_later(0.0, lambda: called.append("first"))
    loop.call_later(0.005, lambda: called.append("never")).cancel()
    loop.run()
    loop.close()
    assert called == ["first", "second"]


def test_one_file_may_have_a_reader_and_a_writer(ends: tuple[socket.socket, socket.socket]) -> None:
    loop, called = EventLoop(), list[str]()
    file = ends[0].fileno()

    def write() -> None:
        called.append("writes")
        loop.remove_writer(file)
        ends[1].sendall(b"x")

    def read() -> None:
        called.append("reads")
        ends[0].recv(1)
        loop.remove_reader(file)
        loop.stop()

    loop.add_reader(file, read)
    loop.add_writer(file, write)
    loop.run()
    loop.remove_reader(file)
    loop.close()
    assert called == ["writes", "reads"]


def test_what_is_closed_by_one_is_not_called_for_another() -> None:
    loop, called = EventLoop(), list[int]()
    pairs = [socket.socketpair() for _ in range(2)]
    for number, (one, other) in enumerate(pairs):
        other.sendall(b"x")

        def read(number: int = number) -> None:
            called.append(number)
            for pair in pairs:
                loop.remove_reader(pair[0].fileno())
            loop.stop()

        loop.add_reader(one.fileno(), read)
    loop.run()
    loop.close()
    for one, other in pairs:
        one.close()
        other.close()
    assert len(called) == 1


# ---------------------------------------------------------------- how it is sent


@pytest.mark.parametrize(
    ("address", "is_unpaced"), [("127.0.0.9", True), ("::1", True), ("10.1.2.3", False)]
)
def test_on_loopback_nothing_is_spread_over_time(address: str, *, is_unpaced: bool) -> None:
    """Elsewhere it is for the machine to say how."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        one = socket.create_connection(server.getsockname())

    def control() -> bytes:
        return one.getsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, 16).rstrip(b"\0")

    with one:
        usual = control()
        hold_nothing_back(one, address)
        assert one.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert control() == (b"reno" if is_unpaced else usual)
    hold_nothing_back(one, address)
