"""Connections: what a client sends goes to a backend, and back.

Each side may end before the other one; who reads slowly slows the other one down; and a connection
that breaks on one side breaks on the other, so that nobody takes a part for the whole.
"""

import socket
from typing import final

from kubeobj.network.proxy.eventloop import EventLoop
from kubeobj.network.proxy.sockets import reset_on_close
from kubeobj.network.proxy.vessels import Vessel, Vessels


@final
class Connection:
    """A client and a backend that are connected. It lives as long as either has more to say.

    Args:
        client: The client's socket.
        backend: The backend's.
        vessels: What carries bytes.
        loop: What it runs on.
    """

    __slots__ = ("_sockets", "_ways")

    def __init__(
        self,
        client: socket.socket,
        backend: socket.socket,
        vessels: Vessels,
        loop: EventLoop,
    ) -> None:
        self._sockets = client, backend
        self._ways = (
            _Way(self, client, backend, vessels, loop),
            _Way(self, backend, client, vessels, loop),
        )
        for way in self._ways:
            way.begin()

    def note_end(self) -> None:
        """Close both, if neither has more to say."""
        if all(way.is_over for way in self._ways):
            self._close()

    def break_off(self) -> None:
        """Close both, and let both know that it is no regular end."""
        for one in self._sockets:
            reset_on_close(one)
        self._close()

    def _close(self) -> None:
        for way in self._ways:
            way.stop()
        for one in self._sockets:
            one.close()


@final
class _Way:
    """One direction of a connection."""

    __slots__ = (
        "_connection", "_from", "_held", "_loop", "_sink", "_to", "_vessels", "is_over",
    )  # fmt: skip

    def __init__(
        self,
        connection: Connection,
        source: socket.socket,
        sink: socket.socket,
        vessels: Vessels,
        loop: EventLoop,
    ) -> None:
        self.is_over: bool = False
        """Whether nothing more goes this way."""
        self._connection = connection
        self._from, self._to = source.fileno(), sink.fileno()
        self._sink = sink
        self._vessels = vessels
        self._loop = loop
        # What has been taken and cannot be given yet.
        self._held: Vessel | None = None

    def begin(self) -> None:
        self._loop.add_reader(self._from, self._take)

    def stop(self) -> None:
        """Do nothing more, whatever there would be to do."""
        self.is_over = True
        self._loop.remove_reader(self._from)
        self._loop.remove_writer(self._to)
        if self._held is not None:
            self._vessels.give_back(self._held)
            self._held = None

    def _take(self) -> None:
        """Carry what there is."""
        vessel = self._vessels.take()
        try:
            count = vessel.fill(self._from)
            if count and not vessel.pour(self._to):
                self._wait(vessel)
                return
        except BlockingIOError:
            self._vessels.give_back(vessel)
        except OSError:
            self._vessels.give_back(vessel)
            self._connection.break_off()
        else:
            self._vessels.give_back(vessel)
            if not count:
                self._end()

    def _wait(self, vessel: Vessel) -> None:
        """Take nothing more until what was taken is given."""
        self._held = vessel
        self._loop.remove_reader(self._from)
        self._loop.add_writer(self._to, self._give)

    def _give(self) -> None:
        held = self._held
        if held is None:
            return
        try:
            if not held.pour(self._to):
                return
        except OSError:
            self._connection.break_off()
            return
        self._held = None
        self._vessels.give_back(held)
        self._loop.remove_writer(self._to)
        self._loop.add_reader(self._from, self._take)

    def _end(self) -> None:
        """Hand on that nothing more comes; the other way stays open."""
        self.is_over = True
        self._loop.remove_reader(self._from)
        try:
            self._sink.shutdown(socket.SHUT_WR)
        except OSError:
            self._connection.break_off()
            return
        self._connection.note_end()
