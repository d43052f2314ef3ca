"""One label of all nodes as a column of small numbers, so that asking is looking up.

A column gives each value of its key a number, from 0 on; a node without the label has -1. A
question about the label is asked once for each value there is, and answered for all nodes at once.
"""

from collections.abc import Mapping, Sequence
from typing import final

import numpy as np

from kubeobj.labels.requirement import Requirement
from kubeobj.placement.nodeaffinity import NodeAffinity, NodeTerm
from kubeobj.scheduling.arrays import Flags, Numbers, Slots

NO_VALUE = -1
"""What a column says of a node without the label."""


@final
class LabelColumn:
    """The values of one label, by the slots of nodes.

    Args:
        key: The label's key.
        capacity: For how many nodes there is room.
    """

    __slots__ = ("_codes", "_numbers", "key", "values", "version")

    def __init__(self, key: str, capacity: int) -> None:
        self.key: str = key
        self.values: list[str] = []
        """The value of each number; some may be on no node any more."""
        self.version: int = 0
        """Grows whenever a node gets another value."""
        self._codes: Numbers = np.full(capacity, NO_VALUE, dtype=np.int64)
        self._numbers: dict[str, int] = {}

    @property
    def codes(self) -> Numbers:
        """The number of each node's value; not to be changed."""
        return self._codes

    def grow(self, capacity: int) -> None:
        """Make room for so many nodes."""
        grown = np.full(capacity, NO_VALUE, dtype=np.int64)
        grown[: len(self._codes)] = self._codes
        self._codes = grown

    def set(self, slot: int, value: str | None) -> None:
        """Let a node have a value, or with None none."""
        code = NO_VALUE if value is None else self.code(value)
        if self._codes[slot] != code:
            self._codes[slot] = code
            self.version += 1

    def code(self, value: str) -> int:
        """Return the number of a value; one that is new gets the next."""
        found = self._numbers.get(value)
        if found is None:
            found = self._numbers[value] = len(self.values)
            self.values.append(value)
        return found

    def meets(self, requirement: Requirement, at: Slots) -> Flags:
        """Return which of the nodes *at* some slots meet a requirement on this label."""
        key = self.key
        answers = [requirement.matches({key: value}) for value in self.values]
        # The last is of nodes without the label, whose -1 counts from the end.
        answers.append(requirement.matches({}))
        return np.array(answers, dtype=bool)[self._codes[at]]

    def equals(self, value: str, at: Slots) -> Flags:
        """Return which of the nodes *at* some slots have a value."""
        code = self._numbers.get(value, NO_VALUE - 1)
        flags: Flags = self._codes[at] == code
        return flags


@final
class LabelColumns:
    """The labels of all nodes, a column for each key that somebody has asked about.

    Args:
        capacity: For how many nodes there is room.
    """

    __slots__ = ("_capacity", "_columns", "_labels", "_names")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._columns: dict[str, LabelColumn] = {}
        self._labels: dict[int, Mapping[str, str]] = {}
        self._names = LabelColumn("metadata.name", capacity)

    def grow(self, capacity: int) -> None:
        """Make room for so many nodes."""
        self._capacity = capacity
        for column in (self._names, *self._columns.values()):
            column.grow(capacity)

    def put(self, slot: int, name: str, labels: Mapping[str, str]) -> None:
        """Let a node have certain labels."""
        self._labels[slot] = labels
        self._names.set(slot, name)
        for key, column in self._columns.items():
            column.set(slot, labels.get(key))

    def discard(self, slot: int) -> None:
        """Forget the labels of a node."""
        self._labels.pop(slot, None)
        for column in (self._names, *self._columns.values()):
            column.set(slot, None)

    def column(self, key: str) -> LabelColumn:
        """Return the column of a key; the first time, it is made."""
        column = self._columns.get(key)
        if column is None:
            column = self._columns[key] = LabelColumn(key, self._capacity)
            for slot, labels in self._labels.items():
                column.set(slot, labels.get(key))
        return column

    def meeting(self, affinity: NodeAffinity, at: Slots) -> Flags:
        """Return which of the nodes *at* some slots an affinity allows."""
        flags = np.ones(len(at), dtype=bool)
        for key, value in affinity.labels:
            flags &= self.column(key).equals(value, at)
        if affinity.terms is not None:
            flags &= self.any_of(affinity.terms, at)
        return flags

    def any_of(self, terms: Sequence[NodeTerm], at: Slots) -> Flags:
        """Return of which of the nodes *at* some slots one of the terms holds."""
        flags = np.zeros(len(at), dtype=bool)
        for term in terms:
            flags |= self.holding(term, at)
        return flags

    def holding(self, term: NodeTerm, at: Slots) -> Flags:
        """Return of which of the nodes *at* some slots a term holds."""
        if not term.is_sound or term.is_empty:
            return np.zeros(len(at), dtype=bool)
        flags = np.ones(len(at), dtype=bool)
        for is_it, name in term.names:
            flags &= self._names.equals(name, at) == is_it
        for requirement in term.requirements:
            flags &= self.column(requirement.key).meets(requirement, at)
        return flags
