"""A process of a cluster: a manager that can be killed, and comes back with nothing but the API."""

from typing import final

from kubeobj.clock import Clock
from kubeobj.reconcile.manager import Manager


class Killed(BaseException):
    """The process ends here and now. No loop can catch it, as none can catch a ``kill -9``."""


@final
class Process:
    """A process of a cluster. It works in steps, like what runs in it.

    Args:
        manager: What runs in it.
        clock: Tells when it comes up again.
    """

    __slots__ = ("_clock", "_until", "kills", "manager")

    def __init__(self, manager: Manager, clock: Clock) -> None:
        self.manager: Manager = manager
        self.kills: int = 0
        """How often it has been killed."""
        self._clock = clock
        self._until = 0.0

    @property
    def name(self) -> str:
        """What it is called: ``kube-scheduler``."""
        return self.manager.name

    @property
    def is_up(self) -> bool:
        """Whether it runs."""
        return self._clock.now() >= self._until

    def step(self) -> bool:
        """Let it do a little; return whether it did anything."""
        if not self.is_up:
            return False
        try:
            return self.manager.step()
        except Killed:
            self.kill()
            return True

    def kill(self, down_seconds: float = 0.0) -> None:
        """End it, and let it begin again after some time."""
        self.kills += 1
        self._until = self._clock.now() + down_seconds
        self.manager.restart()

    @property
    def deadline(self) -> float | None:
        """When it has something to do next, in seconds since 1970."""
        return self._until if not self.is_up else self.manager.deadline

    @property
    def loud_deadline(self) -> float | None:
        """When it has something to do next that others may see."""
        return self._until if not self.is_up else self.manager.loud_deadline
