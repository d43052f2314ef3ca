"""Who is owned: the objects that name a uid as that of an owner."""

from collections.abc import Iterable
from typing import final

# Most owners have a few dependents: a set of one costs 216 bytes, a tuple of one 48.
_FEW = 16


@final
class OwnerIndex:
    """From an owner's uid to the paths of what it owns.

    A copy shares every set of paths with its original until the copy changes it. The original
    must not be changed any more.
    """

    __slots__ = ("_own", "_paths")

    def __init__(self) -> None:
        self._paths: dict[str, tuple[str, ...] | set[str]] = {}
        # The uids whose sets are this index's alone.
        self._own: set[str] = set()

    def copy(self) -> "OwnerIndex":
        """Return the same index, for somebody else to change; nobody may change this one."""
        twin = OwnerIndex()
        twin._paths = self._paths.copy()
        return twin

    def move(self, path: str, before: Iterable[str], after: Iterable[str]) -> None:
        """Let *path* be owned by *after* where it was owned by *before*."""
        for uid in before:
            self._unlink(uid, path)
        for uid in after:
            self._link(uid, path)

    def find(self, uid: str) -> list[str]:
        """Return the paths of what *uid* owns, in order."""
        return sorted(self._paths.get(uid, ()))

    def _link(self, uid: str, path: str) -> None:
        paths = self._paths.get(uid, ())
        if len(paths) < _FEW:
            self._paths[uid] = (*paths, path)
        else:
            self._writable(uid).add(path)

    def _unlink(self, uid: str, path: str) -> None:
        paths = self._writable(uid)
        paths.discard(path)
        # Half the limit, so that a set at its edge does not change shape all the time.
        if not paths:
            del self._paths[uid]
            self._own.discard(uid)
        elif len(paths) <= _FEW // 2:
            self._paths[uid] = tuple(paths)
            self._own.discard(uid)

    def _writable(self, uid: str) -> set[str]:
        """Return the paths of *uid* as a set that is this index's alone."""
        paths = self._paths[uid]
        if not isinstance(paths, set) or uid not in self._own:
            paths = self._paths[uid] = set(paths)
            self._own.add(uid)
        return paths
