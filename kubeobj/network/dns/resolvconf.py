"""Who this machine asks for names: its ``resolv.conf``.

Source: resolv.conf(5).
"""

from collections.abc import Collection
from ipaddress import ip_address
from pathlib import Path
from typing import Final, NamedTuple, final

PATHS: Final = (Path("/etc/resolv.conf"), Path("/run/systemd/resolve/resolv.conf"))
"""Where it is; the second is what systemd-resolved asks itself."""


@final
class Resolvers(NamedTuple):
    """Whom a machine asks, and how."""

    nameservers: tuple[str, ...] = ()
    search: tuple[str, ...] = ()
    options: tuple[str, ...] = ()


def parse_resolv_conf(text: str) -> Resolvers:
    r"""Return what a ``resolv.conf`` says; what is none of it is passed over.

    >>> parse_resolv_conf("nameserver 192.0.2.1 # home\nsearch home.arpa")
    Resolvers(nameservers=('192.0.2.1',), search=('home.arpa',), options=())
    """
    servers: list[str] = []
    search: tuple[str, ...] = ()
    options: list[str] = []
    for line in text.splitlines():
        words = line.split("#")[0].split(";")[0].split()
        match words:
            case ["nameserver", address, *_] if _is_address(address):
                servers.append(address)
            case ["search" | "domain", *names]:
                search = tuple(names)
            case ["options", *more]:
                options += more
            case _:
                continue
    return Resolvers(tuple(servers), search, tuple(options))


def upstreams(own: Collection[str]) -> tuple[str, ...]:
    """Return whom this machine asks, except ourselves.

    Args:
        own: Addresses at which we answer: to ask there would be a ring.
    """
    for path in PATHS:
        try:
            found = parse_resolv_conf(path.read_text(encoding="utf-8", errors="replace"))
        except OSError:
            continue
        servers = tuple(one for one in found.nameservers if one not in own)
        if servers:
            return servers
    return ()


def _is_address(text: str) -> bool:
    try:
        ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
