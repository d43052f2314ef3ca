"""Events: what a loop tells people about an object.

The same event again is counted and not repeated; very many of one sort about one object become one;
and who tells too much about one object is not heard for a while.

Source: ``k8s.io/client-go/tools/record`` EventCorrelator (v1.36).
"""

from dataclasses import dataclass, field
from typing import Any, Final, Literal, TypeAlias, final

from kubeobj.api.client import Client
from kubeobj.api.errors import AlreadyExists, NotFound
from kubeobj.clock import Clock
from kubeobj.documents import Document, Wire
from kubeobj.names.dns import DNS_SUBDOMAIN_MAX_BYTES, is_dns1123_subdomain
from kubeobj.reconcile.failures import FAILURES
from kubeobj.reconcile.moments import text_of

EventType: TypeAlias = Literal["Normal", "Warning"]
"""How much an event matters."""

SIMILAR_AT_MOST: Final = 10
"""How many events of one reason about one object are told one by one."""

SIMILAR_WITHIN_SECONDS: Final = 600.0
"""How long after each other similar events belong together."""

BURST: Final = 25
"""How many events about one object are heard at once."""

ONE_IN_SECONDS: Final = 300.0
"""How long it takes until one more is heard."""

KEPT: Final = 4096
"""Of how many events it is remembered that they have been told."""

_COMBINED = "(combined from similar events): "

_IDENTITY: Final = ("uid", "kind", "namespace", "name", "fieldPath")
"""What tells of which object an event is."""

_TRIED: Final = 1000
"""How many names are tried for an event before it is lost."""


@final
@dataclass(slots=True)
class _Told:
    """An event that is there, and may be counted up."""

    namespace: str
    name: str
    count: int


@final
@dataclass(slots=True)
class _Sort:
    """Events of one reason about one object: which messages there were, and when the last was."""

    last: float
    messages: dict[str, None] = field(default_factory=dict)


@final
@dataclass(slots=True)
class _Allowance:
    """How many more events about one object are heard."""

    left: float
    since: float


