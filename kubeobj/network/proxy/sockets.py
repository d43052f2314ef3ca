"""Sockets that clients come to."""

import errno
import os
import resource
import socket
import struct
from contextlib import suppress
from typing import Final

from kubeobj.network.rules import Frontend

_RESET: Final = struct.pack("ii", 1, 0)
_UNPACED: Final = b"reno"


def bound(frontend: Frontend) -> socket.socket:
    """Return a socket that has the place of a frontend, and does not listen yet.

    Raises:
        OSError: If it cannot be had.
    """
    family = socket.AF_INET6 if ":" in frontend.address else socket.AF_INET
    kind = socket.SOCK_STREAM if frontend.protocol == "TCP" else socket.SOCK_DGRAM
    made = socket.socket(family, kind)
    try:
        made.settimeout(0)
        if kind == socket.SOCK_STREAM:
            # Else connections of a moment ago would keep the place from being had again.
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        made.bind((frontend.address, frontend.port))
    except OSError:
        made.close()
        raise
    return made


def hold_nothing_back(one: socket.socket, address: str) -> None:
    """Let a connection send what there is at once.

    Where it stays on loopback nothing is lost on the way, so a congestion control that spreads what
    it sends over time, as BBR does, would only cost: a seventh of the throughput. Reno is the one
    that every kernel has and lets anybody use.

    Source: ``TCP_NODELAY`` and ``TCP_CONGESTION`` in tcp(7).

    Args:
        one: The connection; if it has gone already, that is found out when it is used.
        address: The address of its other end.
    """
    with suppress(OSError):
        one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        if address == "::1" or address.startswith("127."):
            one.setsockopt(socket.IPPROTO_TCP, socket.TCP_CONGESTION, _UNPACED)


def reset_on_close(one: socket.socket) -> None:
    """Let the other side of a connection see that it was broken, not that it has ended."""
    with suppress(OSError):
        one.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)


def allow_many_files() -> None:
    """Let this process open as many files as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        with suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


def name_of(error: OSError) -> str:
    """Return what is wrong, in a word: ``EADDRINUSE``."""
    return errno.errorcode.get(error.errno or 0, "") or type(error).__name__


def text_of(error: OSError) -> str:
    """Return what is wrong, in the system's words."""
    return os.strerror(error.errno) if error.errno else str(error)
