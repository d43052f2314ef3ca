"""Invariants: what each of them is, and what happens when one does not hold."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol, TypeAlias, final

from kubeobj.cluster.faultbook import FaultBook
from kubeobj.cluster.process import Process
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.request import Request


@final
class InvariantViolated(KubeobjError, AssertionError):
    """Something that must always be so is not.

    Args:
        name: Which invariant.
        texts: What is wrong, with the objects that it is wrong with.
        seconds: When, in seconds since the simulation began.
        seed: The seed of the simulation, which plays it again.
    """

    def __init__(self, name: str, texts: Iterable[str], *, seconds: float, seed: int) -> None:
        self.name: str = name
        self.texts: tuple[str, ...] = tuple(texts)
        self.seconds: float = seconds
        self.seed: int = seed
        lines = "".join(f"\n  {text}" for text in self.texts)
        super().__init__(f"{name}: violated after {seconds:g} s, seed {seed}{lines}")


@final
@dataclass(frozen=True, slots=True)
class Followed:
    """Objects whose changes an invariant is told.

    Args:
        resource: Their resource, in the plural and with its group: ``deployments.apps``.
        selector: Which labels they have; empty for any.
    """

    resource: str
    selector: str = ""


@final
@dataclass(frozen=True, slots=True)
class Change:
    """One write, or an object that was there when an invariant began to look.

    Args:
        what: What was followed.
        key: Which object.
        old: What it was; None if it was not there.
        new: What it is; None if it is gone.
        revision: Which write.
        by: Which process did it; empty for the user of the cluster.
        is_news: Whether it has happened just now.
    """

    what: Followed
    key: Request
    old: Wire | None
    new: Wire | None
    revision: int
    by: str
    is_news: bool


class World(Protocol):
    """What invariants may look at besides changes."""

    @property
    def nodes(self) -> Mapping[str, SimulatedNode]:
        """The machines by name."""
        ...

    @property
    def processes(self) -> Mapping[str, Process]:
        """The processes by name."""
        ...

    @property
    def faults(self) -> FaultBook:
        """What has gone wrong so far."""
        ...


class Invariant(Protocol):
    """Something that is always so. It is told of changes, and never goes through all objects."""

    name: str
    """What is always so, in a few words."""

    @property
    def follows(self) -> tuple[Followed, ...]:
        """What it is to be told of; asked again after each change, for it may come to be more."""
        ...

    def take(self, change: Change) -> Iterable[str]:
        """Take in a change, and return what is wrong with it, if anything."""
        ...


MakeInvariant: TypeAlias = Callable[[World], Invariant]
"""Makes an invariant for a cluster: a class will do."""
