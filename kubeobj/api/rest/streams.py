"""Watches as HTTP streams: one JSON object a line, in the form that is asked for."""

from typing import final

import orjson

from kubeobj.api.core import Core
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.rest.forms import TableForm, partial, table
from kubeobj.api.watching import Event, ObjectWatch
from kubeobj.documents import Wire

BOOKMARK_SECONDS = 60
"""How often a watch that wants them is told how far it has come."""

INITIAL_EVENTS_END = "k8s.io/initial-events-end"
"""The annotation of the bookmark that ends what there was at the beginning."""


@final
class WatchStream:
    """The events of a watch, a line each; an `EventStream`.

    Args:
        core: Where the time comes from.
        watch: The watch.
        write: Makes the JSON of an object in the form that is asked for.
        ends_at: When it ends, in seconds since 1970; None if it goes on.
    """

    __slots__ = ("_clock", "_told_at", "_watch", "_write", "ends_at")

    def __init__(
        self,
        core: Core,
        watch: ObjectWatch,
        write: "EventWriter",
        ends_at: float | None,
    ) -> None:
        self._clock = core.clock
        self._watch = watch
        self._write = write
        self.ends_at = ends_at
        self._told_at = self._clock.now()

    @property
    def is_over(self) -> bool:
        """Whether nothing will come any more."""
        if self._watch.is_over:
            return True
        return self.ends_at is not None and self._clock.now() >= self.ends_at

    def read(self) -> bytes:
        """Return the lines of what has happened since the last call."""
        events = self._watch.poll()
        now = self._clock.now()
        if not events and (self.is_over or now - self._told_at >= BOOKMARK_SECONDS):
            bookmark = self._watch.bookmark()
            if bookmark is not None:
                events = [bookmark]
                self._told_at = now
        return b"".join(map(self._write, events))


@final
class EventWriter:
    """Writes events in the form that is asked for.

    Args:
        endpoint: What is watched.
        form: How tables are made, if that is asked for.
        partial_version: In which version metadata alone is written, if that is asked for.
    """

    __slots__ = ("_endpoint", "_form", "_has_columns", "_partial_version")

    def __init__(
        self, endpoint: Endpoint, form: TableForm | None = None, partial_version: str = ""
    ) -> None:
        self._endpoint = endpoint
        self._form = form
        self._partial_version = partial_version
        self._has_columns = False

    def __call__(self, event: Event) -> bytes:
        """Return the line of an event."""
        return b'{"type":"%b","object":%b}\n' % (event.kind.encode(), self._object(event))

    def _object(self, event: Event) -> bytes:
        if event.error is not None:
            return orjson.dumps(event.error.to_status())
        if event.record is None:
            return orjson.dumps(self._shaped(self._bookmark(event)))
        if self._form is None and not self._partial_version:
            return self._endpoint.write(event.record)
        stored: Wire = orjson.loads(event.record.data)
        return orjson.dumps(self._shaped(stored))

    def _shaped(self, stored: Wire) -> Wire:
        if self._form is not None:
            metadata = {"resourceVersion": stored["metadata"]["resourceVersion"]}
            shaped = table(
                self._endpoint,
                [stored],
                metadata,
                self._form,
                with_columns=not self._has_columns,
            )
            self._has_columns = True
            return shaped
        if self._partial_version:
            return partial(self._endpoint, stored, self._partial_version)
        return stored

    def _bookmark(self, event: Event) -> Wire:
        gvk = self._endpoint.gvk
        metadata: Wire = {"resourceVersion": event.resource_version}
        if event.ends_initial:
            metadata["annotations"] = {INITIAL_EVENTS_END: "true"}
        return {"kind": gvk.kind, "apiVersion": gvk.api_version, "metadata": metadata}
