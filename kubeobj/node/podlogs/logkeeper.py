"""Has the logs of a node looked at every ten seconds; a part of a manager.

Source: ``k8s.io/kubernetes/pkg/kubelet/logs`` container_log_manager.go Start (v1.36).
"""

from contextlib import suppress
from typing import Final, final

from kubeobj.clock import Clock
from kubeobj.node.executor import Executor
from kubeobj.node.podlogs.rotation import LogRotator
from kubeobj.runtimes.errors import RuntimeUnavailable

LOOKED_SECONDS: Final = 10.0
"""How often logs are looked at."""


@final
class LogKeeper:
    """Keeps logs small, beside the loop that steps it.

    Args:
        rotator: Puts aside what is too large.
        clock: Tells when it is time.
        executor: Does it.
    """

    def __init__(self, rotator: LogRotator, clock: Clock, executor: Executor) -> None:
        self._rotator = rotator
        self._clock = clock
        self._executor = executor
        self._looked = clock.now()
        self._is_looking = False

    def step(self) -> bool:
        """Begin to look if it is time; return whether it was."""
        now = self._clock.now()
        # A clock that has been put back makes nobody wait.
        if self._looked <= now < self._looked + LOOKED_SECONDS:
            return False
        self._looked = now
        if self._is_looking:
            return False
        self._is_looking = True
        self._executor.submit(self._look)
        return True

    @property
    def deadline(self) -> float | None:
        """When it is time again."""
        return self._looked + LOOKED_SECONDS

    def _look(self) -> None:
        try:
            with suppress(RuntimeUnavailable):  # it is asked again
                self._rotator.rotate()
        finally:
            self._is_looking = False
