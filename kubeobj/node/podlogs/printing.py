"""Lines of a log, put together and printed as somebody wants them.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime/logs`` logs.go logWriter (v1.36).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, final

from kubeobj.node.podlogs.crilog import NANOS, LogLine, moment_text
from kubeobj.node.podlogs.logoptions import LogOptions

LONGEST_BYTES: Final = 1 << 20
"""How much of a line is kept until its end comes; longer ones are printed in pieces."""


@final
@dataclass(frozen=True, slots=True)
class Printed:
    """Something to show.

    Args:
        stream: Where it was printed to: ``stdout`` or ``stderr``.
        data: What: a line with its end, or a piece of one.
    """

    stream: str
    data: bytes


@final
class Printer:
    """Puts lines together, leaves out what is not wanted, and stops when it is enough.

    Args:
        options: What is wanted; how many lines from the end, is not seen to here.
    """

    def __init__(self, options: LogOptions) -> None:
        self._stream = options.stream
        self._since = None if options.since is None else round(options.since * NANOS)
        self._timestamps = options.timestamps
        self._left = options.limit_bytes
        # By stream: lines of which the end has not come yet.
        self._begun: dict[str, bytearray] = {}
        self._going_on: dict[str, None] = {}

    @property
    def is_done(self) -> bool:
        """Whether nothing more is wanted."""
        return self._left == 0

    def print(self, line: LogLine) -> Iterator[Printed]:
        """Yield what is to be shown now that a line, or a part of one, has come."""
        if self._stream and line.stream != self._stream:
            return
        if self._since is not None and line.nanoseconds < self._since:
            return
        begun = self._begun.get(line.stream)
        if begun is None:
            begun = bytearray()
            if self._timestamps and line.stream not in self._going_on:
                begun += moment_text(line.nanoseconds) + b" "
        begun += line.data
        if line.is_whole:
            begun += b"\n"
            self._going_on.pop(line.stream, None)
        elif len(begun) < LONGEST_BYTES:
            self._begun[line.stream] = begun
            return
        else:
            self._going_on[line.stream] = None
        self._begun.pop(line.stream, None)
        yield from self._cut(line.stream, bytes(begun))

    def end(self) -> Iterator[Printed]:
        """Yield what has been begun and not ended, for nothing more comes."""
        for stream, begun in list(self._begun.items()):
            yield from self._cut(stream, bytes(begun))
        self._begun.clear()

    def _cut(self, stream: str, data: bytes) -> Iterator[Printed]:
        if self._left is not None:
            data = data[: self._left]
            self._left -= len(data)
        if data:
            yield Printed(stream, data)
