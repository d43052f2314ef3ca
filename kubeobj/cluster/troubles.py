"""The troubles that there are; see `kubeobj.cluster.apitrouble`.

Each is data. `process` says which process has it (``kube-scheduler``), empty for all.
"""

from dataclasses import dataclass, field
from typing import final

from kubeobj.api.errors import Conflict, Expired, ServiceUnavailable, TooManyRequests
from kubeobj.cluster.apitrouble import Events, TroubledWatch, Untroubled
from kubeobj.cluster.process import Killed
from kubeobj.entropy import Chance
from kubeobj.reconcile.clientlayer import Call

_UPDATES = frozenset({"update", "update_status", "patch", "scale", "bind"})


@final
@dataclass(eq=False)
class Unavailable(Untroubled):
    """The API answers nothing, and its watches end."""

    process: str = ""

    def before(self, call: Call, chance: Chance) -> None:
        """Refuse everything."""
        raise ServiceUnavailable("the API is not available")

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """End the watch, whose reader goes on from where it was once that is possible."""
        watch.die()
        watch.close()
        return []


@final
@dataclass(eq=False)
class Conflicts(Untroubled):
    """Updates find that somebody else was faster.

    Args:
        probability: How many of them, from 0 to 1.
        process: Whose.
    """

    probability: float = 1.0
    process: str = ""

    def before(self, call: Call, chance: Chance) -> None:
        """Refuse some updates."""
        if call.verb in _UPDATES and chance.happens(self.probability):
            raise Conflict("the object has been modified; please apply your changes to the latest")


@final
@dataclass(eq=False)
class Throttled(Untroubled):
    """The API has too much to do, and says when to come back.

    Args:
        probability: How many questions it refuses, from 0 to 1.
        retry_after_seconds: When to come back.
        process: Whose.
    """

    probability: float = 1.0
    retry_after_seconds: int = 1
    process: str = ""

    def before(self, call: Call, chance: Chance) -> None:
        """Refuse some questions."""
        if chance.happens(self.probability):
            raise TooManyRequests(
                "too many requests, please try again later",
                retry_after_seconds=self.retry_after_seconds,
            )


@final
@dataclass(eq=False)
class Forgotten(Untroubled):
    """The API has forgotten what lists and watches ask for: they must begin anew.

    Args:
        probability: How many, from 0 to 1.
        process: Whose.
    """

    probability: float = 1.0
    process: str = ""

    def before(self, call: Call, chance: Chance) -> None:
        """Refuse pages of lists and watches from a version on."""
        goes_on = call.named.get("continue_token") or call.named.get("resource_version")
        if call.verb in {"list", "watch"} and goes_on and chance.happens(self.probability):
            raise Expired("the provided resource version is too old")

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """End some watches."""
        if chance.happens(self.probability):
            watch.die()
            raise Expired("the provided resource version is too old")
        return events


@final
@dataclass(eq=False)
class DeathAtWrite(Untroubled):
    """A process is killed at one of its writes.

    Args:
        process: Which.
        write: At which write from now on: 1 is the next.
        done: Whether the write is done; else it never reaches the API.
    """

    process: str
    write: int = 1
    done: bool = True
    _seen: int = field(default=0, init=False)

    def before(self, call: Call, chance: Chance) -> None:
        """Count a write, and die before it."""
        if call.is_write:
            self._seen += 1
            if self._seen == self.write and not self.done:
                raise Killed

    def after(self, call: Call, chance: Chance) -> None:
        """Die after a write."""
        if call.is_write and self._seen == self.write and self.done:
            raise Killed


@final
@dataclass(eq=False)
class LostWatches(Untroubled):
    """Watches fall silent, and do not say so: what they would have told comes with the next one.

    Args:
        probability: How many batches of events end so, from 0 to 1.
        process: Whose.
    """

    probability: float = 1.0
    process: str = ""

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """Let some watches die with what they were about to tell."""
        if chance.happens(self.probability):
            watch.die()
            return []
        return events


@final
@dataclass(eq=False)
class LateWatches(Untroubled):
    """Events come late, in their order.

    Args:
        seconds: How late.
        probability: How many batches of events, from 0 to 1.
        process: Whose.
    """

    seconds: float = 1.0
    probability: float = 1.0
    process: str = ""

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """Hold back some events."""
        if chance.happens(self.probability):
            watch.delay(self.seconds)
        return events


@final
@dataclass(eq=False)
class DoubledWatches(Untroubled):
    """Events come twice.

    Args:
        probability: How many batches of events, from 0 to 1.
        process: Whose.
    """

    probability: float = 1.0
    process: str = ""

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """Tell some events twice."""
        return [*events, *events] if chance.happens(self.probability) else events


@final
@dataclass(eq=False)
class ClosedWatches(Untroubled):
    """Watches end, and their readers go on from where they were.

    Args:
        probability: How many batches of events end so, from 0 to 1.
        process: Whose.
    """

    probability: float = 1.0
    process: str = ""

    def told(self, events: Events, watch: TroubledWatch, chance: Chance) -> Events:
        """End some watches before they tell anything."""
        if chance.happens(self.probability):
            watch.die()
            watch.close()
            return []
        return events
