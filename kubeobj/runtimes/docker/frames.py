"""How an engine packs what it streams: chunks of HTTP, and frames that tell streams apart.

Both readers take pieces of any size, and hand on what is whole.

Source: RFC 9112 section 7.1; Docker Engine API 1.41, ``ContainerAttach``.
"""

from typing import Final, final

from kubeobj.runtimes.cri import Stream

_HEADER: Final = 8
_STDERR: Final = 2


@final
class ChunkReader:
    r"""Takes the chunks off the body of an answer.

    >>> reader = ChunkReader()
    >>> reader.feed(b"5\r\nhello\r\n6; x\r\n wor"), reader.feed(b"ld\r\n0\r\n\r\n")
    (b'hello wor', b'ld')
    >>> reader.ended
    True
    """

    def __init__(self) -> None:
        self.ended: bool = False
        self._left = 0
        self._pending = b""

    def feed(self, data: bytes) -> bytes:
        """Return what the next piece brings.

        Raises:
            ValueError: If these are no chunks.
        """
        data = self._pending + data
        out: list[bytes] = []
        at = 0
        while at < len(data) and not self.ended:
            if self._left > 2:
                taken = data[at : at + self._left - 2]
                out.append(taken)
                at += len(taken)
                self._left -= len(taken)
                continue
            if self._left:  # the end of the line that a chunk ends with
                taken = data[at : at + self._left]
                at += len(taken)
                self._left -= len(taken)
                continue
            end = data.find(b"\r\n", at)
            if end < 0:
                break
            size = int(data[at:end].partition(b";")[0], 16)
            at = end + 2
            self.ended = size == 0
            self._left = size + 2 if size else 0
        self._pending = data[at:]
        return b"".join(out)


@final
class FrameReader:
    r"""Tells what was printed to each stream; without frames, all is standard output.

    Args:
        framed: Whether there are frames: not where there is a terminal.

    >>> reader = FrameReader()
    >>> reader.feed(b"\1\0\0\0\0\0\0\2hi\2\0\0\0\0")
    [(<Stream.STDOUT: 'stdout'>, b'hi')]
    >>> reader.feed(b"\0\0\1!")
    [(<Stream.STDERR: 'stderr'>, b'!')]
    """

    def __init__(self, *, framed: bool = True) -> None:
        self._framed = framed
        self._pending = b""

    def feed(self, data: bytes) -> list[tuple[Stream, bytes]]:
        """Return the frames that are whole with the next piece."""
        if not self._framed:
            return [(Stream.STDOUT, data)] if data else []
        data = self._pending + data if self._pending else data
        frames: list[tuple[Stream, bytes]] = []
        at = 0
        while at + _HEADER <= len(data):
            end = at + _HEADER + int.from_bytes(data[at + 4 : at + _HEADER], "big")
            if end > len(data):
                break
            stream = Stream.STDERR if data[at] == _STDERR else Stream.STDOUT
            frames.append((stream, data[at + _HEADER : end]))
            at = end
        self._pending = data[at:]
        return frames
