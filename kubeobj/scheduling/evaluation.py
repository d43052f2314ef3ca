"""Where pods that are alike can go, and should go: worked out once, and then kept up to date.

Answers that hang on a node alone are kept, and asked for again only of nodes that have changed: to
place one more pod of a known sort costs what the last pod has changed, and a look for the highest
of the scores. Answers that hang on pods elsewhere are asked for again whenever their stamp says so.
"""

from collections.abc import Mapping
from typing import Final, final

import numpy as np

from kubeobj.scheduling.arrays import Flags, Numbers, Slots
from kubeobj.scheduling.framework import CannotScore, Check, Rating, Reach
from kubeobj.scheduling.nodes import NodeState
from kubeobj.scheduling.profiles import Profile
from kubeobj.scheduling.records import PodRecord
from kubeobj.scheduling.snapshot import Snapshot
from kubeobj.scheduling.templates import Template
from kubeobj.scheduling.verdicts import Rejection

_NO_NODE: Final = -1
_LOWEST: Final = -(2**62)
# Scores are far below 2 ** 20, and nodes are chosen fewer than 2 ** 40 times.
_SCORE_BITS: Final = 40
# If one in so many nodes has changed, everything is asked again at once.
_ONE_IN: Final = 16


@final
class _Asked:
    """A question that is kept: what is asked, and what was answered last."""

    __slots__ = ("answers", "check", "order", "stamp")

    def __init__(self, order: int, check: Check) -> None:
        self.order = order
        self.check = check
        self.stamp: tuple[object, ...] | None = None
        self.answers: Numbers | None = None

    def all(self, at: Slots) -> Numbers:
        """Return the answers about all nodes; those of last time if they are still good."""
        stamp = (len(at), *self.check.stamp)
        if self.answers is None or stamp != self.stamp:
            self.answers = self.check.many(at)
            self.stamp = stamp
        return self.answers


