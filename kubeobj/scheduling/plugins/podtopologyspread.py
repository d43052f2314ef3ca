"""PodTopologySpread: pods that belong together are spread over zones, nodes, or other domains.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/podtopologyspread`` (v1.36).
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Final, final

import numpy as np

from kubeobj.labels.selector import Selector
from kubeobj.placement.podaffinity import PodGroupSelector
from kubeobj.placement.spread import SpreadConstraint
from kubeobj.placement.taints import untolerated
from kubeobj.scheduling.arrays import Flags, Numbers, Slots
from kubeobj.scheduling.domains import of_nodes, present, totals
from kubeobj.scheduling.framework import MAX_SCORE, Reach
from kubeobj.scheduling.labelcolumns import NO_VALUE, LabelColumn
from kubeobj.scheduling.plugins.plain import PlainCheck, PlainRating, Reasons
from kubeobj.scheduling.podcounts import Count, Selected
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Code

HOSTNAME: Final = "kubernetes.io/hostname"
ZONE: Final = "topology.kubernetes.io/zone"

SYSTEM_DEFAULTS: Final = (
    SpreadConstraint(3, HOSTNAME, is_hard=False, selector=Selector.everything()),
    SpreadConstraint(5, ZONE, is_hard=False, selector=Selector.everything()),
)
"""How pods are spread that do not say so; the selectors are those of what they belong to."""

NO_LABEL_TEXT = "node(s) didn't match pod topology spread constraints (missing required label)"
SKEW_TEXT = "node(s) didn't match pod topology spread constraints"
_NO_MINIMUM: Final = 2**31 - 1


@final
class PodTopologySpread:
    """The plugin.

    Args:
        defaults: How pods are spread that do not say so.
        are_system_defaults: Whether nodes without one of the labels count all the same.
    """

    name: ClassVar[str] = "PodTopologySpread"
    reach: ClassVar[Reach] = Reach.CLUSTER
    is_normalized: ClassVar[bool] = True

    def __init__(
        self,
        defaults: Sequence[SpreadConstraint] = SYSTEM_DEFAULTS,
        *,
        are_system_defaults: bool = True,
    ) -> None:
        self.defaults: tuple[SpreadConstraint, ...] = tuple(defaults)
        self.are_system_defaults: bool = are_system_defaults

    def check(self, template: Template, snapshot: Snapshot) -> "_Check | None":
        """Return what to ask about nodes; None for pods that insist on nothing."""
        asked = [one for one in self._constraints(template, snapshot) if one.is_hard]
        return _Check(template, snapshot, asked) if asked else None

    def rate(self, template: Template, snapshot: Snapshot) -> "_Rating | None":
        """Return what to ask about nodes; None for pods that would rather nothing."""
        asked = [one for one in self._constraints(template, snapshot) if not one.is_hard]
        if not asked:
            return None
        needs_all = bool(template.spread) or not self.are_system_defaults
        return _Rating(template, snapshot, asked, needs_all=needs_all)

    def _constraints(self, template: Template, snapshot: Snapshot) -> Sequence[SpreadConstraint]:
        if template.spread or not self.defaults:
            return template.spread
        selector = snapshot.selectors.default_for(template)
        if selector.selects_everything:
            return ()
        return [replace(one, selector=selector) for one in self.defaults]


@final
@dataclass(frozen=True, slots=True)
class _Counted:
    """A constraint, with the pods that it is about."""

    constraint: SpreadConstraint
    column: LabelColumn
    count: Count


class _Spreading:
    """What a check and a rating have in common: which nodes and which pods count."""

    def __init__(
        self, template: Template, snapshot: Snapshot, asked: Sequence[SpreadConstraint]
    ) -> None:
        self._template = template
        self._snapshot = snapshot
        self.counted: list[_Counted] = []
        for one in asked:
            # A selector of all pods counts none of those there, as it has always been.
            chosen = Selector.nothing() if one.selector.selects_everything else one.selector
            group = PodGroupSelector((template.namespace,), None, chosen)
            count = snapshot.counts.of(Selected((group,), skips_ending=True))
            column = snapshot.nodes.labels.column(one.topology_key)
            self.counted.append(_Counted(one, column, count))
        self._eligible: dict[tuple[bool, bool], Slots] = {}
        self._seen = -1

    @property
    def stamp(self) -> tuple[object, ...]:
        return (
            self._snapshot.nodes_version,
            *(one.count.version for one in self.counted),
        )

    def missing(self, at: Slots) -> Flags:
        """Return which nodes lack one of the labels."""
        found = np.zeros(len(at), dtype=bool)
        for one in self.counted:
            found |= one.column.codes[at] == NO_VALUE
        return found

    def eligible(self, constraint: SpreadConstraint, *, needs_all: bool) -> Slots:
        """Return the nodes whose pods count; found again only when nodes have changed."""
        if self._seen != self._snapshot.nodes_version:
            self._eligible.clear()
            self._seen = self._snapshot.nodes_version
        key = (constraint.honors_affinity, constraint.honors_taints)
        found = self._eligible.get(key)
        if found is None:
            found = self._eligible[key] = self._find(constraint, needs_all=needs_all)
        return found

    def _find(self, constraint: SpreadConstraint, *, needs_all: bool) -> Slots:
        nodes, template = self._snapshot.nodes, self._template
        at = nodes.slots
        if needs_all:
            at = at[~self.missing(at)]
        if constraint.honors_affinity and not template.node_affinity.allows_all:
            at = at[nodes.labels.meeting(template.node_affinity, at)]
        if constraint.honors_taints:
            tolerations = template.tolerations
            fine = [untolerated(nodes.at(slot).taints, tolerations) is None for slot in at.tolist()]
            at = at[np.array(fine, dtype=bool)]
        return at


@final
class _Check(PlainCheck):
    reasons: ClassVar[Reasons] = (
        (Code.UNRESOLVABLE, NO_LABEL_TEXT),
        (Code.UNSCHEDULABLE, SKEW_TEXT),
    )

    def __init__(
        self, template: Template, snapshot: Snapshot, asked: Sequence[SpreadConstraint]
    ) -> None:
        self._spreading = _Spreading(template, snapshot, asked)
        self._labels = template.labels

    @property
    def stamp(self) -> tuple[object, ...]:
        return self._spreading.stamp

    def many(self, at: Slots) -> Numbers:
        found = np.zeros(len(at), dtype=np.int64)
        for one in self._spreading.counted:
            constraint, column = one.constraint, one.column
            eligible = self._spreading.eligible(constraint, needs_all=True)
            by_domain = totals(column, one.count.per_slot, eligible)
            least = self._least(constraint, by_domain, present(column, eligible) > 0)
            own = 1 if constraint.selector.matches(self._labels) else 0
            skew = of_nodes(column, by_domain, at) + own - least
            lacks = column.codes[at] == NO_VALUE
            answers = np.where(lacks, 1, np.where(skew > constraint.max_skew, 2, 0))
            found = np.where(found > 0, found, answers)
        return found

    @staticmethod
    def _least(constraint: SpreadConstraint, by_domain: Numbers, is_there: Flags) -> int:
        domains = int(is_there.sum())
        if domains < constraint.min_domains:
            return 0
        return int(by_domain[is_there].min()) if domains else _NO_MINIMUM


@final
class _Rating(PlainRating):
    def __init__(
        self,
        template: Template,
        snapshot: Snapshot,
        asked: Sequence[SpreadConstraint],
        *,
        needs_all: bool,
    ) -> None:
        self._spreading = _Spreading(template, snapshot, asked)
        self._needs_all = needs_all

    @property
    def stamp(self) -> tuple[object, ...]:
        return self._spreading.stamp

    def many(self, at: Slots) -> Numbers:
        ignored = self._ignored(at)
        scored = at[~ignored]
        total = np.zeros(len(at), dtype=np.float64)
        for one in self._spreading.counted:
            column = one.column
            if column.key == HOSTNAME:
                size = len(scored)
                counts = one.count.per_slot[at]
            else:
                size = len(np.unique(column.codes[scored]))
                eligible = self._spreading.eligible(one.constraint, needs_all=self._needs_all)
                by_domain = totals(column, one.count.per_slot, eligible)
                counts = of_nodes(column, by_domain, at)
            weight = math.log(size + 2)
            scores = counts * weight + (one.constraint.max_skew - 1)
            total += np.where(column.codes[at] == NO_VALUE, 0.0, scores)
        total[ignored] = 0.0
        return np.floor(total + 0.5).astype(np.int64)

    def normalize(self, at: Slots, scores: Numbers) -> Numbers:
        ignored = self._ignored(at)
        counted = scores[~ignored]
        if not len(counted):
            return np.zeros(len(at), dtype=np.int64)
        highest, least = max(int(counted.max()), 0), int(counted.min())
        if highest == 0:
            found = np.full(len(at), MAX_SCORE)
        else:
            found = MAX_SCORE * (highest + least - scores) // highest
        found[ignored] = 0
        return found

    def _ignored(self, at: Slots) -> Flags:
        if self._needs_all:
            return self._spreading.missing(at)
        return np.zeros(len(at), dtype=bool)
