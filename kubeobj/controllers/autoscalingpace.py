"""How fast an autoscaler may go: it waits whether what is asked for lasts, and keeps to rates.

What it remembers for that is in memory alone, as in Kubernetes: after a restart it begins with the
replicas that there are.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler`` horizontal.go normalizeDesiredReplicas
and normalizeDesiredReplicasWithBehaviors (v1.36); KEP-853.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple, final

from kubeobj.documents import Wire

DOWN_WINDOW_SECONDS: Final = 300.0
"""How long it waits before it scales down, where nothing is said."""

_DOUBLING = 2
_LEAST_LIMIT = 4


@final
class Sentence(NamedTuple):
    """A reason and a message of a condition."""

    reason: str
    message: str


READY: Final = Sentence("ReadyForNewScale", "recommended size matches current size")
_UP_STABILIZED = Sentence(
    "ScaleUpStabilized",
    "recent recommendations were lower than current one, applying the lowest recent recommendation",
)
_DOWN_STABILIZED = Sentence(
    "ScaleDownStabilized",
    "recent recommendations were higher than current one, applying the highest recent "
    "recommendation",
)
_UP_LIMIT = Sentence(
    "ScaleUpLimit", "the desired replica count is increasing faster than the maximum scale rate"
)
_DOWN_LIMIT = Sentence(
    "ScaleDownLimit", "the desired replica count is decreasing faster than the maximum scale rate"
)
_TOO_MANY = Sentence(
    "TooManyReplicas", "the desired replica count is more than the maximum replica count"
)
_TOO_FEW = Sentence(
    "TooFewReplicas", "the desired replica count is less than the minimum replica count"
)
_WITHIN = Sentence("DesiredWithinRange", "the desired count is within the acceptable range")


@final
@dataclass(frozen=True, slots=True)
class Wish:
    """What metrics ask for, and between what it has to be.

    Args:
        current: How many replicas there are to be now.
        desired: How many there should be.
        least: The fewest that there may be.
        most: The most that there may be.
    """

    current: int
    desired: int
    least: int
    most: int


@final
class Decision(NamedTuple):
    """What becomes of a wish.

    Args:
        replicas: How many replicas there are to be.
        able: The sentence of the condition AbleToScale, which holds.
        limited: The sentence of the condition ScalingLimited.
        is_limited: Whether that holds.
    """

    replicas: int
    able: Sentence
    limited: Sentence
    is_limited: bool


@final
@dataclass(slots=True)
class Pace:
    """What an autoscaler has asked for and done lately."""

    wishes: list[tuple[float, int]] = field(default_factory=list)
    """Since when how many replicas were asked for."""
    ups: list[tuple[float, int]] = field(default_factory=list)
    """When how many replicas were added."""
    downs: list[tuple[float, int]] = field(default_factory=list)
    """When how many were taken away."""

    def begin(self, current: int, now: float) -> None:
        """Take what there is for what was asked for, if nothing is known."""
        if not self.wishes:
            self.wishes.append((now, current))

    def decide(self, wish: Wish, behavior: Wire | None, now: float) -> Decision:
        """Return how many replicas there are to be now.

        Args:
            wish: What is asked for.
            behavior: ``spec.behavior`` of the autoscaler; None if it has none.
            now: The time, in seconds since 1970.
        """
        if behavior is None:
            stable, able = self._stabilized(wish, now)
            replicas, limited = _within_doubling(wish, stable)
        else:
            stable, able = self._stabilized_by(wish, behavior, now)
            replicas, limited = self._within_rates(wish, stable, behavior, now)
        return Decision(replicas, able, limited, replicas != stable)

    def note(self, before: int, after: int, behavior: Wire | None, now: float) -> None:
        """Note that there are to be more or fewer replicas from now on."""
        if behavior is None:
            return
        name, events = ("scaleUp", self.ups) if after > before else ("scaleDown", self.downs)
        longest = max((one["periodSeconds"] for one in behavior[name]["policies"]), default=0)
        events[:] = [(at, change) for at, change in events if at >= now - longest]
        events.append((now, abs(after - before)))

    # ------------------------------------------------------------ waiting

    def _stabilized(self, wish: Wish, now: float) -> tuple[int, Sentence]:
        cutoff = now - DOWN_WINDOW_SECONDS
        recent = [replicas for at, replicas in self.wishes if at >= cutoff]
        self.wishes = [(at, replicas) for at, replicas in self.wishes if at >= cutoff]
        self.wishes.append((now, wish.desired))
        stable = max(recent, default=wish.desired)
        if stable > wish.desired:
            return stable, _DOWN_STABILIZED
        return wish.desired, READY

    def _stabilized_by(self, wish: Wish, behavior: Wire, now: float) -> tuple[int, Sentence]:
        up = now - behavior["scaleUp"].get("stabilizationWindowSeconds", 0)
        down = now - behavior["scaleDown"].get("stabilizationWindowSeconds", DOWN_WINDOW_SECONDS)
        lowest = min([wish.desired, *(one for at, one in self.wishes if at > up)])
        highest = max([wish.desired, *(one for at, one in self.wishes if at > down)])
        stable = min(max(wish.current, lowest), highest)
        self.wishes = [(at, one) for at, one in self.wishes if at >= min(up, down)]
        self.wishes.append((now, wish.desired))
        if stable == wish.desired:
            return stable, READY
        return stable, _UP_STABILIZED if wish.desired >= wish.current else _DOWN_STABILIZED

    # ------------------------------------------------------------ rates

    def _within_rates(
        self, wish: Wish, desired: int, behavior: Wire, now: float
    ) -> tuple[int, Sentence]:
        if desired > wish.current:
            limit = max(self._most(wish.current, behavior["scaleUp"], now), wish.current)
            most, why = (limit, _UP_LIMIT) if wish.most > limit else (wish.most, _TOO_MANY)
            if desired > most:
                return most, why
        elif desired < wish.current:
            limit = min(self._fewest(wish.current, behavior["scaleDown"], now), wish.current)
            least, why = (limit, _DOWN_LIMIT) if wish.least < limit else (wish.least, _TOO_FEW)
            if desired < least:
                return least, why
        return desired, _WITHIN

    def _most(self, current: int, rules: Wire, now: float) -> int:
        """Return up to how many replicas the policies let it go now."""
        if rules["selectPolicy"] == "Disabled":
            return current
        limits: list[int] = []
        for policy in rules["policies"]:
            began, value = self._at_beginning(current, policy, now), policy["value"]
            if policy["type"] == "Pods":
                limits.append(began + value)
            else:
                limits.append(math.ceil(began * (1 + value / 100)))
        return min(limits) if rules["selectPolicy"] == "Min" else max(limits)

    def _fewest(self, current: int, rules: Wire, now: float) -> int:
        """Return down to how many replicas the policies let it go now."""
        if rules["selectPolicy"] == "Disabled":
            return current
        limits: list[int] = []
        for policy in rules["policies"]:
            began, value = self._at_beginning(current, policy, now), policy["value"]
            if policy["type"] == "Pods":
                limits.append(began - value)
            else:
                limits.append(int(began * (1 - value / 100)))
        # The least change is the most replicas.
        return max(limits) if rules["selectPolicy"] == "Min" else min(limits)

    def _at_beginning(self, current: int, policy: Wire, now: float) -> int:
        """Return how many replicas there were to be when the period of a policy began."""
        cutoff = now - policy["periodSeconds"]
        return current - _changes(self.ups, cutoff) + _changes(self.downs, cutoff)


def _changes(events: Sequence[tuple[float, int]], cutoff: float) -> int:
    return sum(change for at, change in events if at > cutoff)


def _within_doubling(wish: Wish, desired: int) -> tuple[int, Sentence]:
    """Return how many replicas there may be without rules of the autoscaler's own."""
    limit = max(_DOUBLING * wish.current, _LEAST_LIMIT)
    most, why = (limit, _UP_LIMIT) if wish.most > limit else (wish.most, _TOO_MANY)
    if desired < wish.least:
        return wish.least, _TOO_FEW
    if desired > most:
        return most, why
    return desired, _WITHIN
