"""The addresses of Services.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/ipallocator`` (v1.36).
"""

from typing import final

from kubeobj.api.allocation.numberpool import NumberPool, NumberUnavailableError
from kubeobj.names import SuffixSource
from kubeobj.names.addresses import Address, parse_address, parse_network


@final
class IpAllocator:
    """The addresses of one network, without its first, and without the last one of IPv4.

    Args:
        cidr: The network, such as ``10.0.0.0/16``.

    >>> pool = IpAllocator("10.0.0.0/16")
    >>> pool.take("10.0.0.1")
    >>> pool.first_address
    '10.0.0.1'
    """

    __slots__ = ("_bits", "_pool", "_start", "cidr")

    def __init__(self, cidr: str) -> None:
        network = parse_network(cidr)
        if network is None:
            msg = f"not a network: {cidr!r}"
            raise ValueError(msg)
        network = network.masked
        self.cidr = str(network)
        self._start = network.address.value
        self._bits = network.address.bits
        size = 1 << min(self._bits - network.length, 32)
        last = self._start + size - (2 if self._bits == 32 else 1)
        reserved = min(max(16, size // 16), 256) if size >= 32 else 0
        self._pool = NumberPool(self._start + 1, last, reserved=max(0, reserved - 1))

    @property
    def network_address(self) -> str:
        """The first address, which is never handed out; what a dry run shows."""
        return self._text(self._start)

    @property
    def first_address(self) -> str:
        """The first address that is handed out to who asks for it."""
        return self._text(self._start + 1)

    def mark(self, address: str) -> None:
        """Note that *address* is taken, if it is one of these."""
        number = self._number(address)
        if number is not None:
            self._pool.mark(number)

    def take(self, address: str) -> None:
        """Hand out *address*.

        Raises:
            NumberUnavailableError: If it is taken, or none of these.
        """
        number = self._checked(address)
        try:
            self._pool.take(number)
        except NumberUnavailableError:
            raise NumberUnavailableError("provided IP is already allocated") from None

    def check(self, address: str) -> None:
        """Make sure that *address* could be handed out.

        Raises:
            NumberUnavailableError: If it is taken, or none of these.
        """
        if self._checked(address) in self._pool:
            raise NumberUnavailableError("provided IP is already allocated")

    def take_any(self, ids: SuffixSource) -> str:
        """Hand out an address by chance.

        Raises:
            NumberUnavailableError: If none is left.
        """
        return self._text(self._pool.take_any(ids))

    def give_back(self, address: str) -> None:
        """Take *address* back."""
        number = self._number(address)
        if number is not None:
            self._pool.give_back(number)

    def _number(self, address: str) -> int | None:
        parsed = parse_address(address)
        if parsed is None or parsed.bits != self._bits:
            return None
        return parsed.value

    def _checked(self, address: str) -> int:
        number = self._number(address)
        if number is None or not self._pool.covers(number):
            raise NumberUnavailableError(
                f"the provided IP ({address}) is not in the valid range."
                f" The range of valid IPs is {self.cidr}"
            )
        return number

    def _text(self, number: int) -> str:
        return str(Address(number, self._bits))
