"""What to tell people about places that cannot be had, and what to do about it."""

from typing import Final

from kubeobj.network.rulebook import Owner
from kubeobj.network.rules import Frontend

REASON: Final = "FailedToOpenPort"
"""The reason of events about them."""


def trouble_of(frontend: Frontend, word: str, text: str) -> str:
    """Return what is wrong with a place and what to do about it.

    Args:
        frontend: Which place.
        word: What the system calls it: ``EADDRINUSE``.
        text: What it says about it.
    """
    match word:
        case "EADDRINUSE":
            flag = "t" if frontend.protocol == "TCP" else "u"
            return (
                f"{frontend} is in use by another program; end that, or choose another port "
                f"(ss -{flag}lnp 'sport = :{frontend.port}' shows which it is)"
            )
        case "EACCES" | "EPERM":
            return (
                f"{frontend}: only root may listen at a port as low as that; choose one from 1024 "
                f"on, or allow it once: sudo sysctl net.ipv4.ip_unprivileged_port_start="
                f"{frontend.port}"
            )
        case "EADDRNOTAVAIL":
            return f"{frontend}: {frontend.address} is no address of this machine"
        case _:
            return f"{frontend} cannot be opened: {text}"


def taken(frontend: Frontend, owner: Owner, port: str = "port") -> str:
    """Return what is wrong with a place that another has; *port* is what asks for it."""
    return f"{frontend} is taken by {owner}; choose another {port}"
