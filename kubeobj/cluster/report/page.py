"""The report of a simulation: one HTML page that needs nothing else, for light and dark screens."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final, final

from kubeobj.cluster.eventlog import EventRow
from kubeobj.cluster.report.charts import MOST, charts_of
from kubeobj.cluster.report.drawing import Drawing, legend
from kubeobj.cluster.report.markup import moment, plain, tag
from kubeobj.cluster.report.style import COLOURS, DRAWING, PAGE
from kubeobj.cluster.timeline import Record

_MOST_EVENTS: Final = 1500
"""The most rows of the table of events."""

_ALIKE: Final = 4
"""So many events that say the same at the same time are one row."""


@final
@dataclass(frozen=True, slots=True)
class Verdict:
    """What has come of a simulation.

    Args:
        text: In a few words: ``converged``.
        is_good: Whether that is good.
        details: What is wrong, line by line.
    """

    text: str
    is_good: bool
    details: Sequence[str] = ()


def page_of(record: Record, verdict: Verdict, *, title: str, command: str) -> str:
    """Return the report of a simulation as an HTML page.

    Args:
        record: What has happened.
        verdict: What has come of it.
        title: What it is called.
        command: What plays it again.
    """
    chip = tag("span", plain(verdict.text), class_=f"chip {'good' if verdict.is_good else 'bad'}")
    body = [
        tag("h1", plain(title) + chip),
        tag("p", plain(facts_of(record)), class_="facts"),
        tag("div", plain("\n".join(verdict.details)), class_="wrong") if verdict.details else "",
        tag("h2", "What happened"),
        _legend(),
        tag(
            "p",
            "Where the picture is torn, nothing happened, and time is drawn short.",
            class_="facts",
        ),
        tag("div", Drawing(record).svg(), class_="picture"),
        *_availability(record),
        *_events(record.events),
        tag("h2", "Play it again"),
        tag("p", "The same command gives the same report, byte for byte."),
        tag("pre", plain(command)),
    ]
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{plain(title)}</title><style>{COLOURS}{DRAWING}{PAGE}</style>"
    )
    main = tag("main", "\n".join(body))
    return f'<!doctype html>\n<html lang="en"><head>{head}</head>\n<body>{main}</body></html>\n'


def facts_of(record: Record) -> str:
    """Return the figures of a simulation in one line."""
    created = sum(1 for life in record.pods if life.created > record.began)
    figures = (
        (len(record.nodes), "node"),
        (len(record.pods), "pod"),
        (created, "of them made later", ""),
        (sum(len(life.restarts) for life in record.pods), "restart"),
        (len(record.faults), "fault"),
    )
    words = []
    for count, noun, *plural in figures:
        ending = plural[0] if plural else ("" if count == 1 else "s")
        words.append(f"{count} {noun}{ending}")
    took = moment(record.end - record.began)
    return f"{took} of simulated time, seed {record.seed}: {', '.join(words)}"


def _legend() -> str:
    items = []
    for class_, words in legend():
        swatch = tag("rect", class_=class_, width=22, height=12, rx=2)
        if class_ == "slow":  # stripes that are seen on what runs there
            swatch = tag("rect", class_="ready", width=22, height=12, rx=2) + swatch
        drawn = tag("svg", swatch, width=22, height=12)
        items.append(tag("span", drawn + plain(words)))
    return tag("div", "".join(items), class_="legend")


def _availability(record: Record) -> Iterator[str]:
    charts = list(charts_of(record))
    if not charts:
        return
    yield tag("h2", "Pods that were there for those who need them")
    yield tag(
        "p",
        "The area is how many were ready on nodes that could be reached, the blue line how many "
        "the workload's status called available, the dashed line how many were asked for. "
        "The lowest is counted from when a workload first had all.",
        class_="facts",
    )
    yield tag("div", "".join(charts), class_="charts")
    left = len(record.availability) - MOST
    if left > 0:
        yield tag("p", f"{left} more workloads lacked no more than these.", class_="facts")


def _events(rows: Sequence[EventRow]) -> Iterator[str]:
    yield tag("h2", "Events")
    if not rows:
        yield tag("p", "None.", class_="facts")
        return
    shown = list(_gathered(rows))
    head = "".join(tag("th", word) for word in ("When", "Reason", "About", "Message"))
    body = "".join(map(_event, shown[:_MOST_EVENTS]))
    yield '<input type="checkbox" id="warnings"> <label for="warnings">warnings only</label>'
    yield tag("table", tag("thead", tag("tr", head)) + tag("tbody", body))
    if len(shown) > _MOST_EVENTS:
        yield tag("p", f"And {len(shown) - _MOST_EVENTS} more.", class_="facts")


def _gathered(rows: Sequence[EventRow]) -> Iterator[tuple[EventRow, int]]:
    """Yield the rows, of many that are alike only the first, with how many there are."""
    alike: dict[tuple[float, str, str, str], int] = {}
    for row in rows:
        alike[_likeness(row)] = alike.get(_likeness(row), 0) + 1
    done: dict[tuple[float, str, str, str], None] = {}
    for row in rows:
        key = _likeness(row)
        if alike[key] < _ALIKE:
            yield row, 1
        elif key not in done:
            done[key] = None
            yield row, alike[key]


def _likeness(row: EventRow) -> tuple[float, str, str, str]:
    return row.first, row.type_, row.reason, row.kind


def _event(shown: tuple[EventRow, int]) -> str:
    row, alike = shown
    when = moment(row.first)
    if row.count > 1:
        when += f" ×{row.count}, to {moment(row.last)}"  # noqa: RUF001 - a multiplication sign
    about = f"{row.kind} {row.about}" + (f" and {alike - 1} more" if alike > 1 else "")
    cells = tag("td", plain(when), class_="time") + tag("td", plain(row.reason))
    cells += tag("td", plain(about)) + tag("td", plain(row.message) or "&#8203;")
    return tag("tr", cells, class_="warning" if row.type_ == "Warning" else "normal")
