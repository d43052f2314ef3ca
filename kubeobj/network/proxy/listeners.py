"""A TCP place where clients come in.

It is had as long as there is a rule for it; but only while there are backends, it listens: else
clients are refused, as by a port that is closed.
"""

import asyncio
import socket
from typing import Final, final

from kubeobj.network.proxy.connections import ClientSide
from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.sockets import bound
from kubeobj.network.rules import Frontend

WAITING: Final = 4096
"""How many clients may wait to be taken."""


@final
class Listener:
    """A TCP place.

    Args:
        frontend: Which place.
        forwarding: Says where clients are sent.
        loop: What it runs on.
    """

    def __init__(
        self, frontend: Frontend, forwarding: Forwarding, loop: asyncio.AbstractEventLoop
    ) -> None:
        self.frontend: Frontend = frontend
        self.forwarding: Forwarding = forwarding
        """Where clients that come now are sent; whoever has come before stays where it is."""
        self._loop = loop
        self._held: socket.socket | None = None
        self._server: asyncio.Server | None = None

    async def settle(self) -> None:
        """Have the place, and listen there or not.

        Raises:
            OSError: If that cannot be; it can be tried again.
        """
        if self._server is not None and not self.forwarding.is_open:
            self.close()
        if self._server is None and self._held is None:
            self._held = bound(self.frontend)
        if self._held is not None and self.forwarding.is_open:
            held, self._held = self._held, None
            try:
                self._server = await self._loop.create_server(
                    self._take, sock=held, backlog=WAITING
                )
            except OSError:
                held.close()
                raise

    def _take(self) -> asyncio.Protocol:
        return ClientSide(lambda: self.forwarding, self.frontend, self._loop)

    def close(self) -> None:
        """Give the place up; connections that there are go on."""
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._held is not None:
            self._held.close()
            self._held = None
