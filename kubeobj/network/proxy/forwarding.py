"""Where the clients of a rule are sent to: in turn, or to where they were sent before."""

from collections.abc import Iterator
from ipaddress import IPv4Network, IPv6Network, ip_address, ip_network
from typing import Final, final

from kubeobj.network.rules import Backend, Frontend, Rule

KEPT: Final = 16_384
"""How many clients of a rule are remembered at most; the ones seen least lately are forgotten."""


@final
class Forwarding:
    """A rule, and who was sent where by it.

    Args:
        rule: The rule.
    """

    __slots__ = ("_networks", "_next", "_seen", "rule")

    def __init__(self, rule: Rule) -> None:
        self.rule: Rule = rule
        """What it does now."""
        self._next = 0
        self._networks = _networks_of(rule)
        # By client, where it was sent and when it was last seen; who was seen last is last.
        self._seen: dict[str, tuple[Backend, float]] = {}

    @property
    def is_open(self) -> bool:
        """Whether there is anywhere to send clients to."""
        return bool(self.rule.backends)

    def change(self, rule: Rule) -> None:
        """Do from now on what another rule says; who is sent where is remembered."""
        self.rule = rule
        self._networks = _networks_of(rule)

    def lets_in(self, client: str, frontend: Frontend) -> bool:
        """Return whether a client may come in at a frontend."""
        if frontend not in self.rule.guarded:
            return True
        address = ip_address(client.partition("%")[0])
        return any(address in network for network in self._networks)

    def backends_for(self, client: str, now: float) -> Iterator[Backend]:
        """Return where to send a client: the best one first, then the others, each once.

        Args:
            client: The client's address.
            now: The time, in seconds, on a clock that never goes back.
        """
        backends = self.rule.backends
        if not backends:
            return
        kept = self._kept(client, now) if self.rule.affinity_seconds else None
        if kept is not None:
            yield kept
        first = self._next = (self._next + 1) % len(backends)
        for backend in (*backends[first:], *backends[:first]):
            if backend != kept:
                yield backend

    def note(self, client: str, backend: Backend, now: float) -> None:
        """Remember that a client was sent somewhere."""
        if not self.rule.affinity_seconds:
            return
        self._seen.pop(client, None)
        self._seen[client] = backend, now
        if len(self._seen) > KEPT:
            del self._seen[next(iter(self._seen))]

    def _kept(self, client: str, now: float) -> Backend | None:
        backend, at = self._seen.get(client, (None, 0.0))
        if backend is None:
            return None
        if now - at >= self.rule.affinity_seconds or backend not in self.rule.backends:
            del self._seen[client]
            return None
        return backend


def _networks_of(rule: Rule) -> list[IPv4Network | IPv6Network]:
    found = []
    for source in rule.sources:
        try:
            found.append(ip_network(source, strict=False))
        except ValueError:
            continue  # lets in nobody
    return found
