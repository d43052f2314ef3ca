"""A small chart for each workload: how many pods were there, and how many were asked for."""

from collections.abc import Callable, Iterator
from typing import Final, TypeAlias

from kubeobj.cluster.availability import Availability, Steps, joined
from kubeobj.cluster.report.drawing import scale_of
from kubeobj.cluster.report.markup import moment, number, plain, tag, titled
from kubeobj.cluster.report.timescale import TimeScale
from kubeobj.cluster.timeline import Record

_Height: TypeAlias = Callable[[int], float]

_WIDTH: Final = 264.0
_HEIGHT: Final = 74.0
_TOP: Final = 8.0
_LEFT: Final = 24.0
MOST: Final = 60
"""The most charts that are drawn; those that lacked the most come first."""


def charts_of(record: Record) -> Iterator[str]:
    """Yield a chart of each workload that once had what it asked for, or never had it."""
    scale = scale_of(record, left=_LEFT, right=_WIDTH - 2)
    ranked = sorted(record.availability.values(), key=lambda one: _rank(one, record.end))
    for one in ranked[:MOST]:
        yield _chart(one, record, scale)


def lowest_text(one: Availability, end: float) -> str:
    """Return how few pods of a workload there were, as text."""
    worst = one.worst(end)
    if worst is None:
        desired = one.desired[-1][1] if one.desired else 0
        serving = max((count for _, count in one.serving), default=0)
        return f"never had all: {serving} of {desired} at most"
    if worst.serving >= worst.desired:
        return f"always {worst.desired} of {worst.desired}"
    seconds = moment(one.short_seconds(end))
    return f"lowest {worst.serving} of {worst.desired} at {moment(worst.at)}; short for {seconds}"


def _rank(one: Availability, end: float) -> tuple[float, float, str, str]:
    worst = one.worst(end)
    kind, key = one.workload
    missing = float("inf") if worst is None else worst.desired - worst.serving
    return -missing, -one.short_seconds(end), str(key), kind


def _chart(one: Availability, record: Record, scale: TimeScale) -> str:
    kind, key = one.workload
    worst = one.worst(record.end)
    is_bad = worst is None or worst.serving < worst.desired
    text = tag("h3", plain(f"{kind} {key}")) + tag(
        "p", plain(lowest_text(one, record.end)), class_="bad" if is_bad else "good"
    )
    return tag("div", text + _drawn(one, record, scale), class_="chart")


def _drawn(one: Availability, record: Record, scale: TimeScale) -> str:
    counts = [count for steps in (one.desired, one.available, one.serving) for _, count in steps]
    most = max([1, *counts])

    def height(count: int) -> float:
        return _HEIGHT - (_HEIGHT - _TOP) * count / most

    parts = [
        tag("text", str(most), x=0, y=_TOP + 8, class_="muted small"),
        tag("text", "0", x=0, y=_HEIGHT, class_="muted small"),
        tag("line", class_="axis", x1=_LEFT, x2=_WIDTH - 2, y1=_HEIGHT, y2=_HEIGHT),
    ]
    for at, until, desired, serving in joined(one.desired, one.serving, record.end):
        if serving < desired:
            left = scale.place(at)
            parts.append(
                tag(
                    "rect",
                    titled(f"{serving} of {desired} from {moment(at)} to {moment(until)}"),
                    class_="missing",
                    x=left,
                    y=height(desired),
                    width=max(scale.place(until) - left, 0.8),
                    height=height(serving) - height(desired),
                )
            )
    line = _line(one.serving, record.end, scale, height)
    if line:
        first = number(scale.place(one.serving[0][0]))
        area = f"{line}V{number(_HEIGHT)}H{first}z"
        parts.append(tag("path", class_="serving", d=area))
    parts += [
        tag("path", class_=class_, d=_line(steps, record.end, scale, height))
        for class_, steps in (("available", one.available), ("desired", one.desired))
    ]
    for fault in record.faults:
        x = scale.place(fault.began)
        parts.append(tag("line", class_="faultline", x1=x, x2=x, y1=_TOP - 4, y2=_HEIGHT))
    return tag(
        "svg",
        "".join(parts),
        viewBox=f"0 0 {number(_WIDTH)} {number(_HEIGHT + 2)}",
        role="img",
        aria_label=f"{one.workload[1]} over time",
    )


def _line(steps: Steps, end: float, scale: TimeScale, height: _Height) -> str:
    found = ""
    for at, count in steps:
        x, y = number(scale.place(at)), number(height(count))
        found += f"H{x}V{y}" if found else f"M{x} {y}"
    return f"{found}H{number(scale.place(end))}" if found else ""
