"""Which of its pods an owner deletes first when it has too many.

Two orders, most dispensable first. `replicas_to_delete` is that of replica sets and replication
controllers: it spreads deletions over nodes, and takes times by their order of magnitude only, so
that which of two pods of about the same age goes hangs on their uids, which are random.
`dispensable_first` is the plain one, of jobs.

Both compare in turn: without a node before with one; pending, unknown, running; not ready before
ready; (deletion cost, low before high; more of the owner's pods on its node before fewer;) ready
for a short time before long; more restarts before fewer; young before old.

Source: ``k8s.io/kubernetes/pkg/controller`` ActivePodsWithRanks and ActivePods,
``pkg/controller/replicaset`` getPodsToDelete (v1.36); KEP-2185 and KEP-2255.
"""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cmp_to_key
from typing import NamedTuple, TypeAlias

from kubeobj.controllers.podstate import is_active, is_ready, phase_of, ready_since
from kubeobj.documents import Wire
from kubeobj.meta.timestamps import NANOS_PER_SECOND
from kubeobj.reconcile.moments import seconds_of

DELETION_COST = "controller.kubernetes.io/pod-deletion-cost"
"""The annotation with which a pod tells what its deletion costs: an integer of 32 bits, or 0."""

_PHASES = {"Pending": 0, "Unknown": 1, "Running": 2}
_match_cost = re.compile(r"-[0-9]{1,20}|0|[1-9][0-9]{0,19}").fullmatch
_MAX_INT32 = 2**31 - 1
_MAX_INT64 = 2**63 - 1

_State: TypeAlias = tuple[bool, int, bool]
_Restarts: TypeAlias = tuple[int, int]


class _Rank(NamedTuple):
    """All that decides about one pod, in the order in which it does."""

    first: tuple[_State, int, int]
    ready_since: float | None
    restarts: _Restarts
    created: float | None
    uid: str


def replicas_to_delete(
    pods: Sequence[Wire], count: int, now: float, *, related: Iterable[Wire] | None = None
) -> list[Wire]:
    """Return the *count* pods to delete of the active *pods* of a replica set, in order.

    The result hangs on what the pods are and not on the order they come in, even where the rules
    of Kubernetes contradict each other (two pods of the same second are told apart by restarts,
    two of nearly the same by uid).

    Args:
        pods: Those to choose from; all active.
        count: How many, 0 or more. All of *pods* are returned as they come if it is not below.
        now: The time, in seconds since 1970.
        related: The pods that make a node full: those of all replica sets of the same owner, *pods*
            among them. If None, *pods* alone.
    """
    if count >= len(pods):
        return list(pods)
    nodes = Counter(
        pod["spec"].get("nodeName", "")
        for pod in (pods if related is None else related)
        if is_active(pod)
    )
    ranked = [(_rank(pod, nodes), pod) for pod in pods]
    ranked.sort(key=lambda item: item[0].uid)

    def compare(one: tuple[_Rank, Wire], other: tuple[_Rank, Wire]) -> int:
        return _compare(one[0], other[0], now)

    ranked.sort(key=cmp_to_key(compare))
    return [pod for _, pod in ranked[:count]]


def dispensable_first(pods: Iterable[Wire]) -> list[Wire]:
    """Return *pods*, those to delete first at the front; equals stay as they are."""
    return sorted(pods, key=_plain_key)


def deletion_cost(pod: Wire) -> int:
    """Return what the pod says that its deletion costs; 0 if nothing, or no such number.

    >>> deletion_cost({"metadata": {"annotations": {DELETION_COST: "-5"}}})
    -5
    """
    text = (pod["metadata"].get("annotations") or {}).get(DELETION_COST)
    if text is None or not _match_cost(text):
        return 0
    cost = int(text)
    return cost if -_MAX_INT32 - 1 <= cost <= _MAX_INT32 else 0


def _rank(pod: Wire, nodes: Counter[str]) -> _Rank:
    """Return what decides about *pod*, where *nodes* tells how full each node is."""
    return _Rank(
        (_state(pod), deletion_cost(pod), -nodes[pod["spec"].get("nodeName", "")]),
        ready_since(pod),
        _fewest_restarts_last(pod),
        _created(pod),
        pod["metadata"].get("uid", ""),
    )


def _state(pod: Wire) -> _State:
    return bool(pod["spec"].get("nodeName")), _PHASES.get(phase_of(pod), 0), is_ready(pod)


def _created(pod: Wire) -> float | None:
    text = pod["metadata"].get("creationTimestamp")
    return None if text is None else seconds_of(text)


def _fewest_restarts_last(pod: Wire) -> _Restarts:
    """Return the most restarts of a container, and of a sidecar, both negative."""
    status = pod.get("status") or {}
    containers = (entry["restartCount"] for entry in status.get("containerStatuses") or ())
    sidecars = [
        container["name"]
        for container in pod["spec"].get("initContainers") or ()
        if container.get("restartPolicy") == "Always"
    ]
    restarts = (
        entry["restartCount"]
        for entry in status.get("initContainerStatuses") or ()
        if entry["name"] in sidecars
    )
    return -max(containers, default=0), -max(restarts, default=0)


def _compare(one: _Rank, other: _Rank, now: float) -> int:
    """Return whether *one* goes before *other* (-1), after it (1), or neither (0)."""
    if one.first != other.first:
        return -1 if one.first < other.first else 1
    # Pods of the same state are both ready or both not, and the latter have no such time.
    if one.ready_since != other.ready_since:
        return _younger(one, other, (one.ready_since, other.ready_since), now)
    if one.restarts != other.restarts:
        return -1 if one.restarts < other.restarts else 1
    if one.created != other.created:
        return _younger(one, other, (one.created, other.created), now)
    return 0


def _younger(one: _Rank, other: _Rank, times: tuple[float | None, float | None], now: float) -> int:
    """Compare two pods by two times that differ: none first, then young; uids if about equal."""
    mine, others = times
    if mine is None or others is None:
        return -1 if mine is None else 1
    difference = _magnitude(now - mine) - _magnitude(now - others)
    if difference:
        return difference
    return (one.uid > other.uid) - (one.uid < other.uid)


def _magnitude(seconds: float) -> int:
    """Return how many times a duration in nanoseconds can be halved; -1 for none at all."""
    nanos = min(round(seconds * NANOS_PER_SECOND), _MAX_INT64)
    return int(math.log2(nanos)) if nanos > 0 else -1


def _plain_key(pod: Wire) -> tuple[_State, float, _Restarts, float]:
    """Return what orders a pod where times count to the second."""
    return (
        _state(pod),
        _latest_first(ready_since(pod)),
        _fewest_restarts_last(pod),
        _latest_first(_created(pod)),
    )


def _latest_first(time: float | None) -> float:
    return -math.inf if time is None else -time
