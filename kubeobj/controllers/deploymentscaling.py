"""How a Deployment changes the sizes of its ReplicaSets, by rollout and by hand.

Source: ``k8s.io/kubernetes/pkg/controller/deployment`` rolling.go, recreate.go, sync.go (v1.36).
"""

from collections.abc import Sequence
from typing import final

from kubeobj.api.client import Client
from kubeobj.controllers.deploymentrevisions import (
    DESIRED,
    annotations_of,
    by_creation,
    integer,
    size_annotations,
)
from kubeobj.controllers.deploymentstatus import wanted
from kubeobj.controllers.rollingupdate import (
    is_rolling_update,
    max_surge,
    max_unavailable,
    new_replicas,
    proportion,
)
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.request import Cached, wire_of


def active(replica_sets: Sequence[Cached]) -> list[Cached]:
    """Return the ReplicaSets that ask for pods."""
    return [one for one in replica_sets if one["spec"]["replicas"] > 0]


@final
class Scaler:
    """Sets the sizes of the ReplicaSets of one Deployment.

    Args:
        client: Writes them.
        events: Tells of it.
        deployment: The Deployment.
    """

    __slots__ = ("_client", "_deployment", "_events")

    def __init__(self, client: Client, events: EventRecorder, deployment: Cached) -> None:
        self._client = client
        self._events = events
        self._deployment = deployment

    def scale(self, replica_set: Cached, replicas: int) -> Cached:
        """Let a ReplicaSet ask for so many pods, and return it as it is then.

        Raises:
            ApiError: If the API refuses it.
        """
        before: int = replica_set["spec"]["replicas"]
        sizes = size_annotations(self._deployment)
        known = annotations_of(replica_set)
        if before == replicas and all(known.get(name) == value for name, value in sizes.items()):
            return replica_set
        metadata = replica_set["metadata"]
        patch = {
            "metadata": {"resourceVersion": metadata["resourceVersion"], "annotations": sizes},
            "spec": {"replicas": replicas},
        }
        written = self._client.patch(
            "replicasets.apps",
            metadata["name"],
            patch,
            type="merge",
            namespace=metadata["namespace"],
        )
        if before != replicas:
            direction = "up" if before < replicas else "down"
            self._events.record(
                self._deployment,
                "ScalingReplicaSet",
                f"Scaled {direction} replica set {metadata['name']} from {before} to {replicas}",
            )
        return wire_of(written)

    # ------------------------------------------------------------ by hand

    def resize(self, new: Cached | None, old: Sequence[Cached]) -> None:
        """Share out a size that has changed, in the middle of a rollout in proportion."""
        replicas: int = self._deployment["spec"]["replicas"]
        only = _active_or_latest(new, old)
        if only is not None:
            if only["spec"]["replicas"] != replicas:
                self.scale(only, replicas)
            return
        if new is not None and self._is_saturated(new):
            for one in active(old):
                self.scale(one, 0)
            return
        if is_rolling_update(self._deployment):
            self._share_out(active([*old, *([new] if new is not None else [])]), replicas)

    def _is_saturated(self, new: Cached) -> bool:
        """Return whether the new ReplicaSet has all the pods, and all of them are available."""
        replicas = self._deployment["spec"]["replicas"]
        desired = integer(annotations_of(new).get(DESIRED))
        available = (new.get("status") or {}).get("availableReplicas", 0)
        return bool(desired == new["spec"]["replicas"] == available == replicas)

    def _share_out(self, replica_sets: list[Cached], replicas: int) -> None:
        allowed = replicas + max_surge(self._deployment) if replicas > 0 else 0
        to_add = allowed - wanted(replica_sets)
        ordered = by_creation(replica_sets)
        # The largest first; of equal ones the newest when pods are added, the oldest when taken.
        if to_add > 0:
            ordered.reverse()
        ordered.sort(key=lambda one: -one["spec"]["replicas"])
        sizes: list[int] = []
        added = 0
        for one in ordered:
            part = proportion(self._deployment, one, to_add, added) if to_add else 0
            sizes.append(one["spec"]["replicas"] + part)
            added += part
        for position, one in enumerate(ordered):
            size = sizes[position]
            if position == 0 and to_add:
                size = max(size + to_add - added, 0)
            self.scale(one, size)

    # ------------------------------------------------------------ by rollout

    def grow_new(self, new: Cached, everything: Sequence[Cached]) -> bool:
        """Let the new ReplicaSet grow as far as it may; return whether it has."""
        replicas, size = self._deployment["spec"]["replicas"], new["spec"]["replicas"]
        if size == replicas:
            return False
        goal = replicas
        if size < replicas:
            goal = new_replicas(self._deployment, size, wanted(everything))
        if goal == size:
            return False
        self.scale(new, goal)
        return True

    def shrink_old(self, new: Cached, old: Sequence[Cached]) -> bool:
        """Let old ReplicaSets shrink as far as they may; return whether one has.

        Pods that are not available go first, whatever their ReplicaSet; then the oldest.
        """
        if wanted(old) == 0 or any(map(_lags, (*old, new))):
            return False
        deployment = self._deployment
        at_least = deployment["spec"]["replicas"] - max_unavailable(deployment)
        unavailable = new["spec"]["replicas"] - _available(new)
        most = wanted(old) + new["spec"]["replicas"] - at_least - unavailable
        if most <= 0:
            return False
        old, cleaned = self._clean_up_unhealthy(by_creation(old), most)
        spare = sum(map(_available, (*old, new))) - at_least
        return self._take(old, spare) + cleaned > 0

    def _clean_up_unhealthy(self, old: list[Cached], most: int) -> tuple[list[Cached], int]:
        """Take away pods that are not available; return the ReplicaSets then, and how many."""
        cleaned, found = 0, []
        for one in old:
            size = one["spec"]["replicas"]
            away = min(most - cleaned, size - _available(one))
            if away > 0:
                found.append(self.scale(one, size - away))
                cleaned += away
            else:
                found.append(one)
        return found, cleaned

    def _take(self, old: list[Cached], spare: int) -> int:
        taken = 0
        for one in old:
            away = min(one["spec"]["replicas"], spare - taken)
            if away > 0:
                self.scale(one, one["spec"]["replicas"] - away)
                taken += away
        return taken

    def empty(self, old: Sequence[Cached]) -> bool:
        """Let old ReplicaSets have no pods; return whether one had."""
        found = active(old)
        for one in found:
            self.scale(one, 0)
        return bool(found)


def _available(replica_set: Wire) -> int:
    """Return how many pods of a ReplicaSet are available and are to stay."""
    count: int = (replica_set.get("status") or {}).get("availableReplicas") or 0
    # The status may be from before it was made smaller.
    size: int = replica_set["spec"]["replicas"]
    return min(count, size)


def _lags(replica_set: Wire) -> bool:
    """Return whether the status of a ReplicaSet is from before its last change.

    If it was made smaller and larger again since, pods that it counts have gone.
    """
    observed: int = (replica_set.get("status") or {}).get("observedGeneration", 0)
    generation: int = replica_set["metadata"].get("generation", 1)
    return observed < generation


def _active_or_latest(new: Cached | None, old: Sequence[Cached]) -> Cached | None:
    """Return the one ReplicaSet that asks for pods, or the latest if none does; None if several."""
    found = active([*old, *([new] if new is not None else [])])
    if len(found) > 1:
        return None
    if found:
        return found[0]
    if new is not None:
        return new
    ordered = by_creation(old)
    return ordered[-1] if ordered else None
