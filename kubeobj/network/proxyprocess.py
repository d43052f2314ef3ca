"""The proxy's process, seen from the agent: started, told the rules, and started anew if it ends.

One thread listens to what it answers. Whoever changes rules does not wait for it: a change has a
number, and `ProxyProcess.applied` says up to which one all are in force.
"""

import json
import os
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, final

import kubeobj
from kubeobj.clock import Clock, LiveClock
from kubeobj.network.rules import Frontend, Message, Rule, line_of, message_of

SILENT_SECONDS: Final = 10.0
"""How long the proxy may take to do what it was told before it is taken for dead."""

START_SECONDS: Final = 60.0
"""How long a new one may take until its rules are in force, however busy the machine is."""

BEGIN_SECONDS: Final = 10.0
"""How long it may take to end by itself before it is killed."""

RESTART_SECONDS: Final = (0.0, 0.1, 0.5, 2.0, 10.0)
"""How long to wait before it is started anew, the more often it has ended in a row."""

_SEND_SECONDS: Final = 2


@final
class ProxyProcess:
    """The proxy's process.

    Args:
        changed: Called, in a thread of its own, whenever something has become known: that rules are
            in force, or of places which cannot be had.
        log: Where its last words go; None for nowhere.
        clock: The time.
    """

    def __init__(
        self,
        changed: Callable[[], object],
        *,
        log: Path | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.applied: int = 0
        """Up to which change all is in force."""
        self.starts: int = 0
        """How often it was started."""
        self.troubles: Mapping[Frontend, tuple[str, str]] = {}
        """Places that cannot be had: why, in a word (``EADDRINUSE``) and in the system's words."""
        self.fault: str = ""
        """Why it cannot be started; empty if it can."""
        self._changed = changed
        self._log = log
        self._clock: Clock = LiveClock() if clock is None else clock
        self._lock = threading.Lock()
        self._rules: dict[str, Rule] = {}
        # What a new process has told before its rules were in force; None once they are.
        self._fresh: dict[Frontend, tuple[str, str]] | None = None
        self._number = 0
        self._told_at = 0.0
        self._socket: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._thread: threading.Thread | None = None
        self._ending = threading.Event()

    # ------------------------------------------------------------ for the agent

    @property
    def pid(self) -> int | None:
        """The process; None if there is none."""
        process = self._process
        return None if process is None or process.returncode is not None else process.pid

    @property
    def number(self) -> int:
        """The number of the last change."""
        return self._number

    def start(self) -> None:
        """Start it, and see to it that there is one until it is stopped."""
        if self._thread is not None:
            return
        self._ending.clear()
        self._thread = threading.Thread(target=self._look_after, name="service-proxy", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End it, and wait for that; connections through it end, too."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._ending.set()
        self._hang_up()
        thread.join()

    def change(self, put: Mapping[str, Rule], drop: Iterable[str]) -> int:
        """Change rules; return the number of the change.

        Args:
            put: Rules that are new or changed, by key.
            drop: Keys of rules that are no more.
        """
        dropped = list(drop)
        with self._lock:
            self._rules.update(put)
            for key in dropped:
                self._rules.pop(key, None)
            return self._tell({"all": False, "drop": dropped}, put.values())

    def replace(self, rules: Mapping[str, Rule]) -> int:
        """Have these rules and no others; return the number of the change."""
        with self._lock:
            self._rules = dict(rules)
            return self._tell({"all": True, "drop": []}, rules.values())

    # ------------------------------------------------------------ inside

    def _tell(self, message: Message, put: Iterable[Rule]) -> int:
        self._number += 1
        if self.applied == self._number - 1:
            self._told_at = self._clock.now()
        message |= {"number": self._number, "put": [message_of(rule) for rule in put]}
        self._send(line_of(message))
        return self._number

    def _send(self, line: bytes) -> None:
        """Send a line; who does not take it is started anew, and told all."""
        if self._socket is None:
            return
        try:
            self._socket.sendall(line)
        except OSError:
            self._kill()

    def _look_after(self) -> None:
        """Keep a process running, in a thread of its own, until it is to end."""
        in_a_row = 0
        while not self._ending.is_set():
            pause = RESTART_SECONDS[min(in_a_row, len(RESTART_SECONDS) - 1)]
            if self._ending.wait(pause):
                break
            began = self._clock.now()
            try:
                control = self._start_one()
            except OSError as error:
                self.fault = f"the proxy cannot be started: {error}"
                self._changed()
            else:
                self._listen(control)
                self._end_one(control)
            lived = self._clock.now() - began
            in_a_row = 0 if lived > BEGIN_SECONDS else in_a_row + 1

    def _start_one(self) -> socket.socket:
        ours, theirs = socket.socketpair()
        # Blocks, but not for ever: a proxy that takes nothing is a dead one.
        wait = struct.pack("ll", _SEND_SECONDS, 0)
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, wait)
        try:
            with theirs:
                process = _spawned(theirs.fileno(), self._log)
        except OSError:
            ours.close()
            raise
        with self._lock:
            self._process, self._socket = process, ours
            self._fresh = {}
            self.fault = ""
            self.starts += 1
            self._number += 1
            self._told_at = self._clock.now()
            rules = [message_of(rule) for rule in self._rules.values()]
            message = {"all": True, "drop": [], "number": self._number, "put": rules}
            self._send(line_of(message))
        if self._ending.is_set():
            self._hang_up()
        return ours

    def _listen(self, control: socket.socket) -> None:
        """Take in what the process answers, until it has ended or must be taken for dead."""
        buffer = b""
        poll = select.poll()
        poll.register(control, select.POLLIN)
        while True:
            if not poll.poll(SILENT_SECONDS / 2 * 1000):
                if self._is_silent():
                    return
                continue
            try:
                data = control.recv(1 << 16)
            except OSError:
                return
            if not data:
                return
            *lines, buffer = (buffer + data).split(b"\n")
            for line in lines:
                self._take(json.loads(line))
            if lines:
                self._changed()

    def _is_silent(self) -> bool:
        with self._lock:
            waiting = self._clock.now() - self._told_at
            longest = SILENT_SECONDS if self._fresh is None else START_SECONDS
            return self.applied < self._number and waiting > longest

    def _take(self, message: Message) -> None:
        with self._lock:
            if "applied" in message:
                self.applied = message["applied"]
                self._told_at = self._clock.now()
                if self._fresh is not None:
                    self.troubles, self._fresh = self._fresh, None
            elif "failed" in message:
                self._note(Frontend(*message["failed"]), (message["word"], message["text"]))
            elif "opened" in message:
                self._note(Frontend(*message["opened"]), None)

    def _note(self, frontend: Frontend, why: tuple[str, str] | None) -> None:
        found = dict(self.troubles if self._fresh is None else self._fresh)
        found.pop(frontend, None)
        if why is not None:
            found[frontend] = why
        if self._fresh is None:
            self.troubles = found
        else:
            self._fresh = found

    def _hang_up(self) -> None:
        """Let the process know that nobody needs it any more."""
        control = self._socket
        if control is not None:
            with suppress(OSError):
                control.shutdown(socket.SHUT_WR)

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)

    def _end_one(self, control: socket.socket) -> None:
        """See the process end."""
        with self._lock:
            process, self._process, self._socket = self._process, None, None
            control.close()
        if process is None:
            return
        if not self._ending.is_set():
            # It has ended, or it is stuck.
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGKILL)
        try:
            process.wait(BEGIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        self._changed()


def _spawned(descriptor: int, log: Path | None) -> subprocess.Popen[bytes]:
    """Return a new process, in a session of its own: no terminal can interrupt it."""
    root = str(Path(kubeobj.__file__).parent.parent)
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    command = [sys.executable, "-m", "kubeobj.network.proxy", str(descriptor)]
    place = os.devnull if log is None else str(log)
    errors = os.open(place, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            env=environment,
            pass_fds=(descriptor,),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            start_new_session=True,
        )
    finally:
        os.close(errors)
