"""What the proxy is told: where clients come in, and where they are sent to.

Values only, and their way through a pipe: one JSON text per line. The proxy's process imports this
file and nothing else of the agent's.
"""

import json
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeAlias, final

Message: TypeAlias = dict[str, Any]  # type: ignore[explicit-any]
"""A line of the pipe between the agent and its proxy, as JSON."""


@final
class Frontend(NamedTuple):
    """Where clients come in.

    Args:
        protocol: ``TCP`` or ``UDP``.
        address: The address, of either family.
        port: The port.

    >>> str(Frontend("TCP", "127.0.0.1", 80)), str(Frontend("UDP", "::1", 53))
    ('127.0.0.1:80/TCP', '[::1]:53/UDP')
    """

    protocol: str
    address: str
    port: int

    def __str__(self) -> str:
        return f"{joined(self.address, self.port)}/{self.protocol}"


@final
class Backend(NamedTuple):
    """Where they are sent to: an address and a port of an endpoint."""

    address: str
    port: int

    def __str__(self) -> str:
        return joined(self.address, self.port)


def joined(address: str, port: int) -> str:
    """Return an address and a port as one text."""
    return f"[{address}]:{port}" if ":" in address else f"{address}:{port}"


@final
@dataclass(frozen=True, slots=True)
class Rule:
    """How clients of one port of a Service are forwarded.

    Args:
        key: Which port of which Service, unlike all others: ``shop/web:http/IPv4``.
        frontends: Where they come in.
        backends: Where they are sent to, in turn; none refuses them.
        affinity_seconds: For how long an address of a client is sent to the same backend, after it
            was last seen; 0 if it is not.
        guarded: At which frontends only clients from *sources* are let in.
        sources: Networks of clients: ``192.168.0.0/16``.
    """

    key: str
    frontends: tuple[Frontend, ...]
    backends: tuple[Backend, ...] = ()
    affinity_seconds: int = 0
    guarded: tuple[Frontend, ...] = ()
    sources: tuple[str, ...] = ()


def message_of(rule: Rule) -> Message:
    """Return a rule as it goes through the pipe."""
    return {
        "key": rule.key,
        "frontends": rule.frontends,
        "backends": rule.backends,
        "affinity": rule.affinity_seconds,
        "guarded": rule.guarded,
        "sources": rule.sources,
    }


def rule_of(message: Message) -> Rule:
    """Return the rule of which a message was made.

    >>> rule = Rule("shop/web:/IPv4", (Frontend("TCP", "127.0.0.1", 80),), (Backend("::1", 8080),))
    >>> rule_of(json.loads(line_of(message_of(rule)))) == rule
    True
    """
    return Rule(
        message["key"],
        tuple(Frontend(*one) for one in message["frontends"]),
        tuple(Backend(*one) for one in message["backends"]),
        message["affinity"],
        tuple(Frontend(*one) for one in message["guarded"]),
        tuple(message["sources"]),
    )


def line_of(message: Message) -> bytes:
    """Return a message as a line."""
    return json.dumps(message, separators=(",", ":")).encode() + b"\n"
