"""One thread that writes the logs of all containers of an engine that keeps them in its own way.

It waits for all of them at once, and costs nothing while nobody prints. What cannot be written or
read for a while, because a disk is full or the engine is away, is asked for again later: the engine
has it, and the file says how far it has come.

Source: Docker Engine API 1.41, ``ContainerLogs``.
"""

import os
import queue
import selectors
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias, final

from kubeobj.runtimes.cri import Stream
from kubeobj.runtimes.docker.crilog import LogPosition, cri_line, position_of
from kubeobj.runtimes.docker.engine import Engine
from kubeobj.runtimes.docker.enginefaults import EngineFault
from kubeobj.runtimes.docker.enginestream import EngineStream
from kubeobj.runtimes.docker.frames import FrameReader
from kubeobj.runtimes.errors import RuntimeUnavailable

RETRY_SECONDS: Final = 0.5
"""How soon it is tried again to read or write what could not be, in seconds."""

_Order: TypeAlias = Callable[[], None]


@dataclass(slots=True)
class _Followed:
    """A log that is written.

    Attributes:
        stream: Where it comes from; None while it is not read.
        last: Whether the stream was opened when the container had ended: then it has all.
        done: Set once all is written.
    """

    container_id: str
    path: Path
    tty: bool
    position: LogPosition
    fd: int = -1
    stream: EngineStream | None = None
    frames: FrameReader = field(default_factory=FrameReader)
    line: bytes = b""
    last: bool = False
    done: threading.Event = field(default_factory=threading.Event)


