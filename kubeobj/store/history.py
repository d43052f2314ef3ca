"""What has changed: the last writes, each at a revision of its own.

With the state now and what each write replaced, every state back to the last compaction can be
told: changes are undone, latest first.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple, final

from kubeobj.store.errors import RevisionAhead, RevisionExpired
from kubeobj.store.record import Record


@final
class Change(NamedTuple):
    """One write.

    Args:
        record: What was written; of a deletion, the last state at the revision of the deletion.
        previous: What was there before, if anything.
        is_deletion: Whether nothing is there any more.
    """

    record: Record
    previous: Record | None
    is_deletion: bool = False


@final
class History:
    """The changes since the last compaction, one for each revision.

    Args:
        revision: The revision to begin at; nothing before it is known.
        limit: How many changes are kept, at least 1.
    """

    __slots__ = ("_changes", "compacted", "limit", "revision")

    revision: int
    """The revision of the latest change."""
    compacted: int
    """The oldest revision whose state is known; the change that led to it is not."""

    def __init__(self, *, revision: int, limit: int) -> None:
        if limit < 1:
            raise ValueError(f"a history must keep at least one change, not {limit}")
        self.revision = self.compacted = revision
        self.limit = limit
        self._changes: dict[int, Change] = {}

    def copy(self) -> "History":
        """Return the same history, to go on differently."""
        twin = History(revision=self.revision, limit=self.limit)
        twin.compacted = self.compacted
        twin._changes = self._changes.copy()
        return twin

    @classmethod
    def of(
        cls, changes: Sequence[Change], *, revision: int, compacted: int, limit: int
    ) -> "History":
        """Return the history that *changes* are, of which the latest *limit* are kept.

        Args:
            changes: One for each revision after *compacted*, in order.
            revision: The revision of the latest; *compacted* if there are none.
            compacted: The oldest revision whose state is known.
            limit: How many changes are kept, at least 1.
        """
        history = cls(revision=revision, limit=limit)
        kept = changes[-limit:]
        history._changes = {change.record.revision: change for change in kept}
        history.compacted = max(compacted, revision - len(kept))
        return history

    def append(self, change: Change) -> None:
        """Note *change*, which is at the revision after the latest."""
        self.revision = change.record.revision
        self._changes[self.revision] = change
        if len(self._changes) > self.limit:
            self.compacted += 1
            del self._changes[self.compacted]

    def compact(self, revision: int) -> None:
        """Forget the changes up to *revision*, which is none ahead of the latest."""
        while self.compacted < revision:
            self.compacted += 1
            del self._changes[self.compacted]

    def take_back(self, revision: int) -> None:
        """Forget the changes after *revision*, as if they had never been."""
        for later in range(revision + 1, self.revision + 1):
            self._changes.pop(later, None)
        self.revision = revision
        self.compacted = min(self.compacted, revision)

    def skip_to(self, revision: int) -> None:
        """Go on after *revision*, none before the latest; what was before is forgotten."""
        self._changes.clear()
        self.revision = self.compacted = revision

    def check(self, revision: int) -> None:
        """Make sure that the state at *revision* is known.

        Raises:
            RevisionExpired: If it has been compacted.
            RevisionAhead: If it is still to come.
        """
        if revision < self.compacted:
            raise RevisionExpired(revision, oldest=self.compacted)
        if revision > self.revision:
            raise RevisionAhead(revision, current=self.revision)

    def at(self, revision: int) -> Change:
        """Return the change that led to *revision*, which is known."""
        return self._changes[revision]

    def since(self, revision: int) -> Iterator[Change]:
        """Yield the changes after *revision*, whose state is known, in order."""
        return map(self._changes.__getitem__, range(revision + 1, self.revision + 1))

    def undo(self, resource: str, revision: int) -> dict[str, Record | None]:
        """Return what was different at *revision*, by path; None for nothing there."""
        different: dict[str, Record | None] = {}
        for change in self.since(revision):
            key = change.record.key
            if key.resource == resource:
                # What the first change replaced is what was there.
                different.setdefault(key.path, change.previous)
        return different
