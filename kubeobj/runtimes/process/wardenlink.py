"""A runtime's connection to its warden, which is started when it is needed."""

import os
import socket
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Final, final

import kubeobj
from kubeobj.documents import Wire
from kubeobj.runtimes.errors import RuntimeUnavailable
from kubeobj.runtimes.process import wire
from kubeobj.runtimes.process.warden import ALREADY, SOCKET, near

_ATTEMPTS: Final = 60
_PAUSE_SECONDS: Final = 0.05
_LOG: Final = "warden.log"
_CODE: Final = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from kubeobj.runtimes.process.warden import main; main(sys.argv[2])"
)

_GREETINGS: Final = 8
_MARGIN_SECONDS: Final = 90.0

Answer = tuple[Wire, tuple[int, ...]]


class WardenLost(Exception):
    """The warden has gone before it has answered."""


@final
class _Line:
    """One connection to a warden: what is asked there, is answered there or nowhere."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.receiver = wire.Receiver(connection)
        self._waiting: dict[int, Future[Answer]] = {}
        self._lock = threading.Lock()
        self._sending = threading.Lock()
        self._number = 0
        self._is_over = False

    def send(self, message: Wire, fds: tuple[int, ...]) -> tuple[int, "Future[Answer]"]:
        """Ask, and return where the answer will be."""
        future: Future[Answer] = Future()
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = future
            if self._is_over:
                raise WardenLost
        with self._sending:
            wire.send(self.connection, {"id": number, "fds": len(fds), **message}, fds)
        return number, future

    def answered(self, number: int, answer: Answer) -> None:
        """An answer has come."""
        with self._lock:
            future = self._waiting.pop(number, None)
        if future is None:
            for fd in answer[1]:
                os.close(fd)
        else:
            future.set_result(answer)

    def forget(self, number: int) -> None:
        """Nobody waits for an answer any more."""
        with self._lock:
            self._waiting.pop(number, None)

    def over(self) -> None:
        """No answer will come any more."""
        with self._lock:
            self._is_over = True
            lost, self._waiting = self._waiting, {}
        self.receiver.close()
        for future in lost.values():
            future.set_exception(WardenLost())

    def hang_up(self) -> None:
        """Let whoever hears notice the end."""
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)


@final
class WardenLink:
    """Asks the warden, and hears what it tells.

    Args:
        directory: The directory of the runtime.
        joined: Told what a warden says of itself, before anything else is heard from it.
        told: Told of events.
    """

    def __init__(
        self, directory: Path, joined: Callable[[Wire], object], told: Callable[[Wire], object]
    ) -> None:
        self._directory = directory
        self._joined = joined
        self._told = told
        self._lock = threading.RLock()
        self._line: _Line | None = None
        self._closed = False

    def ask(
        self, message: Wire, fds: tuple[int, ...] = (), *, seconds: float | None = None
    ) -> Answer:
        """Ask the warden, and return its answer, with the file descriptors that came with it.

        Args:
            message: What is asked.
            fds: File descriptors that go with it.
            seconds: How long what is asked may take; None for not long.

        Raises:
            WardenLost: If it has gone meanwhile; it may have done what was asked.
            RuntimeUnavailable: If there is none, and none can be started.
        """
        line = self.connect()
        try:
            number, future = line.send(message, fds)
        except OSError as error:
            self._lose(line)
            raise WardenLost from error
        try:
            return future.result((seconds or 0.0) + _MARGIN_SECONDS)
        except TimeoutError:
            raise RuntimeUnavailable(
                f"the warden of {self._directory} does not answer: end it (its pid is in "
                "warden.lock there), and another takes its place; no container is lost by that"
            ) from None
        finally:
            line.forget(number)

    def connect(self) -> _Line:
        """Return the connection, made if there is none.

        Raises:
            RuntimeUnavailable: If there is no warden, and none can be started.
        """
        with self._lock:
            if self._line is None:
                if self._closed:
                    raise RuntimeUnavailable("this runtime is closed: make another one")
                line, early = self._joined_line()
                self._line = line
                name = "kubeobj-processes"
                threading.Thread(
                    target=self._hear, args=(line, early), name=name, daemon=True
                ).start()
            return self._line

    def close(self) -> None:
        """Let go of it; the warden goes on as long as something runs."""
        with self._lock:
            self._closed = True
            if self._line is not None:
                self._line.hang_up()
                self._line = None

    def _lose(self, line: _Line) -> None:
        with self._lock:
            if self._line is line:
                self._line = None
        line.hang_up()

    # ------------------------------------------------------------ to find it, or start it

    def _connected(self) -> socket.socket:
        for _ in range(_ATTEMPTS):
            connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                with near(self._directory, SOCKET) as path:
                    connection.connect(path)
            except OSError:
                connection.close()
                if self._start() == ALREADY:
                    time.sleep(_PAUSE_SECONDS)
            else:
                return connection
        raise RuntimeUnavailable(
            f"no warden listens in {self._directory}, but one holds the lock there: end the "
            "process whose pid is in warden.lock"
        )

    def _start(self) -> int:
        package = Path(kubeobj.__file__).parent.parent
        # It gets nothing of the environment: there may be secrets in it.
        environment = {"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"}
        command = (sys.executable, "-I", "-S", "-c", _CODE, str(package), str(self._directory))
        log = os.open(self._directory / _LOG, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        try:
            code = subprocess.run(  # noqa: S603 - our own program
                command,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                check=False,
            ).returncode
        except OSError as error:
            raise RuntimeUnavailable(f"the warden cannot be started: {error}") from error
        finally:
            os.close(log)
        if code not in (0, ALREADY):
            path = self._directory / _LOG
            lines = path.read_text(errors="replace").splitlines() or ["nothing"]
            raise RuntimeUnavailable(f"the warden has not started: {lines[-1]} (see {path})")
        return code

    def _joined_line(self) -> tuple[_Line, deque[Wire]]:
        trouble: Exception | None = None
        for _ in range(_GREETINGS):
            line = _Line(self._connected())
            try:
                return line, self._greet(line)
            except (OSError, WardenLost) as error:
                # It ends just now, as nobody needed it; the next one is needed.
                trouble = error
                line.receiver.close()
        raise RuntimeUnavailable(f"the warden cannot be reached: {trouble!r}")

    def _greet(self, line: _Line) -> deque[Wire]:
        early: deque[Wire] = deque()
        wire.send(line.connection, {"id": 0, "do": "hello"})
        while True:
            if not line.receiver.receive():
                raise WardenLost
            while (message := line.receiver.next()) is not None:
                if message.get("id") == 0:
                    self._joined(message)
                    return early
                early.append(message)

    # ------------------------------------------------------------ to hear it

    def _hear(self, line: _Line, early: deque[Wire]) -> None:
        while early:
            self._told(early.popleft())
        receiver = line.receiver
        while True:
            # What came with the greeting is there already.
            while (message := receiver.next()) is not None:
                self._take(line, message)
            if not receiver.receive():
                break
        with self._lock:
            is_wanted = self._line is line
            if is_wanted:
                self._line = None
        line.over()
        if is_wanted:
            # What runs needs one: its logs wait. Whoever asks next is told if it does not work.
            with suppress(RuntimeUnavailable):
                self.connect()

    def _take(self, line: _Line, message: Wire) -> None:
        number = message.get("id")
        if number is None:
            self._told(message)
        else:
            fds = line.receiver.take_fds(message.get("fds", 0))
            line.answered(number, (message, fds))