@final
class EventRecorder:
    """Records events in one component's name.

    Recording never fails: an event that the API refuses is lost, as its reader could have been late
    for it, too.

    Args:
        client: Writes them.
        clock: Tells when they happen.
        component: In whose name.
        host: On which machine the component runs; empty where that says nothing.
    """

    __slots__ = ("_allowances", "_client", "_clock", "_host", "_sorts", "_told", "component")

    def __init__(self, client: Client, clock: Clock, component: str, *, host: str = "") -> None:
        self.component: str = component
        self._client = client
        self._clock = clock
        self._host = host
        self._told: dict[tuple[str, ...], _Told] = {}
        self._sorts: dict[tuple[str, ...], _Sort] = {}
        self._allowances: dict[tuple[str, ...], _Allowance] = {}

    def by(self, component: str, *, host: str = "") -> "EventRecorder":
        """Return a recorder in the name of another component."""
        return EventRecorder(self._client, self._clock, component, host=host)

    def record(
        self, about: Document, reason: str, message: str, type_: EventType = "Normal"
    ) -> None:
        """Tell something about an object.

        Args:
            about: The object, or a reference to one.
            reason: Why, in one word for machines: ``SuccessfulCreate``.
            message: What, in a sentence for people.
            type_: How much it matters.
        """
        subject = reference_to(about)
        who = tuple(str(subject.get(field, "")) for field in _IDENTITY)
        if not self._is_heard(who):
            return
        sort = (*who, type_, reason)
        if self._is_one_of_too_many(sort, message):
            # All of them are one event, which says what the last one said.
            key, message = sort, _COMBINED + message
        else:
            key = (*sort, message)
        told = self._told.get(key)
        try:
            if told is not None and self._count_up(told, message):
                return
            self._tell(key, subject, reason, message, type_)
        except FAILURES:
            self._told.pop(key, None)

    # ------------------------------------------------------------ inside

    def _is_heard(self, who: tuple[str, ...]) -> bool:
        now = self._clock.now()
        allowance = self._allowances.get(who)
        if allowance is None:
            _trim(self._allowances)
            allowance = self._allowances[who] = _Allowance(BURST, now)
        gained = max(now - allowance.since, 0.0) / ONE_IN_SECONDS
        allowance.left = min(BURST, allowance.left + gained)
        allowance.since = now
        if allowance.left < 1:
            return False
        allowance.left -= 1
        return True

    def _is_one_of_too_many(self, key: tuple[str, ...], message: str) -> bool:
        """Return whether there are too many messages of a sort to tell this one by itself."""
        now = self._clock.now()
        sort = self._sorts.get(key)
        if sort is None or now - sort.last > SIMILAR_WITHIN_SECONDS:
            _trim(self._sorts)
            sort = self._sorts[key] = _Sort(now)
        sort.last = now
        if message in sort.messages:
            return False
        if len(sort.messages) + 1 < SIMILAR_AT_MOST:
            sort.messages[message] = None
            return False
        return True

    def _count_up(self, told: _Told, message: str) -> bool:
        """Count an event that is there; return whether it still is."""
        told.count += 1
        change: Wire = {"count": told.count, "lastTimestamp": text_of(self._clock.now())}
        if message.startswith(_COMBINED):
            change["message"] = message
        try:
            self._client.patch("events", told.name, change, type="merge", namespace=told.namespace)
        except NotFound:
            return False
        return True

    def _tell(
        self, key: tuple[str, ...], subject: Wire, reason: str, message: str, type_: str
    ) -> None:
        now = self._clock.now()
        namespace = subject.get("namespace") or "default"
        # As client-go names them: by the object, and by when.
        stem, number = _stem(subject, now), len(self._told)
        source = {"component": self.component, **({"host": self._host} if self._host else {})}
        text = text_of(now)
        event: Wire = {
            "apiVersion": "v1",
            "kind": "Event",
            "involvedObject": subject,
            "reason": reason,
            "message": message,
            "source": source,
            "firstTimestamp": text,
            "lastTimestamp": text,
            "count": 1,
            "type": type_,
            "eventTime": None,
            "reportingComponent": self.component,
            "reportingInstance": self._host,
        }
        for tried in range(number, number + _TRIED):
            name = f"{stem}.{tried:x}" if tried else stem
            try:
                self._client.create({**event, "metadata": {"name": name, "namespace": namespace}})
            except AlreadyExists:
                continue  # another component told something of it at the same moment
            _trim(self._told)
            self._told[key] = _Told(namespace, name, 1)
            return


def _stem(subject: Wire, now: float) -> str:
    """Return how the name of an event begins: with the object, as far as it fits, and when."""
    moment = f"{round(now * 1e9):x}"
    longest = DNS_SUBDOMAIN_MAX_BYTES - len(moment) - 10  # what may come behind
    stem = f"{subject['name'][:longest]}.{moment}"
    # Not all names are names of events: `system:node`.
    return stem if is_dns1123_subdomain(stem) else f"{subject['kind'].lower()}.{moment}"


def reference_to(about: Document) -> Wire:
    """Return a reference to an object, as events have it; a reference as it is."""
    document: Wire = dict(about)
    if "metadata" not in document:
        return document
    metadata: Wire = document["metadata"]
    found = {
        "kind": document["kind"],
        "namespace": metadata.get("namespace"),
        "name": metadata["name"],
        "uid": metadata["uid"],
        "apiVersion": document["apiVersion"],
        "resourceVersion": metadata.get("resourceVersion"),
    }
    return {name: value for name, value in found.items() if value is not None}


def _trim(kept: dict[Any, Any]) -> None:  # type: ignore[explicit-any]
    """Make room for one more, if there are too many: the oldest goes."""
    if len(kept) >= KEPT:
        del kept[next(iter(kept))]
