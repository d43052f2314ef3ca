"""What a DaemonSet does next: on which nodes it creates pods, and which it deletes.

Pure: it looks at nodes and pods, and says what is to be done.

Source: ``k8s.io/kubernetes/pkg/controller/daemon`` daemon_controller.go and update.go (v1.36).
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.controllers.daemonpods import Suits, is_updated
from kubeobj.controllers.daemonsetlimits import allows_surge, surge_count, unavailable_count
from kubeobj.controllers.podstate import (
    is_available,
    is_deleting,
    is_failed,
    is_ready,
    is_succeeded,
)
from kubeobj.reconcile.request import Cached

NOWHERE: Final[Suits] = Suits(runs=False, stays=False)


@final
@dataclass(slots=True)
class Actions:
    """What is to be done.

    Args:
        create: The nodes on which a pod is to be created.
        delete: The pods that are to be deleted.
        ended: Which of these have ended by themselves, and on which node.
    """

    create: list[str] = field(default_factory=list)
    delete: list[Cached] = field(default_factory=list)
    ended: list[tuple[Cached, str]] = field(default_factory=list)


@final
@dataclass(frozen=True, slots=True)
class DaemonView:
    """What a set is to be judged by.

    Args:
        daemon_set: The set.
        suits: Per node that there is, whether it suits the set.
        pods: Per node, the pods that are there or meant for it.
        found_hash: The hash of the present revision.
        now: The time, in seconds since 1970.
    """

    daemon_set: Cached
    suits: Mapping[str, Suits]
    pods: Mapping[str, Sequence[Cached]]
    found_hash: str
    now: float

    @property
    def min_ready_seconds(self) -> int:
        """How long a pod must have been ready to be available."""
        seconds: int = self.daemon_set["spec"].get("minReadySeconds") or 0
        return seconds

    def is_available(self, pod: Cached) -> bool:
        """Return whether a pod is available."""
        return is_available(pod, self.min_ready_seconds, self.now)


def oldest_first(pods: Sequence[Cached]) -> list[Cached]:
    """Return pods, those that run before those that do not, and the oldest first."""
    return sorted(
        pods,
        key=lambda pod: (
            not pod["spec"].get("nodeName"),
            pod["metadata"]["creationTimestamp"],
            pod["metadata"]["name"],
        ),
    )


# ---------------------------------------------------------------- a pod on every node


def manage(view: DaemonView, may_replace: Callable[[str], bool]) -> Actions:
    """Return what lets one pod run on each node that suits, and none elsewhere.

    Args:
        view: The set, nodes and pods.
        may_replace: Whether a failed pod on a node may be replaced now; else it waits.
    """
    actions = Actions()
    for node, suits in view.suits.items():
        pods = view.pods.get(node, ())
        if suits.runs and not pods:
            actions.create.append(node)
        elif suits.stays:
            _keep_one(view, node, suits, pods, may_replace, actions)
        else:
            actions.delete += [pod for pod in pods if not is_deleting(pod)]
    for node, pods in view.pods.items():
        if node not in view.suits:
            # Meant for a node that is not there; one that is bound is collected by others.
            unbound = [pod for pod in pods if not pod["spec"].get("nodeName")]
            actions.delete += [pod for pod in unbound if not is_deleting(pod)]
    return actions


def _keep_one(
    view: DaemonView,
    node: str,
    suits: Suits,
    pods: Sequence[Cached],
    may_replace: Callable[[str], bool],
    actions: Actions,
) -> None:
    running: list[Cached] = []
    for pod in pods:
        if is_deleting(pod):
            continue
        if is_failed(pod) or is_succeeded(pod):
            if is_succeeded(pod) or may_replace(node):
                actions.delete.append(pod)
                actions.ended.append((pod, node))
            continue
        running.append(pod)
    if not allows_surge(view.daemon_set):
        actions.delete += oldest_first(running)[1:]
    elif len(running) <= 1:
        if not running and suits.runs:
            actions.create.append(node)
    else:
        actions.delete += _surplus(view, running)


def _surplus(view: DaemonView, running: list[Cached]) -> list[Cached]:
    """Return what is too much where an old pod and a new one may run beside each other."""
    ordered = oldest_first(running)
    new = [pod for pod in ordered if is_updated(pod, view.found_hash)]
    old = [pod for pod in ordered if not is_updated(pod, view.found_hash)]
    surplus = new[1:] + old[1:]
    if new and old and (not is_ready(old[0]) or view.is_available(new[0])):
        surplus.append(old[0])
    return surplus


# ---------------------------------------------------------------- a rolling update


def roll(view: DaemonView) -> Actions:
    """Return what replaces pods of earlier revisions, as many at once as may be missing."""
    strategy = view.daemon_set["spec"]["updateStrategy"]
    if strategy["type"] != "RollingUpdate":
        return Actions()
    nodes = [name for name, suits in view.suits.items() if suits.runs]
    desired = len(nodes)
    everywhere = {**dict.fromkeys(nodes, ()), **view.pods}
    surge = surge_count(view.daemon_set, desired)
    unavailable = unavailable_count(view.daemon_set, desired)
    if surge:
        return _roll_beside(view, everywhere, surge)
    return _roll_in_place(view, everywhere, unavailable or 1)


def _old_and_new(
    view: DaemonView, pods: Sequence[Cached]
) -> tuple[Cached | None, Cached | None] | None:
    """Return the old pod of a node and the new one; None if there are two of one sort."""
    old: Cached | None = None
    new: Cached | None = None
    for pod in pods:
        if is_deleting(pod):
            continue
        if is_updated(pod, view.found_hash):
            if new is not None:
                return None
            new = pod
        else:
            if old is not None:
                return None
            old = pod
    return old, new


def _roll_in_place(
    view: DaemonView, everywhere: Mapping[str, Sequence[Cached]], most: int
) -> Actions:
    missing = 0
    at_no_cost: list[Cached] = []
    candidates: list[Cached] = []
    for pods in everywhere.values():
        found = _old_and_new(view, pods)
        if found is None:
            missing += 1
            continue
        old, new = found
        if (old is None) == (new is None):
            missing += 1  # `manage` creates or deletes there
        elif new is not None:
            missing += not view.is_available(new)
        elif old is not None and not view.is_available(old):
            at_no_cost.append(old)
            missing += 1
        elif old is not None:
            candidates.append(old)
    return Actions(delete=at_no_cost + candidates[: max(most - missing, 0)])


def _roll_beside(
    view: DaemonView, everywhere: Mapping[str, Sequence[Cached]], most: int
) -> Actions:
    surging = 0
    at_no_cost: list[str] = []
    candidates: list[str] = []
    surplus: list[Cached] = []
    for node, pods in everywhere.items():
        found = _old_and_new(view, pods)
        if found is None:
            surging += 1
            continue
        old, new = found
        if old is None:
            continue
        if new is not None:
            if view.is_available(new):
                surplus.append(old)
            else:
                surging += 1
        elif view.is_available(old):
            candidates.append(node)
        else:
            at_no_cost.append(node)
    create = at_no_cost + candidates[: max(most - surging, 0)]
    return Actions(create=[node for node in create if view.suits[node].runs], delete=surplus)


# ---------------------------------------------------------------- what is reported


def counts_of(view: DaemonView) -> dict[str, int]:
    """Return the counts of the status; those that are 0 and not told then are left out."""
    desired = current = astray = ready = available = updated = 0
    for node, suits in view.suits.items():
        pods = view.pods.get(node, ())
        if not suits.runs:
            astray += bool(pods)
            continue
        desired += 1
        if not pods:
            continue
        current += 1
        first = oldest_first(pods)[0]
        if is_ready(first):
            ready += 1
            available += view.is_available(first)
        updated += is_updated(first, view.found_hash)
    optional = {
        "updatedNumberScheduled": updated,
        "numberAvailable": available,
        "numberUnavailable": desired - available,
    }
    return {
        "currentNumberScheduled": current,
        "numberMisscheduled": astray,
        "desiredNumberScheduled": desired,
        "numberReady": ready,
        **{name: count for name, count in optional.items() if count},
    }


OWNED: Final = ("updatedNumberScheduled", "numberAvailable", "numberUnavailable")
"""The counts that are taken away where they are 0."""
