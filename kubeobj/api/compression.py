"""Compression of answers: gzip, for whoever takes it, if it is worth the time.

Source: ``k8s.io/apiserver/pkg/endpoints/handlers/responsewriters`` (v1.36): from 128 KiB on, at
the fastest level.
"""

import gzip
from functools import lru_cache
from typing import TypeAlias

COMPRESSED_MIN_BYTES = 128 * 1024
"""Answers below this many bytes are not compressed."""

_LEVEL = 1

Headers: TypeAlias = tuple[tuple[str, str], ...]
"""Headers of HTTP, in order."""

_COMPRESSED: Headers = (("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding"))


def compressed(body: bytes, accept_encoding: str) -> tuple[bytes, Headers]:
    """Return *body* as it is to be sent, and the headers that say how.

    Args:
        body: The body.
        accept_encoding: The header ``Accept-Encoding`` of the request.
    """
    if len(body) < COMPRESSED_MIN_BYTES or not accept_encoding or not takes_gzip(accept_encoding):
        return body, ()
    # No time in it: the same answer is the same bytes.
    return gzip.compress(body, _LEVEL, mtime=0), _COMPRESSED


@lru_cache(maxsize=64)
def takes_gzip(accept_encoding: str) -> bool:
    """Return whether a header ``Accept-Encoding`` takes gzip.

    >>> [takes_gzip(text) for text in ("gzip", "br, gzip;q=0.5", "*", "gzip;q=0", "identity")]
    [True, True, True, False, False]
    """
    qualities = dict(map(_coding, accept_encoding.split(",")))
    return qualities.get("gzip", qualities.get("*", 0.0)) > 0


def _coding(part: str) -> tuple[str, float]:
    """Return a coding of the header, in small letters, and its quality."""
    name, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            return name, _quality(value.strip())
    return name, 1.0


def _quality(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 0.0
