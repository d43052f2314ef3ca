"""How many pods of a job have failed since one has last succeeded, and when.

Kubernetes keeps that in memory, and has forgotten it after a restart. Here it is found again in the
pods that are still there.

Source: ``k8s.io/kubernetes/pkg/controller/job`` backoff_utils.go (v1.36).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import final

from kubeobj.controllers.jobbackoff import remaining_seconds
from kubeobj.controllers.jobpods import all_failures_before, ended_at
from kubeobj.documents import Wire


@final
@dataclass(frozen=True, slots=True)
class Failures:
    """Failures in a row.

    Args:
        count: How many.
        last: When the last was, in seconds since 1970; 0 if there was none.
    """

    count: int = 0
    last: float = 0.0

    def after(self, succeeded: Iterable[Wire], failed: Iterable[Wire]) -> "Failures":
        """Return the failures in a row after more pods have ended."""
        failures = sorted(map(ended_at, failed))
        successes = [ended_at(pod) for pod in succeeded]
        if not successes:
            if not failures:
                return self
            return Failures(self.count + len(failures), failures[-1])
        later = [at for at in failures if at > max(successes)]
        return Failures(len(later), later[-1]) if later else Failures()

    def seconds_left(self, now: float) -> float:
        """Return how long to wait before the next pod is made."""
        return remaining_seconds(self.count, now - self.last)


def index_seconds_left(last_failed: Wire | None, now: float) -> float:
    """Return how long to wait before the next pod of an index is made.

    Args:
        last_failed: The pod of the index that has failed last, or None if none has.
        now: The time, in seconds since 1970.
    """
    if last_failed is None:
        return 0.0
    return remaining_seconds(all_failures_before(last_failed) + 1, now - ended_at(last_failed))
