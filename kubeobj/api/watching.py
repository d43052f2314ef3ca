"""The verb watch: what changes in a selection, pulled by whoever reads.

The store notes for each watch which of its changes concern it; the events are made when the
reader comes. What a field selector asks beyond the indexes is decided here, from the object
before and after a change, so that objects enter and leave the selection by their fields too.

Source: API concepts, Efficient detection of changes (v1.36).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import final

from kubeobj.api.core import Core
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import ApiError, BadRequest
from kubeobj.api.listing import (
    Selection,
    expired,
    list_objects,
    meets,
    parse_version,
    refuse_bad,
    select,
    too_large,
)
from kubeobj.api.options import ListOptions
from kubeobj.store.errors import RevisionAhead, RevisionExpired
from kubeobj.store.record import Record
from kubeobj.store.store import WatchCursor
from kubeobj.store.watch import EventType, WatchEvent


class EventKind(StrEnum):
    """What an event tells."""

    ADDED = "ADDED"
    MODIFIED = "MODIFIED"
    DELETED = "DELETED"
    BOOKMARK = "BOOKMARK"
    ERROR = "ERROR"


@final
@dataclass(frozen=True, slots=True)
class Event:
    """One event of a watch.

    Args:
        kind: What it tells.
        record: The object; None of a bookmark and of an error.
        resource_version: Up to when everything has been told.
        ends_initial: Whether what there was at the beginning has been told with this bookmark.
        error: What has gone wrong, of an error; it is the last event.
    """

    kind: EventKind
    record: Record | None
    resource_version: str
    ends_initial: bool = False
    error: ApiError | None = None


@final
class ObjectWatch:
    """A watch of a selection. Read it with `poll`; it costs as long as somebody holds it.

    Args:
        core: What it works on.
        endpoint: The resource.
        namespace: In which namespace; empty for all.
        options: What to watch.

    Raises:
        ApiError: If the options are wrong.
    """

    __slots__ = ("_bookmarks", "_core", "_cursor", "_initial", "_told", "endpoint", "is_over")

    def __init__(
        self, core: Core, endpoint: Endpoint, namespace: str, options: ListOptions
    ) -> None:
        refuse_bad(options, is_watch=True)
        self.endpoint: Endpoint = endpoint
        self.is_over: bool = False
        self._core = core
        self._bookmarks = options.allow_watch_bookmarks
        selection = select(endpoint, namespace, options)
        try:
            asked = parse_version(options.resource_version)
        except BadRequest as error:
            raise ApiError(error.message) from None  # as a server does, which blames itself
        initial = options.send_initial_events
        if initial is None:
            initial = not asked
        self._initial: list[Event] = []
        since = asked if asked and not initial else core.store.revision
        self._told = since
        self._cursor: _Cursor | None = None
        try:
            self._cursor = _Cursor(core, endpoint, selection, since)
        except RevisionExpired as error:
            self._initial = [_failure(expired(error.revision, error.oldest))]
        except RevisionAhead:
            # Events up to the version that the reader knows are none of its concern.
            self._cursor = _Cursor(core, endpoint, selection, core.store.revision)
        if initial:
            self._begin(namespace, options, asked)

    def _begin(self, namespace: str, options: ListOptions, asked: int) -> None:
        """Tell what there is, before what changes."""
        if asked > self._core.store.revision:
            self._initial = [_failure(too_large(asked, self._core.store.revision))]
            return
        plain = ListOptions(
            user=options.user,
            label_selector=options.label_selector,
            field_selector=options.field_selector,
        )
        found = list_objects(self._core, self.endpoint, namespace, plain)
        self._initial = [
            Event(EventKind.ADDED, record, str(record.revision)) for record in found.records
        ]
        if options.send_initial_events and options.allow_watch_bookmarks:
            version = found.resource_version
            self._initial.append(Event(EventKind.BOOKMARK, None, version, ends_initial=True))

    @property
    def resource_version(self) -> str:
        """Up to when everything has been read: where another watch may go on.

        Empty while some of what there was at the beginning is still to be read, or if the watch
        has failed.
        """
        if self._initial or self.is_over or self._cursor is None:
            return ""
        return str(self._cursor.revision)

    @property
    def has_news(self) -> bool:
        """Whether `poll` could return something now."""
        cursor = self._cursor
        return bool(self._initial) or cursor is None or self.is_over or cursor.pending > 0

    def poll(self, limit: int | None = None) -> list[Event]:
        """Return what has happened since the last poll, in order.

        Args:
            limit: How many events at most; None for all.

        An error is the last event; `is_over` says so from then on.
        """
        events, self._initial = self._initial[:limit], self._initial[limit or len(self._initial) :]
        if self.is_over or self._cursor is None:
            self.is_over = True
            return events
        room = None if limit is None else limit - len(events)
        if room != 0 and not self._initial:
            try:
                events += self._cursor.poll(room)
            except RevisionExpired as error:
                events.append(_failure(expired(error.revision, error.oldest)))
        if events and events[-1].kind is EventKind.ERROR:
            self.is_over = True
        return events

    def bookmark(self) -> Event | None:
        """Return how far the watch has told everything, if the reader wants to know.

        None while something waits to be read, and if nothing has been written since the last.
        """
        cursor = self._cursor
        if not self._bookmarks or cursor is None or self._initial or cursor.pending:
            return None
        revision = cursor.revision
        if revision <= self._told:
            return None
        self._told = revision
        return Event(EventKind.BOOKMARK, None, str(revision))


@final
class _Cursor:
    """The store's cursor, and what it cannot decide."""

    __slots__ = ("_cursor", "_endpoint", "_selection")

    def __init__(self, core: Core, endpoint: Endpoint, selection: Selection, since: int) -> None:
        self._endpoint = endpoint
        self._selection = selection
        name = selection.name if selection.namespace or not endpoint.kind.namespaced else ""
        self._cursor: WatchCursor = core.store.watch(
            endpoint.kind.resource,
            namespace=selection.namespace,
            name=name,
            selector=selection.labels,
            term=selection.term,
            since=since,
        )

    @property
    def pending(self) -> int:
        return self._cursor.pending

    @property
    def revision(self) -> int:
        return self._cursor.revision

    def poll(self, limit: int | None) -> list[Event]:
        selection = self._selection
        if selection.selects_nothing:
            self._cursor.poll(None)
            return []
        polled = self._cursor.poll(limit)
        if not selection.rest and not selection.name:
            return [_event(event.type, event.record) for event in polled]
        return [event for found in polled for event in self._judged(found)]

    def _judged(self, event: WatchEvent) -> Iterator[Event]:
        """Yield the event as the fields of the object make it, if it is one."""
        before = event.previous
        was_in = event.type is not EventType.ADDED and before is not None and self._meets(before)
        is_in = event.type is not EventType.DELETED and self._meets(event.record)
        if is_in:
            yield _event(EventType.MODIFIED if was_in else EventType.ADDED, event.record)
        elif was_in and before is not None:
            yield _event(EventType.DELETED, before.at(event.record.revision))

    def _meets(self, record: Record) -> bool:
        selection = self._selection
        if selection.name and record.key.name != selection.name:
            return False
        return not selection.rest or meets(self._endpoint, record, selection.rest)


def _event(kind: EventType, record: Record) -> Event:
    return Event(EventKind(kind), record, str(record.revision))


def _failure(error: ApiError) -> Event:
    return Event(EventKind.ERROR, None, "", error=error)
