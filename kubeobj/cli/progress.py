"""A progress bar on stderr, for work that takes longer than a blink.

Nobody sees one where stderr is no terminal, nor where the work is done before the delay is over;
then rich is not even imported. It is gone before anything else is printed.
"""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock, Timer
from typing import TYPE_CHECKING, final

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

BLINK_SECONDS = 0.5
"""How long work may take before a bar appears, in seconds."""


@contextmanager
def progress(*, delay_seconds: float = BLINK_SECONDS) -> Iterator["Bar"]:
    """Show how far the work in this context is, if there is a terminal to show it on.

    Args:
        delay_seconds: How long to wait for it to be done without a bar.
    """
    bar = Bar()
    if not _has_terminal():
        yield bar
        return
    # A timer, not a look at the clock between items: one item alone may take long.
    timer = Timer(delay_seconds, bar.show)
    timer.daemon = True
    timer.start()
    try:
        yield bar
    finally:
        timer.cancel()
        bar.close()


def _has_terminal() -> bool:
    return bool(sys.stderr and sys.stderr.isatty() and os.environ.get("TERM") != "dumb")


@final
class Bar:
    """The work done so far; drawn once `show` is called, from whichever thread."""

    __slots__ = ("_closed", "_done", "_drawn", "_lock", "_task", "_title", "_total")

    def __init__(self) -> None:
        """Stand at the beginning of work that nothing is known of yet."""
        self._title = ""
        self._done = 0
        self._total: int | None = None
        self._lock = Lock()
        self._closed = False
        self._drawn: Progress | None = None
        self._task: TaskID | None = None

    def begin(self, title: str, *, total: int | None = None) -> None:
        """Start the next part of the work, *total* items long if that is known."""
        with self._lock:
            self._title, self._done, self._total = title, 0, total
            self._draw()

    def advance(self) -> None:
        """Count one item as done."""
        with self._lock:
            self._done += 1
            self._draw()

    def show(self) -> None:
        """Draw the bar from now on, unless the work is over."""
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

        with self._lock:
            if self._closed:
                return
            self._drawn = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                console=Console(stderr=True),
                transient=True,
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._task = self._drawn.add_task(self._title, total=self._total)
            self._draw()
            self._drawn.start()

    def close(self) -> None:
        """Remove the bar and draw it no more."""
        with self._lock:
            self._closed = True
            if self._drawn is not None:
                self._drawn.stop()

    def _draw(self) -> None:
        if self._drawn is not None and self._task is not None:
            self._drawn.update(
                self._task, description=self._title, completed=self._done, total=self._total
            )
