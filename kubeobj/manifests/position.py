"""Where a value stands in a file, and the table that remembers it for a whole file.

Positions are kept as one integer a value, and turned into `Position` only when somebody asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.documents import Document, JsonValue
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

Marks: TypeAlias = dict[int, list[PackedPosition]]
"""Identity of each list or mapping to the positions of its entries, in the container's order."""


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
    """Where the values of one document stand.

    Containers are known by identity, so an alias has the position of its anchor. The marks are
    made when first asked for: reading JSON is much faster without them.
    """

    __slots__ = ("_entries", "_load", "_marks")

    def __init__(self, load: Callable[[], Marks]) -> None:
        """Take the function that makes the marks."""
        self._load = load
        self._marks: Marks | None = None
        self._entries: dict[int, dict[str, PackedPosition]] = {}

    def find(self, document: Document, path: FieldPath, start: Position) -> Position:
        """Return the position of the value at *path*, or of its nearest ancestor that exists.

        Args:
            document: The object the path begins in, one of those the marks are of.
            path: The way from there.
            start: Where the object itself stands.
        """
        if self._marks is None:
            self._marks = self._load()
        found: PackedPosition | None = None
        here: JsonValue = document
        for part in path.parts:
            step = self._step(here, part)
            if step is None:
                break
            here, found = step
        return start if found is None else unpack(found)

    def _step(self, here: JsonValue, part: str | int) -> tuple[JsonValue, PackedPosition] | None:
        """Return the entry *part* of *here* and its position, or None if there is none."""
        if isinstance(here, dict) and isinstance(part, str):
            # One table a mapping, made once: asking for every label of many stays linear.
            entries = self._entries.get(id(here))
            if entries is None:
                entries = dict(zip(here, self._of(here), strict=True))
                self._entries[id(here)] = entries
            return (here[part], entries[part]) if part in entries else None
        if isinstance(here, list) and isinstance(part, int) and 0 <= part < len(here):
            return here[part], self._of(here)[part]
        return None

    def _of(self, container: JsonValue) -> Sequence[PackedPosition]:
        """Return the positions of the entries of *container*."""
        return (self._marks or {}).get(id(container), ())
