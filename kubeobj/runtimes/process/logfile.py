"""The log of a container, as the CRI has it: each line with its time and its stream.

Source: the design of the CRI's log format (``kubelet-cri-logging``), as containerd writes it.
"""

import os
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, final

from kubeobj.clock import Clock

LINE_LIMIT: Final = 16 * 1024
"""How long a line may be until it goes into the log in parts, in bytes."""


@final
class LogFile:
    """What a container prints goes into a file.

    If the file cannot be written to, what is printed is dropped, so that the container goes on;
    once it can be written to again, it says how much is missing.

    Args:
        path: The file; empty for nowhere.
        clock: Where the time comes from.
    """

    def __init__(self, path: str, clock: Clock) -> None:
        self._path = path
        self._clock = clock
        self._fd = -1
        self._begun: dict[str, bytearray] = {}
        self._dropped = 0
        self._torn = False
        self.reopen()

    def reopen(self) -> None:
        """Go on in the file that is at the path now, or in a new one."""
        self._close()
        if not self._path:
            return
        with suppress(OSError):
            try:
                self._fd = _open(self._path)
            except FileNotFoundError:
                Path(self._path).parent.mkdir(mode=0o755, parents=True, exist_ok=True)
                self._fd = _open(self._path)

    def write(self, stream: str, data: bytes) -> None:
        """Add what was printed; a line that has not ended is kept back until it does."""
        if not self._path:
            return
        begun = self._begun.get(stream)
        if begun:
            data = bytes(begun) + data
            begun.clear()
        *lines, rest = data.split(b"\n")
        stamp = self._stamp()
        head = f"{stamp} {stream} ".encode()
        out = bytearray()
        for line in lines:
            _append(out, head, line)
        while len(rest) >= LINE_LIMIT:
            out += head + b"P " + rest[:LINE_LIMIT] + b"\n"
            rest = rest[LINE_LIMIT:]
        if rest:
            self._begun.setdefault(stream, bytearray()).extend(rest)
        if out:
            self._put(out)

    def close(self) -> None:
        """Write what was kept back, and close the file."""
        for stream, begun in self._begun.items():
            if begun:
                self._put(bytearray(f"{self._stamp()} {stream} F ".encode() + begun + b"\n"))
                begun.clear()
        self._close()

    # ------------------------------------------------------------ the file

    def _put(self, data: bytearray) -> None:
        if self._fd < 0:
            self.reopen()
        if self._dropped:
            data = self._confession() + data
        elif self._torn:
            data = bytearray(b"\n") + data
        done = self._try(data)
        if done == len(data):
            self._dropped, self._torn = 0, False
            return
        self._dropped += len(data) - done
        # A line that is not whole would spoil the next one.
        if done:
            self._torn = data[done - 1] != ord("\n")

    def _try(self, data: bytearray) -> int:
        done = 0
        with suppress(OSError), memoryview(data) as view:
            while self._fd >= 0 and done < len(data):
                done += os.write(self._fd, view[done:])
        return done

    def _confession(self) -> bytearray:
        text = f"{self._stamp()} stderr F kubeobj: the log could not be written to; about "
        text += f"{self._dropped} bytes of it are missing here\n"
        return bytearray((b"\n" if self._torn else b"") + text.encode())

    def _close(self) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _stamp(self) -> str:
        now = self._clock.now()
        whole = int(now)
        nanoseconds = int((now - whole) * 1_000_000_000)
        return f"{datetime.fromtimestamp(whole, UTC):%Y-%m-%dT%H:%M:%S}.{nanoseconds:09}Z"


def _open(path: str) -> int:
    return os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)


def _append(out: bytearray, head: bytes, line: bytes) -> None:
    while len(line) > LINE_LIMIT:
        out += head + b"P " + line[:LINE_LIMIT] + b"\n"
        line = line[LINE_LIMIT:]
    out += head + b"F " + line + b"\n"
