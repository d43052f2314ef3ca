"""The streams of a container: what it prints goes into its log, and to whoever is attached.

Its output and errors are named pipes that it has open for both directions itself, so that it does
not fail when its warden dies: what it prints waits there for the next one. A terminal cannot be
kept so; it ends with its warden.
"""

import os
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.runtimes.process.logfile import LogFile
from kubeobj.runtimes.process.loop import Loop
from kubeobj.runtimes.process.plan import Plan

STDIN: Final = "stdin"
"""The named pipe for what is sent to a container."""

_OUTPUTS: Final = ("stdout", "stderr")
_CHUNK: Final = 1 << 16
_LAST_CHUNKS: Final = 64


@final
@dataclass(eq=False, slots=True)
class Sink:
    """Somebody who is attached.

    Args:
        fds: Where what is printed goes, by stream.
        owner: Who that is.
    """

    fds: dict[str, int]
    owner: object

    def put(self, stream: str, data: bytes) -> bool:
        """Hand over what was printed; False if nobody is there any more.

        Who does not read misses what does not fit into a pipe; the container does not wait.
        """
        try:
            os.write(self.fds[stream], data)
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def close(self) -> None:
        """Tell that nothing more will come."""
        for fd in {*self.fds.values()}:
            os.close(fd)


@final
class Streams:
    """The streams of one container.

    Args:
        directory: Where its named pipes are.
        loop: What waits for them.
        clock: Where the time comes from.
    """

    def __init__(self, directory: str, loop: Loop, clock: Clock) -> None:
        self._directory = directory
        self._loop = loop
        self._clock = clock
        self._log = LogFile("", clock)
        self._outputs: dict[str, int] = {}
        self._stdin = -1
        self._stdin_once = False
        self._sinks: list[Sink] = []
        self.master: int = -1

    def make(self, plan: Plan) -> tuple[int, int, int]:
        """Make them, and return the ends of the container: input, output, errors."""
        self._log = LogFile(plan.log_path, self._clock)
        self._stdin_once = plan.stdin_once
        if plan.tty:
            self.master, slave = os.openpty()
            with suppress(OSError):
                os.fchown(slave, _or_own(plan.identity.user, os.geteuid()), -1)
            self._watch({"stdout": self.master})
            return slave, slave, slave
        read = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
        if plan.stdin:
            os.close(read)
            path = self._make_pipe(STDIN, plan)
            both = os.open(path, os.O_RDWR | os.O_CLOEXEC)
            read = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
            self._stdin = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
            os.close(both)
        flags = os.O_RDWR | os.O_CLOEXEC
        ends = [os.open(self._make_pipe(name, plan), flags) for name in _OUTPUTS]
        self._watch(self._readers())
        return read, ends[0], ends[1]

    def adopt(self, run: Wire) -> None:
        """Go on with those that another warden has made."""
        self._log = LogFile(run["logPath"], self._clock)
        self._stdin_once = run["stdinOnce"]
        if run["tty"]:
            return
        with suppress(OSError):
            if run["stdin"]:
                flags = os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC
                self._stdin = os.open(f"{self._directory}/{STDIN}", flags)
        with suppress(OSError):
            self._watch(self._readers())

    def _readers(self) -> dict[str, int]:
        flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC
        return {name: os.open(f"{self._directory}/{name}", flags) for name in _OUTPUTS}

    def _make_pipe(self, name: str, plan: Plan) -> str:
        path = f"{self._directory}/{name}"
        Path(path).unlink(missing_ok=True)
        os.mkfifo(path, 0o600)
        if plan.identity.user is not None and os.geteuid() == 0:
            os.chown(path, plan.identity.user, -1)
        return path

    def _watch(self, outputs: dict[str, int]) -> None:
        for name, fd in outputs.items():
            os.set_blocking(fd, False)
            self._outputs[name] = fd
            self._loop.watch(fd, self._reading(name))

    def _reading(self, name: str) -> Callable[[], object]:
        return lambda: self._read(name)

    # ------------------------------------------------------------ what is printed

    def _read(self, name: str) -> bool:
        """Take what has been printed; False if there is nothing more for now."""
        try:
            data = os.read(self._outputs[name], _CHUNK)
        except BlockingIOError:
            return False
        except OSError:
            data = b""  # nobody has the terminal any more
        if not data:
            self._close_output(name)
            return False
        self._log.write(name, data)
        for sink in [one for one in self._sinks if not one.put(name, data)]:
            self._detach(sink)
        return True

    def _close_output(self, name: str) -> None:
        fd = self._outputs.pop(name)
        self._loop.forget(fd)
        if fd != self.master:
            os.close(fd)

    def reopen_log(self) -> None:
        """Go on in a new file."""
        self._log.reopen()

    # ------------------------------------------------------------ who is attached

    def attach(self, fds: tuple[int, ...], owner: object) -> None:
        """Give somebody what is printed from now on: output and errors, or both in one."""
        for fd in fds:
            os.set_blocking(fd, False)
        self._sinks.append(Sink(dict(zip(_OUTPUTS, (fds[0], fds[-1]), strict=True)), owner))

    def leave(self, owner: object) -> None:
        """Give somebody nothing more."""
        for sink in [one for one in self._sinks if one.owner is owner]:
            self._detach(sink)

    def _detach(self, sink: Sink) -> None:
        self._sinks.remove(sink)
        sink.close()

    def close_stdin(self) -> None:
        """Whoever has sent something is gone; if only one may, nothing more is sent."""
        if self._stdin_once and self._stdin >= 0:
            os.close(self._stdin)
            self._stdin = -1

    def end(self) -> None:
        """Take the rest of what was printed, and close all."""
        for name in [*self._outputs]:
            # What somebody who has got away prints still is not waited for.
            for _ in range(_LAST_CHUNKS):
                if not self._read(name):
                    break
        for name in [*self._outputs]:
            self._close_output(name)
        for sink in [*self._sinks]:
            self._detach(sink)
        for fd in (self._stdin, self.master):
            if fd >= 0:
                os.close(fd)
        self._stdin = self.master = -1
        self._log.close()


def _or_own(number: int | None, own: int) -> int:
    return own if number is None else number
