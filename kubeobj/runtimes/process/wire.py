"""How a runtime and its warden talk: JSON with a length before it, and file descriptors beside."""

import array
import json
import os
import socket
import struct
from collections import deque
from typing import Final, final

from kubeobj.documents import Wire

MESSAGE_LIMIT: Final = 64 * 1024 * 1024
"""How long a message may be, in bytes."""

_HEADER: Final = struct.Struct("!I")
_FDS: Final = 16


def pack(message: Wire) -> bytes:
    """Return a message as it is sent."""
    body = json.dumps(message, separators=(",", ":")).encode()
    return _HEADER.pack(len(body)) + body


def send(connection: socket.socket, message: Wire, fds: tuple[int, ...] = ()) -> None:
    """Send a message, and file descriptors with it; it blocks until that is done."""
    data = pack(message)
    if fds:
        data = data[connection.sendmsg([data], rights_of(fds)) :]
    connection.sendall(data)


def rights_of(fds: tuple[int, ...]) -> list[tuple[int, int, bytes]]:
    """Return what sends file descriptors beside a message."""
    packed = array.array("i", fds).tobytes()
    return [(socket.SOL_SOCKET, socket.SCM_RIGHTS, packed)] if fds else []


@final
class Receiver:
    """What comes in at a connection.

    Args:
        connection: It.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._data = bytearray()
        self._fds: deque[int] = deque()

    def receive(self) -> bool:
        """Take what has come, and wait for it if the connection does; False once it has ended."""
        size = socket.CMSG_SPACE(_FDS * array.array("i").itemsize)
        flags = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
        try:
            data, rights, _, _ = self._connection.recvmsg(1 << 16, size, flags)
        except BlockingIOError:
            return True
        except OSError:
            return False
        for level, kind, payload in rights:
            if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
                found = array.array("i")
                found.frombytes(payload[: len(payload) - len(payload) % found.itemsize])
                self._fds.extend(found)
        self._data += data
        return bool(data)

    def next(self) -> Wire | None:
        """Return the next message that has come whole.

        Raises:
            ValueError: If it is none.
        """
        if len(self._data) < _HEADER.size:
            return None
        (length,) = _HEADER.unpack_from(self._data)
        if length > MESSAGE_LIMIT:
            raise ValueError(f"a message of {length} bytes is too long")
        end = _HEADER.size + length
        if len(self._data) < end:
            return None
        message: Wire = json.loads(self._data[_HEADER.size : end])
        del self._data[:end]
        return message

    def take_fds(self, count: int) -> tuple[int, ...]:
        """Return the next file descriptors that have come with messages; the caller closes them."""
        return tuple(self._fds.popleft() for _ in range(min(count, len(self._fds))))

    def close(self) -> None:
        """Close the connection, and the file descriptors that nobody has taken."""
        self._connection.close()
        while self._fds:
            os.close(self._fds.popleft())
