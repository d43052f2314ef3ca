"""Where a value stands in a file, and the table that remembers it for a whole file.

Positions are kept as one integer a value, and turned into `Position` only when somebody asks.
"""

from collections.abc import Callable, Sized
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.documents import JsonValue
from kubeobj.errors import FieldPath

_COLUMN_BITS = 32
_COLUMN_MASK = (1 << _COLUMN_BITS) - 1


@final
@dataclass(frozen=True, slots=True, order=True)
class Position:
    """A place in a text.

    Args:
        line: The line, from 1.
        column: The column in characters, from 1.

    >>> str(Position(3, 7))
    '3:7'
    """

    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.line}:{self.column}"


PackedPosition: TypeAlias = int
"""A position as one number that orders as positions do; line and column count from 0 in it."""

Marks: TypeAlias = dict[int, dict[str, PackedPosition] | list[PackedPosition]]
"""Identity of each list or mapping to the positions of its entries."""


def pack(line: int, column: int) -> PackedPosition:
    """Return the position of *line* and *column*, both from 0, as one number."""
    return line << _COLUMN_BITS | column


def unpack(packed: PackedPosition) -> Position:
    """Return the position that `pack` made *packed* of.

    >>> unpack(pack(0, 4))
    Position(line=1, column=5)
    """
    return Position((packed >> _COLUMN_BITS) + 1, (packed & _COLUMN_MASK) + 1)


def entry_position(key: PackedPosition, value: PackedPosition) -> PackedPosition:
    """Return where people look for a mapping's entry.

    That is the value, or the key where the value begins on a later line: ``spec:`` itself rather
    than the first field below it.
    """
    return value if key >> _COLUMN_BITS == value >> _COLUMN_BITS else key


@final
class Positions:
    """One document, and where each value in it stands.

    Containers are known by identity, so an alias has the positions of its anchor. The marks are
    made when first asked for: reading JSON is much faster without them.

    Args:
        root: The document.
        start: Where it begins.
        load: Makes the marks of it.
    """

    __slots__ = ("_load", "_marks", "root", "start")

    def __init__(self, root: JsonValue, start: Position, load: Callable[[], Marks]) -> None:
        self.root = root
        self.start = start
        self._load = load
        self._marks: Marks | None = None

    def find(self, path: FieldPath) -> Position:
        """Return the position of the value at *path*, or of its nearest ancestor that exists."""
        if self._marks is None:
            self._marks = self._load()
        found: PackedPosition | None = None
        here = self.root
        for part in path.parts:
            marks = self._marks.get(id(here))
            if isinstance(here, dict) and isinstance(marks, dict) and part in marks:
                here, found = here[part], marks[str(part)]
            elif isinstance(here, list) and isinstance(marks, list) and _is_index(part, marks):
                here, found = here[int(part)], marks[int(part)]
            else:
                break
        return self.start if found is None else unpack(found)


def _is_index(part: str | int, items: Sized) -> bool:
    """Return whether *part* is the place of one of *items*, from 0."""
    return isinstance(part, int) and 0 <= part < len(items)
