"""What a pod worker goes by, and what it decides.

A worker looks at all there is and says what is to be done now; it never asks what has happened.
"""

from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.node.podactions import Action, StartContainer, StopContainer
from kubeobj.node.podmemory import Memory
from kubeobj.node.podview import PodView
from kubeobj.node.probes.kinds import Findings
from kubeobj.runtimes.states import ContainerState

_BEGINNING: Final = frozenset({ContainerState.CREATED, ContainerState.RUNNING})

NoteType: TypeAlias = Literal["Normal", "Warning"]
"""How much something matters that is told."""


@final
@dataclass(frozen=True, slots=True)
class Note:
    """Something that is told of a pod, as an event.

    Args:
        reason: In one word: ``Killing``.
        message: In a sentence.
        type: How much it matters.
        container: Of which of its containers; empty for the pod.
    """

    reason: str
    message: str
    type: NoteType = "Normal"
    container: str = ""


@final
@dataclass(frozen=True, slots=True)
class Flight:
    """An action that is being carried out.

    Args:
        action: Which.
        began: Since when, in seconds since 1970.
    """

    action: Action
    began: float


@final
@dataclass(frozen=True, slots=True)
class Situation:
    """How things are with a pod.

    Args:
        pod: The pod as it is to be: its spec, and its status as it was told last.
        view: What the runtime says there is of it.
        now: When that is, in seconds since 1970.
        flights: What is being done.
        findings: What probes have found.
        is_gone: Whether the API has no such pod any more.
    """

    pod: Wire
    view: PodView
    now: float
    flights: tuple[Flight, ...] = ()
    findings: Findings = field(default_factory=dict)
    is_gone: bool = False

    def is_busy(self, slot: str) -> bool:
        """Return whether something is being done there."""
        return any(one.action.slot == slot for one in self.flights)

    @property
    def shown(self) -> PodView:
        """What there is of it, but for what begins: until all of that is done, it does not count.

        A container that does something first runs meanwhile, and what comes of it is not known.
        """
        starting = {
            one.action.container: one.action.attempt
            for one in self.flights
            if isinstance(one.action, StartContainer)
        }
        if not starting:
            return self.view
        counted = tuple(
            one
            for one in self.view.containers
            if one.state not in _BEGINNING or starting.get(one.name) != one.attempt
        )
        return PodView(self.view.sandboxes, counted)

    @property
    def is_starting(self) -> bool:
        """Whether a container is being started."""
        return any(isinstance(one.action, StartContainer) for one in self.flights)

    def is_starting_one(self, name: str) -> bool:
        """Return whether that container is being started."""
        return any(
            isinstance(one.action, StartContainer) and one.action.container == name
            for one in self.flights
        )

    def stops(self, container_id: str) -> list[tuple[Flight, StopContainer]]:
        """Return by what a run of a container is being ended."""
        return [
            (one, one.action)
            for one in self.flights
            if isinstance(one.action, StopContainer) and one.action.container_id == container_id
        ]


@final
@dataclass(slots=True)
class Decision:
    """What is to be done about a pod.

    Args:
        actions: What to begin now.
        notes: What to tell.
        look_at: When to look again, if nothing happens before; None for not.
        may_go: Whether the API may forget the pod.
    """

    actions: list[Action] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    look_at: float | None = None
    may_go: bool = False

    def look_again(self, at: float) -> None:
        """Look again then, at the latest."""
        self.look_at = at if self.look_at is None else min(self.look_at, at)


def may_begin(action: Action, situation: Situation, memory: Memory, out: Decision) -> bool:
    """Return whether an action can begin now: nothing is done there, nor has failed just now."""
    slot = action.slot
    if situation.is_busy(slot) or any(one.slot == slot for one in out.actions):
        return False
    again = memory.again.get(slot, 0.0)
    if again > situation.now:
        out.look_again(again)
        return False
    return True


def begin(action: Action, situation: Situation, memory: Memory, out: Decision) -> bool:
    """Begin an action if that can be done now; return whether it is begun."""
    if not may_begin(action, situation, memory, out):
        return False
    out.actions.append(action)
    return True
