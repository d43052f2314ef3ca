"""A UDP place where clients come in, and what each of them has to do with which backend.

A client at one port is sent to one backend as long as it says something now and then; and to
another one as soon as that is no longer one of the rule's.

Source: the timeouts of conntrack, and how ``k8s.io/kubernetes/pkg/proxy/conntrack`` forgets
endpoints that are gone (v1.36).
"""

import socket
from contextlib import suppress
from typing import Final, TypeAlias, final

from kubeobj.network.proxy.eventloop import EventLoop, Timer
from kubeobj.network.proxy.forwarding import Forwarding
from kubeobj.network.proxy.sockets import bound
from kubeobj.network.rules import Backend, Frontend

IDLE_SECONDS: Final = 120.0
"""How long a client is remembered that says nothing and hears nothing."""

FLOWS: Final = 2048
"""How many clients of one place are remembered; the one heard of least lately is forgotten."""

AT_ONCE: Final = 64
"""How many datagrams are taken before others have their turn."""

_LARGEST: Final = 65_535

Client: TypeAlias = tuple[str, int] | tuple[str, int, int, int]
"""Where a datagram came from."""


@final
class Flow:
    """One client's datagrams, to one backend and back."""

    __slots__ = ("_client", "_loop", "_place", "_socket", "at", "backend")

    def __init__(self, place: "DatagramPlace", client: Client, backend: Backend) -> None:
        self.backend: Backend = backend
        self.at: float = 0.0
        """When something went through it last."""
        self._place = place
        self._client = client
        self._loop = place.loop
        family = socket.AF_INET6 if ":" in backend.address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        try:
            self._socket.settimeout(0)
            self._socket.connect(backend)
        except OSError:
            self._socket.close()
            raise
        self._loop.add_reader(self._socket.fileno(), self._answer)

    def send(self, data: bytes) -> bool:
        """Send a datagram on; return whether the backend is there as far as it is known."""
        try:
            self._socket.send(data)
        except BlockingIOError:
            return True  # lost, as datagrams are
        except OSError:
            return False
        return True

    def _answer(self) -> None:
        for _ in range(AT_ONCE):
            try:
                data = self._socket.recv(_LARGEST)
            except BlockingIOError:
                return
            except OSError:
                self._place.forget(self._client)
                return
            self.at = self._loop.time()
            self._place.send(data, self._client)

    def close(self) -> None:
        """Forget it."""
        self._loop.remove_reader(self._socket.fileno())
        self._socket.close()


@final
class DatagramPlace:
    """A UDP place. Without backends it is closed, so that clients are refused.

    Args:
        frontend: Which place.
        forwarding: Says where clients are sent.
        loop: What it runs on.
    """

    def __init__(self, frontend: Frontend, forwarding: Forwarding, loop: EventLoop) -> None:
        self.frontend: Frontend = frontend
        self.forwarding: Forwarding = forwarding
        """Where clients are sent."""
        self.loop: EventLoop = loop
        """What it runs on."""
        self._socket: socket.socket | None = None
        # Who was heard of last is last.
        self._flows: dict[Client, Flow] = {}
        self._sweeping: Timer | None = None

    def settle(self) -> None:
        """Have the place if there are backends, and forget those that are gone.

        Raises:
            OSError: If that cannot be; it can be tried again.
        """
        if not self.forwarding.is_open:
            self.close()
            return
        backends = self.forwarding.rule.backends
        for client, flow in list(self._flows.items()):
            if flow.backend not in backends:
                self.forget(client)
        if self._socket is None:
            self._socket = bound(self.frontend)
            self.loop.add_reader(self._socket.fileno(), self._take)

    def send(self, data: bytes, client: Client) -> None:
        """Send an answer to a client."""
        if self._socket is not None:
            with suppress(OSError):  # lost, as datagrams are
                self._socket.sendto(data, client)

    def forget(self, client: Client) -> None:
        """Let the next datagram of a client be its first one."""
        flow = self._flows.pop(client, None)
        if flow is not None:
            flow.close()

    def close(self) -> None:
        """Give the place up."""
        for client in list(self._flows):
            self.forget(client)
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        if self._socket is not None:
            self.loop.remove_reader(self._socket.fileno())
            self._socket.close()
            self._socket = None

    # ------------------------------------------------------------ inside

    def _take(self) -> None:
        for _ in range(AT_ONCE):
            if self._socket is None:
                return
            try:
                data, client = self._socket.recvfrom(_LARGEST)
            except OSError:
                return  # nothing more, or that an answer was refused
            self._forward(data, client)

    def _forward(self, data: bytes, client: Client) -> None:
        now = self.loop.time()
        flow = self._flows.pop(client, None)
        if flow is not None:
            if flow.send(data):
                flow.at = now
                self._flows[client] = flow
                return
            flow.close()
        refused = flow.backend if flow is not None else None
        if self.forwarding.lets_in(client[0], self.frontend):
            self._begin(data, client, refused)

    def _begin(self, data: bytes, client: Client, refused: Backend | None) -> None:
        """Send the first datagram of a client, if there is a choice not to who has refused one."""
        now = self.loop.time()
        choice = list(self.forwarding.backends_for(client[0], now))
        choice.sort(key=lambda one: one == refused)
        for backend in choice:
            try:
                flow = Flow(self, client, backend)
            except OSError:
                continue
            if not flow.send(data):
                flow.close()
                continue
            flow.at = now
            self._flows[client] = flow
            self.forwarding.note(client[0], backend, now)
            break
        if len(self._flows) > FLOWS:
            self.forget(next(iter(self._flows)))
        if self._sweeping is None:
            self._sweeping = self.loop.call_later(IDLE_SECONDS / 4, self._sweep)

    def _sweep(self) -> None:
        """Forget who has been silent for long."""
        self._sweeping = None
        since = self.loop.time() - IDLE_SECONDS
        for client, flow in list(self._flows.items()):
            if flow.at <= since:
                self.forget(client)
        if self._flows:
            self._sweeping = self.loop.call_later(IDLE_SECONDS / 4, self._sweep)
