"""A cursor over changes that several threads may make."""

from threading import RLock
from typing import final

from kubeobj.store.watch import Watch, WatchEvent


@final
class LockedWatch:
    """A cursor that waits while another thread writes; a `WatchCursor`."""

    __slots__ = ("_lock", "_watch")

    def __init__(self, watch: Watch, lock: RLock) -> None:
        self._watch = watch
        self._lock = lock

    @property
    def pending(self) -> int:
        """How many changes wait to be read; see `WatchCursor.pending`."""
        with self._lock:
            return self._watch.pending

    @property
    def revision(self) -> int:
        """The revision up to which everything has been read."""
        with self._lock:
            return self._watch.revision

    def poll(self, limit: int | None = None) -> list[WatchEvent]:
        """Return what has happened since the last poll; see `WatchCursor.poll`."""
        with self._lock:
            return self._watch.poll(limit)
