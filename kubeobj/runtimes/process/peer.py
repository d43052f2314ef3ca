"""Somebody who talks to a warden."""

import os
import socket
from collections import deque
from collections.abc import Callable
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.runtimes.process.loop import Loop
from kubeobj.runtimes.process.wire import Receiver, pack, rights_of

BACKLOG_LIMIT: Final = 16 * 1024 * 1024
"""How much waits for somebody who does not read, in bytes, before nobody waits any more."""

Told: TypeAlias = "Callable[[Peer, Wire], object]"
"""Told of what a peer has said."""


@final
class Peer:
    """A connection; what is sent waits here while the other side does not read.

    Args:
        connection: It.
        loop: What waits for it.
        told: Told of messages.
        gone: Told when the other side has gone.
    """

    def __init__(
        self, connection: socket.socket, loop: Loop, told: Told, gone: "Callable[[Peer], object]"
    ) -> None:
        connection.setblocking(False)  # noqa: FBT003 - as it is called
        self._connection = connection
        self._receiver = Receiver(connection)
        self._loop = loop
        self._told = told
        self._gone = gone
        self._waiting: deque[tuple[bytes, tuple[int, ...]]] = deque()
        self._size = 0
        self.is_here: bool = True
        loop.watch(connection.fileno(), self._ready)

    def send(self, message: Wire, fds: tuple[int, ...] = ()) -> None:
        """Send a message now or soon, with copies of file descriptors."""
        if not self.is_here:
            return
        data = pack(message)
        self._waiting.append((data, tuple(os.dup(fd) for fd in fds)))
        self._size += len(data)
        if self._size > BACKLOG_LIMIT:
            self.close()
        else:
            self._flush()

    def take_fds(self, count: int) -> tuple[int, ...]:
        """Return file descriptors that have come with messages."""
        return self._receiver.take_fds(count)

    def close(self) -> None:
        """Talk to it no more."""
        if self.is_here:
            self.is_here = False
            self._loop.forget(self._connection.fileno())
            self._receiver.close()
            for _, fds in self._waiting:
                for fd in fds:
                    os.close(fd)
            self._waiting.clear()
            self._gone(self)

    def _ready(self) -> None:
        self._flush()
        if not self.is_here:
            return
        goes_on = self._receiver.receive()
        try:
            while (message := self._receiver.next()) is not None:
                self._told(self, message)
        except (ValueError, KeyError, TypeError):
            goes_on = False
        if not goes_on:
            self.close()

    def _flush(self) -> None:
        while self._waiting:
            data, fds = self._waiting.popleft()
            rights = rights_of(fds)
            try:
                sent = self._connection.sendmsg([data], rights)
            except BlockingIOError:
                self._waiting.appendleft((data, fds))
                break
            except OSError:
                self._waiting.appendleft((data, fds))
                self.close()
                return
            for fd in fds:
                os.close(fd)
            self._size -= sent
            if sent < len(data):
                self._waiting.appendleft((data[sent:], ()))
        fd = self._connection.fileno()
        self._loop.want_to_write(fd, self._ready, wanted=bool(self._waiting))
