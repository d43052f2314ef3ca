"""Reading what is encoded in DER, as certificates, keys and requests for them are.

Source: X.690.
"""

SEQUENCE = 0x30
SET = 0x31
INTEGER = 0x02
BIT_STRING = 0x03
OCTET_STRING = 0x04
OBJECT_IDENTIFIER = 0x06


def items(data: bytes) -> list[tuple[int, bytes]]:
    """Return the tag and the content of each element of *data*.

    Raises:
        ValueError: If *data* is no DER.
    """
    found = []
    start = 0
    while start < len(data):
        tag, size, start = data[start], *_size(data, start + 1)
        if start + size > len(data):
            raise ValueError("the data end too early")
        found.append((tag, data[start : start + size]))
        start += size
    return found


def _size(data: bytes, start: int) -> tuple[int, int]:
    """Return the size that is written at *start*, and where the content begins."""
    if start >= len(data):
        raise ValueError("the data end too early")
    first = data[start]
    if first < 0x80:
        return first, start + 1
    end = start + 1 + (first & 0x7F)
    return int.from_bytes(data[start + 1 : end], "big"), end


def inside(element: tuple[int, bytes], tag: int) -> bytes:
    """Return the content of an element that is to have a *tag*.

    Raises:
        ValueError: If it has another.
    """
    if element[0] != tag:
        raise ValueError(f"tag {element[0]} stands where {tag} is expected")
    return element[1]


def item(data: bytes, position: int, tag: int) -> bytes:
    """Return the content of one element of *data*, which is to have a *tag*.

    Raises:
        ValueError: If it has another, or is not there.
    """
    found = items(data)
    if position >= len(found):
        raise ValueError("an element is missing")
    return inside(found[position], tag)
