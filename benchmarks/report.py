"""Prints what was measured beside what was promised, and what Go's own library takes.

    python -m benchmarks.report benchmarks/results/latest.json

Ends with 1 if a promise was not kept.
"""

import json
import sys
import tomllib
from dataclasses import dataclass
from pathlib import Path

BARS = Path(__file__).with_name("bars.toml")
UNITS = (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6), ("ns", 1e-9))


@dataclass(frozen=True, slots=True)
class Row:
    """One promise: what it is about, what was measured, the bar, and Go's figure."""

    question: str
    measured: float | None
    bar: float
    go: float | None
    unit: str

    @property
    def holds(self) -> bool:
        """Whether it was measured and is within the bar."""
        return self.measured is not None and self.measured <= self.bar

    def cells(self) -> tuple[str, ...]:
        """Return the row as text."""
        go = "" if self.go is None else _text(self.go, self.unit)
        faster = f"{self.go / self.measured:,.2f}" if self.go and self.measured else ""
        measured = "not measured" if self.measured is None else _text(self.measured, self.unit)
        return self.question, measured, _text(self.bar, self.unit), go, faster, _mark(self)


def rows(results: Path) -> list[Row]:
    """Return every promise of ``bars.toml`` with what *results* say of it."""
    report = json.loads(results.read_text(encoding="utf-8"))
    measured = {one["name"]: one["stats"]["median"] for one in report["benchmarks"]}
    measured |= {
        name: value for one in report["benchmarks"] for name, value in one["extra_info"].items()
    }
    found = []
    for bar in tomllib.loads(BARS.read_text(encoding="utf-8"))["bar"]:
        value = measured.get(bar["benchmark"])
        if value is not None:
            value = value / bar.get("per", 1) - (measured[bar["above"]] if "above" in bar else 0)
        found.append(Row(bar["question"], value, bar["bar"], bar.get("go"), bar.get("unit", "s")))
    return found


def _text(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.3g} {unit}"
    name, scale = next((one for one in UNITS if abs(value) >= one[1]), UNITS[-1])
    return f"{value / scale:.3g} {name}"


def _mark(row: Row) -> str:
    return "yes" if row.holds else "NO"


def main() -> int:
    """Print the table in Markdown, and say whether every promise holds."""
    found = rows(Path(sys.argv[1]))
    head = ("what", "kubeobj", "promised", "Go", "Go ÷ kubeobj", "kept")
    cells = [head, *(row.cells() for row in found)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = ["| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in cells]
    lines.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    print("\n".join(lines))
    return 0 if all(row.holds for row in found) else 1


if __name__ == "__main__":
    sys.exit(main())
