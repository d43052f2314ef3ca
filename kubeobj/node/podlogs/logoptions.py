"""Which part of a log is wanted, and how.

Source: ``k8s.io/api/core/v1`` PodLogOptions (v1.36).
"""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class LogOptions:
    """Which part of a log is wanted, and how.

    Args:
        follow: Whether to go on until the container ends.
        previous: Whether the log of its last run before this one is wanted.
        tail_lines: How many lines from the end; None for all.
        since: From when on, in seconds since 1970; None for the beginning.
        limit_bytes: How many bytes at most; None for all.
        timestamps: Whether each line begins with the time at which it was printed.
        stream: ``stdout`` or ``stderr`` alone; empty for both.

    Raises:
        ValueError: If a number is negative.
    """

    follow: bool = False
    previous: bool = False
    tail_lines: int | None = None
    since: float | None = None
    limit_bytes: int | None = None
    timestamps: bool = False
    stream: str = ""

    def __post_init__(self) -> None:
        if (self.tail_lines or 0) < 0 or (self.limit_bytes or 0) < 0:
            msg = "a log has no negative number of lines or bytes"
            raise ValueError(msg)


ALL = LogOptions()
"""All that there is."""
