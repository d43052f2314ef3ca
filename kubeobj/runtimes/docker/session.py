"""A command in a container, or a container itself, with its streams.

Source: Docker Engine API 1.41, ``ExecStart`` and ``ContainerAttach``.
"""

import select
import time
from collections import deque
from collections.abc import Callable
from typing import Final, final

from kubeobj.errors import KubeobjError
from kubeobj.runtimes.cri import Stream
from kubeobj.runtimes.docker.enginestream import EngineStream
from kubeobj.runtimes.docker.frames import FrameReader

_FIRST_LOOK: Final = 0.005
_LONGEST_LOOK: Final = 0.25


@final
class Deadline:
    """A point in time, if there is one; what waits for real things goes by the machine's time.

    Args:
        timeout: In how many seconds it is; None for never.
    """

    def __init__(self, timeout: float | None) -> None:
        self._at = None if timeout is None else _now() + timeout

    def left(self, most: float | None = None) -> float | None:
        """Return how many seconds are left, and no more than *most*; None for no limit."""
        if self._at is None:
            return most
        left = max(0.0, self._at - _now())
        return left if most is None else min(left, most)

    @property
    def is_over(self) -> bool:
        """Whether no time is left."""
        return self._at is not None and _now() >= self._at


def _now() -> float:
    return time.monotonic()  # noqa: TID251 - what is waited for is real


@final
class EngineSession:
    """The streams of something that runs.

    Args:
        stream: The connection that carries them.
        framed: Whether it tells streams apart.
        code: Says with which code it has ended; None while it has not.
        resize: Told how large the terminal is.
        end: Ends what runs, when the session is closed.
    """

    def __init__(
        self,
        stream: EngineStream,
        *,
        framed: bool,
        code: Callable[[], int | None],
        resize: Callable[[int, int], None],
        end: Callable[[], None],
    ) -> None:
        self._stream = stream
        self._frames = FrameReader(framed=framed)
        self._code = code
        self._resize = resize
        self._end = end
        self._pieces: deque[tuple[Stream, bytes]] = deque()
        self._over = False
        self._closed = False
        self._result: int | None = None
        # Both sides are used by different threads, and each waits for its own.
        stream.connection.settimeout(None)
        self._readable = select.poll()
        self._readable.register(stream.connection, select.POLLIN)
        self._pieces.extend(self._frames.feed(stream.begun()))

    def read(self, timeout: float | None = None) -> tuple[Stream, bytes] | None:
        """Return what it has printed next; None once nothing will come any more.

        Raises:
            TimeoutError: If nothing has come by then.
        """
        deadline = Deadline(timeout)
        while not self._pieces:
            if self._over:
                return None
            if not self._fetch(deadline.left()):
                raise TimeoutError("nothing has been printed in time")
        return self._pieces.popleft()

    def _fetch(self, timeout: float | None) -> bool:
        """Take what has come; return whether anything has."""
        if not self._readable.poll(None if timeout is None else max(0, timeout * 1000)):
            return False
        try:
            data = self._stream.receive()
        except OSError:
            data = None
        if data is None:
            self._over = True
        else:
            self._pieces.extend(one for one in self._frames.feed(data) if one[1])
        return True

    def write(self, data: bytes) -> None:
        """Send it something.

        Raises:
            BrokenPipeError: If it takes nothing any more.
        """
        self._stream.send(data)

    def close_stdin(self) -> None:
        """Tell it that nothing more will be sent."""
        self._stream.end_sending()

    def resize(self, columns: int, rows: int) -> None:
        """Tell it how large its terminal is now, if it has one."""
        self._resize(columns, rows)

    def wait(self, timeout: float | None = None) -> int:
        """Return with which code it ended.

        Raises:
            TimeoutError: If it has not by then.
        """
        deadline = Deadline(timeout)
        pause = _FIRST_LOOK
        while self._result is None:
            if self._over or pause > _FIRST_LOOK * 8:
                self._result = self._code()
                if self._result is not None:
                    break
            if deadline.is_over:
                raise TimeoutError("it has not ended in time")
            self._rest(deadline.left(pause) or 0.0)
            pause = min(pause * 2, _LONGEST_LOOK)
        return self._result

    def _rest(self, seconds: float) -> None:
        """Let time go by; what comes meanwhile is kept, so that nothing stands still."""
        if self._over:
            time.sleep(seconds)
        else:
            self._fetch(seconds)

    def close(self) -> None:
        """Let go of it; a command that still runs is ended, a container is not."""
        if self._closed:
            return
        self._closed = True
        try:
            if self._result is None:
                self._end()
        except KubeobjError:
            return  # the engine is gone, and with it what ran
        finally:
            self._stream.close()
