"""What `kubeobj events` does: lists events in the order in which they happened, or follows them.

Source: ``k8s.io/kubectl/pkg/cmd/events`` events.go and event_printer.go (v1.36).
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, final

import click

from kubeobj.api.table import since
from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.printing.elastictabs import Rows
from kubeobj.cli.printing.formats import printer_of
from kubeobj.cli.resourceargs import Target, resource_of
from kubeobj.documents import Wire

_HEADINGS: Final = ("LAST SEEN", "TYPE", "REASON", "OBJECT", "MESSAGE")


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class EventQuestion:
    """Which events are asked for.

    Args:
        namespace: In which namespace; empty for all, None for the usual one.
        about: Of which object, as ``TYPE/NAME``; empty for all.
        types: Of which types; none for all.
        headers: Whether columns are named.
        output: In which form; empty for a table.
    """

    namespace: str | None = None
    about: str = ""
    types: tuple[str, ...] = ()
    headers: bool = True
    output: str = ""

    def is_asked_for(self, event: Wire) -> bool:
        """Return whether an event is of the types that are asked for."""
        wanted = {one.lower() for one in self.types}
        return not wanted or str(event.get("type") or "").lower() in wanted


def show(reach: Reach, question: EventQuestion, *, watch: bool) -> int:
    """Print the events, and return the exit code.

    Args:
        reach: The cluster.
        question: Which events.
        watch: Whether to go on with what happens.
    """
    target = Target(resource_of(reach, "events.v1."), namespace=question.namespace)
    fields = _fields(reach, question.about)
    if watch:
        _follow(reach, question, target, fields)
        return 0
    found = [
        one
        for one in reach.items(target.resource, question.namespace, fields=fields)
        if question.is_asked_for(one)
    ]
    if not found:
        where = f" in {reach.namespace} namespace" if question.namespace is None else ""
        click.echo(f"No events found{where}.", err=True)
        return 0
    found.sort(key=_at)
    _printer(question, target)(found)
    return 0


def _follow(reach: Reach, question: EventQuestion, target: Target, fields: str) -> None:
    path = reach.path(target.resource, question.namespace)
    show_one = _printer(question, target)
    for event in reach.watch(path, {"fieldSelector": fields}):
        if event["type"] == "ERROR":
            raise CommandFailed(f"the watch has ended: {event['object'].get('message', '')}")
        # Events are deleted after an hour, which is no news.
        if event["type"] in {"ADDED", "MODIFIED"} and question.is_asked_for(event["object"]):
            show_one([event["object"]])


def _fields(reach: Reach, about: str) -> str:
    if not about:
        return ""
    kind, _, name = about.partition("/")
    gvk = resource_of(reach, kind).kind
    return f"involvedObject.kind={gvk.kind},involvedObject.name={name}"


def _at(event: Wire) -> str:
    """Return when an event was seen last, by which events are sorted."""
    series = event.get("series") or {}
    at: str = series.get("lastObservedTime") or event.get("lastTimestamp") or ""
    at = at or event.get("eventTime") or ""
    return at.removesuffix("Z").ljust(27, "0")


# ---------------------------------------------------------------- how they look


@final
class EventTable:
    """Prints events as rows of a table, one call after the other.

    Args:
        headers: Whether columns are named.
        namespaces: Whether their namespace is shown.
    """

    def __init__(self, *, headers: bool, namespaces: bool) -> None:
        self._rows = Rows()
        self._headers = headers
        self._namespaces = namespaces

    def __call__(self, events: Iterable[Wire]) -> None:
        """Print events."""
        rows: list[Sequence[str]] = []
        if self._headers:
            rows.append((*(("NAMESPACE",) if self._namespaces else ()), *_HEADINGS))
            self._headers = False
        now = time.time()  # noqa: TID251 - how long ago it is for who reads it
        for event in events:
            first = (event["metadata"].get("namespace", ""),) if self._namespaces else ()
            rows.append((*first, *_cells(event, now)))
        click.echo("\n".join(self._rows.add(rows)))


def _printer(question: EventQuestion, target: Target) -> "EventTable | _Documents":
    as_documents = printer_of(question.output, headers=question.headers)
    if as_documents is None:
        return EventTable(headers=question.headers, namespaces=question.namespace == "")
    return _Documents(question, target)


@final
class _Documents:
    def __init__(self, question: EventQuestion, target: Target) -> None:
        self._print = printer_of(question.output, headers=question.headers)
        self._target = target

    def __call__(self, events: Iterable[Wire]) -> None:
        if self._print is not None:
            self._print([(self._target, one) for one in events], False)  # noqa: FBT003 - a list


def _cells(event: Wire, now: float) -> tuple[str, ...]:
    about = event.get("involvedObject") or {}
    return (
        interval_of(event, now),
        _cell(event.get("type")),
        _cell(event.get("reason")),
        f"{_cell(about.get('kind'))}/{_cell(about.get('name'))}",
        _cell(str(event.get("message") or "").strip()),
    )


def interval_of(event: Wire, now: float) -> str:
    """Return how long ago an event was seen, and how often since when.

    Args:
        event: The event.
        now: When that is asked, in seconds since 1970.

    >>> interval_of({"firstTimestamp": "1970-01-01T00:00:00Z", "count": 1}, 65)
    '65s'
    >>> times = {"firstTimestamp": "1970-01-01T00:00:00Z", "lastTimestamp": "1970-01-01T00:01:00Z"}
    >>> interval_of({**times, "count": 3}, 65)
    '5s (x3 over 65s)'
    """
    first = since(event.get("eventTime") or event.get("firstTimestamp"), now)
    series = event.get("series")
    if series:
        return f"{since(series.get('lastObservedTime'), now)} (x{series.get('count')} over {first})"
    count = event.get("count") or 0
    if count > 1:
        return f"{since(event.get('lastTimestamp'), now)} (x{count} over {first})"
    return first


def _cell(text: object) -> str:
    """Return text as a cell: up to the first line break, without what would steer a terminal."""
    said = str(text or "")
    ends = [at for at in map(said.find, "\f\n\r") if at >= 0]
    if ends:
        said = f"{said[: min(ends)]}..."
    return said.replace("\x1b", "^[")
