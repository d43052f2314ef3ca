"""Making a whole range of addresses this machine's own, so that Services have real addresses.

That is what ``ip route add local RANGE dev lo`` does; it is asked of the kernel directly, as that
command is not everywhere. Containers then reach Services through their gateway, which is this
machine. It takes root.

Source: rtnetlink(7), ip-route(8); the kernel's ``include/uapi/linux/rtnetlink.h``.
"""

import errno
import os
import socket
import struct
import sys
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Final

from kubeobj.errors import KubeobjError

_NEW_ROUTE: Final = 24
_DELETE_ROUTE: Final = 25
_ERROR: Final = 2
_REQUEST_ACK: Final = 0x5
_CREATE_EXCLUSIVE: Final = 0x600
_DESTINATION: Final = 1
_OUTPUT: Final = 4
_LOCAL_TABLE: Final = 255
_BY_BOOT: Final = 3
_HOST_SCOPE: Final = 254
_NOWHERE_SCOPE: Final = 255
_LOCAL: Final = 2


class NotAllowed(KubeobjError, PermissionError):
    """This process may not change what addresses the machine has."""


def is_loopback(network: str) -> bool:
    """Return whether a range is this machine's own anyway."""
    found = ip_network(network)
    return found.version == 4 and found.is_loopback


def make_local(network: str) -> None:
    """Let all addresses of a range be this machine's own; nothing changes if they are.

    Args:
        network: The range: ``10.96.0.0/16``.

    Raises:
        ValueError: If it is no range.
        NotAllowed: If that takes rights which this process does not have.
        OSError: If the kernel refuses it for another reason.
    """
    _change(ip_network(network), _NEW_ROUTE, _CREATE_EXCLUSIVE, fine=errno.EEXIST)


def unmake_local(network: str) -> None:
    """Undo that; nothing changes if it was never done.

    Raises:
        ValueError: If it is no range.
        NotAllowed: If that takes rights which this process does not have.
        OSError: If the kernel refuses it for another reason.
    """
    _change(ip_network(network), _DELETE_ROUTE, 0, fine=errno.ESRCH)


def _change(network: IPv4Network | IPv6Network, kind: int, flags: int, *, fine: int) -> None:
    if sys.platform != "linux":
        msg = "only Linux can make a range of addresses its own"
        raise NotAllowed(msg)
    code = _ask(_message(network, kind, flags))
    if code in {errno.EPERM, errno.EACCES}:
        msg = (
            f"only root may make {network} addresses of this machine; run as root, "
            f"or once: sudo ip route add local {network} dev lo"
        )
        raise NotAllowed(msg)
    if code not in {0, fine}:
        raise OSError(code, f"{network}: {os.strerror(code)}")


def _message(network: IPv4Network | IPv6Network, kind: int, flags: int) -> bytes:
    family = socket.AF_INET if network.version == 4 else socket.AF_INET6
    is_new = kind == _NEW_ROUTE
    route = struct.pack(
        "=BBBBBBBBI",
        family,
        network.prefixlen,
        0,
        0,
        _LOCAL_TABLE,
        _BY_BOOT if is_new else 0,
        _HOST_SCOPE if is_new and network.version == 4 else _NOWHERE_SCOPE * (not is_new),
        _LOCAL,
        0,
    )
    body = route + _attribute(_DESTINATION, network.network_address.packed)
    body += _attribute(_OUTPUT, struct.pack("=I", socket.if_nametoindex("lo")))
    return struct.pack("=IHHII", 16 + len(body), kind, _REQUEST_ACK | flags, 1, 0) + body


def _attribute(kind: int, value: bytes) -> bytes:
    size = 4 + len(value)
    return struct.pack("=HH", size, kind) + value + bytes(-size % 4)


def _ask(message: bytes) -> int:
    """Ask the kernel, and return the number of what is wrong; 0 for nothing."""
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, socket.NETLINK_ROUTE) as kernel:
        kernel.bind((0, 0))
        kernel.send(message)
        answer = kernel.recv(65_536)
    kind = struct.unpack_from("=H", answer, 4)[0]
    code: int = struct.unpack_from("=i", answer, 16)[0]
    return -code if kind == _ERROR else 0
