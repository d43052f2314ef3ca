"""Reading PEM: blocks of base64 between lines that say what they are.

Source: RFC 7468.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

_BLOCK: Final = re.compile(
    rb"-----BEGIN (?P<label>[^\n-]*)-----\s*\n(?P<body>[^-]*)-----END (?P=label)-----"
)


def blocks(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the label and the content of each block of *text*."""
    for block in _BLOCK.finditer(text):
        body = block["body"]
        # Headers of old, of encrypted keys, end with an empty line.
        body = body.rpartition(b"\n\n")[2] if b":" in body else body
        try:
            yield block["label"], binascii.a2b_base64(body)
        except binascii.Error:
            continue
