"""All invariants of a cluster, told of what happens there."""

from collections.abc import Iterable
from typing import final

from kubeobj.cluster.invariants.changes import Changes
from kubeobj.cluster.invariants.invariant import (
    Change,
    Followed,
    Invariant,
    InvariantViolated,
    MakeInvariant,
    World,
)
from kubeobj.store.store import Store


@final
class Checks:
    """Tells invariants of the writes to a store.

    Args:
        world: What they look at.
        store: The store.
        invariants: What makes them.
    """

    __slots__ = ("_changes", "_followers", "_invariants")

    def __init__(self, world: World, store: Store, invariants: Iterable[MakeInvariant]) -> None:
        self._changes = Changes(store)
        self._invariants: list[Invariant] = [make(world) for make in invariants]
        self._followers: dict[Followed, list[Invariant]] = {}

    def add(self, invariant: Invariant) -> None:
        """Check another one from now on."""
        self._invariants.append(invariant)

    def check(self, by: str, *, seconds: float, seed: int) -> None:
        """Check what has been written since the last time.

        Args:
            by: Which process did it; empty for the user of the cluster.
            seconds: When it is, in seconds since the simulation began.
            seed: The seed of the simulation.

        Raises:
            InvariantViolated: If something is not as it always is.
        """
        changes = self._changes.poll(by)
        for change in changes:
            self._tell(change, self._followers[change.what], seconds, seed)
        if changes or not self._followers:
            self._follow(seconds, seed)

    def _tell(
        self, change: Change, followers: Iterable[Invariant], seconds: float, seed: int
    ) -> None:
        for invariant in followers:
            wrong = tuple(invariant.take(change))
            if wrong:
                raise InvariantViolated(invariant.name, wrong, seconds=seconds, seed=seed)

    def _follow(self, seconds: float, seed: int) -> None:
        """Let invariants follow what they have come to need."""
        for invariant in self._invariants:
            lacking = self._lacking(invariant)
            while lacking is not None:
                followers = self._followers.setdefault(lacking, [])
                # Who comes late is told what there is; the others have been told.
                changes = self._changes
                there = changes.there(lacking) if followers else changes.follow(lacking)
                followers.append(invariant)
                for change in there:
                    self._tell(change, [invariant], seconds, seed)
                lacking = self._lacking(invariant)

    def _lacking(self, invariant: Invariant) -> Followed | None:
        for what in invariant.follows:
            if invariant not in self._followers.get(what, ()):
                return what
        return None
