"""One write's dealings with the allocators: all of them hold, or none does.

What is given back is given back when the write has all it needs, so that nothing is handed out
again in the same write. A dry run takes nothing, and shows numbers that nobody has.

Source: ``k8s.io/kubernetes/pkg/registry/core/service/portallocator`` operation.go (v1.36).
"""

from collections.abc import Callable
from typing import final

from kubeobj.api.allocation.allocators import Allocators, Stored
from kubeobj.api.allocation.numberpool import NumberUnavailableError
from kubeobj.api.allocation.portallocator import DRY_RUN_PORT
from kubeobj.names import SuffixSource


@final
class Operation:
    """What one write takes and gives back.

    Args:
        allocators: The server's.
        stored: What is stored.
        ids: Where chance comes from.
        dry_run: Whether nothing is to be kept.
    """

    __slots__ = ("_addresses", "_dry_run", "_given_back", "_ids", "_ports", "_shown", "_taken")

    def __init__(
        self, allocators: Allocators, stored: Stored, ids: SuffixSource, *, dry_run: bool
    ) -> None:
        self._addresses = allocators.addresses(stored)
        self._ports = allocators.ports(stored)
        self._ids = ids
        self._dry_run = dry_run
        self._taken: list[Callable[[], None]] = []
        self._given_back: list[tuple[Callable[[], None], Callable[[], None]]] = []
        self._shown: list[int] = []

    def take_address(self, family: str, address: str) -> str:
        """Hand out *address*, or any of the *family* if it is empty, and return it.

        Raises:
            NumberUnavailableError: If it cannot be handed out.
        """
        allocator = self._addresses[family]
        if self._dry_run:
            if not address:
                return allocator.network_address
            allocator.check(address)
            return address
        if address:
            allocator.take(address)
        else:
            address = allocator.take_any(self._ids)
        self._taken.append(lambda: allocator.give_back(address))
        return address

    def give_back_address(self, family: str, address: str) -> None:
        """Take *address* back when all is done."""
        allocator = self._addresses.get(family)
        if allocator is not None and not self._dry_run:
            self._given_back.append(
                (lambda: allocator.give_back(address), lambda: allocator.mark(address))
            )

    def take_port(self, port: int) -> None:
        """Hand out *port*.

        Raises:
            NumberUnavailableError: If it cannot be handed out.
        """
        if self._dry_run:
            self._ports.check(port)
            if port in self._shown:
                raise NumberUnavailableError("provided port is already allocated")
            self._shown.append(port)
            return
        self._ports.take(port)
        self._taken.append(lambda: self._ports.give_back(port))

    def take_any_port(self) -> int:
        """Hand out a port, and return it.

        Raises:
            NumberUnavailableError: If none is left.
        """
        if self._dry_run:
            port = max(self._shown, default=DRY_RUN_PORT - 1) + 1
            self._shown.append(port)
            return port
        port = self._ports.take_any(self._ids)
        self._taken.append(lambda: self._ports.give_back(port))
        return port

    def give_back_port(self, port: int) -> None:
        """Take *port* back when all is done."""
        if not self._dry_run:
            self._given_back.append(
                (lambda: self._ports.give_back(port), lambda: self._ports.mark(port))
            )

    def settle(self) -> None:
        """Take back what has been given back; what was taken stays taken."""
        for give_back, _ in self._given_back:
            give_back()

    def undo(self) -> None:
        """Leave the allocators as they were before; a second time nothing happens."""
        for undo in self._taken:
            undo()
        for _, mark in self._given_back:
            mark()
        self._taken.clear()
        self._given_back.clear()
