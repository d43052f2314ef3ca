"""How long a job waits after failures before it makes its next pod.

Source: ``k8s.io/kubernetes/pkg/controller/job`` backoff_utils.go (v1.36).
"""

BASE_SECONDS = 10.0
"""The wait after one failure."""

MAX_SECONDS = 600.0
"""The longest wait."""


def remaining_seconds(
    failures: int,
    elapsed_seconds: float,
    *,
    base_seconds: float = BASE_SECONDS,
    max_seconds: float = MAX_SECONDS,
) -> float:
    """Return how long a job still has to wait; doubles with each failure.

    Args:
        failures: How many pods failed in a row.
        elapsed_seconds: How long ago the last one did.
        base_seconds: The wait after one failure, which the longest wait does not cut.
        max_seconds: The longest wait after more.

    >>> remaining_seconds(3, 15), remaining_seconds(0, 0)
    (25.0, 0.0)
    """
    if failures <= 0:
        return 0.0
    wait = base_seconds
    for _ in range(failures - 1):
        wait *= 2
        if wait >= max_seconds:
            wait = max_seconds
            break
    return max(wait - elapsed_seconds, 0.0)
