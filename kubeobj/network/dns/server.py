"""The DNS server of a cluster: sockets around `answer`, in a thread of its own.

Source: RFC 1035 (UDP and TCP), RFC 6891 (sizes), RFC 7766 (several questions per connection).
"""

import asyncio
import socket
import threading
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Final, TypeAlias, cast, final

import dns.exception
import dns.flags
import dns.message

from kubeobj.network.dns.answer import answer, dangling
from kubeobj.network.dns.asking import Asking, failure
from kubeobj.network.dns.zone import Zone

SMALLEST_BYTES: Final = 512
LARGEST_BYTES: Final = 4096
"""How large an answer over UDP is at most, however large the asker allows."""

IDLE_SECONDS: Final = 30.0
"""How long a connection without questions is kept."""

TRIED_PORTS: Final = 64
"""How many ports are tried from the first one on when port 53 cannot be had."""

_Client: TypeAlias = "tuple[str, int] | tuple[str, int, int, int]"


@final
@dataclass(frozen=True, slots=True)
class DnsPlace:
    """Where a server listens.

    Args:
        address: At which address.
        port: At which port.
        or_from: Where that port cannot be had: from which port on to look for a free one; None to
            do without.
        pods_only: Whether who asks there can reach no addresses of Services.
    """

    address: str
    port: int = 53
    or_from: int | None = None
    pods_only: bool = False


@final
class DnsServer:
    """Answers questions about a zone; asks others about the rest.

    Args:
        zone: What there is; another thread may change it meanwhile.
        places: Where to listen.
        upstreams: Whom to ask about what is not of the zone, each an address and a port.
    """

    def __init__(
        self, zone: Zone, places: Iterable[DnsPlace], upstreams: Sequence[tuple[str, int]] = ()
    ) -> None:
        self.bound: dict[DnsPlace, int] = {}
        """Where it listens, and at which port of each."""
        self.faults: dict[DnsPlace, str] = {}
        """Where it cannot, and why."""
        self._zone = zone
        self._places = tuple(places)
        self._upstreams = tuple(upstreams)
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopping: asyncio.Event | None = None

    def start(self) -> None:
        """Listen. Where that cannot be is in `faults`."""
        if self._thread is not None:
            return
        sockets = []
        for place in self._places:
            try:
                pair = _bound(place)
            except OSError as error:
                self.faults[place] = error.strerror or str(error)
                continue
            self.faults.pop(place, None)
            self.bound[place] = pair[0].getsockname()[1]
            sockets.append((place, *pair))
        begun = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(sockets, begun)), name="dns", daemon=True
        )
        self._thread.start()
        begun.wait()

    def stop(self) -> None:
        """Listen no more, and wait until that is so."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        loop, stopping = self._loop, self._stopping
        if loop is not None and stopping is not None:
            with suppress(RuntimeError):  # it has ended
                loop.call_soon_threadsafe(stopping.set)
        thread.join()
        self.bound = {}

    # ------------------------------------------------------------ in the thread

    async def _serve(
        self, sockets: list[tuple[DnsPlace, socket.socket, socket.socket]], begun: threading.Event
    ) -> None:
        self._loop = loop = asyncio.get_running_loop()
        self._stopping = asyncio.Event()
        servers: list[asyncio.Server] = []
        transports: list[asyncio.BaseTransport] = []
        asking = Asking(self._upstreams)
        for place, udp, tcp in sockets:
            answering = _Answering(self._zone, asking, pods_only=place.pods_only)
            made = await loop.create_datagram_endpoint(partial(_Datagrams, answering), sock=udp)
            transports.append(made[0])
            servers.append(await asyncio.start_server(answering.converse, sock=tcp))
        begun.set()
        await self._stopping.wait()
        for transport in transports:
            transport.close()
        for server in servers:
            server.close()


@final
class _Answering:
    """Answers questions, in wire format, that came in at one place."""

    def __init__(self, zone: Zone, asking: Asking, *, pods_only: bool) -> None:
        self._zone = zone
        self._asking = asking
        self._pods_only = pods_only

    def read(self, data: bytes) -> dns.message.Message | None:
        """Return a query as it was read; None if it is none, or cannot be read."""
        try:
            query = dns.message.from_wire(data, ignore_trailing=True)
        except (dns.exception.DNSException, ValueError):
            return None
        # An answer that was answered would be answered again, for ever.
        return None if query.flags & dns.flags.QR else query

    def known(self, query: dns.message.Message) -> dns.message.Message | None:
        """Return what is answered without asking others; None if they have to be asked."""
        response = answer(query, self._zone, pods_only=self._pods_only)
        if response is None or dangling(response) is not None:
            return None
        return response

    async def asked(self, query: dns.message.Message) -> dns.message.Message:
        """Return what is answered when others have been asked."""
        response = answer(query, self._zone, pods_only=self._pods_only)
        if response is None:
            return await self._asking.ask(query)
        target = dangling(response)
        if target is None:
            return response
        more = await self._asking.ask(dns.message.make_query(target, query.question[0].rdtype))
        response.answer += more.answer
        response.set_rcode(more.rcode())
        return response

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what is asked in a connection, one after the other."""
        try:
            while True:
                async with asyncio.timeout(IDLE_SECONDS):
                    size = int.from_bytes(await reader.readexactly(2))
                    query = self.read(await reader.readexactly(size))
                if query is None:
                    break
                response = await self.asked(query)
                wire = response.to_wire(max_size=65_535)
                writer.write(len(wire).to_bytes(2) + wire)
                await writer.drain()
        except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.CancelledError):
            return
        finally:
            writer.close()


@final
class _Datagrams(asyncio.DatagramProtocol):
    """Answers questions that come in datagrams."""

    def __init__(self, answering: _Answering) -> None:
        self._answering = answering
        self._transport: asyncio.DatagramTransport | None = None
        self._open: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: _Client) -> None:
        query = self._answering.read(data)
        if query is None:
            return
        response = self._answering.known(query)
        if response is not None:
            self._send(query, response, addr)
            return
        task = asyncio.get_running_loop().create_task(self._ask(query, addr))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _ask(self, query: dns.message.Message, addr: _Client) -> None:
        self._send(query, await self._answering.asked(query), addr)

    def _send(
        self, query: dns.message.Message, response: dns.message.Message, addr: _Client
    ) -> None:
        size = min(max(query.payload, SMALLEST_BYTES), LARGEST_BYTES)
        try:
            wire = response.to_wire(max_size=size, prefer_truncation=True)
        except dns.exception.DNSException:
            wire = failure(query).to_wire()
        if self._transport is not None:
            self._transport.sendto(wire, addr)


def _bound(place: DnsPlace) -> tuple[socket.socket, socket.socket]:
    """Return sockets for UDP and TCP at one port.

    Raises:
        OSError: If there is none to be had.
    """
    ports = [place.port]
    if place.or_from is not None:
        ports += range(place.or_from, place.or_from + TRIED_PORTS)
    for number, port in enumerate(ports):
        try:
            return _pair(place.address, port)
        except OSError:
            if number == len(ports) - 1:
                raise
    raise AssertionError


def _pair(address: str, port: int) -> tuple[socket.socket, socket.socket]:
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    udp = socket.socket(family, socket.SOCK_DGRAM)
    tcp = socket.socket(family, socket.SOCK_STREAM)
    try:
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        tcp.bind((address, port))
        udp.bind(tcp.getsockname())
        tcp.listen()
        for one in (udp, tcp):
            one.settimeout(0)
    except OSError:
        udp.close()
        tcp.close()
        raise
    return udp, tcp
