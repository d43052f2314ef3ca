"""Connections: what a client sends goes to a backend, and back.

Each side may end before the other one; who reads slowly slows the other one down; and a connection
that breaks on one side breaks on the other, so that nobody takes a part for the whole.
"""

import asyncio
from collections.abc import Callable
from typing import Final, cast, final

from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.sockets import reset_on_close
from kubeobj.network.rules import Frontend

CONNECT_SECONDS: Final = 3.0
"""How long a backend may take to answer before the next one is tried."""

BUFFERED_BYTES: Final = 256 * 1024
"""How much may wait for a slow reader before the writer has to wait."""


class Side(asyncio.Protocol):
    """One of the two sides of a connection."""

    __slots__ = ("has_ended", "other", "transport")

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: Side | None = None
        """The other side, once it is connected."""
        self.has_ended: bool = False
        """Whether nothing more comes from it."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin."""
        self.transport = cast("asyncio.Transport", transport)
        self.transport.set_write_buffer_limits(high=BUFFERED_BYTES)

    def data_received(self, data: bytes) -> None:
        """Hand on what has come."""
        other = self.other
        if other is not None and (to := other.transport) is not None and not to.is_closing():
            to.write(data)

    def eof_received(self) -> bool:
        """Hand on that nothing more comes; the other direction stays open."""
        self.has_ended = True
        other = self.other
        if other is None or other.transport is None:
            return True
        if other.has_ended:
            # What is still to be written is written first.
            other.transport.close()
            return False
        if not other.transport.is_closing():
            other.transport.write_eof()
        return True

    def pause_writing(self) -> None:
        """Take no more from the other side: this one is slow."""
        other = self.other
        if other is not None and (to := other.transport) is not None and not to.is_closing():
            to.pause_reading()

    def resume_writing(self) -> None:
        """Go on."""
        other = self.other
        if other is not None and (to := other.transport) is not None and not to.is_closing():
            to.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """End the other side as this one has ended."""
        other, self.other = self.other, None
        if other is None or other.transport is None:
            return
        other.other = None
        if other.transport.is_closing():
            return
        if exc is None and self.has_ended:
            other.transport.close()
        else:
            other.break_off()

    def break_off(self) -> None:
        """End at once, and let the other end know that it is no regular end."""
        if self.transport is not None:
            reset_on_close(self.transport.get_extra_info("socket"))
            self.transport.abort()


@final
class ClientSide(Side):
    """The side of the client, who may talk before there is anybody to talk to.

    Args:
        current: Says where clients of this place are sent now.
        frontend: Where it came in.
        loop: What it runs on.
    """

    __slots__ = ("_connecting", "_current", "_early", "_frontend", "_loop")

    def __init__(
        self,
        current: Callable[[], Forwarding],
        frontend: Frontend,
        loop: asyncio.AbstractEventLoop,
    ) -> None:
        super().__init__()
        self._current = current
        self._frontend = frontend
        self._loop = loop
        self._early: list[bytes] = []
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Look for a backend."""
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        client = peer[0] if peer else ""
        if not client or not self._current().lets_in(client, self._frontend):
            self.break_off()
            return
        self._connecting = self._loop.create_task(self._connect(client))

    def data_received(self, data: bytes) -> None:
        """Hand on what has come, or keep it until there is somebody to take it."""
        if self.other is not None:
            super().data_received(data)
        elif self.transport is not None:
            self._early.append(data)
            self.transport.pause_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        """Look no further."""
        if self._connecting is not None:
            self._connecting.cancel()
        super().connection_lost(exc)

    async def _connect(self, client: str) -> None:
        """Connect with the first backend that answers."""
        loop, forwarding = self._loop, self._current()
        for backend in forwarding.backends_for(client, loop.time()):
            try:
                async with asyncio.timeout(CONNECT_SECONDS):
                    await loop.create_connection(
                        lambda: BackendSide(self), backend.address, backend.port
                    )
            except (OSError, TimeoutError):
                if self.other is None:
                    continue
            forwarding.note(client, backend, loop.time())
            return
        self.break_off()

    def join(self, side: Side) -> bool:
        """Have a backend from now on; return whether the client is still there."""
        to, transport = side.transport, self.transport
        if to is None or transport is None or transport.is_closing():
            return False
        self.other = side
        if self._early:
            to.writelines(self._early)
            self._early = []
            transport.resume_reading()
        if self.has_ended:
            to.write_eof()
        return True


@final
class BackendSide(Side):
    """The side of the backend. It may talk as soon as it is connected, and so may be heard then.

    Args:
        client: The other side.
    """

    __slots__ = ("_client",)

    def __init__(self, client: ClientSide) -> None:
        super().__init__()
        self._client = client

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Begin, if the client is still there."""
        super().connection_made(transport)
        if self._client.join(self):
            self.other = self._client
        else:
            self.break_off()
