"""Slots: the small integers that stand for ids in postings.

Slots are handed out in the order of ids where that is possible; as long as it holds, the members
of a bitmap are in key order already and a selection needs no sort.
"""

from collections.abc import Hashable, Sequence
from typing import Generic, Protocol, Self, TypeVar, cast, final

from pyroaring import BitMap

from kubeobj.errors import UnknownIdError, echo


class Orderable(Hashable, Protocol):
    """What an id must be: hashable, and comparable with the other ids."""

    def __lt__(self, other: Self, /) -> bool: ...


Id = TypeVar("Id", bound=Orderable)


@final
class Slots(Generic[Id]):
    """Ids and their slots, both ways.

    Args:
        ids: The first ids; distinct and ascending.
    """

    __slots__ = ("_by_id", "_free", "_ids", "_is_ordered", "live")

    live: BitMap
    """The slots in use."""

    def __init__(self, ids: Sequence[Id] = ()) -> None:
        self._ids: list[Id | None] = list(ids)
        self._by_id: dict[Id, int] = dict(zip(ids, range(len(ids)), strict=True))
        self._free: list[int] = []
        self._is_ordered = True
        self.live = BitMap(range(len(ids)))

    def copy(self) -> "Slots[Id]":
        """Return the same ids in the same slots, for somebody else to change."""
        twin: Slots[Id] = Slots()
        twin._ids = self._ids.copy()
        twin._by_id = self._by_id.copy()
        twin._free = self._free.copy()
        twin._is_ordered = self._is_ordered
        twin.live = self.live.copy()
        return twin

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, id_: object) -> bool:
        return id_ in self._by_id

    def get(self, id_: Id, /) -> int | None:
        """Return the slot of *id_*, or None if it has none."""
        return self._by_id.get(id_)

    def __getitem__(self, id_: Id) -> int:
        slot = self._by_id.get(id_)
        if slot is None:
            raise UnknownIdError(f"nothing is indexed under {echo(str(id_))}")
        return slot

    def all(self) -> list[int]:
        """Return every slot in use, as the very integers that are kept here."""
        return list(self._by_id.values())

    def take(self, id_: Id, /) -> int:
        """Return a slot for *id_*, which has none yet."""
        slot = self._free[-1] if self._free else len(self._ids)
        is_ordered = self._is_ordered and self._is_between(slot, id_)
        self._by_id[id_] = slot
        if self._free:
            self._free.pop()
            self._ids[slot] = id_
        else:
            self._ids.append(id_)
        self._is_ordered = is_ordered
        self.live.add(slot)
        return slot

    def release(self, id_: Id, /) -> None:
        """Take back the slot of *id_*, which has one."""
        slot = self._by_id.pop(id_)
        self._ids[slot] = None
        self._free.append(slot)
        self.live.discard(slot)
        if not self._by_id:
            self._is_ordered = True

    def ids(self, slots: BitMap) -> list[Id]:
        """Return the ids of *slots*, ascending."""
        found = cast("list[Id]", list(map(self._ids.__getitem__, slots)))
        if not self._is_ordered:
            found.sort()
        return found

    def _is_between(self, slot: int, id_: Id) -> bool:
        """Whether *id_* in *slot* would be between its neighbours."""
        before = self.live.rank(slot)
        if before and not self._at(before - 1) < id_:
            return False
        return before == len(self.live) or id_ < self._at(before)

    def _at(self, rank: int) -> Id:
        return cast("Id", self._ids[self.live[rank]])
