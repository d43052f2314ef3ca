"""The nodes, each in a slot, and what they have as columns of numbers over the slots.

A node keeps its slot for as long as it is there. Of each there are two views that agree: a
`NodeState` to ask about one, and columns to ask about all.
"""

from collections.abc import Mapping
from enum import Flag, auto
from typing import TypeVar, final

import numpy as np

from kubeobj.documents import Wire
from kubeobj.placement.ports import HostPort
from kubeobj.placement.resources import Amounts, allocatable_of
from kubeobj.placement.taints import Taint, taints_of
from kubeobj.scheduling.arrays import Flags, Numbers, Slots
from kubeobj.scheduling.images import NodeImages
from kubeobj.scheduling.labelcolumns import LabelColumns
from kubeobj.scheduling.records import PodRecord

_FIRST_CAPACITY = 16
_MAX = 2**63 - 1
_Column = TypeVar("_Column", Numbers, Flags)
_NO_LABELS: Mapping[str, str] = {}


class NodeChange(Flag):
    """What about a node has changed, as far as it can let a pod in or keep it out."""

    NOTHING = 0
    ADDED = auto()
    REMOVED = auto()
    LABELS = auto()
    TAINTS = auto()
    ALLOCATABLE = auto()
    IMAGES = auto()
    UNSCHEDULABLE = auto()


@final
class NodeState:
    """One node, and what its pods take of it.

    Args:
        slot: Its place in the columns.
        document: The node.
    """

    __slots__ = (
        "allocatable",
        "document",
        "is_closed",
        "labels",
        "limit",
        "name",
        "nominated",
        "pods",
        "ports",
        "scored_cpu",
        "scored_memory",
        "slot",
        "taints",
        "used",
    )

    def __init__(self, slot: int, document: Wire) -> None:
        self.slot: int = slot
        self.name: str = document["metadata"]["name"]
        self.document: Wire = document
        self.labels: Mapping[str, str] = _NO_LABELS
        self.taints: tuple[Taint, ...] = ()
        self.is_closed: bool = False
        self.allocatable: Amounts = {}
        self.limit: int = 0
        """How many pods there may be."""
        self.pods: dict[str, PodRecord] = {}
        self.nominated: dict[str, PodRecord] = {}
        """Pods that are to come here once others have gone."""
        self.used: Amounts = {}
        self.scored_cpu: int = 0
        self.scored_memory: int = 0
        self.ports: dict[HostPort, int] = {}

    def read(self, document: Wire) -> NodeChange:
        """Take in what the node is now, and return what has changed."""
        spec = document.get("spec") or {}
        labels = document["metadata"].get("labels") or _NO_LABELS
        taints, closed = taints_of(document), bool(spec.get("unschedulable", False))
        allocatable = allocatable_of(document)
        change = NodeChange.NOTHING
        if labels != self.labels:
            change |= NodeChange.LABELS
        if taints != self.taints:
            change |= NodeChange.TAINTS
        if closed != self.is_closed:
            change |= NodeChange.UNSCHEDULABLE
        if allocatable != self.allocatable:
            change |= NodeChange.ALLOCATABLE
        self.document, self.labels, self.taints = document, labels, taints
        self.is_closed, self.allocatable = closed, allocatable
        self.limit = allocatable.get("pods", 0)
        return change


