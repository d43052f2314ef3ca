"""A TCP place where clients come in.

It is had as long as there is a rule for it; but only while there are backends, it listens: else
clients are refused, as by a port that is closed.
"""

import socket
from typing import Final, final

from kubeobj.network.proxy.eventloop import EventLoop, Timer
from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.joining import Joining
from kubeobj.network.proxy.sockets import bound, reset_on_close
from kubeobj.network.proxy.vessels import Vessels
from kubeobj.network.rules import Frontend

WAITING: Final = 4096
"""How many clients may wait to be taken."""

AT_ONCE: Final = 64
"""How many are taken before others have their turn."""

PAUSE_SECONDS: Final = 0.05
"""How long none is taken when there are no files for them; they wait meanwhile."""


@final
class Listener:
    """A TCP place.

    Args:
        frontend: Which place.
        forwarding: Says where clients are sent.
        vessels: What carries bytes.
        loop: What it runs on.
    """

    def __init__(
        self,
        frontend: Frontend,
        forwarding: Forwarding,
        vessels: Vessels,
        loop: EventLoop,
    ) -> None:
        self.frontend: Frontend = frontend
        self.forwarding: Forwarding = forwarding
        """Where clients that come now are sent; whoever has come before stays where it is."""
        self._vessels = vessels
        self._loop = loop
        self._socket: socket.socket | None = None
        self._listens = False
        self._pause: Timer | None = None

    def settle(self) -> None:
        """Have the place, and listen there or not.

        Raises:
            OSError: If that cannot be; it can be tried again.
        """
        if self._listens and not self.forwarding.is_open:
            self.close()
        if self._socket is None:
            self._socket = bound(self.frontend)
        if self.forwarding.is_open and not self._listens:
            try:
                self._socket.listen(WAITING)
            except OSError:
                self.close()
                raise
            self._listens = True
            self._loop.add_reader(self._socket.fileno(), self._take)

    def close(self) -> None:
        """Give the place up; connections that there are go on."""
        if self._pause is not None:
            self._pause.cancel()
            self._pause = None
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None
        self._listens = False

    def _take(self) -> None:
        """Take clients that wait."""
        for _ in range(AT_ONCE):
            if self._socket is None:
                return
            try:
                client, address = self._socket.accept()
            except (BlockingIOError, ConnectionError):
                return  # none any more, or one that has gone
            except OSError:
                self._rest()
                return
            client.settimeout(0)
            if self.forwarding.lets_in(address[0], self.frontend):
                Joining(client, address[0], self.forwarding, self._vessels, self._loop)
            else:
                reset_on_close(client)
                client.close()

    def _rest(self) -> None:
        """Take nobody for a moment: there are no files for them."""
        if self._socket is not None:
            self._loop.remove_reader(self._socket.fileno())
            self._pause = self._loop.call_later(PAUSE_SECONDS, self._go_on)

    def _go_on(self) -> None:
        self._pause = None
        if self._socket is not None:
            self._loop.add_reader(self._socket.fileno(), self._take)
