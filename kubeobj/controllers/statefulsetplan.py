"""What a StatefulSet does next: which pods it creates, and which it deletes.

Pure: it looks at the pods there are and says what is to be done, in order. A set whose pods come up
in order does one thing at a time and waits; one that may do it all at once does not.

Source: ``k8s.io/kubernetes/pkg/controller/statefulset`` stateful_set_control.go (v1.36).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.controllers.podstate import (
    is_available,
    is_deleting,
    is_failed,
    is_healthy,
    is_running_and_ready,
    is_succeeded,
)
from kubeobj.controllers.rollingupdate import resolve_fenceposts
from kubeobj.controllers.statefulpods import first_ordinal, ordinal_of, ordinals, revision_of
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached


@final
@dataclass(frozen=True, slots=True)
class Create:
    """The pod of a number is to be created, of the present or of the new revision."""

    ordinal: int
    is_updated: bool


@final
@dataclass(frozen=True, slots=True)
class Delete:
    """A pod is to be deleted: it is surplus, has ended, or is of another revision."""

    pod: Cached
    reason: str = ""


@final
@dataclass(frozen=True, slots=True)
class Restore:
    """A pod is to have again what makes it the one of its number, and its claims."""

    pod: Cached


Action: TypeAlias = Create | Delete | Restore
"""Something that is to be done."""

_PARALLEL: Final = "Parallel"


def plan(stateful_set: Cached, pods: Sequence[Cached], update: str, now: float) -> list[Action]:
    """Return what is to be done now, in order.

    Args:
        stateful_set: The set.
        pods: Its pods.
        update: The name of the revision that it is updated to.
        now: The time, in seconds since 1970.
    """
    if "deletionTimestamp" in stateful_set["metadata"]:
        return []
    planned = _Plan(stateful_set, pods, update, now)
    if planned.bring_up() or planned.take_down():
        return planned.actions
    planned.roll()
    return planned.actions


@final
class _Plan:
    def __init__(
        self, stateful_set: Cached, pods: Sequence[Cached], update: str, now: float
    ) -> None:
        self.actions: list[Action] = []
        self._set = stateful_set
        self._update = update
        self._now = now
        self._in_order = stateful_set["spec"].get("podManagementPolicy") != _PARALLEL
        self._min_ready: int = stateful_set["spec"].get("minReadySeconds") or 0
        wanted = ordinals(stateful_set)
        by_ordinal = {ordinal_of(pod): pod for pod in pods}
        self._wanted: Mapping[int, Cached | None] = {n: by_ordinal.get(n) for n in wanted}
        self._surplus = [
            by_ordinal[n] for n in sorted(by_ordinal, reverse=True) if n >= 0 and n not in wanted
        ]

    def bring_up(self) -> bool:
        """Create what is missing; return whether to wait before anything else is done."""
        for ordinal, pod in self._wanted.items():
            if pod is None:
                self.actions.append(Create(ordinal, is_updated=self._is_updated(ordinal)))
                if self._in_order:
                    return True
                continue
            if is_failed(pod) or is_succeeded(pod):
                if not is_deleting(pod):
                    self.actions.append(Delete(pod, _ended(pod)))
                return True
            if self._in_order and not (is_healthy(pod) and self._is_available(pod)):
                # It may be waiting for a claim that somebody has deleted.
                if not is_deleting(pod):
                    self.actions.append(Restore(pod))
                return True
            self.actions.append(Restore(pod))
        return False

    def take_down(self) -> bool:
        """Delete what is surplus, the highest first; return whether to wait."""
        unhealthy = self._first_unhealthy()
        for pod in self._surplus:
            if is_deleting(pod):
                if self._in_order:
                    return True
                continue
            is_first = unhealthy is not None and pod is unhealthy
            is_well = is_running_and_ready(pod) and self._is_available(pod)
            if self._in_order and not is_well and not is_first:
                return True
            self.actions.append(Delete(pod))
            if self._in_order:
                return True
        return False

    def roll(self) -> None:
        """Delete pods of another revision, the highest first, as many as may be missing."""
        strategy = self._set["spec"].get("updateStrategy") or {}
        if strategy.get("type") == "OnDelete":
            return
        rolling: Wire = strategy.get("rollingUpdate") or {}
        last = first_ordinal(self._set) + (rolling.get("partition") or 0)
        # Those that are about to be created are missing, too.
        missing = sum(
            1
            for pod in self._wanted.values()
            if pod is None or not is_healthy(pod) or not self._is_available(pod)
        )
        spare = _max_unavailable(self._set, rolling) - missing
        for ordinal in sorted(self._wanted, reverse=True):
            pod = self._wanted[ordinal]
            if ordinal < last or pod is None:
                continue
            if revision_of(pod) == self._update or is_deleting(pod):
                continue
            # A pod that is missing already may be replaced at no cost.
            is_well = is_healthy(pod) and self._is_available(pod)
            if spare <= 0 and (is_well or self._waits_for_higher(ordinal)):
                return
            self.actions.append(Delete(pod))
            spare -= 1 if is_well else 0

    def _waits_for_higher(self, ordinal: int) -> bool:
        """Return whether a pod of a higher number is not well yet, so that this one has to wait."""
        return any(
            pod is None or not is_healthy(pod) or not self._is_available(pod)
            for number, pod in self._wanted.items()
            if number > ordinal
        )

    def _is_available(self, pod: Cached) -> bool:
        return is_available(pod, self._min_ready, self._now)

    def _is_updated(self, ordinal: int) -> bool:
        """Return whether the pod of a number is created of the new revision."""
        strategy = self._set["spec"].get("updateStrategy") or {}
        rolling = strategy.get("rollingUpdate")
        if strategy.get("type") != "RollingUpdate":
            return True
        first = first_ordinal(self._set)
        if rolling is None:
            current = (self._set.get("status") or {}).get("currentReplicas") or 0
            return bool(ordinal >= first + current)
        return bool(ordinal >= first + (rolling.get("partition") or 0))

    def _first_unhealthy(self) -> Cached | None:
        """Return the pod with the lowest number that is not well."""
        pods = [pod for pod in self._wanted.values() if pod is not None]
        pods += reversed(self._surplus)
        for pod in sorted(pods, key=ordinal_of):
            if not is_healthy(pod):
                return pod
        return None


def _ended(pod: Cached) -> str:
    return "RecreatingFailedPod" if is_failed(pod) else "RecreatingTerminatedPod"


def _max_unavailable(stateful_set: Cached, rolling: Wire) -> int:
    """Return how many pods may be missing while a set is updated: at least one."""
    given = rolling.get("maxUnavailable")
    if given is None:
        return 1
    replicas = stateful_set["spec"]["replicas"]
    return max(resolve_fenceposts(0, given, replicas)[1], 1)
