"""The progress bar: seen on a terminal when work takes long, and nowhere else."""

import io
import os
import pty
import select
import signal
import subprocess
import sys
import threading
import tty
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from kubeobj.cli.progress import Bar, progress

PATIENCE_SECONDS = 60


def read_until(terminal: int, wanted: bytes) -> bytes:
    """Return what *terminal* shows, up to where *wanted* is in it; nothing more if it is closed."""
    shown = b""
    while wanted not in shown:
        ready, _, _ = select.select([terminal], [], [], PATIENCE_SECONDS)
        assert ready, f"{wanted!r} never came; seen: {shown!r}"
        try:
            shown += os.read(terminal, 4096)
        except OSError:  # the other side is closed
            break
    return shown


@contextmanager
def terminal(kind: str = "xterm") -> Iterator[int]:
    """Make stderr a terminal, and return the end that sees what it shows."""
    # No fixture: between those and the test, pytest puts its own stderr in place.
    watching, side = pty.openpty()
    tty.setraw(side)
    with pytest.MonkeyPatch.context() as patch, os.fdopen(side, "w") as stderr:
        patch.setenv("TERM", kind)
        patch.setattr(sys, "stderr", stderr)
        yield watching
    os.close(watching)


def test_long_work_shows_a_bar_that_goes_away() -> None:
    """The bar counts what is done, and is erased before anything else is printed."""
    with terminal() as watching:
        with progress(delay_seconds=0) as bar:
            bar.begin("Reading", total=2)
            bar.advance()
            shown = read_until(watching, b"1/2")
            bar.begin("Checking")
        sys.stderr.write("after\n")
        sys.stderr.flush()
        rest = read_until(watching, b"after")
    assert b"Reading" in shown
    # Erase the line, and show the cursor again.
    assert b"\x1b[2K" in rest
    assert b"\x1b[?25h" in rest


def test_short_work_shows_nothing() -> None:
    """Work that is done before the delay is over leaves no trace on the terminal."""
    with terminal() as watching:
        with progress(delay_seconds=3600) as bar:
            bar.begin("Reading", total=1)
            bar.advance()
        sys.stderr.write("after\n")
        sys.stderr.flush()
        assert read_until(watching, b"after") == b"after\n"


def test_work_that_is_over_is_not_drawn() -> None:
    """A timer that fires as the work ends draws nothing."""
    with terminal() as watching:
        bar = Bar()
        bar.close()
        bar.show()
        sys.stderr.write("after\n")
        sys.stderr.flush()
        assert read_until(watching, b"after") == b"after\n"


def test_a_terminal_that_cannot_move_its_cursor_shows_nothing() -> None:
    """On a dumb terminal no bar is even prepared."""
    before = threading.active_count()
    with terminal("dumb"), progress(delay_seconds=3600):
        assert threading.active_count() == before


@pytest.mark.parametrize("stderr", [io.StringIO(), None], ids=["file", "closed"])
def test_without_a_terminal_there_is_no_bar(
    monkeypatch: pytest.MonkeyPatch, stderr: io.StringIO | None
) -> None:
    """Where stderr is piped or closed, no bar is even prepared."""
    monkeypatch.setattr(sys, "stderr", stderr)
    before = threading.active_count()
    with progress(delay_seconds=3600) as bar:
        bar.begin("Reading", total=1)
        bar.advance()
        assert threading.active_count() == before
    assert stderr is None or stderr.getvalue() == ""


def test_the_command_shows_a_bar_while_it_waits() -> None:
    """A slow input brings the bar up on stderr, and stdout holds the answer alone."""
    watching, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeobj", "select", "-f", "-", "-o", "name"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=side,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(side)
    assert b"0/1" in read_until(watching, b"0/1")
    out, _ = process.communicate(b"kind: Pod\nmetadata: {name: a}\n", PATIENCE_SECONDS)
    assert (process.returncode, out) == (0, b"pod/a\n")
    assert b"\x1b[2K" in read_until(watching, b"\x1b[2K")
    os.close(watching)


def test_control_c_under_the_bar_leaves_the_terminal_as_it_was() -> None:
    """An interrupt removes the bar and gives the cursor back."""
    watching, side = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "kubeobj", "lint", "-f", "-"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=side,
        env=os.environ | {"TERM": "xterm"},
    )
    os.close(side)
    assert b"\x1b[?25l" in read_until(watching, b"0/1")
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=PATIENCE_SECONDS)
    assert (process.returncode, out) == (130, b"")
    rest = read_until(watching, b"\x1b[?25h")
    os.close(watching)
    assert b"\x1b[?25h" in rest
    assert b"Traceback" not in rest


@pytest.mark.parametrize(
    ("environment", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False), ({"TERM": "dumb"}, False)]
)
def test_colour_is_for_terminals_that_want_it(environment: dict[str, str], coloured: bool) -> None:
    """A terminal gets colour, unless NO_COLOR is set or it has none."""
    clean = {name: value for name, value in os.environ.items() if name != "NO_COLOR"}
    watching, side = pty.openpty()
    done = subprocess.run(
        [sys.executable, "-m", "kubeobj", "selector", "check", "a b"],
        stdout=side,
        stderr=side,
        timeout=PATIENCE_SECONDS,
        check=False,
        env=clean | {"TERM": "xterm"} | environment,
    )
    os.close(side)
    shown = read_until(watching, b"hint")
    os.close(watching)
    assert done.returncode == 1
    assert (b"\x1b[" in shown) is coloured
