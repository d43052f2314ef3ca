"""Cells that tabs end, in columns as wide as their widest cell: how kubectl lays out text.

A column is a run of lines that each have a tab there; a line without one ends it. The text after
the last tab of a line is in no column.

Source: ``text/tabwriter`` of Go, and ``k8s.io/cli-runtime/pkg/printers`` GetNewTabWriter (v1.36).
"""

from collections.abc import Sequence
from typing import final


def aligned(text: str, *, least: int = 0, padding: int = 2) -> str:
    r"""Return *text* with its tabs made into columns.

    Args:
        text: Lines whose cells end with tabs.
        least: How wide a column is at least.
        padding: How many blanks are added to a cell.

    >>> print(aligned("Name:\tweb\nNamespace:\tshop\n"), end="")
    Name:       web
    Namespace:  shop
    """
    lines = [line.split("\t") for line in text.split("\n")]
    return "\n".join(_laid_out(lines, least, padding))


def _laid_out(lines: Sequence[Sequence[str]], least: int, padding: int) -> list[str]:
    out = [""] * len(lines)
    # Blocks of lines that have a cell in a column, that column, and the widths before it.
    todo = [(0, len(lines), 0)]
    widths: list[list[int]] = [[] for _ in lines]
    while todo:
        begin, end, column = todo.pop()
        here = begin
        while here < end:
            if column >= len(lines[here]) - 1:
                here += 1
                continue
            stop = here
            while stop < end and column < len(lines[stop]) - 1:
                stop += 1
            width = max(least, *(len(line[column]) + padding for line in lines[here:stop]))
            for one in widths[here:stop]:
                one.append(width)
            todo.append((here, stop, column + 1))
            here = stop
    for number, line in enumerate(lines):
        cells = [cell.ljust(width) for cell, width in zip(line, widths[number], strict=False)]
        out[number] = "".join([*cells, *line[len(widths[number]) :]])
    return out


@final
class Rows:
    """Rows that come one after the other, each column as wide as its widest cell so far.

    Args:
        least: How wide a column is at least.
        padding: How many blanks are added to a cell.
    """

    def __init__(self, *, least: int = 6, padding: int = 3) -> None:
        self._least = least
        self._padding = padding
        self._widths: list[int] = []

    def add(self, rows: Sequence[Sequence[str]]) -> list[str]:
        """Return the lines of *rows*, as wide as those before them at least."""
        for row in rows:
            missing = len(row) - 1 - len(self._widths)
            self._widths += [self._least] * max(missing, 0)
            for number, cell in enumerate(row[:-1]):
                self._widths[number] = max(self._widths[number], len(cell) + self._padding)
        return [
            "".join([*(c.ljust(w) for c, w in zip(row[:-1], self._widths, strict=False)), row[-1]])
            for row in rows
        ]
