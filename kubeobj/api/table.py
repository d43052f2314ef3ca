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


def _no_conditions(_obj: Wire, /) -> list[Wire]:
    return []


@final
@dataclass(frozen=True, slots=True)
class Table:
    """The columns of a kind, and how an object fills them.

    Args:
        columns: The columns, from left to right.
        cells: Makes the cells of one object, at a time in seconds since 1970.
        conditions: Says what is so of the row of an object as a whole, such as that it has ended.
    """

    columns: tuple[Column, ...]
    cells: Callable[[Wire, float], Cells]
    conditions: Callable[[Wire], list[Wire]] = _no_conditions


NAME = Column("Name", format="name", description="Name must be unique within a namespace.")
"""The column that every table begins with."""

AGE = Column("Age", description="How long ago the object was created.")
"""How old the object is."""


PLAIN_TABLE = Table(
    (NAME, Column("Created At", "date", description="When the object was created.")),
    lambda obj, _now: [obj["metadata"].get("name", ""), obj["metadata"].get("creationTimestamp")],
)
"""The table of a kind that has none of its own."""


NAME_AND_AGE = Table(
    (NAME, AGE), lambda obj, now: [obj["metadata"].get("name", ""), age_of(obj, now)]
)
"""The table of a kind of which no more is printed."""


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
    if whole < 0:
        return "<invalid>" if whole < -1 else "0s"
    return next(form(whole) for limit, form in _DURATIONS if whole < limit)


_MINUTE, _HOUR, _DAY, _YEAR = 60, 3600, 86_400, 365 * 86_400

# Up to how many seconds a form is used, and the form.
_DURATIONS: tuple[tuple[float, Callable[[int], str]], ...] = (
    (2 * _MINUTE, lambda of: f"{of}s"),
    (10 * _MINUTE, lambda of: _pair(of // _MINUTE, "m", of % _MINUTE, "s")),
    (3 * _HOUR, lambda of: f"{of // _MINUTE}m"),
    (8 * _HOUR, lambda of: _pair(of // _HOUR, "h", of // _MINUTE % 60, "m")),
    (2 * _DAY, lambda of: f"{of // _HOUR}h"),
    (8 * _DAY, lambda of: _pair(of // _DAY, "d", of // _HOUR % 24, "h")),
    (2 * _YEAR, lambda of: f"{of // _DAY}d"),
    (8 * _YEAR, lambda of: _pair(of // _YEAR, "y", of // _DAY % 365, "d")),
    (float("inf"), lambda of: f"{of // _YEAR}y"),
)


def _pair(coarse: int, coarse_unit: str, fine: int, fine_unit: str) -> str:
    return f"{coarse}{coarse_unit}{fine}{fine_unit}" if fine else f"{coarse}{coarse_unit}"


def seconds_of(time: str) -> float:
    """Return the seconds since 1970 of a *time* in wire form."""
    from kubeobj.meta.timestamps import Time

    moment = Time.parse(time)
    return moment.unix_seconds + moment.nanos / 1e9
