"""What a controller has done and has not seen yet.

A cache lags behind the API. A controller that counts what it sees right after it has created
something would create it again; so it notes what it expects to see, and waits until it has.

Source: ``k8s.io/kubernetes/pkg/controller`` ControllerExpectations (v1.36).
"""

from dataclasses import dataclass, field
from typing import final

from kubeobj.clock import Clock
from kubeobj.reconcile.request import Request

FORGOTTEN_AFTER_SECONDS = 300.0
"""How long a controller waits for what it has not seen; then it believes what it sees."""


@final
@dataclass(slots=True)
class _Expected:
    since: float
    creations: int = 0
    deletions: dict[str, None] = field(default_factory=dict)


@final
class Expectations:
    """Creations and deletions that have been asked for and not been seen.

    Args:
        clock: Tells when to stop waiting.

    >>> from kubeobj.clock import VirtualClock
    >>> expected, web = Expectations(VirtualClock()), Request("shop", "web")
    >>> expected.creations(web, 1)
    >>> expected.are_met(web)
    False
    >>> expected.created(web)
    >>> expected.are_met(web)
    True
    """

    __slots__ = ("_clock", "_expected")

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._expected: dict[Request, _Expected] = {}

    def creations(self, owner: Request, count: int) -> None:
        """Expect so many more objects of *owner* to appear."""
        self._of(owner).creations += count

    def deletions(self, owner: Request, uids: list[str]) -> None:
        """Expect these objects of *owner* to go."""
        self._of(owner).deletions.update(dict.fromkeys(uids))

    def created(self, owner: Request) -> None:
        """Say that an object of *owner* has appeared, or was not created after all."""
        expected = self._expected.get(owner)
        if expected is not None and expected.creations > 0:
            expected.creations -= 1

    def deleted(self, owner: Request, uid: str) -> None:
        """Say that an object of *owner* has gone, is going, or was not deleted after all."""
        expected = self._expected.get(owner)
        if expected is not None:
            expected.deletions.pop(uid, None)

    def are_met(self, owner: Request) -> bool:
        """Return whether all has been seen, or has been waited for too long."""
        expected = self._expected.get(owner)
        if expected is None:
            return True
        if expected.creations <= 0 and not expected.deletions:
            return True
        # A clock that has been put back makes nobody wait longer.
        return not 0 <= self._clock.now() - expected.since <= FORGOTTEN_AFTER_SECONDS

    def forget(self, owner: Request) -> None:
        """Expect nothing of *owner* any more."""
        self._expected.pop(owner, None)

    def _of(self, owner: Request) -> _Expected:
        now = self._clock.now()
        expected = self._expected.get(owner)
        if expected is None or self.are_met(owner):
            expected = self._expected[owner] = _Expected(now)
        return expected
