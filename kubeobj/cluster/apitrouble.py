"""What goes wrong between a process and the API: refused writes, lost answers, watches that lie.

A *trouble* lasts for a while, or happens once. It meets every question of the processes that it
concerns, before and after it is answered, and every batch of events of their watches.
"""

import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from types import TracebackType
from typing import Protocol, Self, TypeAlias, cast, final

from kubeobj.api.client.results import ObjectEvent, Watch
from kubeobj.clock import Clock
from kubeobj.entropy import Chance
from kubeobj.models.unstructured import Unstructured
from kubeobj.reconcile.clientlayer import Around, Ask, Call
from kubeobj.reconcile.informer import version_of
from kubeobj.reconcile.request import wire_of

Events: TypeAlias = list[ObjectEvent[Unstructured]]


class Trouble(Protocol):
    """Something that is wrong with the API, as some processes see it."""

    def concerns(self, process: str) -> bool:
        """Return whether a process has this trouble."""
        ...

    def before(self, call: Call, chance: Chance) -> None:
        """Meet a question before it is answered; what this raises is the answer."""
        ...

    def after(self, call: Call, chance: Chance) -> None:
        """Meet a question that has been answered; what this raises is what the process sees."""
        ...

    def told(self, events: Events, watch: "TroubledWatch", chance: Chance) -> Events:
        """Return what of a batch of events comes through; what this raises ends the watch."""
        ...


class Untroubled:
    """What a trouble does where it does nothing; for troubles to begin with."""

    process: str
    """Which process has it; empty for all."""

    def concerns(self, process: str) -> bool:
        """Return whether a process has this trouble."""
        return self.process in {"", process}

    def before(self, call: Call, chance: Chance) -> None:
        """Let a question through."""

    def after(self, call: Call, chance: Chance) -> None:
        """Let an answer through."""

    def told(self, events: Events, watch: "TroubledWatch", chance: Chance) -> Events:
        """Let events through."""
        return events


@final
class ApiTroubles:
    """All that is wrong with the API now.

    Args:
        clock: Tells when late events come.
        chance: Decides what happens with a probability.
    """

    def __init__(self, clock: Clock, chance: Chance) -> None:
        self.clock: Clock = clock
        self._chance = chance
        self._troubles: list[Trouble] = []
        self._watches: list[weakref.ref[TroubledWatch]] = []

    def begin(self, trouble: Trouble) -> None:
        """Let a trouble begin."""
        self._troubles.append(trouble)

    def end(self, trouble: Trouble) -> None:
        """Let a trouble end, if it lasts still."""
        self._troubles = [one for one in self._troubles if one is not trouble]

    @property
    def active(self) -> tuple[Trouble, ...]:
        """The troubles that there are now."""
        return tuple(self._troubles)

    @property
    def deadline(self) -> float | None:
        """When late events come next, in seconds since 1970; None if none are held back."""
        found = [watch.due for watch in self._open() if watch.due is not None]
        return min(found) if found else None

    def around(self, process: str) -> Around:
        """Return what stands between a process and the API."""

        def around(call: Call, ask: Ask) -> object:
            troubles = self._troubles
            if not troubles and call.verb != "watch":
                return ask()
            mine = [one for one in troubles if one.concerns(process)]
            for one in mine:
                one.before(call, self._chance)
            answer = ask()
            for one in mine:
                one.after(call, self._chance)
            if call.verb == "watch":
                return self._watched(process, cast("Watch[Unstructured]", answer))
            return answer

        return around

    def told(self, process: str, events: Events, watch: "TroubledWatch") -> Events:
        """Return what of a batch of events comes through to a process."""
        for one in self._troubles:
            if one.concerns(process):
                events = one.told(events, watch, self._chance)
        return events

    def _watched(self, process: str, watch: Watch[Unstructured]) -> "TroubledWatch":
        troubled = TroubledWatch(self, process, watch)
        self._watches = [one for one in self._watches if one() is not None]
        self._watches.append(weakref.ref(troubled))
        return troubled

    def _open(self) -> "Sequence[TroubledWatch]":
        return [watch for one in self._watches if (watch := one()) is not None and watch.is_open]


@final
class TroubledWatch:
    """A watch whose events may be late, doubled or lost, and that may end; a `Watch`.

    Args:
        troubles: What is wrong.
        process: Whose watch it is.
        watch: The watch.
    """

    def __init__(self, troubles: ApiTroubles, process: str, watch: Watch[Unstructured]) -> None:
        self._troubles = troubles
        self._process = process
        self._watch = watch
        self._held: deque[tuple[float, Events]] = deque()
        self._late = 0.0
        self._is_dead = False
        self._told = watch.resource_version

    @property
    def due(self) -> float | None:
        """When the next events come that are held back; None if none are."""
        return self._held[0][0] if self._held else None

    @property
    def resource_version(self) -> str:
        """Up to when everything has been told; see `Watch.resource_version`."""
        if self._is_dead or self._held:
            return self._told
        return self._watch.resource_version

    @property
    def is_open(self) -> bool:
        """Whether events may still come, as far as its reader can know."""
        return self._watch.is_open

    def poll(self, limit: int | None = None) -> Events:
        """Return the events that have come through; see `Watch.poll`."""
        if self._is_dead:
            return []
        events = self._watch.poll(limit)
        if not events and not self._held:
            return events
        if events:
            events = self._troubles.told(self._process, events, self)
        now = self._troubles.clock.now()
        if events and (self._late or self._held):
            # Later events do not overtake those that are held back.
            last = self._held[-1][0] if self._held else now
            self._held.append((max(now + self._late, last), events))
            events = []
        self._late = 0.0
        while self._held and self._held[0][0] <= now:
            events = events + self._held.popleft()[1]
        if events:
            last_told = version_of(wire_of(events[-1].object))
            self._told = last_told if self._held else self._watch.resource_version
        return events

    def delay(self, seconds: float) -> None:
        """Hold back the events that are being told."""
        self._late = max(self._late, seconds)

    def die(self) -> None:
        """Tell nothing any more, and do not say so."""
        self._is_dead = True
        self._held.clear()

    def close(self) -> None:
        """End the watch."""
        self._held.clear()
        self._watch.close()

    def __iter__(self) -> Iterator[ObjectEvent[Unstructured]]:
        while events := self.poll():
            yield from events

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()
