"""Whether a certificate and a private key belong together, as servers ask before they use them.

What is read of the encodings is what that takes: the public key of the certificate, and that of
the private key where it holds it. Nothing is verified.

Source: RFC 7468 (PEM), X.690 (DER), RFC 5280 (certificates), RFC 8017, 5915 and 5958 (keys); Go's
``crypto/tls`` X509KeyPair for what is asked.
"""

import binascii
import re
from collections.abc import Iterator
from typing import Final

_BLOCK: Final = re.compile(
    rb"-----BEGIN (?P<label>[^\n-]*)-----\s*\n(?P<body>[^-]*)-----END (?P=label)-----"
)
_SEQUENCE = 0x30
_INTEGER = 0x02
_BIT_STRING = 0x03
_OCTET_STRING = 0x04
_VERSION = 0xA0
_PUBLIC = 0xA1


def keypair_fault(certificate: bytes, key: bytes) -> str | None:
    """Return why a *certificate* and a *key*, both PEM, cannot be used together; None if they can.

    >>> keypair_fault(b"", b"")
    'tls: failed to find any PEM data in certificate input'
    """
    shown = next((body for label, body in _blocks(certificate) if label == b"CERTIFICATE"), None)
    if shown is None:
        return "tls: failed to find any PEM data in certificate input"
    kept = next((body for label, body in _blocks(key) if label.endswith(b"PRIVATE KEY")), None)
    if kept is None:
        return "tls: failed to find any PEM data in key input"
    try:
        public = _public_key_of(shown)
    except ValueError:
        return "x509: malformed certificate"
    try:
        own = _own_public_key(kept)
    except ValueError:
        return "tls: failed to parse private key"
    if own is not None and own not in public:
        return "tls: private key does not match public key"
    return None


def _blocks(text: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the label and the content of each PEM block of *text*."""
    for block in _BLOCK.finditer(text):
        body = block["body"]
        # Headers of old, of encrypted keys, end with an empty line.
        body = body.rpartition(b"\n\n")[2] if b":" in body else body
        try:
            yield block["label"], binascii.a2b_base64(body)
        except binascii.Error:
            continue


def _items(data: bytes) -> list[tuple[int, bytes]]:
    """Return the tag and the content of each DER element of *data*.

    Raises:
        ValueError: If *data* is no DER.
    """
    items = []
    start = 0
    while start < len(data):
        tag, size, start = data[start], *_size(data, start + 1)
        if start + size > len(data):
            raise ValueError("the data end too early")
        items.append((tag, data[start : start + size]))
        start += size
    return items


def _size(data: bytes, start: int) -> tuple[int, int]:
    """Return the size that is written at *start*, and where the content begins."""
    if start >= len(data):
        raise ValueError("the data end too early")
    first = data[start]
    if first < 0x80:
        return first, start + 1
    end = start + 1 + (first & 0x7F)
    return int.from_bytes(data[start + 1 : end], "big"), end


def _inside(item: tuple[int, bytes], tag: int) -> bytes:
    if item[0] != tag:
        raise ValueError(f"tag {item[0]} stands where {tag} is expected")
    return item[1]


def _item(data: bytes, position: int, tag: int) -> bytes:
    """Return the content of one element of the sequence *data*."""
    items = _items(data)
    if position >= len(items):
        raise ValueError("an element is missing")
    return _inside(items[position], tag)


def _public_key_of(certificate: bytes) -> bytes:
    """Return the public key of a certificate, as it stands there."""
    body = _item(_item(certificate, 0, _SEQUENCE), 0, _SEQUENCE)
    position = 6 if _items(body)[:1] and _items(body)[0][0] == _VERSION else 5
    return _item(_item(body, position, _SEQUENCE), 1, _BIT_STRING)


def _own_public_key(key: bytes) -> bytes | None:
    """Return what a private key holds of its public one: a modulus or a point; None for nothing."""
    items = _items(_item(key, 0, _SEQUENCE))
    if len(items) < 2:
        raise ValueError("an element is missing")
    if items[1][0] == _SEQUENCE and len(items) > 2:
        inner = _items(_inside(items[2], _OCTET_STRING))
        if not inner:
            raise ValueError("an element is missing")
        return _own_public_key(items[2][1]) if inner[0][0] == _SEQUENCE else None
    if items[1][0] == _INTEGER:
        return items[1][1]
    _inside(items[1], _OCTET_STRING)
    point = next((content for tag, content in items if tag == _PUBLIC), None)
    return None if point is None else _item(point, 0, _BIT_STRING)
