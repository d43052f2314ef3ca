"""Times as loops need them: seconds on one side, the texts of the API on the other, and quickly.

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1`` Time and MicroTime (v1.36).
"""

from datetime import UTC, datetime, timedelta
from functools import lru_cache

from kubeobj.meta.timestamps import NANOS_PER_SECOND, Time

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@lru_cache(maxsize=4096)
def text_of(seconds: float) -> str:
    """Return a time as `Time` is written: to the second, cut and not rounded.

    >>> text_of(1_767_225_600.9)
    '2026-01-01T00:00:00Z'
    """
    return (_EPOCH + timedelta(seconds=seconds // 1)).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(maxsize=4096)
def micro_text_of(seconds: float) -> str:
    """Return a time as `MicroTime` is written: to the microsecond.

    >>> micro_text_of(1_767_225_600.25)
    '2026-01-01T00:00:00.250000Z'
    """
    return (_EPOCH + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


@lru_cache(maxsize=65536)
def seconds_of(text: str) -> float:
    """Return when a time of the API is, in seconds since 1970.

    Raises:
        TimeError: If it is no time.

    >>> seconds_of("2026-01-01T00:00:00.250000Z")
    1767225600.25
    """
    moment = Time.parse(text)
    return moment.unix_seconds + moment.nanos / NANOS_PER_SECOND
