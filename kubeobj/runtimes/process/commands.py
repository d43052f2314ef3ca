"""Commands in containers, and the streams of containers themselves."""

import fcntl
import os
import secrets
import threading
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.runtimes.cri import OUTPUT_LIMIT, ExecResult, Stream
from kubeobj.runtimes.errors import NoSuchContainer, RuntimeFault, RuntimeUnavailable
from kubeobj.runtimes.process.plan import Limits, Plan
from kubeobj.runtimes.process.processtree import COMMAND
from kubeobj.runtimes.process.sessions import FdSession
from kubeobj.runtimes.process.streams import STDIN
from kubeobj.runtimes.process.wardenlink import WardenLink, WardenLost

KILLED_CODE: Final = 137
"""The code of a command that was ended, or of which nobody knows."""

_LAST_WORDS_SECONDS: Final = 0.2
_PIPE_BYTES: Final = 1 << 20


@final
class Commands:
    """Runs commands in containers.

    Args:
        link: What the warden is asked through.
    """

    def __init__(self, link: WardenLink) -> None:
        self._link = link
        self._codes: dict[str, Future[int]] = {}
        self._ends: dict[str, list[Future[int]]] = {}
        self._lock = threading.Lock()

    # ------------------------------------------------------------ what is told

    def done(self, command: str, code: int) -> None:
        """A command has ended."""
        with self._lock:
            future = self._codes.pop(command, None)
        if future is not None:
            future.set_result(code)

    def ended(self, container_id: str, code: int) -> None:
        """A container has ended."""
        with self._lock:
            futures = self._ends.pop(container_id, [])
        for future in futures:
            future.set_result(code)

    def lost(self) -> None:
        """The warden has gone, and what became of its commands is not known."""
        with self._lock:
            codes, self._codes = self._codes, {}
        for future in codes.values():
            future.set_result(KILLED_CODE)

    # ------------------------------------------------------------ to run one

    def run(
        self, container_id: str, plan: Plan, command: tuple[str, ...], *, stdin: bool, tty: bool
    ) -> FdSession:
        """Run a command in a container that runs as a plan says.

        Raises:
            NoSuchContainer: If it does not run.
            RuntimeUnavailable: If the warden has gone.
        """
        key = secrets.token_hex(16)
        environment = {**plan.environment, COMMAND: key}
        if tty:
            environment.setdefault("TERM", "xterm")
        plan = replace(
            plan, argv=command, environment=environment, tty=tty, stdin=stdin, limits=Limits()
        )
        code: Future[int] = Future()
        with self._lock:
            self._codes[key] = code
        end = _Ends.terminal(plan) if tty else _Ends.pipes(stdin=stdin)
        try:
            self._begin(container_id, key, plan, end)
        except BaseException:
            end.close()
            with self._lock:
                self._codes.pop(key, None)
            raise
        return FdSession(
            end.outputs,
            end.stdin,
            code,
            terminal=end.terminal_fd,
            let_go=lambda: self._end(key),
        )

    def _begin(self, container_id: str, key: str, plan: Plan, end: "_Ends") -> None:
        message = {
            "do": "exec",
            "container": container_id,
            "command": key,
            "plan": plan.to_wire(),
        }
        try:
            answer, _ = self._link.ask(message, end.theirs)
        except WardenLost:
            raise RuntimeUnavailable("the warden has gone while it started a command") from None
        if answer.get("absent"):
            raise NoSuchContainer(f"container {container_id} does not run")
        if "error" in answer:
            os.write(end.theirs[-1], f"{answer['error']}\n".encode())
            self.done(key, answer["code"])
        end.hand_over()

    def _end(self, key: str) -> None:
        with self._lock:
            code = self._codes.get(key)
        if code is not None and not code.done():
            with suppress(WardenLost, RuntimeFault):
                self._link.ask({"do": "end-exec", "command": key})

    def run_to_end(
        self, container_id: str, plan: Plan, command: tuple[str, ...], timeout: float | None
    ) -> ExecResult:
        """Run a command and return what it has left."""
        session = self.run(container_id, plan, command, stdin=False, tty=False)
        found: dict[Stream, bytearray] = {one: bytearray() for one in Stream}
        reader = threading.Thread(target=_collect, args=(session, found), daemon=True)
        reader.start()
        timed_out = False
        try:
            code = session.wait(timeout)
        except TimeoutError:
            timed_out, code = True, KILLED_CODE
        # What it has left in the background may print for ever.
        reader.join(_LAST_WORDS_SECONDS if timed_out else _LAST_WORDS_SECONDS * 5)
        session.close()
        reader.join()
        return ExecResult(code, bytes(found[Stream.STDOUT]), bytes(found[Stream.STDERR]), timed_out)

    # ------------------------------------------------------------ to attach

    def attach(self, container_id: str, directory: Path, plan: Plan, *, stdin: bool) -> FdSession:
        """Return the streams of a container that runs.

        Raises:
            NoSuchContainer: If it does not run.
            RuntimeUnavailable: If the warden has gone.
        """
        end = _Ends.pipes(stdin=False)
        code: Future[int] = Future()
        with self._lock:
            self._ends.setdefault(container_id, []).append(code)
        try:
            # The first is for input, of which nothing comes this way.
            message: Wire = {"do": "attach", "container": container_id}
            answer, fds = self._link.ask(message, end.theirs[1:])
        except WardenLost:
            end.close()
            raise RuntimeUnavailable("the warden has gone while it was asked") from None
        if answer.get("absent"):
            end.close()
            raise NoSuchContainer(f"container {container_id} does not run")
        end.hand_over()
        terminal = fds[0] if fds else -1
        where = terminal
        if stdin and plan.stdin and terminal < 0:
            with suppress(OSError):
                flags = os.O_WRONLY | os.O_NONBLOCK | os.O_CLOEXEC
                where = os.open(directory / STDIN, flags)
        return FdSession(
            end.outputs,
            where if stdin and plan.stdin else -1,
            code,
            terminal=terminal,
            let_go=lambda: self._leave(container_id, had_stdin=where >= 0 and plan.stdin_once),
        )

    def _leave(self, container_id: str, *, had_stdin: bool) -> None:
        if had_stdin:
            with suppress(WardenLost, RuntimeFault):
                self._link.ask({"do": "close-stdin", "container": container_id})


