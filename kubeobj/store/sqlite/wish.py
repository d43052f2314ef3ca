"""A write that a thread waits for, done by that thread or by another."""

from collections.abc import Callable
from typing import final

from kubeobj.store.errors import StoreUnwritable
from kubeobj.store.record import Record


@final
class Wish:
    """A write that a thread waits for."""

    __slots__ = ("_error", "_record", "_work", "is_settled")

    def __init__(self, work: Callable[[], Record]) -> None:
        self._work = work
        self._record: Record | None = None
        self._error: Exception | None = None
        self.is_settled = False

    def grant(self, apply: Callable[[Callable[[], Record]], Record]) -> None:
        """Do it, or find out why it cannot be done."""
        try:
            self._record = apply(self._work)
        except Exception as error:  # it is raised where it belongs
            self._error = error
        self.is_settled = True

    def refuse(self, reason: str) -> None:
        """Let it be as if it had never been done."""
        self._error = StoreUnwritable(reason)
        self.is_settled = True

    def outcome(self) -> Record:
        """Return what has been written.

        Raises:
            StoreError: If nothing has.
        """
        if self._error is not None:
            raise self._error
        if self._record is None:
            raise StoreUnwritable("the write was interrupted")
        return self._record
