"""The ports on nodes of Services.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/portallocator`` (v1.36).
"""

from typing import final

from kubeobj.api.allocation.numberpool import NumberPool, NumberUnavailableError
from kubeobj.names import SuffixSource

DRY_RUN_PORT = 32769
"""What a dry run shows for the first port that would be handed out; more follow it."""


@final
class PortAllocator:
    """The ports from *first* to *last*.

    Args:
        first: The first port.
        last: The last one.
    """

    __slots__ = ("_pool", "first", "last")

    def __init__(self, first: int, last: int) -> None:
        self.first: int = first
        self.last: int = last
        size = last - first + 1
        reserved = min(max(16, size // 32), 128) if size > 16 else 0
        self._pool = NumberPool(first, last, reserved=reserved)

    def mark(self, port: int) -> None:
        """Note that *port* is taken, if it is one of these."""
        self._pool.mark(port)

    def take(self, port: int) -> None:
        """Hand out *port*.

        Raises:
            NumberUnavailableError: If it is taken, or none of these.
        """
        if not self._pool.covers(port):
            raise NumberUnavailableError(
                f"provided port is not in the valid range."
                f" The range of valid ports is {self.first}-{self.last}"
            )
        self.check(port)
        self._pool.take(port)

    def check(self, port: int) -> None:
        """Make sure that *port* is not taken.

        Raises:
            NumberUnavailableError: If it is.
        """
        if port in self._pool:
            raise NumberUnavailableError("provided port is already allocated")

    def take_any(self, ids: SuffixSource) -> int:
        """Hand out a port by chance.

        Raises:
            NumberUnavailableError: If none is left.
        """
        return self._pool.take_any(ids)

    def give_back(self, port: int) -> None:
        """Take *port* back."""
        self._pool.give_back(port)
