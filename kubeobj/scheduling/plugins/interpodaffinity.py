"""InterPodAffinity: pods that must, must not, or would rather be near other pods.

What pods say about others is heard on both sides: the pod to be placed says something of those
there, and those there say something of it.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/interpodaffinity`` (v1.36).
"""

from collections.abc import Iterable
from typing import ClassVar, Final, final

import numpy as np

from kubeobj.placement.podaffinity import PodTerm
from kubeobj.scheduling.arrays import Flags, Numbers, Slots
from kubeobj.scheduling.domains import of_nodes, totals
from kubeobj.scheduling.framework import MAX_SCORE, Reach
from kubeobj.scheduling.labelcolumns import NO_VALUE, LabelColumn
from kubeobj.scheduling.plugins.plain import PlainCheck, PlainRating, Reasons
from kubeobj.scheduling.podcounts import Carried, Count, Part, Selected
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

NEAR_TEXT = "node(s) didn't match pod affinity rules"
APART_TEXT = "node(s) didn't match pod anti-affinity rules"
EXISTING_TEXT = "node(s) didn't satisfy existing pods anti-affinity rules"
_NEAR: Final = 1
_APART: Final = 2
_EXISTING: Final = 3


@final
class InterPodAffinity:
    """The plugin.

    Args:
        hard_weight: How much it counts that a pod there insists on being near the new one.
    """

    name: ClassVar[str] = "InterPodAffinity"
    reach: ClassVar[Reach] = Reach.CLUSTER
    is_normalized: ClassVar[bool] = True

    def __init__(self, hard_weight: int = 1) -> None:
        self.hard_weight: int = hard_weight

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None where nobody insists on anything."""
        affinity = template.pod_affinity
        existing = list(_speaking(template, snapshot, "apart"))
        if not (affinity.near or affinity.apart or existing):
            return None
        return _Check(template, snapshot, existing)

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating | None":
        """Return what to ask about nodes; None where nobody would rather anything."""
        weighted = [
            (term, count, sign * term.weight)
            for terms, sign in (
                (template.pod_affinity.likes, 1),
                (template.pod_affinity.dislikes, -1),
            )
            for term, count in _selected(terms, snapshot)
        ]
        wishes: tuple[tuple[Part, int], ...] = (("likes", 1), ("dislikes", -1))
        for part, sign in wishes:
            for term, count in _speaking(template, snapshot, part):
                weighted.append((term, count, sign * term.weight))
        if self.hard_weight:
            for term, count in _speaking(template, snapshot, "near"):
                weighted.append((term, count, self.hard_weight))
        return _Rating(weighted, snapshot) if weighted else None


def _selected(terms: Iterable[PodTerm], snapshot: Snapshot) -> list[tuple[PodTerm, Count]]:
    """Return the pods that each term is about."""
    return [(term, snapshot.counts.of(Selected((term.pods,)))) for term in terms]


def _speaking(
    template: Template, snapshot: Snapshot, part: Part
) -> Iterable[tuple[PodTerm, Count]]:
    """Yield what pods there say about pods like these in a part of their affinity."""
    counts = snapshot.counts
    for count in counts.carried(part):
        sort = count.sort
        if isinstance(sort, Carried) and counts.speaks_of(count, template):
            yield sort.term, count


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = (
        (Code.UNRESOLVABLE, NEAR_TEXT),
        (Code.UNSCHEDULABLE, APART_TEXT),
        (Code.UNSCHEDULABLE, EXISTING_TEXT),
    )

    def __init__(
        self, template: Template, snapshot: Snapshot, existing: list[tuple[PodTerm, Count]]
    ) -> None:
        self._snapshot = snapshot
        affinity = template.pod_affinity
        columns = snapshot.nodes.labels
        self._near: list[LabelColumn] = [columns.column(one.topology_key) for one in affinity.near]
        self._near_count: Count | None = None
        if affinity.near:
            groups = tuple(one.pods for one in affinity.near)
            self._near_count = snapshot.counts.of(Selected(groups))
        namespaces = snapshot.counts.namespaces
        # The first of pods that want to be near each other may go anywhere.
        self._is_own_kind = all(
            one.pods.finds(template.namespace, template.labels, namespaces) for one in affinity.near
        )
        self._apart = _by_key(_selected(affinity.apart, snapshot), snapshot)
        self._existing = _by_key(existing, snapshot)

    @property
    def stamp(self) -> tuple[object, ...]:
        near = -1 if self._near_count is None else self._near_count.version
        return (
            self._snapshot.nodes_version,
            near,
            *(count.version for _, counts in self._apart for count in counts),
            *(count.version for _, counts in self._existing for count in counts),
        )

    def many(self, at: Slots) -> Numbers:
        found = np.zeros(len(at), dtype=np.int64)
        for answer, keyed in ((_EXISTING, self._existing), (_APART, self._apart)):
            for column, counts in keyed:
                found[_is_any_near(column, counts, at)] = answer
        if self._near_count is not None:
            found[~self._is_near(self._near_count, at)] = _NEAR
        return found

    def _is_near(self, count: Count, at: Slots) -> Flags:
        has_all = np.ones(len(at), dtype=bool)
        are_there = np.ones(len(at), dtype=bool)
        is_nobody = True
        for column in self._near:
            has_all &= column.codes[at] != NO_VALUE
            by_domain = totals(column, count.per_slot)
            is_nobody = is_nobody and not by_domain.any()
            are_there &= of_nodes(column, by_domain, at) > 0
        if is_nobody and self._is_own_kind:
            return has_all
        return has_all & are_there


def _by_key(
    terms: Iterable[tuple[PodTerm, Count]], snapshot: Snapshot
) -> list[tuple[LabelColumn, list[Count]]]:
    """Return counts by the label whose domains they are about."""
    found: dict[str, list[Count]] = {}
    for term, count in terms:
        found.setdefault(term.topology_key, []).append(count)
    columns = snapshot.nodes.labels
    return [(columns.column(key), counts) for key, counts in found.items()]


def _is_any_near(column: LabelColumn, counts: list[Count], at: Slots) -> Flags:
    """Return which nodes are in a domain with one of the pods."""
    there = [count for count in counts if count.total]
    if not there:
        return np.zeros(len(at), dtype=bool)
    per_slot = there[0].per_slot
    for count in there[1:]:
        per_slot = per_slot + count.per_slot
    flags: Flags = of_nodes(column, totals(column, per_slot), at) > 0
    return flags


@final
class _Rating(PlainRating):
    def __init__(self, weighted: list[tuple[PodTerm, Count, int]], snapshot: Snapshot) -> None:
        self._snapshot = snapshot
        keyed: dict[str, list[tuple[Count, int]]] = {}
        for term, count, weight in weighted:
            keyed.setdefault(term.topology_key, []).append((count, weight))
        columns = snapshot.nodes.labels
        self._keyed = [(columns.column(key), counts) for key, counts in keyed.items()]

    @property
    def stamp(self) -> tuple[object, ...]:
        return (
            self._snapshot.nodes_version,
            *(count.version for _, counts in self._keyed for count, _ in counts),
        )

    def many(self, at: Slots) -> Numbers:
        total = np.zeros(len(at), dtype=np.int64)
        for column, counts in self._keyed:
            weighted = [(count.per_slot, weight) for count, weight in counts if count.total]
            if weighted:
                per_slot = weighted[0][0] * weighted[0][1]
                for others, weight in weighted[1:]:
                    per_slot += others * weight
                total += of_nodes(column, totals(column, per_slot), at)
        return total

    def normalize(self, _at: Slots, scores: Numbers) -> Numbers:
        if not len(scores):
            return scores
        least, highest = int(scores.min()), int(scores.max())
        if highest == least:
            return np.zeros(len(scores), dtype=np.int64)
        shares = (scores - least).astype(np.float64) / float(highest - least)
        return (float(MAX_SCORE) * shares).astype(np.int64)
