"""Following the objects of one kind: list them, watch from there, list again when that fails.

Source: ``k8s.io/client-go/tools/cache`` Reflector (v1.36).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import TypeAlias, final

from kubeobj.api.client import Client
from kubeobj.api.client.results import ObjectEvent, Watch
from kubeobj.api.errors import ApiError, Gone
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.backoff import Backoff
from kubeobj.reconcile.failures import FAILURES, Failure, retry_after
from kubeobj.reconcile.request import wire_of
from kubeobj.store.watch import EventType

RENEWED_AFTER_SECONDS = 480.0
"""How old a watch becomes before another takes its place: one that is dead does not say so."""

PAGE = 500
"""How many objects are asked for at once."""


class State(Enum):
    """What a reflector does next."""

    LISTING = "listing"
    WATCHING = "watching"


@final
@dataclass(frozen=True, slots=True)
class Replaced:
    """These are all the objects there are; whatever else was known is gone."""

    objects: Sequence[Wire]


@final
@dataclass(frozen=True, slots=True)
class Changed:
    """One object is so now."""

    object: Wire


@final
@dataclass(frozen=True, slots=True)
class Removed:
    """One object is gone; it was so at the end."""

    object: Wire


Delta: TypeAlias = Replaced | Changed | Removed
"""What a reflector has found out."""


@final
@dataclass(frozen=True, slots=True)
class Selection:
    """Which objects are followed.

    Args:
        kind: Their kind, by any name.
        namespace: In which namespace; empty for all.
        labels: With which labels.
        fields: With which fields.
    """

    kind: str
    namespace: str = ""
    labels: str = ""
    fields: str = ""


@final
class Reflector:
    """Follows the objects of a selection through a client, whatever befalls its watches.

    Args:
        client: Whom to ask.
        clock: Tells when to ask again.
        selection: What to follow.
    """

    __slots__ = (
        "_backoff",
        "_client",
        "_clock",
        "_failed_at",
        "_failures",
        "_is_heard",
        "_opened",
        "_seen",
        "_wait",
        "_watch",
        "error",
        "selection",
        "state",
    )

    def __init__(self, client: Client, clock: Clock, selection: Selection) -> None:
        self.selection: Selection = selection
        self.state: State = State.LISTING
        self.error: Failure | None = None
        """Why the last question failed; None if it did not."""
        self._client = client
        self._clock = clock
        self._backoff = Backoff(0.8, 30)
        self._failures = 0
        self._failed_at = 0.0
        self._wait = 0.0
        self._watch: Watch[Unstructured] | None = None
        self._opened = 0.0
        # Whether a watch has answered since the list.
        self._is_heard = False
        # The version up to which everything has been told.
        self._seen = ""

    @property
    def deadline(self) -> float | None:
        """When to go on after a failure, in seconds since 1970; None if there was none."""
        return self._failed_at + self._wait if self._failures else None

    def poll(self) -> Sequence[Delta]:
        """Return what has happened since the last poll, in order.

        An API that refuses or cannot be reached is no news: it is asked again, later and later.
        """
        # A clock that has been put back makes nobody wait.
        at = self.deadline
        if at is not None and self._failed_at <= self._clock.now() < at:
            return ()
        try:
            found = self._find_out()
        except FAILURES as error:
            self._fail(error)
            return ()
        if self._failures:
            self._failures, self.error = 0, None
        return found

    def restart(self) -> None:
        """List again at the next poll."""
        self.close()
        self.state = State.LISTING

    def close(self) -> None:
        """End the watch."""
        if self._watch is not None:
            self._watch.close()
            self._watch = None

    # ------------------------------------------------------------ inside

    def _find_out(self) -> Sequence[Delta]:
        if self.state is State.WATCHING:
            try:
                return self._follow()
            except Gone:
                # The server has forgotten what comes next. If it does so at once each time, there
                # is a list now and then, and not one after the other.
                self.restart()
                if not self._is_heard:
                    raise
        return self._list()

    def _follow(self) -> Sequence[Delta]:
        """Read the watch; if it has ended without a word, read the next one, too.

        Raises:
            ApiError: If that one has ended as well.
        """
        for _ in range(2):
            found = self._read()
            if found or self._watch is not None:
                return found
        raise ApiError("watches end as soon as they are opened")

    def _list(self) -> Sequence[Delta]:
        where, token, objects = self.selection, "", []
        while True:
            page = self._client.list(
                where.kind,
                namespace=where.namespace,
                selector=where.labels,
                fields=where.fields,
                limit=PAGE,
                continue_token=token,
            )
            objects += [wire_of(item) for item in page.items]
            token = page.continue_token
            if not token:
                break
        self._seen, self._is_heard = page.resource_version, False
        self.state = State.WATCHING
        # The watch begins at the next poll: if it fails, the list is not lost with it.
        return (Replaced(objects),)

    def _read(self) -> Sequence[Delta]:
        watch = self._watch
        if watch is not None and not self._is_young():
            # What is still to be read of the old one, the new one tells.
            self._seen = watch.resource_version or self._seen
            self.close()
            watch = None
        if watch is None:
            watch = self._open()
        try:
            events = watch.poll()
        except FAILURES:
            self._watch = None
            raise
        self._is_heard = True
        if events:
            self._seen = watch.resource_version or self._seen
        if not watch.is_open:
            self._watch = None
        return [_delta(event) for event in events] if events else ()

    def _open(self) -> Watch[Unstructured]:
        where = self.selection
        self._watch = self._client.watch(
            where.kind,
            namespace=where.namespace,
            selector=where.labels,
            fields=where.fields,
            resource_version=self._seen,
        )
        self._opened = self._clock.now()
        return self._watch

    def _is_young(self) -> bool:
        return 0 <= self._clock.now() - self._opened <= RENEWED_AFTER_SECONDS

    def _fail(self, error: Failure) -> None:
        self.error = error
        self._failures += 1
        self._failed_at = self._clock.now()
        self._wait = max(self._backoff.seconds(self._failures), retry_after(error))


def _delta(event: ObjectEvent[Unstructured]) -> Delta:
    document = wire_of(event.object)
    return Removed(document) if event.type is EventType.DELETED else Changed(document)
