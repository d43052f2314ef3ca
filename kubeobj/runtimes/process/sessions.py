"""The streams of a command or a container, as who talks to it has them."""

import fcntl
import os
import select
import struct
import termios
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from typing import Final, final

from kubeobj.runtimes.cri import Stream

_CHUNK: Final = 1 << 16
_END_OF_INPUT: Final = b"\x04"


@final
class FdSession:
    """A `kubeobj.runtimes.cri.Session` over file descriptors.

    Args:
        outputs: Where what is printed comes from.
        stdin: Where what is sent goes; -1 for nowhere; with a terminal, the terminal.
        code: The code, once it has ended.
        terminal: The terminal, if there is one; -1 if not.
        let_go: What is done at the end.
    """

    def __init__(
        self,
        outputs: dict[Stream, int],
        stdin: int,
        code: "Future[int]",
        *,
        terminal: int = -1,
        let_go: Callable[[], object],
    ) -> None:
        self._outputs = outputs
        self._stdin = stdin
        self._code = code
        self._terminal = terminal
        self._let_go = let_go
        self._fds = {*outputs.values(), stdin, terminal} - {-1}
        self._wake, self._waker = os.pipe()
        self._reading = threading.Lock()
        self._writing = threading.Lock()
        self._closing = threading.Lock()
        self._closed = False
        for fd in self._fds:
            os.set_blocking(fd, False)

    def read(self, timeout: float | None = None) -> tuple[Stream, bytes] | None:
        """Return what it has printed next; None once nothing will come any more."""
        with self._reading:
            while self._outputs and not self._closed:
                ready = self._poll([*self._outputs.values()], select.POLLIN, timeout)
                if not ready and not self._closed:
                    raise TimeoutError("nothing has been printed by then")
                for stream, fd in [*self._outputs.items()]:
                    if fd in ready and (data := self._take(stream, fd)):
                        return stream, data
        return None

    def _take(self, stream: Stream, fd: int) -> bytes:
        try:
            data = os.read(fd, _CHUNK)
        except BlockingIOError:
            return b""
        except OSError:
            data = b""  # nobody has the terminal any more
        if not data:
            del self._outputs[stream]
        return data

    def write(self, data: bytes) -> None:
        """Send it something."""
        with self._writing, memoryview(data) as view:
            done = 0
            while done < len(data):
                if self._closed or self._stdin < 0:
                    raise BrokenPipeError("it takes nothing any more")
                try:
                    done += os.write(self._stdin, view[done:])
                except BlockingIOError:
                    self._poll([self._stdin], select.POLLOUT, None)
                except BrokenPipeError:
                    raise
                except OSError as error:
                    raise BrokenPipeError("it takes nothing any more") from error

    def close_stdin(self) -> None:
        """Tell it that nothing more will be sent."""
        if self._terminal >= 0:
            with suppress(BrokenPipeError):
                self.write(_END_OF_INPUT)
            return
        with self._writing:
            if self._stdin >= 0 and not self._closed:
                self._fds.discard(self._stdin)
                os.close(self._stdin)
                self._stdin = -1

    def resize(self, columns: int, rows: int) -> None:
        """Tell it how large its terminal is now, if it has one."""
        if self._terminal >= 0 and not self._closed:
            with suppress(OSError):
                size = struct.pack("HHHH", rows, columns, 0, 0)
                fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, size)

    def wait(self, timeout: float | None = None) -> int:
        """Return with which code it ended."""
        return self._code.result(timeout)

    def close(self) -> None:
        """Let go of it."""
        with self._closing:
            if self._closed:
                return
            self._closed = True
        self._let_go()
        # Whoever reads or writes is woken, and the descriptors are closed only then.
        os.write(self._waker, b"w")
        with self._reading, self._writing:
            for fd in (*self._fds, self._wake, self._waker):
                os.close(fd)
            self._fds.clear()

    def _poll(self, fds: list[int], events: int, timeout: float | None) -> set[int]:
        poll = select.poll()
        for fd in fds:
            poll.register(fd, events)
        poll.register(self._wake, select.POLLIN)
        wait = None if timeout is None else max(0, int(timeout * 1000))
        return {fd for fd, _ in poll.poll(wait)}
