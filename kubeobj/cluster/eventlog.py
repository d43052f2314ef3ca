"""The Events of a simulation, each with when it came first and last."""

from dataclasses import dataclass
from typing import final

from kubeobj.cluster.invariants.invariant import Change
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Request


@final
@dataclass(slots=True)
class EventRow:
    """An Event. Times are in seconds since the simulation began.

    Args:
        first: When it came.
        last: When it came again for the last time.
        count: How often.
        type_: ``Normal`` or ``Warning``.
        reason: Why, in one word.
        kind: The kind of what it is about.
        about: What it is about.
        message: What it says.
    """

    first: float
    last: float
    count: int
    type_: str
    reason: str
    kind: str
    about: Request
    message: str


@final
class EventLog:
    """Follows the Events of a simulation."""

    resources: tuple[str, ...] = ("events",)

    def __init__(self) -> None:
        self.rows: list[EventRow] = []
        """In the order in which they came."""
        self._known: dict[Request, EventRow] = {}

    def take(self, change: Change, at: float) -> None:
        """Take in an Event that has come, or come again."""
        event = change.new
        if event is None or not change.is_news:
            return
        row = self._known.get(change.key)
        if row is None or change.old is None:
            self._known[change.key] = row = _row(event, at)
            self.rows.append(row)
        row.last, row.count, row.message = at, _count(event), event.get("message") or ""


def _row(event: Wire, at: float) -> EventRow:
    about = event.get("involvedObject") or event.get("regarding") or {}
    return EventRow(
        at,
        at,
        1,
        event.get("type") or "Normal",
        event.get("reason") or "",
        about.get("kind") or "",
        Request(about.get("namespace") or "", about.get("name") or ""),
        event.get("message") or event.get("note") or "",
    )


def _count(event: Wire) -> int:
    series = event.get("series") or {}
    return series.get("count") or event.get("count") or 1
