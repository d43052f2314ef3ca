"""What a client answers with: lists, events, and watches to read them from."""

from collections.abc import Iterator
from dataclasses import dataclass
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar, final

from kubeobj.store.watch import EventType

Item = TypeVar("Item")
Item_co = TypeVar("Item_co", covariant=True)


@final
@dataclass(frozen=True, slots=True)
class ObjectList(Generic[Item_co]):
    """Objects as they were at one time.

    Args:
        items: The objects, in order of namespace and name.
        resource_version: When; a watch from there on misses nothing.
        continue_token: What to give for the next page; empty if this is the last.
        remaining: How many come after; None if that is not known.

    >>> pods = ObjectList(("a", "b"), "7")
    >>> len(pods), [*pods], pods[0]
    (2, ['a', 'b'], 'a')
    """

    items: tuple[Item_co, ...]
    resource_version: str
    continue_token: str = ""
    remaining: int | None = None

    def __iter__(self) -> Iterator[Item_co]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def __getitem__(self, position: int) -> Item_co:
        return self.items[position]


@final
@dataclass(frozen=True, slots=True)
class ObjectEvent(Generic[Item_co]):
    """One event of a watch.

    Args:
        type: ADDED also for an object that has come into the selection, DELETED also for one that
            has left it.
        object: The object; of DELETED, as it last was, at the version at which it went.
    """

    type: EventType
    object: Item_co


class Watch(Protocol[Item]):
    """The changes of a selection, to be pulled; it loses nothing that happens between two reads.

    It is its own context manager, and closes at the end. Going through it yields the events that
    are there, and ends when there is none; later it can be gone through again.
    """

    @property
    def resource_version(self) -> str:
        """Up to when everything has been read: where another watch may go on.

        Empty until what there was at the beginning has been read.
        """
        ...

    @property
    def is_open(self) -> bool:
        """Whether events may still come."""
        ...

    def poll(self, limit: int | None = None) -> list[ObjectEvent[Item]]:
        """Return what has happened since the last poll, in order; empty if nothing has.

        Args:
            limit: How many events at most; None for all.

        Raises:
            Expired: If the server has forgotten what comes next. The reader must list again, and
                watch from there; this watch is over.
            ApiError: If the watch has failed otherwise; it is over.
        """
        ...

    def close(self) -> None:
        """End the watch; nothing comes any more."""
        ...

    def __iter__(self) -> Iterator[ObjectEvent[Item]]: ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...
