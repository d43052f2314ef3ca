"""Servers on real sockets, each of which says its name."""

import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Talk = Callable[[socket.socket], None]
"""What a server does with a connection."""


class Server:
    """A TCP server; every connection has a thread of its own."""

    def __init__(self, address: str, port: int, talk: Talk, backlog: int = 1024) -> None:
        self.address = address
        self.taken = 0
        self._talk = talk
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.create_server((address, port), family=family, backlog=backlog)
        self.port: int = self._socket.getsockname()[1]
        self._open: list[socket.socket] = []
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.taken += 1
            self._open.append(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with suppress(OSError), connection:
            self._talk(connection)

    def stop(self, *, connections: bool = True) -> None:
        """Take no more clients, and break with those there are."""
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()
        if connections:
            for one in self._open:
                with suppress(OSError):
                    one.shutdown(socket.SHUT_RDWR)


class DatagramServer:
    """A UDP server that answers each datagram with its name and what it got."""

    def __init__(self, address: str, port: int, name: str) -> None:
        self.address = address
        self._name = name.encode()
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self._socket = socket.socket(family, socket.SOCK_DGRAM)
        self._socket.bind((address, port))
        self.port: int = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                data, client = self._socket.recvfrom(65_535)
                if data == b"stop it":
                    return
                self._socket.sendto(self._name + b" " + data, client)
            except OSError:
                return

    def stop(self) -> None:
        """Answer no more."""
        with socket.socket(self._socket.family, socket.SOCK_DGRAM) as one:
            one.sendto(b"stop it", (self.address, self.port))
        self._thread.join()
        self._socket.close()


class Servers:
    """Servers that are stopped at the end of a test."""

    def __init__(self) -> None:
        self._made: list[Server | DatagramServer] = []

    def tcp(self, address: str, talk: Talk, port: int = 0) -> Server:
        made = Server(address, port, talk)
        self._made.append(made)
        return made

    def named(self, address: str, name: str, port: int = 0) -> Server:
        return self.tcp(address, saying(name), port)

    def udp(self, address: str, name: str, port: int = 0) -> DatagramServer:
        made = DatagramServer(address, port, name)
        self._made.append(made)
        return made

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for one in self._made:
            with suppress(OSError):
                one.stop()


def saying(name: str) -> Talk:
    """Say a name, and then nothing more."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(name.encode())

    return talk


def echoing(connection: socket.socket) -> None:
    """Send back what comes, until nothing more comes."""
    while data := connection.recv(1 << 16):
        connection.sendall(data)


def said_at(address: str, port: int, *, timeout: float = 10.0) -> str:
    """Return what a server says to whoever connects; empty if it refuses or breaks off."""
    try:
        with socket.create_connection((address, port), timeout) as connection:
            parts = []
            while data := connection.recv(1 << 16):
                parts.append(data)
            return b"".join(parts).decode()
    except (ConnectionRefusedError, ConnectionResetError):
        return ""


def answered_at(address: str, port: int, text: str, *, client: socket.socket | None = None) -> str:
    """Return what a UDP server answers; empty if it refuses."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    one = client or socket.socket(family, socket.SOCK_DGRAM)
    try:
        one.settimeout(10)
        one.connect((address, port))
        one.send(text.encode())
        return one.recv(65_535).decode()
    except ConnectionRefusedError:
        return ""
    finally:
        if client is None:
            one.close()
