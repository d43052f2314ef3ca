"""A server's watch as a client hands it out: events of objects."""

from collections.abc import Iterator
from types import TracebackType
from typing import Generic, Self, TypeVar, final

from kubeobj.api.client.results import ObjectEvent
from kubeobj.api.errors import ApiError
from kubeobj.api.objects import Objects
from kubeobj.api.watching import Event, ObjectWatch
from kubeobj.store.watch import EventType

Item = TypeVar("Item")


@final
class ObjectStream(Generic[Item]):
    """A watch of objects; a `Watch`.

    Args:
        watch: The server's watch.
        objects: What makes objects of its records.
    """

    __slots__ = ("_failure", "_objects", "_version", "_watch")

    def __init__(self, watch: ObjectWatch, objects: Objects[Item]) -> None:
        self._watch: ObjectWatch | None = watch
        self._objects = objects
        self._failure: ApiError | None = None
        self._version = ""

    @property
    def resource_version(self) -> str:
        """Up to when everything has been read; see `Watch.resource_version`."""
        if self._watch is not None:
            self._version = self._watch.resource_version or self._version
        return self._version

    @property
    def is_open(self) -> bool:
        """Whether events may still come."""
        return self._watch is not None

    def poll(self, limit: int | None = None) -> list[ObjectEvent[Item]]:
        """Return what has happened since the last poll; see `Watch.poll`."""
        if self._watch is None:
            if self._failure is not None:
                raise self._failure
            return []
        if not self._watch.has_news:
            return []
        found = self._watch.poll(limit)
        if found and found[-1].error is not None:
            self._failure = found.pop().error
            self._watch = None
            if self._failure is not None and not found:
                raise self._failure
        return [self._event(event) for event in found]

    def close(self) -> None:
        """End the watch; the server forgets it."""
        version = self.resource_version
        self._watch, self._version = None, version

    def _event(self, event: Event) -> ObjectEvent[Item]:
        kind, record = EventType(event.kind.value), event.record
        if record is None:
            msg = f"an event {kind} without an object"
            raise AssertionError(msg)
        if kind is EventType.DELETED:
            # What has left the selection is told as it was, at the version at which it went; the
            # same version of it may be known as something else.
            return ObjectEvent(kind, self._objects.read(self._objects.endpoint.write(record)))
        return ObjectEvent(kind, self._objects.of(record))

    def __iter__(self) -> Iterator[ObjectEvent[Item]]:
        while events := self.poll():
            yield from events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
