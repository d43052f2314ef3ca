"""Hashes as Kubernetes puts them into names: 32 bits, their digits spelled in safe letters.

The letters leave out vowels and what looks like them, so that no word comes about.

Source: Go's ``hash/fnv``; ``k8s.io/apimachinery/pkg/util/rand`` SafeEncodeString (v1.36).
"""

_OFFSET = 2_166_136_261
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


def fnv1a_32(content: bytes) -> int:
    """Return the FNV-1a hash of *content*, in 32 bits.

    >>> hex(fnv1a_32(b"a"))
    '0xe40c292c'
    """
    state = _OFFSET
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
