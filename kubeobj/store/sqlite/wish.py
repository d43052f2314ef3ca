"""A write that a thread waits for, done by that thread or by another."""

from collections.abc import Callable
from typing import final

from kubeobj.store.errors import StoreUnwritable
from kubeobj.store.record import Record


@final
class Wish:
    """A write that a thread waits for."""

    __slots__ = ("_outcome", "_work", "is_settled")

    def __init__(self, work: Callable[[], Record]) -> None:
        self._work = work
        self._outcome: Record | Exception = StoreUnwritable("the write was interrupted")
        self.is_settled = False

    def grant(self, apply: Callable[[Callable[[], Record]], Record]) -> None:
        """Do it, or find out why it cannot be done."""
        try:
            self._outcome = apply(self._work)
        except Exception as error:
            # It is raised where it belongs.
            self._outcome = error
        self.is_settled = True

    def refuse(self, reason: str) -> None:
        """Let it be as if it had never been done."""
        self._outcome = StoreUnwritable(reason)
        self.is_settled = True

    def outcome(self) -> Record:
        """Return what has been written.

        Raises:
            StoreError: If nothing has.
        """
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
