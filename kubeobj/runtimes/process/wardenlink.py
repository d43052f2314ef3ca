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

_MARGIN_SECONDS: Final = 90.0

Answer = tuple[Wire, tuple[int, ...]]


class WardenLost(Exception):
    """The warden has gone before it has answered."""


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
        self._sending = threading.Lock()
        self._connection: socket.socket | None = None
        self._waiting: dict[int, Future[Answer]] = {}
        self._number = 0
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
        connection = self.connect()
        future: Future[Answer] = Future()
        with self._lock:
            self._number += 1
            number = self._number
            self._waiting[number] = future
        try:
            with self._sending:
                wire.send(connection, {"id": number, "fds": len(fds), **message}, fds)
            return future.result((seconds or 0.0) + _MARGIN_SECONDS)
        except TimeoutError:
            raise RuntimeUnavailable(
                f"the warden of {self._directory} does not answer: end it (its pid is in "
                "warden.lock there), and another takes its place; no container is lost by that"
            ) from None
        except OSError as error:
            raise WardenLost from error
        finally:
            with self._lock:
                self._waiting.pop(number, None)

    def connect(self) -> socket.socket:
        """Return the connection, made if there is none.

        Raises:
            RuntimeUnavailable: If there is no warden, and none can be started.
        """
        with self._lock:
            if self._closed:
                raise RuntimeUnavailable("this runtime is closed: make another one")
            if self._connection is None:
                connection = self._connected()
                receiver = wire.Receiver(connection)
                early = self._greet(connection, receiver)
                self._connection = connection
                name = "kubeobj-processes"
                threading.Thread(
                    target=self._hear, args=(connection, receiver, early), name=name, daemon=True
                ).start()
            return self._connection

    def close(self) -> None:
        """Let go of it; the warden goes on as long as something runs."""
        with self._lock:
            self._closed = True
            if self._connection is not None:
                with suppress(OSError):
                    self._connection.shutdown(socket.SHUT_RDWR)

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

    def _greet(self, connection: socket.socket, receiver: wire.Receiver) -> deque[Wire]:
        early: deque[Wire] = deque()
        try:
            wire.send(connection, {"id": 0, "do": "hello"})
            while True:
                if not receiver.receive():
                    raise RuntimeUnavailable("the warden has ended while it was asked")
                while (message := receiver.next()) is not None:
                    if message.get("id") == 0:
                        self._joined(message)
                        return early
                    early.append(message)
        except (OSError, RuntimeUnavailable) as error:
            receiver.close()
            raise RuntimeUnavailable(f"the warden cannot be reached: {error}") from error

    # ------------------------------------------------------------ to hear it

    def _hear(self, connection: socket.socket, receiver: wire.Receiver, early: deque[Wire]) -> None:
        while early:
            self._told(early.popleft())
        while receiver.receive():
            while (message := receiver.next()) is not None:
                self._take(message, receiver)
        with self._lock:
            self._connection = None
            lost, self._waiting = self._waiting, {}
            closed = self._closed
        receiver.close()
        for future in lost.values():
            future.set_exception(WardenLost())
        if not closed:
            # What runs needs one: its logs wait. Whoever asks next is told if it does not work.
            with suppress(RuntimeUnavailable):
                self.connect()

    def _take(self, message: Wire, receiver: wire.Receiver) -> None:
        number = message.get("id")
        if number is None:
            self._told(message)
            return
        fds = receiver.take_fds(message.get("fds", 0))
        with self._lock:
            future = self._waiting.pop(number, None)
        if future is None:
            for fd in fds:
                os.close(fd)
        else:
            future.set_result((message, fds))
