"""How far workloads have come, as lines that change: on a terminal in place, else one by one."""

import os
import sys
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Final, Protocol, Self, final

import click

from kubeobj.cli.output import printable
from kubeobj.cluster.workloadstates import Stage, WorkloadId, WorkloadState

if TYPE_CHECKING:
    from rich.table import Table

_MARKS: Final = {Stage.PENDING: "…", Stage.READY: "✓", Stage.DONE: "✓", Stage.FAILED: "✗"}
_COLOURS: Final = {
    Stage.PENDING: "yellow",
    Stage.READY: "green",
    Stage.DONE: "green",
    Stage.FAILED: "red",
}
_LONGEST_MESSAGE: Final = 300


class Show(Protocol):
    """Shows how far workloads have come; a context manager."""

    def update(self, states: Sequence[WorkloadState]) -> None:
        """Show how far they have come by now."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None: ...


def show_on(*, is_quiet: bool = False) -> Show:
    """Return what shows it: in place on a terminal, else as lines; nothing if it is to be quiet."""
    if is_quiet:
        return Lines(print_line=lambda _: None)
    if not (sys.stdout and sys.stdout.isatty()) or os.environ.get("TERM") == "dumb":
        return Lines()
    return Screen()


@final
class Lines:
    """A line whenever a workload has come further, or something else keeps it.

    What keeps it, and what to do about that, is said once until it is well again.

    Args:
        print_line: Prints a line.
    """

    def __init__(self, print_line: Callable[[str], object] = click.echo) -> None:
        self._print = print_line
        self._said: dict[WorkloadId, str] = {}
        self._troubles: dict[WorkloadId, set[str]] = {}

    def update(self, states: Sequence[WorkloadState]) -> None:
        """Print what has changed."""
        for state in states:
            if news := self._news(state):
                self._print(news)

    def remember(self, states: Sequence[WorkloadState]) -> None:
        """Take it that how far they are has been printed already."""
        for state in states:
            self._news(state)

    def _news(self, state: WorkloadState) -> str:
        """Return what is to be printed of a workload, and take it that it is."""
        first, *others = lines_of(state)
        trouble, told = "\n".join(others), self._troubles.setdefault(state.id, {""})
        if state.is_well:
            told &= {""}
        is_new = trouble not in told
        is_further = self._said.get(state.id) != first
        self._said[state.id] = first
        told.add(trouble)
        if is_new:
            return f"{first}\n{trouble}"
        return first if is_further else ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        pass


@final
class Screen:
    """A table that is drawn anew; in the end it stays as it was drawn last."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.live import Live

        self._live: Live = Live(console=Console(), auto_refresh=True, refresh_per_second=8)

    def update(self, states: Sequence[WorkloadState]) -> None:
        """Draw it anew."""
        self._live.update(_table(states))

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._live.stop()


def lines_of(state: WorkloadState) -> list[str]:
    """Return what is said of a workload: how far it is, and below it what keeps it."""
    mark = click.style(_MARKS[state.stage], fg=_COLOURS[state.stage])
    lines = [f"{mark} {printable(str(state.id))}   {printable(state.detail)}"]
    return [*lines, *(f"    {one}" for one in trouble_lines(state))]


def trouble_lines(state: WorkloadState) -> list[str]:
    """Return what keeps a workload, and what to do about it, a line each."""
    trouble = state.trouble
    if trouble is None or state.stage in {Stage.READY, Stage.DONE}:
        return []
    message = printable(trouble.message)
    if len(message) > _LONGEST_MESSAGE:
        message = f"{message[: _LONGEST_MESSAGE - 1]}…"
    where = f"pod {trouble.pod}: " if trouble.pod and trouble.pod != state.id.name else ""
    said = f"{trouble.reason}: {message}" if message else trouble.reason
    lines = [f"{where}{said}"]
    if trouble.advice:
        lines.append(f"→ {printable(trouble.advice)}")
    return lines


def _table(states: Sequence[WorkloadState]) -> "Table":
    from rich.spinner import Spinner
    from rich.table import Table
    from rich.text import Text

    table = Table.grid(padding=(0, 2))
    for state in states:
        colour = _COLOURS[state.stage]
        mark = (
            Spinner("dots", style=colour)
            if state.stage is Stage.PENDING
            else Text(_MARKS[state.stage], style=colour)
        )
        table.add_row(mark, printable(str(state.id)), Text(printable(state.detail), style=colour))
        for line in trouble_lines(state):
            table.add_row("", "", Text(line, style="dim" if line.startswith("→") else colour))
    return table