@final
class LogFollower:
    """Writes logs until it is closed.

    Args:
        engine: The engine that has them.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._orders: queue.SimpleQueue[_Order] = queue.SimpleQueue()
        self._logs: dict[str, _Followed] = {}
        self._waiting: dict[str, _Followed] = {}
        self._selector = selectors.DefaultSelector()
        self._inbox, self._wake = socket.socketpair()
        self._inbox.settimeout(0)
        self._selector.register(self._inbox, selectors.EVENT_READ)
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="kubeobj-logs", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ from other threads

    def follow(self, container_id: str, path: str, *, tty: bool, ended: bool = False) -> None:
        """Write a log from where its file ends; if that is done already, it goes on."""

        def order() -> None:
            if container_id in self._logs:
                return
            log = _Followed(container_id, Path(path), tty, position_of(Path(path)))
            self._logs[container_id] = log
            self._open(log, last=ended)

        self._order(order)

    def reopen(self, container_id: str) -> None:
        """Go on in a new file; it is there when this returns."""
        ready = threading.Event()

        def order() -> None:
            log = self._logs.get(container_id)
            if log is not None:
                self._close_file(log)
                self._write(log, b"")
            ready.set()

        self._order(order)
        ready.wait(RETRY_SECONDS * 10)

    def finish(self, container_id: str, timeout: float) -> bool:
        """Wait until all is written of a container that has ended; return whether it is."""
        found: list[threading.Event] = []
        ready = threading.Event()

        def order() -> None:
            log = self._logs.get(container_id)
            found.extend([] if log is None else [log.done])
            ready.set()

        self._order(order)
        return ready.wait(timeout) and all(one.wait(timeout) for one in found)

    def forget(self, container_id: str) -> None:
        """Let go of a log; its file stays."""

        def order() -> None:
            log = self._logs.pop(container_id, None)
            self._waiting.pop(container_id, None)
            if log is not None:
                self._close_stream(log)
                self._close_file(log)
                log.done.set()

        self._order(order)

    def close(self) -> None:
        """Stop; what is not written yet is written by who follows next."""
        self._closed = True
        self._order(lambda: None)
        self._thread.join()
        self._wake.close()

    def _order(self, order: _Order) -> None:
        self._orders.put(order)
        try:
            self._wake.send(b"!")
        except OSError:
            return  # it is closed, or woken already

    # ------------------------------------------------------------ in its own thread

    def _run(self) -> None:
        while not self._closed:
            ready = self._selector.select(RETRY_SECONDS if self._waiting else None)
            for key, _ in ready:
                if key.data is None:
                    self._obey()
                else:
                    self._read(key.data)
            if not ready:
                waiting, self._waiting = self._waiting, {}
                for log in waiting.values():
                    self._again(log, retried=True)
        for log in self._logs.values():
            self._close_stream(log)
            self._close_file(log)
        self._selector.close()
        self._inbox.close()

    def _obey(self) -> None:
        try:
            while self._inbox.recv(4096):
                pass
        except BlockingIOError:
            pass
        while True:
            try:
                order = self._orders.get_nowait()
            except queue.Empty:
                return
            order()

    def _open(self, log: _Followed, *, last: bool) -> None:
        query = {
            "follow": "1",
            "stdout": "1",
            "stderr": "1",
            "timestamps": "1",
            "since": log.position.since,
        }
        try:
            stream = self._engine.stream("GET", f"/containers/{log.container_id}/logs", query)
        except (EngineFault, RuntimeUnavailable) as fault:
            self._refused(log, fault)
            return
        stream.connection.settimeout(0)
        log.last = last
        log.stream = stream
        log.frames = FrameReader(framed=not log.tty)
        log.line = b""
        self._selector.register(stream.connection, selectors.EVENT_READ, log)
        if begun := stream.begun():
            self._take(log, begun)
        if stream.ended:
            self._ended(log)

    def _again(self, log: _Followed, *, retried: bool = False) -> None:
        """Ask for a log once more, from where its file ends; of what still runs, a bit later."""
        try:
            found = self._engine.get(f"/containers/{log.container_id}/json")
        except (EngineFault, RuntimeUnavailable) as fault:
            self._refused(log, fault)
            return
        if found["State"]["Running"] and not retried:
            self._later(log)
            return
        self._open(log, last=not found["State"]["Running"])

    def _refused(self, log: _Followed, fault: EngineFault | RuntimeUnavailable) -> None:
        if isinstance(fault, EngineFault) and fault.status == 404:
            self._finished(log)
        else:
            self._later(log)

    def _read(self, log: _Followed) -> None:
        stream = log.stream
        if stream is None:
            return
        try:
            data = stream.receive()
        except BlockingIOError:
            return
        except (OSError, ValueError):
            data = None
        if data:
            self._take(log, data)
        if data is None or stream.ended:
            self._ended(log)

    def _ended(self, log: _Followed) -> None:
        """Ask again at the end of a stream: the engine may be gone, or more may have come."""
        if log.stream is None:
            return
        self._close_stream(log)
        if log.last:
            self._finished(log)
            return
        log.position.resume()
        self._again(log)

    def _take(self, log: _Followed, data: bytes) -> None:
        messages = log.frames.feed(data)
        if log.tty:
            *lines, log.line = (log.line + data).split(b"\n")
            messages = [(Stream.STDOUT, line + b"\n") for line in lines]
        new = [
            cri_line(stream, message)
            for stream, message in messages
            if log.position.admits(stream, message)
        ]
        if new and not self._write(log, b"".join(new)):
            self._close_stream(log)
            self._later(log)

    def _write(self, log: _Followed, data: bytes) -> bool:
        """Write to a file; return whether it has taken all of it."""
        try:
            if log.fd < 0:
                log.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
                log.fd = os.open(log.path, flags, 0o600)
            view = memoryview(data)
            while view:
                view = view[os.write(log.fd, view) :]
        except OSError:
            self._close_file(log)
            return False
        return True

    def _later(self, log: _Followed) -> None:
        log.position = position_of(log.path)
        self._waiting[log.container_id] = log

    def _finished(self, log: _Followed) -> None:
        self._close_file(log)
        log.done.set()

    def _close_stream(self, log: _Followed) -> None:
        if log.stream is not None:
            self._selector.unregister(log.stream.connection)
            log.stream.close()
            log.stream = None

    def _close_file(self, log: _Followed) -> None:
        if log.fd >= 0:
            os.close(log.fd)
            log.fd = -1
