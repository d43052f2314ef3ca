"""How many pods of some sort are on each node, for each sort that somebody has asked about.

A sort is what a selector selects, or what says the same about other pods. Pods that are alike are
of the same sorts, so which those are is found once for all of them; a pod that comes or goes is
counted where it matters, and nowhere else.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal, TypeAlias, final

import numpy as np

from kubeobj.placement.podaffinity import PodGroupSelector, PodTerm
from kubeobj.scheduling.arrays import Numbers
from kubeobj.scheduling.templates import Template

Part: TypeAlias = Literal["near", "apart", "likes", "dislikes"]
"""In which part of its affinity a pod says something."""

PARTS: Final[tuple[Part, ...]] = ("near", "apart", "likes", "dislikes")


@final
@dataclass(frozen=True, slots=True)
class Selected:
    """The pods that each of some selectors selects.

    Args:
        groups: The selectors.
        skips_ending: Whether pods that are being deleted do not count.
    """

    groups: tuple[PodGroupSelector, ...]
    skips_ending: bool = False


@final
@dataclass(frozen=True, slots=True)
class Carried:
    """The pods that say something about others.

    Args:
        part: In which part of their affinity.
        term: What they say.
    """

    part: Part
    term: PodTerm


Sort: TypeAlias = Selected | Carried
"""Which pods are counted."""


@final
class Count:
    """How many pods of a sort are on each node.

    Args:
        sort: Which pods.
        capacity: For how many nodes there is room.
    """

    __slots__ = ("per_slot", "sort", "total", "version")

    def __init__(self, sort: Sort, capacity: int) -> None:
        self.sort: Sort = sort
        self.per_slot: Numbers = np.zeros(capacity, dtype=np.int64)
        self.total: int = 0
        self.version: int = 0
        """Grows with every change."""

    @property
    def skips_ending(self) -> bool:
        """Whether pods that are being deleted do not count."""
        return isinstance(self.sort, Selected) and self.sort.skips_ending

    def add(self, slot: int, number: int) -> None:
        """Count some pods of a node."""
        self.per_slot[slot] += number
        self.total += number
        self.version += 1


@final
class PodCounts:
    """All counts there are."""

    __slots__ = (
        "_capacity",
        "_carried",
        "_counts",
        "_live",
        "_namespaces_version",
        "_numbers",
        "namespaces",
    )

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._counts: list[Count] = []
        self._numbers: dict[Sort, int] = {}
        self._carried: dict[Part, list[Count]] = {part: [] for part in PARTS}
        # Those that pods on nodes have.
        self._live: dict[Template, None] = {}
        self.namespaces: dict[str, Mapping[str, str]] = {}
        """The labels of each namespace."""
        self._namespaces_version = 0

    @property
    def version(self) -> tuple[int, int]:
        """Another one whenever something new is said, or a namespace has other labels."""
        return len(self._counts), self._namespaces_version

    def grow(self, capacity: int) -> None:
        """Make room for so many nodes."""
        self._capacity = capacity
        for count in self._counts:
            grown = np.zeros(capacity, dtype=np.int64)
            grown[: len(count.per_slot)] = count.per_slot
            count.per_slot = grown

    # ------------------------------------------------------------ asking

    def of(self, sort: Sort) -> Count:
        """Return how many pods of a sort there are; the first time, they are counted."""
        number = self._numbers.get(sort)
        if number is None:
            count = self._enter(sort)
            self._fill(count)
            return count
        return self._counts[number]

    def carried(self, part: Part) -> list[Count]:
        """Return the counts of pods that say something in a part of their affinity."""
        return self._carried[part]

    def speaks_of(self, count: Count, template: Template) -> bool:
        """Return whether what the pods of a count say is about pods like *template*."""
        sort = count.sort
        return isinstance(sort, Carried) and sort.term.pods.matches(
            template.namespace, template.labels, self.namespaces
        )

    # ------------------------------------------------------------ changing

    def add(
        self,
        template: Template,
        slot: int,
        number: int,
        *,
        is_ending: bool,
        is_trial: bool = False,
    ) -> None:
        """Count some pods more, or fewer, on a node.

        Args:
            template: The pods.
            slot: The node.
            number: How many more.
            is_ending: Whether they are being deleted.
            is_trial: Whether this will be taken back; then those that are being deleted count as
                others do, as schedulers have it that try out who would have to go.
        """
        self._tally(template.there, slot, number)
        if is_ending:
            self._tally(template.ending, slot, number)
        if template.there:
            self._live[template] = None
        else:
            self._live.pop(template, None)
        if (
            template.counts_seen != len(self._counts)
            or template.counts_version != self._namespaces_version
        ):
            self._classify(template)
        for at in template.counts:
            count = self._counts[at]
            if is_trial or not (is_ending and count.skips_ending):
                count.add(slot, number)

    def set_namespace(self, name: str, labels: Mapping[str, str] | None) -> bool:
        """Let a namespace have certain labels, or with None none; return whether that is news."""
        if self.namespaces.get(name) == labels:
            return False
        if labels is None:
            del self.namespaces[name]
        else:
            self.namespaces[name] = labels
        self._namespaces_version += 1
        for count in self._counts:
            if _looks_at_namespaces(count.sort):
                count.per_slot[:] = 0
                count.total = 0
                self._fill(count)
        return True

    # ------------------------------------------------------------ inside

    @staticmethod
    def _tally(places: dict[int, int], slot: int, number: int) -> None:
        left = places.get(slot, 0) + number
        if left:
            places[slot] = left
        else:
            places.pop(slot, None)

    def _classify(self, template: Template) -> None:
        """Find the counts that a template is counted in, among those it has not seen yet."""
        if template.counts_version != self._namespaces_version:
            template.counts, template.counts_seen = (), 0
            template.counts_version = self._namespaces_version
        found: list[int] = []
        if not template.counts_seen:
            found += self._said_by(template)
        found += [
            at
            for at in range(template.counts_seen, len(self._counts))
            if self._selects(self._counts[at].sort, template)
        ]
        template.counts = (*template.counts, *found)
        template.counts_seen = len(self._counts)

    def _said_by(self, template: Template) -> list[int]:
        """Return the counts of those who say what these pods say, a number for each term."""
        affinity = template.pod_affinity
        if not affinity:
            return []
        said = [Carried(part, term) for part in PARTS for term in getattr(affinity, part)]
        for sort in said:
            if sort not in self._numbers:
                # Nobody who is there has said it before.
                self._enter(sort)
        return [self._numbers[sort] for sort in said]

    def _enter(self, sort: Sort) -> Count:
        """Begin to count."""
        self._numbers[sort] = len(self._counts)
        count = Count(sort, self._capacity)
        self._counts.append(count)
        if isinstance(sort, Carried):
            self._carried[sort.part].append(count)
        return count

    def _selects(self, sort: Sort, template: Template) -> bool:
        if not isinstance(sort, Selected):
            return False
        namespace, labels = template.namespace, template.labels
        return all(one.finds(namespace, labels, self.namespaces) for one in sort.groups)

    def _fill(self, count: Count) -> None:
        """Count the pods that are there."""
        sort = count.sort
        for template in self._live:
            if isinstance(sort, Selected):
                times = 1 if self._selects(sort, template) else 0
            else:
                times = getattr(template.pod_affinity, sort.part).count(sort.term)
            if not times:
                continue
            ending = template.ending if count.skips_ending else {}
            for slot, number in template.there.items():
                counted = times * (number - ending.get(slot, 0))
                count.per_slot[slot] += counted
                count.total += counted
        count.version += 1


def _looks_at_namespaces(sort: Sort) -> bool:
    return isinstance(sort, Selected) and any(
        group.namespace_selector is not None for group in sort.groups
    )
