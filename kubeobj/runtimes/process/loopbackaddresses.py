"""The addresses of pods: each has one of loopback, where Linux needs no set-up for them.

Source: RFC 1122 section 3.2.1.3 (g).
"""

from ipaddress import IPv4Network
from threading import Lock
from typing import final

from kubeobj.runtimes.errors import SandboxFault


@final
class LoopbackAddresses:
    """Hands out the addresses of a range, each to one at a time.

    An address that was given back is not handed out again before all others were.

    Args:
        network: The range, such as ``127.77.0.0/17``; its first and its last are not used.

    Raises:
        ValueError: If it is no range of loopback with room for a pod.

    >>> addresses = LoopbackAddresses("127.5.0.0/30")
    >>> addresses.take(), addresses.take()
    ('127.5.0.1', '127.5.0.2')
    >>> addresses.give_back("127.5.0.1")
    >>> addresses.take()
    '127.5.0.1'
    """

    def __init__(self, network: str) -> None:
        self._network = IPv4Network(network)
        if not self._network.is_loopback or self._network.num_addresses < 4:
            raise ValueError(f"{network} is no range of loopback with room for pods")
        self._taken: set[int] = set()
        self._last = 0
        self._lock = Lock()

    def take(self) -> str:
        """Return an address that nobody has.

        Raises:
            SandboxFault: If all are taken.
        """
        room = self._network.num_addresses - 2
        with self._lock:
            for step in range(1, room + 1):
                number = (self._last + step - 1) % room + 1
                if number not in self._taken:
                    self._taken.add(number)
                    self._last = number
                    return str(self._network[number])
        raise SandboxFault(
            f"all {room} addresses of {self._network} are taken: remove pods, or give a larger "
            "range"
        )

    def keep(self, address: str) -> None:
        """Say that an address is taken: by what was there before."""
        with self._lock:
            number = self._number(address)
            self._taken.add(number)
            self._last = max(self._last, number)

    def give_back(self, address: str) -> None:
        """Let an address be taken again."""
        with self._lock:
            self._taken.discard(self._number(address))

    def _number(self, address: str) -> int:
        network = IPv4Network(address)
        return int(network.network_address) - int(self._network.network_address)
