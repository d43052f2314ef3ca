"""The life of each node of a simulation: how the API sees it, and how it really is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import final

from kubeobj.cluster.faultbook import FaultEntry
from kubeobj.cluster.faults import Fault, NodeCrash, Partition
from kubeobj.cluster.faulttext import describe_fault, is_lasting
from kubeobj.cluster.invariants.invariant import Change
from kubeobj.documents import Wire


@final
@dataclass(slots=True)
class NodeLife:
    """How the API sees a node. Times are in seconds since the simulation began.

    Args:
        name: Its name.
        states: ``ready``, ``not ready``, ``unknown`` or ``gone``, from when on; after it, whether
            it takes no new pods: ``ready, cordoned``.
    """

    name: str
    states: list[tuple[float, str]] = field(default_factory=list)

    def spans(self, end: float) -> Iterator[tuple[float, float, str]]:
        """Yield how it was from when to when, up to *end*."""
        for number, (at, state) in enumerate(self.states):
            until = self.states[number + 1][0] if number + 1 < len(self.states) else end
            if until > at:
                yield at, until, state


@final
@dataclass(frozen=True, slots=True)
class Struck:
    """A fault that has struck. Times are in seconds since the simulation began.

    Args:
        text: What it is: ``node-crash=node-2``.
        began: When it began.
        ended: When it ended; None if it has not.
        node: The node that it strikes; empty if it strikes none.
        cuts_off: Whether nobody can reach what runs on the node as long as it lasts.
        lasts: Whether it lasts until it ends; else it is over as soon as it has begun.
    """

    text: str
    began: float
    ended: float | None
    node: str
    cuts_off: bool
    lasts: bool


@final
class NodeLives:
    """Follows the nodes of a simulation."""

    resources: tuple[str, ...] = ("nodes",)

    def __init__(self) -> None:
        self.lives: dict[str, NodeLife] = {}
        """By name, in the order in which they came."""

    def take(self, change: Change, at: float) -> None:
        """Take in what has happened to a node."""
        name = change.key.name
        life = self.lives.get(name)
        if life is None:
            life = self.lives[name] = NodeLife(name)
        state = "gone" if change.new is None else _state_of(change.new)
        if life.states and life.states[-1][0] == at:
            life.states.pop()
        if not life.states or life.states[-1][1] != state:
            life.states.append((at, state))


def strikes(history: Iterable[FaultEntry], began: float) -> list[Struck]:
    """Return the faults of a simulation, each with its end.

    Args:
        history: What has begun and ended.
        began: When the simulation began, in seconds since 1970.
    """
    found: list[Struck] = []
    open_: list[tuple[Fault, int]] = []
    for entry in history:
        at = entry.at - began
        if entry.begins:
            open_.append((entry.fault, len(found)))
            found.append(_struck(entry.fault, at))
            continue
        for number, (fault, place) in enumerate(open_):
            if fault is entry.fault:
                begun = found[place]
                found[place] = Struck(
                    begun.text, begun.began, at, begun.node, begun.cuts_off, begun.lasts
                )
                del open_[number]
                break
    return found


def _struck(fault: Fault, at: float) -> Struck:
    node: str = getattr(fault, "node", "")
    return Struck(
        describe_fault(fault),
        at,
        None,
        node,
        isinstance(fault, NodeCrash | Partition),
        is_lasting(fault),
    )


def _state_of(node: Wire) -> str:
    conditions = (node.get("status") or {}).get("conditions") or ()
    ready = next((one["status"] for one in conditions if one["type"] == "Ready"), "False")
    word = {"True": "ready", "False": "not ready"}.get(ready, "unknown")
    return f"{word}, cordoned" if node["spec"].get("unschedulable") else word