@final
class _Ends:
    """Both ends of the streams of a command."""

    def __init__(
        self, theirs: tuple[int, ...], stdin: int, outputs: dict[Stream, int], terminal: int
    ) -> None:
        self.theirs = theirs
        self.stdin = stdin
        self.outputs = outputs
        self.terminal_fd = terminal

    @classmethod
    def pipes(cls, *, stdin: bool) -> "_Ends":
        read, write = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY), -1)
        out, out_theirs = _pipe()
        err, err_theirs = _pipe()
        theirs = (read, out_theirs, err_theirs)
        return cls(theirs, write, {Stream.STDOUT: out, Stream.STDERR: err}, -1)

    @classmethod
    def terminal(cls, plan: Plan) -> "_Ends":
        master, slave = os.openpty()
        if plan.identity.user is not None and os.geteuid() == 0:
            os.fchown(slave, plan.identity.user, -1)
        return cls((slave, slave, slave), master, {Stream.STDOUT: master}, master)

    def hand_over(self) -> None:
        """Close those of the other side, which has them by now."""
        for fd in {*self.theirs}:
            os.close(fd)
        self.theirs = ()

    def close(self) -> None:
        self.hand_over()
        for fd in {self.stdin, *self.outputs.values()} - {-1}:
            os.close(fd)


def _pipe() -> tuple[int, int]:
    read, write = os.pipe()
    with suppress(OSError):
        fcntl.fcntl(read, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    return read, write


def _collect(session: FdSession, found: dict[Stream, bytearray]) -> None:
    while (piece := session.read()) is not None:
        stream, data = piece
        room = OUTPUT_LIMIT - len(found[stream])
        found[stream] += data[: max(0, room)]
