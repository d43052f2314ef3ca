"""From a client that has come to a connection: the first backend that answers has it."""

import errno
import socket
from collections.abc import Iterator
from typing import Final, final

from kubeobj.network.proxy.connections import Connection
from kubeobj.network.proxy.eventloop import EventLoop, Timer
from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.sockets import hold_nothing_back, reset_on_close
from kubeobj.network.proxy.vessels import Vessels
from kubeobj.network.rules import Backend

CONNECT_SECONDS: Final = 3.0
"""How long a backend may take to answer before the next one is tried."""

_WAITING = frozenset({errno.EINPROGRESS, errno.EALREADY})
_DONE = frozenset({0, errno.EISCONN})


@final
class Joining:
    """Looks for a backend for one client. What the client says meanwhile waits in its socket.

    Args:
        client: The client's socket.
        address: Its address.
        forwarding: Says where to send it.
        vessels: What carries bytes.
        loop: What it runs on.
    """

    __slots__ = (
        "_address", "_backends", "_client", "_forwarding", "_loop", "_timer", "_tried", "_vessels",
    )  # fmt: skip

    def __init__(
        self,
        client: socket.socket,
        address: str,
        forwarding: Forwarding,
        vessels: Vessels,
        loop: EventLoop,
    ) -> None:
        self._client = client
        self._address = address
        self._forwarding = forwarding
        self._vessels = vessels
        self._loop = loop
        self._backends: Iterator[Backend] = forwarding.backends_for(address, loop.time())
        self._tried: tuple[Backend, socket.socket] | None = None
        self._timer: Timer | None = None
        self._try_next()

    def _try_next(self) -> None:
        """Begin with the next backend; without any, break the client off."""
        for backend in self._backends:
            family = socket.AF_INET6 if ":" in backend.address else socket.AF_INET
            try:
                one = socket.socket(family, socket.SOCK_STREAM)
            except OSError:
                break  # no more files
            one.settimeout(0)
            try:
                begun = one.connect_ex(backend) in _WAITING | _DONE
            except OSError:
                begun = False
            if begun:
                self._tried = backend, one
                self._timer = self._loop.call_later(CONNECT_SECONDS, self._give_up)
                self._loop.add_writer(one.fileno(), self._look)
                return
            one.close()
        reset_on_close(self._client)
        self._client.close()

    def _look(self) -> None:
        """See whether the backend has answered, now that it has done something."""
        if self._tried is None:
            return
        backend, one = self._tried
        state = one.connect_ex(backend)
        if state in _WAITING:
            return  # what woke us was about a file of before, with the same number
        self._leave()
        if state not in _DONE:
            one.close()
            self._try_next()
            return
        self._forwarding.note(self._address, backend, self._loop.time())
        hold_nothing_back(self._client, self._address)
        hold_nothing_back(one, backend.address)
        Connection(self._client, one, self._vessels, self._loop)

    def _give_up(self) -> None:
        """Try no longer: it takes too long."""
        tried = self._leave()
        if tried is not None:
            tried[1].close()
            self._try_next()

    def _leave(self) -> tuple[Backend, socket.socket] | None:
        tried, self._tried = self._tried, None
        if tried is not None:
            self._loop.remove_writer(tried[1].fileno())
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        return tried