@final
class Evaluation:
    """Where the pods of a template can go.

    Args:
        profile: Who is asked.
        template: The pods.
        snapshot: The cluster.
    """

    def __init__(self, profile: Profile, template: Template, snapshot: Snapshot) -> None:
        self.profile: Profile = profile
        self.template: Template = template
        self.rejection: Rejection | None = None
        """Why they cannot go anywhere, if that is so whatever the nodes are like."""
        self.bad_score: str = ""
        """Why nodes cannot be scored, or empty."""
        self.failed: Numbers = np.zeros(0, dtype=np.int64)
        """Who objects to each slot, as a place among the filters from 1; 0 for nobody."""
        self.detail: Numbers = np.zeros(0, dtype=np.int64)
        """What the objection is, as its plugin puts it."""
        self.changed: dict[int, None] = {}
        """The slots that have changed since whoever looks at this last has emptied it."""
        self._snapshot = snapshot
        self._made_of: tuple[object, ...] | None = None
        self._place = -1
        self._checks: dict[int, Check] = {}
        self._local: list[tuple[int, Check]] = []
        self._wide: list[_Asked] = []
        self._own_ratings: list[tuple[str, int, Rating]] = []
        self._shared_ratings: list[tuple[str, int, Rating]] = []
        self._node_ratings: list[tuple[str, int, Rating]] = []
        self._wide_ratings: list[tuple[str, int, Rating]] = []
        # The same as `failed` and `detail`, of the filters that look at one node only.
        self._local_failed: Numbers = self.failed
        self._local_detail: Numbers = self.detail
        self._base: Numbers = np.zeros(0, dtype=np.int64)
        self._rank: Numbers = np.zeros(0, dtype=np.int64)
        self._raw: list[Numbers] = []
        self._is_flat = True
        self._shared: Numbers = np.zeros(0, dtype=np.int64)
        self._shared_stamp: tuple[object, ...] | None = None

    # ------------------------------------------------------------ asking

    @property
    def is_local(self) -> bool:
        """Whether nothing but each node itself, and its pods, can be in the way."""
        return not self._wide

    def refresh(self) -> None:
        """Take in whatever has changed."""
        self._remake()
        if self.rejection is not None:
            return
        changes = self._snapshot.journal.since(self._place) if self._place >= 0 else None
        self._place = self._snapshot.journal.end
        is_grown = len(self._base) != self._snapshot.nodes.capacity
        if changes is None or is_grown or len(changes) * _ONE_IN > len(self._snapshot) + 256:
            self._renew_all()
        else:
            for slot, is_node in changes.items():
                self._renew(slot, is_node=is_node)
        self._share()
        if self._wide:
            self._widen()

    def best(self, among: Slots | None = None) -> int:
        """Return the slot of the node that suits the pods best, or -1 if none will do.

        Args:
            among: The only slots to look at; None for all.
        """
        if among is None and self._is_simple():
            slot = int(self._rank.argmax())
            return slot if self._rank[slot] > _LOWEST else -1
        at = self.feasible(among)
        if len(at) < 2:
            return int(at[0]) if len(at) else -1
        rank: Numbers = (self.totals(at) << _SCORE_BITS) - self._snapshot.nodes.last_use[at]
        return int(at[int(rank.argmax())])

    def feasible(self, among: Slots | None = None) -> Slots:
        """Return the slots of the nodes that the pods can go to, ascending."""
        if among is None:
            return np.flatnonzero(self.failed == 0)
        found: Slots = among[self.failed[among] == 0]
        return found

    def totals(self, at: Slots) -> Numbers:
        """Return the scores of nodes that the pods can go to, all of them.

        Raises:
            CannotScore: If they cannot be told.
        """
        if self.bad_score:
            raise CannotScore(self.bad_score)
        total: Numbers = self._base[at] + self._shared[at]
        for raw, (_, weight, rating) in zip(self._raw, self._node_ratings, strict=True):
            total += weight * rating.normalize(at, raw[at])
        for _, weight, rating in self._wide_ratings:
            total += weight * rating.normalize(at, rating.many(at))
        return total

    def scores(self, at: Slots) -> Mapping[str, Numbers]:
        """Return the same by plugin, with its weight: where each total comes from.

        Raises:
            CannotScore: If they cannot be told.
        """
        if self.bad_score:
            raise CannotScore(self.bad_score)
        ratings = (
            *self._node_ratings,
            *self._wide_ratings,
            *self._own_ratings,
            *self._shared_ratings,
        )
        return {
            name: weight * rating.normalize(at, rating.many(at)) for name, weight, rating in ratings
        }

    def check(self, order: int) -> Check:
        """Return what the filter at a place, from 1, has to say."""
        return self._checks[order]

    def answer(self, state: NodeState) -> tuple[int, int]:
        """Return who objects to a node as it is now, and how; zeros if nobody does.

        The pods that are to come there and matter no less are counted in, and then not.
        """
        nominees = self._nominees(state)
        if nominees:
            found = self._with(nominees, state)
            if found[0]:
                return found
        return self._first(state)

    def fits(self, state: NodeState) -> bool:
        """Return whether a node would do as it is now, if nobody else were to come there."""
        return self._first(state)[0] == 0

    # ------------------------------------------------------------ what is asked

    def _remake(self) -> None:
        """Ask the plugins again what there is to ask, if that may have changed."""
        snapshot, template = self._snapshot, self.template
        made_of = (
            snapshot.counts.version,
            snapshot.selectors.version,
            snapshot.volumes.version if template.has_volumes else 0,
            snapshot.nodes.images.version,
        )
        if made_of == self._made_of:
            return
        was_local = self.is_local
        self._make_checks()
        self._make_ratings()
        # What plugins ask for may have made them count something new.
        self._made_of = (snapshot.counts.version, *made_of[1:])
        if self.is_local != was_local:
            self._place = -1

    def _make_checks(self) -> None:
        self.rejection = None
        self._checks, self._local, self._wide = {}, [], []
        for order, plugin in enumerate(self.profile.filters, start=1):
            found = plugin.check(self.template, self._snapshot)
            if found is None:
                continue
            if isinstance(found, Rejection):
                self.rejection = found
                self._place = -1
                return
            self._checks[order] = found
            if plugin.reach is Reach.CLUSTER:
                self._wide.append(_Asked(order, found))
            else:
                self._local.append((order, found))

    def _make_ratings(self) -> None:
        self.bad_score = ""
        self._own_ratings, self._shared_ratings = [], []
        self._node_ratings, self._wide_ratings = [], []
        self._shared_stamp = None
        for plugin, weight in self.profile.scores:
            try:
                rating = plugin.rate(self.template, self._snapshot)
            except CannotScore as error:
                self.bad_score = str(error)
                continue
            if rating is None:
                continue
            if plugin.reach is Reach.CLUSTER:
                kept = self._wide_ratings if plugin.is_normalized else self._shared_ratings
            else:
                kept = self._node_ratings if plugin.is_normalized else self._own_ratings
            kept.append((plugin.name, weight, rating))

    # ------------------------------------------------------------ keeping up

    def _renew_all(self) -> None:
        """Ask about every node."""
        nodes = self._snapshot.nodes
        capacity, at = nodes.capacity, nodes.slots
        failed = np.full(capacity, _NO_NODE, dtype=np.int64)
        detail = np.zeros(capacity, dtype=np.int64)
        left = at
        for order, check in self._local:
            details = check.many(left)
            is_bad = details != 0
            if is_bad.any():
                failed[left[is_bad]] = order
                detail[left[is_bad]] = details[is_bad]
                left = left[~is_bad]
        failed[left] = 0
        self._local_failed, self._local_detail = failed, detail
        self.failed, self.detail = failed, detail
        self._base = np.zeros(capacity, dtype=np.int64)
        for _, weight, rating in self._own_ratings:
            self._base[at] += weight * rating.many(at)
        self._raw = []
        for _, _, rating in self._node_ratings:
            raw = np.zeros(capacity, dtype=np.int64)
            raw[at] = rating.many(at)
            self._raw.append(raw)
        self._is_flat = not any(raw.any() for raw in self._raw)
        self.changed.update(dict.fromkeys(at.tolist()))
        self._shared_stamp = None
        if self.is_local:
            for state in self._nominated():
                failed[state.slot], detail[state.slot] = self.answer(state)

    def _renew(self, slot: int, *, is_node: bool) -> None:
        """Ask about one node."""
        nodes = self._snapshot.nodes
        self.changed[slot] = None
        if not nodes.alive[slot]:
            self._local_failed[slot] = self.failed[slot] = _NO_NODE
            self._rank[slot] = _LOWEST
            return
        state = nodes.at(slot)
        self._local_failed[slot], self._local_detail[slot] = (
            self.answer(state) if self.is_local else self._first_local(state)
        )
        base = 0
        for _, weight, rating in self._own_ratings:
            base += weight * rating.one(state)
        self._base[slot] = base
        if is_node:
            for raw, (_, _, rating) in zip(self._raw, self._node_ratings, strict=True):
                raw[slot] = rating.one(state)
            self._is_flat = not any(raw.any() for raw in self._raw)
        if self._shared_stamp is not None:
            self._rank[slot] = self._rank_of(slot)

    def _nominated(self) -> list[NodeState]:
        """Return the nodes that pods are to come to."""
        find = self._snapshot.nodes.find
        found = map(find, dict.fromkeys(self._snapshot.nominees.values()))
        return [state for state in found if state is not None]

    def _share(self) -> None:
        """Bring what is known of images and the like up to date, and with it all ranks."""
        nodes = self._snapshot.nodes
        stamp = tuple((name, *rating.stamp) for name, _, rating in self._shared_ratings)
        if stamp == self._shared_stamp:
            return
        at = nodes.slots
        self._shared = np.zeros(nodes.capacity, dtype=np.int64)
        for _, weight, rating in self._shared_ratings:
            self._shared[at] += weight * rating.many(at)
        self._shared_stamp = stamp
        ranks = ((self._base + self._shared) << _SCORE_BITS) - nodes.last_use
        self._rank = np.where(self._local_failed == 0, ranks, _LOWEST)

    def _rank_of(self, slot: int) -> int:
        if self._local_failed[slot]:
            return _LOWEST
        score = int(self._base[slot] + self._shared[slot])
        return (score << _SCORE_BITS) - int(self._snapshot.nodes.last_use[slot])

    def _is_simple(self) -> bool:
        """Whether the ranks that are kept say it all: all else is the same for all nodes."""
        return self._is_flat and not (self._wide or self._wide_ratings or self.bad_score)

    # ------------------------------------------------------------ one node

    def _first_local(self, state: NodeState) -> tuple[int, int]:
        for order, check in self._local:
            detail = check.one(state)
            if detail:
                return order, detail
        return 0, 0

    def _first(self, state: NodeState) -> tuple[int, int]:
        """Return the first who objects to a node, whatever it hangs on."""
        if not self._wide:
            return self._first_local(state)
        for order, check in self._checks.items():
            detail = check.one(state)
            if detail:
                return order, detail
        return 0, 0

    def _nominees(self, state: NodeState) -> list[PodRecord]:
        least = self.template.priority
        return [one for one in state.nominated.values() if one.priority >= least]

    def _with(self, nominees: list[PodRecord], state: NodeState) -> tuple[int, int]:
        """Return the same as if some pods were there already."""
        ports = dict(state.ports)
        for one in nominees:
            self._snapshot.put_back(one, state)
        found = self._first(state)
        for one in nominees:
            self._snapshot.take_out(one, state)
        state.ports = ports
        return found

    # ------------------------------------------------------------ what hangs on the cluster

    def _widen(self) -> None:
        """Add the objections that hang on the cluster to those that do not."""
        at = self._snapshot.nodes.slots
        self.failed, self.detail = self._local_failed.copy(), self._local_detail.copy()
        failed, detail = self.failed[at], self.detail[at]
        for asked in self._wide:
            answers = asked.all(at)
            objects: Flags = (answers != 0) & ((failed == 0) | (failed > asked.order))
            failed[objects] = asked.order
            detail[objects] = answers[objects]
        self.failed[at], self.detail[at] = failed, detail
        for state in self._nominated():
            if self._nominees(state):
                self.failed[state.slot], self.detail[state.slot] = self.answer(state)