@final
class NodeTable:
    """All nodes, by slot and by name."""

    __slots__ = (
        "_allocatable",
        "_by_name",
        "_free",
        "_slots",
        "_states",
        "_taint_codes",
        "_used",
        "_uses",
        "alive",
        "closed",
        "images",
        "labels",
        "last_use",
        "limit",
        "pod_count",
        "scored_cpu",
        "scored_memory",
        "taint_code",
        "taint_sets",
    )

    def __init__(self) -> None:
        self._states: list[NodeState | None] = [None] * _FIRST_CAPACITY
        self._by_name: dict[str, NodeState] = {}
        self._free: list[int] = list(range(_FIRST_CAPACITY - 1, -1, -1))
        self._slots: Slots | None = None
        self._allocatable: dict[str, Numbers] = {}
        self._used: dict[str, Numbers] = {}
        self.labels: LabelColumns = LabelColumns(_FIRST_CAPACITY)
        self.images: NodeImages = NodeImages()
        self.alive: Flags = np.zeros(_FIRST_CAPACITY, dtype=bool)
        self.closed: Flags = np.zeros(_FIRST_CAPACITY, dtype=bool)
        """Which nodes take no new pods."""
        self.taint_sets: list[tuple[Taint, ...]] = [()]
        """All sets of taints that nodes have had; the first is empty."""
        self._taint_codes: dict[tuple[Taint, ...], int] = {(): 0}
        self.taint_code: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        """Which of the sets each node has."""
        self.limit: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self.pod_count: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self.scored_cpu: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self.scored_memory: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        self.last_use: Numbers = np.zeros(_FIRST_CAPACITY, dtype=np.int64)
        """When each node has last been chosen, as a count of choices."""
        self._uses = 0

    # ------------------------------------------------------------ asking

    @property
    def capacity(self) -> int:
        """For how many nodes there is room."""
        return len(self._states)

    @property
    def slots(self) -> Slots:
        """The slots that have a node, ascending."""
        if self._slots is None:
            self._slots = np.flatnonzero(self.alive)
        return self._slots

    def __len__(self) -> int:
        return len(self._by_name)

    def find(self, name: str) -> NodeState | None:
        """Return a node by its name, or None."""
        return self._by_name.get(name)

    def at(self, slot: int) -> NodeState:
        """Return the node of a slot that has one."""
        state = self._states[slot]
        if state is None:
            message = f"no node is in slot {slot}"
            raise LookupError(message)
        return state

    def allocatable(self, name: str) -> Numbers:
        """Return the column of what nodes have of a resource."""
        column = self._allocatable.get(name)
        if column is None:
            column = self._allocatable[name] = np.zeros(self.capacity, dtype=np.int64)
            for state in self._by_name.values():
                column[state.slot] = _clipped(state.allocatable.get(name, 0))
        return column

    def used(self, name: str) -> Numbers:
        """Return the column of what pods take of a resource."""
        column = self._used.get(name)
        if column is None:
            column = self._used[name] = np.zeros(self.capacity, dtype=np.int64)
            for state in self._by_name.values():
                column[state.slot] = _clipped(state.used.get(name, 0))
        return column

    # ------------------------------------------------------------ changing

    def put(self, document: Wire) -> tuple[NodeState, NodeChange]:
        """Take in a node, and return it with what has changed about it."""
        name = document["metadata"]["name"]
        state = self._by_name.get(name)
        is_new = state is None
        if state is None:
            state = self._enter(document)
        change = state.read(document)
        slot = state.slot
        if is_new or NodeChange.LABELS in change:
            self.labels.put(slot, name, state.labels)
        if NodeChange.TAINTS in change:
            self.taint_code[slot] = self._code(state.taints)
        self.closed[slot] = state.is_closed
        if is_new or NodeChange.ALLOCATABLE in change:
            self.limit[slot] = _clipped(state.limit)
            for resource, column in self._allocatable.items():
                column[slot] = _clipped(state.allocatable.get(resource, 0))
        if self.images.put(slot, (document.get("status") or {}).get("images") or ()):
            change |= NodeChange.IMAGES
        return state, NodeChange.ADDED if is_new else change

    def discard(self, name: str) -> NodeState | None:
        """Forget a node, and return it; None if it was not there."""
        state = self._by_name.pop(name, None)
        if state is None:
            return None
        slot = state.slot
        self._states[slot] = None
        self._free.append(slot)
        self._slots = None
        self.alive[slot] = self.closed[slot] = False
        self.labels.discard(slot)
        self.images.discard(slot)
        for column in self._all_columns():
            column[slot] = 0
        return state

    def take(self, state: NodeState, record: PodRecord, sign: int) -> None:
        """Let a pod take what it asks for of a node, or with a *sign* of -1 give it back."""
        slot, template, used = state.slot, record.template, state.used
        for name, amount in template.requests.items():
            used[name] = total = used.get(name, 0) + sign * amount
            column = self._used.get(name)
            if column is not None:
                _set(column, slot, total)
        cpu, memory = template.scored
        state.scored_cpu += sign * cpu
        state.scored_memory += sign * memory
        _set(self.scored_cpu, slot, state.scored_cpu)
        _set(self.scored_memory, slot, state.scored_memory)
        if sign > 0:
            state.pods[record.uid] = record
        else:
            del state.pods[record.uid]
        self.pod_count[slot] = len(state.pods)
        for port in template.ports:
            left = state.ports.get(port, 0) + sign
            if left > 0:
                state.ports[port] = left
            else:
                state.ports.pop(port, None)

    def touch(self, slot: int) -> None:
        """Note that a node has been chosen: of two that are as good, another is next."""
        self._uses += 1
        self.last_use[slot] = self._uses

    # ------------------------------------------------------------ inside

    def _enter(self, document: Wire) -> NodeState:
        if not self._free:
            self._grow()
        slot = self._free.pop()
        state = NodeState(slot, document)
        self._states[slot] = self._by_name[state.name] = state
        self._slots = None
        self.alive[slot] = True
        return state

    def _code(self, taints: tuple[Taint, ...]) -> int:
        """Return the number of a set of taints; one that is new gets the next."""
        code = self._taint_codes.get(taints)
        if code is None:
            code = self._taint_codes[taints] = len(self.taint_sets)
            self.taint_sets.append(taints)
        return code

    def _grow(self) -> None:
        old = self.capacity
        new = old * 2
        self._states += [None] * old
        self._free += range(new - 1, old - 1, -1)
        self.labels.grow(new)
        self.alive, self.closed = _grown(self.alive, new), _grown(self.closed, new)
        self.taint_code = _grown(self.taint_code, new)
        self.limit, self.pod_count = _grown(self.limit, new), _grown(self.pod_count, new)
        self.last_use = _grown(self.last_use, new)
        self.scored_cpu = _grown(self.scored_cpu, new)
        self.scored_memory = _grown(self.scored_memory, new)
        for columns in (self._allocatable, self._used):
            for name, column in columns.items():
                columns[name] = _grown(column, new)

    def _all_columns(self) -> list[Numbers]:
        return [
            self.last_use,
            self.limit,
            self.pod_count,
            self.scored_cpu,
            self.scored_memory,
            self.taint_code,
            *self._allocatable.values(),
            *self._used.values(),
        ]


def _set(column: Numbers, slot: int, number: int) -> None:
    """Set an entry, to the nearest number that 64 bits hold."""
    try:
        column[slot] = number
    except OverflowError:
        column[slot] = _clipped(number)


def _clipped(number: int) -> int:
    """Return the number nearest to another that 64 bits hold."""
    return min(max(number, -_MAX), _MAX)


def _grown(column: _Column, capacity: int) -> _Column:
    """Return a column with more room."""
    grown = np.zeros(capacity, dtype=column.dtype)
    grown[: len(column)] = column
    return grown
