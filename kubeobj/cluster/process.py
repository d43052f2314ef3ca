"""A process of a cluster: a manager that can be killed, and comes back with nothing but the API."""

from collections.abc import Callable
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.reconcile.loop import Steppable
from kubeobj.reconcile.manager import Manager

KUBELETS: Final = "kubelet"
"""The process that looks after all simulated nodes."""

CONTROLLERS: Final = "kube-controller-manager"
"""The process of Kubernetes' own control loops."""

SCHEDULER: Final = "kube-scheduler"
"""The process that puts pods on nodes."""

OPERATORS: Final = "operator"
"""The process of the user's own control loops."""


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


@final
class Told:
    """A part of a cluster that tells when it has done something.

    Args:
        part: The part.
        name: What it is called.
        tell: Whom it tells, with its name.
    """

    __slots__ = ("_name", "_part", "_tell")

    def __init__(self, part: Steppable, name: str, tell: Callable[[str], object]) -> None:
        self._part = part
        self._name = name
        self._tell = tell

    def step(self) -> bool:
        """Let it do a little; return whether it did anything."""
        busy = self._part.step()
        if busy:
            self._tell(self._name)
        return busy

    @property
    def deadline(self) -> float | None:
        """When it has something to do next, in seconds since 1970."""
        return self._part.deadline
