"""Which pod is drawn in which row: one lane for each node, and pods packed into rows in it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.cluster.podlives import PodLife, Workload
from kubeobj.cluster.timeline import Record

NO_NODE: Final = "no node"
"""The lane of pods that have no node yet."""

_HEIGHTS: Final = ((72, 17.0), (240, 14.0), (500, 8.0), (1200, 5.0))
"""How high a row is, where there are at most so many."""

_MANY: Final = 120
"""Where there are more pods than this, those that have fared alike share a bar."""

_LEAST_HEIGHT: Final = 2.5


@final
@dataclass(frozen=True, slots=True)
class Bar:
    """A pod in a lane, or several that have fared alike.

    Args:
        lives: The pods.
        begin: From when they are there, in seconds.
        end: Until when.
    """

    lives: tuple[PodLife, ...]
    begin: float
    end: float

    @property
    def life(self) -> PodLife:
        """The first of the pods."""
        return self.lives[0]


@final
@dataclass(slots=True)
class Row:
    """Pods that are drawn in one row, one after the other.

    Args:
        workload: What the first of them is there for.
        bars: The pods.
    """

    workload: Workload
    bars: list[Bar] = field(default_factory=list)

    @property
    def free(self) -> float:
        """From when on there is room, in seconds."""
        return self.bars[-1].end


@final
@dataclass(frozen=True, slots=True)
class Lane:
    """What is drawn of a node.

    Args:
        name: Its name.
        rows: The rows of its pods.
    """

    name: str
    rows: Sequence[Row]


def lanes_of(record: Record) -> list[Lane]:
    """Return the lanes of a record: that of pods without a node, if any, and those of nodes."""
    bars: dict[str, list[Bar]] = {NO_NODE: []}
    for name in sorted((node.name for node in record.nodes), key=_natural):
        bars[name] = []
    for life in record.pods:
        gone = record.end if life.gone is None else life.gone
        if gone <= record.began:
            continue
        scheduled = gone if life.scheduled is None else life.scheduled
        if scheduled > life.created:
            bars[NO_NODE].append(Bar((life,), life.created, scheduled))
        if life.node and gone > scheduled:
            bars.setdefault(life.node, []).append(Bar((life,), scheduled, gone))
    if sum(map(len, bars.values())) > _MANY:
        bars = {name: gathered(found) for name, found in bars.items()}
    return [Lane(name, packed(found)) for name, found in bars.items() if found or name != NO_NODE]


def gathered(bars: Iterable[Bar]) -> list[Bar]:
    """Return bars of which those of one workload that have fared alike are one.

    Args:
        bars: Bars of single pods.
    """
    alike: dict[object, list[Bar]] = {}
    for bar in bars:
        life = bar.life
        fate = (life.workload, bar.begin, bar.end, tuple(life.states), tuple(life.restarts))
        alike.setdefault(fate, []).append(bar)
    return [
        Bar(tuple(bar.life for bar in found), found[0].begin, found[0].end)
        for found in alike.values()
    ]


def _natural(name: str) -> list[tuple[int, str]]:
    """Return what puts ``node-2`` before ``node-10``."""
    parts = re.split(r"(\d{1,9})", name)
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in parts]


def packed(bars: Iterable[Bar]) -> list[Row]:
    """Return rows in which no two bars meet; pods of one workload follow one another if they can.

    Args:
        bars: What is to be put into rows.
    """
    rows: list[Row] = []
    for bar in sorted(bars, key=lambda one: (one.begin, one.life.workload, one.life.key)):
        free = [row for row in rows if row.free <= bar.begin]
        alike = [row for row in free if row.workload == bar.life.workload]
        found = alike[0] if alike else free[0] if free else None
        if found is None:
            found = Row(bar.life.workload)
            rows.append(found)
        found.bars.append(bar)
    return sorted(rows, key=lambda row: row.workload)


def row_height(count: int) -> float:
    """Return how high a row is drawn when there are *count* of them."""
    for most, height in _HEIGHTS:
        if count <= most:
            return height
    return _LEAST_HEIGHT
