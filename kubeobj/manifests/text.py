"""The text of one file: decoded, within the limits, and able to say where an offset is."""

import codecs
import re
from bisect import bisect_right
from typing import Self, final

from kubeobj.errors import ManifestError
from kubeobj.manifests.limits import Limits
from kubeobj.manifests.position import Position

_LINE_END = re.compile("\n")


@final
class SourceText:
    """A decoded file.

    Args:
        text: What it holds, without a byte order mark and without lone surrogates.
        source: Its name, for messages.
    """

    __slots__ = ("_line_starts", "source", "text")

    def __init__(self, text: str, source: str) -> None:
        self.text = text
        self.source = source
        # Found once, so that many positions cost no more than one.
        self._line_starts: list[int] = []

    @classmethod
    def decode(cls, data: str | bytes, source: str, limits: Limits) -> Self:
        """Return the text of *data*, which is UTF-8 if it is bytes.

        Raises:
            ManifestError: If it is too long, or not text.
        """
        if len(data) > limits.file_bytes:
            raise _too_long(source, limits)
        if isinstance(data, str):
            # What came from a stream with surrogateescape is no text either.
            data = data.encode("utf-8", "surrogatepass")
            if len(data) > limits.file_bytes:
                raise _too_long(source, limits)
        try:
            return cls(data.decode("utf-8").removeprefix("\ufeff"), source)
        except UnicodeDecodeError as error:
            before = cls(data[: error.start].decode("utf-8"), source)
            raise before.error(_encoding_reason(data), len(before.text)) from None

    def position(self, offset: int) -> Position:
        """Return the place of the character at *offset*, from 0."""
        line = bisect_right(self._starts(), offset)
        return Position(line, offset - self._starts()[line - 1] + 1)

    def line(self, number: int) -> str:
        """Return the text of the line *number*, from 1; empty beyond the last.

        YAML breaks lines at U+2028 too, so its places may lie there.
        """
        starts = self._starts()
        if number > len(starts):
            return ""
        end = starts[number] if number < len(starts) else len(self.text)
        return self.text[starts[number - 1] : end]

    def _starts(self) -> list[int]:
        """Return the offset of the beginning of each line."""
        if not self._line_starts:
            self._line_starts = [0, *(found.end() for found in _LINE_END.finditer(self.text))]
        return self._line_starts

    def error(self, reason: str, offset: int) -> ManifestError:
        """Return the error that *reason* is true of the character at *offset*, from 0."""
        return self.error_at(reason, self.position(offset))

    def error_at(self, reason: str, position: Position) -> ManifestError:
        """Return the error that *reason* is true at *position*."""
        return ManifestError(reason, source=self.source, line=position.line, column=position.column)


def _too_long(source: str, limits: Limits) -> ManifestError:
    """Return the error for a file beyond the limit."""
    reason = f"the file is longer than the limit of {limits.file_bytes} bytes (file_bytes)"
    return ManifestError(reason, source=source, line=1, column=1)


def _encoding_reason(data: bytes) -> str:
    """Return why *data* is not UTF-8."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "the file is UTF-16; save it as UTF-8"
    return "the file is not UTF-8 text"
