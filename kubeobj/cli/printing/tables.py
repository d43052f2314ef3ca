"""Tables that the server has made, as kubectl prints them.

Source: ``k8s.io/cli-runtime/pkg/printers`` tableprinter.go (v1.36).
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.cli.printing.elastictabs import Rows
from kubeobj.documents import JsonValue, Wire

_BREAK = re.compile(r"[\f\n\r]")
_CONTROL = {27: "^[", 13: "\\r"}


@final
@dataclass(frozen=True, slots=True, kw_only=True)
class TableLook:
    """What is shown of a table.

    Args:
        headers: Whether the columns are named.
        wide: Whether all columns are shown.
        kind: What stands before each name, such as ``pod``; empty for nothing.
        namespaces: Whether a column says the namespace.
        labels: Whether a column says the labels.
        label_columns: The labels that have columns of their own.
    """

    headers: bool = True
    wide: bool = False
    kind: str = ""
    namespaces: bool = False
    labels: bool = False
    label_columns: tuple[str, ...] = ()


@final
class TablePrinter:
    """Prints tables of one kind one below the other; the columns are named once.

    Args:
        look: What is shown.
    """

    def __init__(self, look: TableLook) -> None:
        self._look = look
        self._rows = Rows()
        self._columns: Sequence[Wire] = ()
        self._has_begun = False

    def lines(self, table: Wire, *, event: str = "") -> list[str]:
        """Return the lines of *table*.

        Args:
            table: The table; its columns may be missing if it is not the first.
            event: What has happened to its objects, shown in a column of its own if not empty.
        """
        if table.get("columnDefinitions"):
            self._columns = table["columnDefinitions"]
        rows = [self._row(row, event) for row in table.get("rows") or ()]
        if not self._has_begun and self._look.headers and rows:
            rows.insert(0, self._header(event))
        self._has_begun = self._has_begun or bool(rows)
        return self._rows.add(rows)

    def _shown(self) -> Iterator[tuple[int, Wire]]:
        for number, column in enumerate(self._columns):
            if self._look.wide or not column.get("priority"):
                yield number, column

    def _header(self, event: str) -> list[str]:
        names = [column["name"].upper() for _, column in self._shown()]
        if self._look.namespaces:
            names.insert(0, "NAMESPACE")
        if event:
            names.insert(0, "EVENT")
        names += [label.rpartition("/")[2].upper() for label in self._look.label_columns]
        return [*names, "LABELS"] if self._look.labels else names

    def _row(self, row: Wire, event: str) -> list[str]:
        metadata = (row.get("object") or {}).get("metadata") or {}
        cells = row["cells"]
        found = [self._cell(cells[number], column) for number, column in self._shown()]
        if self._look.namespaces:
            found.insert(0, metadata.get("namespace", ""))
        if event:
            found.insert(0, event)
        labels = metadata.get("labels") or {}
        found += [labels.get(one, "") for one in self._look.label_columns]
        return [*found, label_text(labels)] if self._look.labels else found

    def _cell(self, value: JsonValue, column: Wire) -> str:
        text = cell_text(value)
        is_name = column.get("format") == "name" and column["name"].lower() == "name"
        return f"{self._look.kind}/{text}" if self._look.kind and is_name else text


def cell_text(value: JsonValue) -> str:
    r"""Return what stands in a cell, on one line.

    >>> [cell_text(one) for one in ("a\nb", 3, True, None)]
    ['a...', '3', 'true', '<none>']
    """
    if isinstance(value, str):
        found = _BREAK.search(value)
        text = f"{value[: found.start()]}..." if found else value
        return text.translate(_CONTROL)
    if value is None:
        return "<none>"
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def label_text(labels: Wire) -> str:
    """Return labels as kubectl shows them.

    >>> label_text({"b": "2", "a": "1"}), label_text({})
    ('a=1,b=2', '<none>')
    """
    return ",".join(f"{key}={labels[key]}" for key in sorted(labels)) or "<none>"
