"""How a question to an API can end without an answer, whatever client asks it."""

from typing import Final, TypeAlias

from kubeobj.api.errors import ApiError

FAILURES: Final = (ApiError, OSError)
"""What to catch: the API refuses, or cannot be reached (``ConnectionError``, ``TimeoutError``)."""

Failure: TypeAlias = ApiError | OSError
"""Why there was no answer."""


def retry_after(error: Exception) -> float:
    """Return in how many seconds at the earliest to ask again; 0 where that is not said.

    >>> from kubeobj.api.errors import TooManyRequests
    >>> retry_after(TooManyRequests("busy", retry_after_seconds=7)), retry_after(OSError())
    (7, 0)
    """
    return (error.retry_after_seconds or 0) if isinstance(error, ApiError) else 0
