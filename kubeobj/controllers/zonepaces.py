"""Which node may begin to drive its pods away when: one after the other in each zone.

Source: ``k8s.io/kubernetes/pkg/controller/nodelifecycle`` handleDisruption, and its
``scheduler.RateLimitedTimedQueue`` (v1.36).
"""

from typing import final

from kubeobj.clock import Clock
from kubeobj.controllers.nodetaints import readiness_of
from kubeobj.controllers.zonedisruption import (
    RATE,
    ZoneState,
    is_counted,
    rate_of,
    state_of,
    zone_of,
)
from kubeobj.documents import Wire


@final
class ZonePaces:
    """Keeps count of the nodes of each zone, and gives them their turns.

    Args:
        clock: Tells the time.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        # Per zone: how many nodes are ready, and how many are not.
        self._counts: dict[str, list[int]] = {}
        self._states: dict[str, ZoneState] = {}
        self._rates: dict[str, float] = {}
        # When the next node of a zone may begin.
        self._next: dict[str, float] = {}

    @property
    def is_everything(self) -> bool:
        """Whether all zones are fully disrupted."""
        states = self._states.values()
        return bool(states) and all(state is ZoneState.FULL for state in states)

    def change(self, old: Wire | None, new: Wire | None) -> bool:
        """Count a node as it was and as it is; return whether a zone is doing otherwise now."""
        before = _counted_as(old), _counted_as(new)
        if before[0] == before[1]:
            return False
        zones: dict[str, None] = {}
        for counted, by in zip(before, (-1, 1), strict=True):
            if counted is not None:
                zone, is_ready = counted
                self._counts.setdefault(zone, [0, 0])[0 if is_ready else 1] += by
                zones[zone] = None
        was = {zone: self._states.get(zone) for zone in zones}, self.is_everything
        for zone in zones:
            self._judge(zone)
        if was == ({zone: self._states.get(zone) for zone in zones}, self.is_everything):
            return False
        self._set_rates()
        return True

    def wait(self, zone: str) -> float | None:
        """Return how many seconds a node of a zone has to wait; None for as long as this lasts.

        One that need not wait has had its turn: the next one has to wait.
        """
        rate = self._rates.get(zone, RATE)
        if rate == 0:
            return None
        now = self._clock.now()
        free_at = self._next.get(zone, now)
        if now < free_at:
            return free_at - now
        self._next[zone] = now + 1 / rate
        return 0

    # ------------------------------------------------------------ inside

    def _judge(self, zone: str) -> None:
        ready, not_ready = self._counts[zone]
        if ready or not_ready:
            self._states[zone] = state_of(ready, not_ready)
            return
        del self._counts[zone]
        for known in (self._states, self._rates, self._next):
            known.pop(zone, None)

    def _set_rates(self) -> None:
        """Let all zones go on at the rates of how they are doing now."""
        now, is_everything = self._clock.now(), self.is_everything
        for zone, state in self._states.items():
            before = self._rates.get(zone, RATE)
            rate = rate_of(state, sum(self._counts[zone]), is_everything=is_everything)
            self._rates[zone] = rate
            # Who has waited waits on, but no longer than one turn takes now.
            if before != rate > 0 and (before == 0 or now < self._next.get(zone, now)):
                self._next[zone] = now + 1 / rate


def _counted_as(node: Wire | None) -> tuple[str, bool] | None:
    """Return in which zone a node counts, and whether as ready; None if it does not."""
    if node is None or not is_counted(node):
        return None
    return zone_of(node), readiness_of(node) == "True"
