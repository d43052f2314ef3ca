"""What every store promises, wherever it keeps things.

- There is one revision counter. Every write that changes something takes the next revision, and a
  write that changes nothing takes none. Deleting is writing.
- A write is refused whole or done whole.
- Lists come in the order of paths, and are of one revision.
- A list at a revision and a watch from it fit together: the list, then the events, in order, give
  the list at any later revision.
- What is handed out is never changed afterwards, whatever is written.
- A write is as durable as the store makes it once it returns; those of a burst once the burst ends.

`kubeobj.testing.conformance.store` holds any store to this.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol

from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.store.listing import Page
from kubeobj.store.record import Draft, Record
from kubeobj.store.watch import WatchEvent

ABSENT = 0
"""The revision to expect of a key under which nothing is to be stored yet."""

EVERYTHING = Selector.everything()
"""Selects every object."""


class WatchCursor(Protocol):
    """A cursor over the changes of a selection."""

    @property
    def pending(self) -> int:
        """How many changes wait to be read; not all of them need be events. 0 is exact."""
        ...

    @property
    def revision(self) -> int:
        """The revision up to which everything has been read: where another watch may go on."""
        ...

    def poll(self, limit: int | None = None) -> list[WatchEvent]:
        """Return what has happened since the last poll, in order; at most *limit* events.

        Raises:
            RevisionExpired: If the store has forgotten what comes next; from then on always.
        """
        ...


class Store(Protocol):
    """Records by key, and their history."""

    @property
    def revision(self) -> int:
        """The revision of the latest write."""
        ...

    @property
    def compacted_revision(self) -> int:
        """The oldest revision that can be listed and watched from."""
        ...

    def get(self, key: ObjectKey) -> Record | None:
        """Return what is stored under *key*, if anything."""
        ...

    def put(
        self, draft: Draft, *, expected_revision: int | None = None, is_change: bool = False
    ) -> Record:
        """Store *draft* in place of what is under its key, and return the record.

        A draft that differs in nothing from what is there is not written, unless it is said to be
        a change; the record that is there is returned.

        Args:
            draft: What to store.
            expected_revision: The revision at which the writer has seen what it replaces, or
                `ABSENT` if it is to replace nothing; None for whatever is there.
            is_change: Whether it is written even if it differs in nothing.

        Raises:
            KeyExists: If nothing was expected, and something is there.
            KeyMissing: If something was expected, and nothing is there.
            RevisionConflict: If what is there is at another revision.
            LabelsTypeError: If the labels are no mapping of strings to strings.
            ValueError: If the namespace has a slash.
        """
        ...

    def delete(
        self, key: ObjectKey, *, expected_revision: int | None = None, uid: str | None = None
    ) -> Record:
        """Delete what is under *key*, and return its last state at the revision of the deletion.

        Args:
            key: Where.
            expected_revision: The revision at which the writer has seen it; None for any.
            uid: The uid that it has; None for any.

        Raises:
            KeyMissing: If nothing is there.
            UidConflict: If what is there has another uid.
            RevisionConflict: If it is at another revision.
        """
        ...

    def list(  # noqa: PLR0913 - a question has so many parts
        self,
        resource: str,
        *,
        namespace: str = "",
        selector: Selector = EVERYTHING,
        term: str = "",
        revision: int | None = None,
        limit: int = 0,
        after: str = "",
    ) -> Page:
        """Return the objects of a resource, or a page of them.

        Args:
            resource: Which resource, as in `ObjectKey`.
            namespace: In which namespace; empty for all.
            selector: With which labels.
            term: With which term; empty for any.
            revision: As they were when; None for now. The pages of one list have one revision.
            limit: How many at most; 0 for all.
            after: The path to begin after, as the page before says; empty for the first page.

        Raises:
            RevisionExpired: If *revision* has been compacted.
            RevisionAhead: If it is still to come.
        """
        ...

    def resources(self) -> tuple[str, ...]:
        """Return the resources of which something is stored, in order."""
        ...

    def dependents(self, uid: str) -> tuple[Record, ...]:
        """Return every object that the object with *uid* owns, by resource and path."""
        ...

    def watch(
        self,
        resource: str,
        *,
        namespace: str = "",
        name: str = "",
        selector: Selector = EVERYTHING,
        term: str = "",
        since: int | None = None,
    ) -> WatchCursor:
        """Return a cursor over what changes from now on, or has changed since a revision.

        It costs as long as somebody holds it.

        Args:
            resource: Which resource, as in `ObjectKey`.
            namespace: In which namespace; empty for all.
            name: Only the object of this name, in *namespace*; empty for all.
            selector: With which labels; objects enter and leave the selection as theirs change.
            term: With which term; empty for any.
            since: The revision that the reader knows; None for the store's own.

        Raises:
            RevisionExpired: If *since* has been compacted.
            RevisionAhead: If it is still to come.
        """
        ...

    def compact(self, revision: int) -> None:
        """Forget what was before *revision*; what has been forgotten already stays so.

        Raises:
            RevisionAhead: If it is still to come.
        """
        ...

    def burst(self) -> AbstractContextManager[None]:
        """Let all that is written in the block become durable at its end, at once.

        Who writes in it does nothing else that others can see, but what is done `when_saved`.

        Raises:
            StoreUnwritable: If it cannot be kept; then all of it has been taken back.
        """
        ...

    def when_saved(self, action: Callable[[], object]) -> None:
        """Do something once what was written is durable: at the end of the burst, or now."""
        ...
