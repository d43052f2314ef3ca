"""A session in a container at the asker's own terminal: raw, resized with it, and ended as it ends.

Source: ``k8s.io/kubectl/pkg/cmd/exec`` exec.go, ``pkg/util/term`` (v1.36).
"""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Final

import click

if TYPE_CHECKING:
    from kubeobj.api.client.podstreams import PodSession

_PIECE: Final = 32 * 1024


def run_session(
    begin: "Callable[[bool], PodSession]",
    *,
    stdin: bool,
    tty: bool,
    quiet: bool = False,
    redraws: bool = False,
) -> int:
    """Run a session to its end, and return the code that it ended with.

    Args:
        begin: Begins it, with a terminal or without.
        stdin: Whether it gets what is typed.
        tty: Whether it is to have a terminal, which takes stdin, and a terminal of the asker's.
        quiet: Whether nothing is said of a terminal that cannot be had.
        redraws: Whether what is on the screen is to be drawn anew, which a change of size brings.
    """
    tty = tty and stdin
    is_terminal = sys.stdin is not None and sys.stdin.isatty()
    if tty and not is_terminal:
        if not quiet:
            click.echo(
                "Unable to use a TTY - input is not a terminal or the right kind of file", err=True
            )
        tty = False
    session = begin(tty)
    try:
        with _raw(session, redraws=redraws) if tty else _plain():
            if stdin:
                threading.Thread(target=_send, args=(session,), daemon=True).start()
            _receive(session)
            code = session.wait()
    finally:
        session.close()
    if code:
        click.echo(f"command terminated with exit code {code}", err=True)
    return code


def _receive(session: "PodSession") -> None:
    while (piece := session.read()) is not None:
        channel, data = piece
        stream = sys.stderr if channel == "stderr" else sys.stdout
        stream.flush()
        click.echo(data, nl=False, err=channel == "stderr")
        stream.flush()


def _send(session: "PodSession") -> None:
    with suppress(OSError, ValueError):
        source = sys.stdin.fileno()
        while data := os.read(source, _PIECE):
            session.write(data)
    with suppress(OSError):
        session.close_stdin()


@contextmanager
def _plain() -> Iterator[None]:
    yield


@contextmanager
def _raw(session: "PodSession", *, redraws: bool) -> Iterator[None]:
    """Hand every key to the session, and tell it how large the terminal is."""
    import termios
    import tty

    source = sys.stdin.fileno()
    before = termios.tcgetattr(source)

    def resize(*_: object, more: int = 0) -> None:
        with suppress(OSError):
            # Not what the environment says, which does not change with the window.
            size = os.get_terminal_size(source)
            session.resize(size.columns + more, size.lines + more)

    if redraws:
        resize(more=1)
    resize()
    handler = signal.signal(signal.SIGWINCH, resize)
    # What has been typed already is not thrown away.
    tty.setraw(source, termios.TCSADRAIN)
    try:
        yield
    finally:
        termios.tcsetattr(source, termios.TCSADRAIN, before)
        signal.signal(signal.SIGWINCH, handler)
