"""Tables: what `kubectl get` prints, made by the server, one row an object.

Source: ``metav1.Table``, and ``k8s.io/kubernetes/pkg/printers`` (v1.36).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.documents import JsonValue, Wire

Cells: TypeAlias = list[JsonValue]
"""What stands in a row, a value for each column."""


@final
@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table.

    Args:
        name: What stands above it.
        type: What its cells are: ``string``, ``integer``, ``number``, ``boolean`` or ``date``.
        format: More about that, such as ``name`` of the column with the object's name.
        priority: 0 for what is always shown, more for what ``-o wide`` adds.
        description: What it says.
    """

    name: str
    type: str = "string"
    format: str = ""
    priority: int = 0
    description: str = ""


@final
@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a kind, and how an object fills them.

    Args:
        columns: The columns, from left to right.
        cells: Makes the cells of one object, at a time in seconds since 1970.
    """

    columns: tuple[Column, ...]
    cells: Callable[[Wire, float], Cells]


NAME = Column("Name", format="name", description="Name must be unique within a namespace.")
"""The column that every table begins with."""

AGE = Column("Age", description="How long ago the object was created.")
"""How old the object is."""


PLAIN_TABLE = Table(
    (NAME, Column("Created At", "date", description="When the object was created.")),
    lambda obj, _now: [obj["metadata"].get("name", ""), obj["metadata"].get("creationTimestamp")],
)
"""The table of a kind that has none of its own."""


def age_of(obj: Wire, now: float) -> str:
    """Return how long ago *obj* was created, such as ``5m``, or ``<unknown>``."""
    return since(obj["metadata"].get("creationTimestamp"), now)


def since(time: str | None, now: float) -> str:
    """Return how long before *now* a *time* was, in short, or ``<unknown>`` where there is none."""
    if not time:
        return "<unknown>"
    return human_duration(now - seconds_of(time))


def human_duration(seconds: float) -> str:
    """Return a duration as people read it: the finer the shorter it is.

    >>> [human_duration(s) for s in (5, 119, 150, 3600 * 3, 86400 * 2 + 3600, 86400 * 800)]
    ['5s', '119s', '2m30s', '3h', '2d1h', '2y70d']
    """
    whole = int(seconds)
    if whole < -1:
        return "<invalid>"
    if whole < 0:
        return "0s"
    if whole < 120:
        return f"{whole}s"
    minutes, hours, days = whole // 60, whole // 3600, whole // 86400
    if minutes < 10:
        return _pair(minutes, "m", whole % 60, "s")
    if minutes < 180:
        return f"{minutes}m"
    if hours < 8:
        return _pair(hours, "h", minutes % 60, "m")
    if hours < 48:
        return f"{hours}h"
    if days < 8:
        return _pair(days, "d", hours % 24, "h")
    if days < 365 * 2:
        return f"{days}d"
    years, rest = divmod(days, 365)
    return _pair(years, "y", rest, "d") if years < 8 else f"{years}y"


def _pair(coarse: int, coarse_unit: str, fine: int, fine_unit: str) -> str:
    return f"{coarse}{coarse_unit}{fine}{fine_unit}" if fine else f"{coarse}{coarse_unit}"


def seconds_of(time: str) -> float:
    """Return the seconds since 1970 of a *time* in wire form."""
    from kubeobj.meta.timestamps import Time

    moment = Time.parse(time)
    return moment.unix_seconds + moment.nanos / 1e9
