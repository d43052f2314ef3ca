"""Hashes as Kubernetes puts them into names: 32 bits, their digits spelled in safe letters.

The letters leave out vowels and what looks like them, so that no word comes about.

Source: Go's ``hash/fnv``; ``k8s.io/apimachinery/pkg/util/rand`` SafeEncodeString (v1.36).
"""

from collections.abc import Iterable
from typing import final

_OFFSET = 2_166_136_261
_PRIME = 16_777_619
_LETTERS = "bcdfghjklmnpqrstvwxz2456789"


def fnv1_32(content: bytes) -> int:
    """Return the FNV-1 hash of *content*, in 32 bits.

    >>> hex(fnv1_32(b"a"))
    '0x50c5d7e'
    """
    state = _OFFSET
    for byte in content:
        # Literals are faster here than names.
        state = (state * 16_777_619 & 0xFFFFFFFF) ^ byte
    return state


def fnv1a_32(parts: "Iterable[str | FixedText]", end: bytes = b"") -> int:
    """Return the FNV-1a hash of texts one after the other and the bytes at their end, in 32 bits.

    >>> hex(fnv1a_32(["foo", FixedText("bar")])), hex(fnv1a_32([], b"a"))
    ('0xbf9cf968', '0xe40c292c')
    """
    state = _OFFSET
    for part in parts:
        state = _fnv1a(state, part.encode()) if isinstance(part, str) else part.after(state)
    return _fnv1a(state, end)


@final
class FixedText:
    """A text that is part of many others, and is hashed with FNV-1a only once.

    Each step of that hash changes the low byte of the state by a byte of the text, and multiplies
    the whole. So what is above the low byte is only multiplied, by the same number each time, and
    all else hangs on the low byte and the text: there are 256 answers, kept once they are found.

    Args:
        text: The text.

    Attributes:
        text: The text.
    """

    __slots__ = ("_factor", "_of_low_byte", "text")

    def __init__(self, text: str) -> None:
        self.text: str = text
        self._factor = pow(_PRIME, len(text.encode()), 2**32)
        self._of_low_byte: dict[int, int] = {}

    def after(self, state: int) -> int:
        """Return the state of a hash after this text, where it was *state* before."""
        low = state & 0xFF
        found = self._of_low_byte.get(low)
        if found is None:
            found = self._of_low_byte[low] = _fnv1a(low, self.text.encode())
        return ((state - low) * self._factor + found) & 0xFFFFFFFF

    def __str__(self) -> str:
        return self.text


def _fnv1a(state: int, content: bytes) -> int:
    """Return the state of a hash after *content*."""
    for byte in content:
        state = (state ^ byte) * 16_777_619 & 0xFFFFFFFF
    return state


def safe_encode(text: str) -> str:
    r"""Return *text* spelled in safe letters, one for each character.

    A character beyond ASCII leaves as many NULs at the end as it has more bytes than one in UTF-8.

    >>> safe_encode("350781161")
    '794cd55b5'
    """
    letters = "".join(_LETTERS[ord(char) % len(_LETTERS)] for char in text)
    return letters.ljust(len(text.encode()), "\0")
