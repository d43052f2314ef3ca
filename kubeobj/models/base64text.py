"""Bytes as the API carries them in JSON: base64 with padding, line breaks ignored."""

import binascii


def decode_base64(value: object) -> object:
    """Return the bytes that a *value* of the wire writes; bytes are themselves.

    Raises:
        ValueError: If it is text, but no base64.

    >>> decode_base64("aGk=")
    b'hi'
    """
    if not isinstance(value, str):
        return b"" if value is None else value
    try:
        text = value.replace("\r", "").replace("\n", "").encode("ascii")
        return binascii.a2b_base64(text, strict_mode=True)
    except (binascii.Error, UnicodeEncodeError):
        msg = "must be base64, such as 'aGVsbG8='"
        raise ValueError(msg) from None


def encode_base64(data: bytes) -> str:
    """Return *data* in base64."""
    return binascii.b2a_base64(data, newline=False).decode("ascii")
