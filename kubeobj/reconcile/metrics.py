"""What a control loop says about itself: counters, as data.

Source: Kubernetes metrics reference, workqueue and controller_runtime (v1.36).
"""

from dataclasses import dataclass
from typing import final


@final
@dataclass(slots=True)
class ControllerMetrics:
    """What one controller has done so far.

    Args:
        reconciles: How often its reconciler was asked.
        errors: How often that failed.
        requeues: How often it asked to be asked again.
        waited_seconds: How long its keys have waited altogether, in seconds of its clock.
        longest_wait_seconds: The longest of these waits.
        worked_seconds: How long its reconciler has worked altogether, in seconds of its clock;
            on a virtual clock, which stands still meanwhile, nothing.
        longest_work_seconds: The longest of these times.
    """

    reconciles: int = 0
    errors: int = 0
    requeues: int = 0
    waited_seconds: float = 0.0
    longest_wait_seconds: float = 0.0
    worked_seconds: float = 0.0
    longest_work_seconds: float = 0.0

    def waited(self, seconds: float) -> None:
        """Count a wait."""
        self.waited_seconds += seconds
        self.longest_wait_seconds = max(self.longest_wait_seconds, seconds)

    def worked(self, seconds: float) -> None:
        """Count a piece of work."""
        if seconds > 0:
            self.worked_seconds += seconds
            self.longest_work_seconds = max(self.longest_work_seconds, seconds)


@final
@dataclass(frozen=True, slots=True)
class ControllerStatus:
    """How a controller is doing now.

    Args:
        name: Which controller.
        depth: How many keys wait.
        added: How many have begun to wait so far.
        metrics: What it has done so far.
        failing: How many keys have failed, and not gone well since.
        waits_for: What it cannot work without and has not read yet, each with the reason; empty if
            it works.
    """

    name: str
    depth: int
    added: int
    metrics: ControllerMetrics
    failing: int = 0
    waits_for: tuple[str, ...] = ()
