"""How long to wait after failures: twice as long after each, up to a bound.

Source: ``k8s.io/client-go/util/workqueue``, ItemExponentialFailureRateLimiter (v1.36).
"""

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class Backoff:
    """Waits that double.

    Args:
        first: The first wait, in seconds.
        longest: The longest, in seconds.

    Raises:
        ValueError: If a wait is not positive, or the first is longer than the longest.

    >>> backoff = Backoff(1, 300)
    >>> [backoff.seconds(failures) for failures in (1, 2, 3, 50)]
    [1, 2, 4, 300]
    """

    first: float = 0.005
    longest: float = 1000.0

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest:
            msg = f"a back-off from {self.first} to {self.longest} seconds is none"
            raise ValueError(msg)

    def seconds(self, failures: int) -> float:
        """Return how long to wait after so many failures in a row, of which there is at least one.

        Raises:
            ValueError: If there is none.
        """
        if failures < 1:
            msg = f"after {failures} failures nobody waits"
            raise ValueError(msg)
        # After 64 doublings any bound has been reached, and a float does not overflow yet.
        return min(self.first * (1 << min(failures - 1, 64)), self.longest)
