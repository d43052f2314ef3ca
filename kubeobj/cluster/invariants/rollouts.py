"""Rollouts keep to what their Deployments allow: so many pods may be missing, so many too many.

It is judged by what the control loops could know. What has become unavailable while nobody has told
them is nobody's fault; so a pod counts if it is available by what is stored, or by what they have
read last, and a ReplicaSet is no larger than they have read once watches may be late or dead.

Source: Kubernetes documentation, Deployments, Rolling Update Deployment (v1.36).
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.cluster.invariants.invariant import Change, Followed, World
from kubeobj.cluster.process import CONTROLLERS
from kubeobj.controllers.deploymentrevisions import DESIRED, annotations_of
from kubeobj.controllers.rollingupdate import is_rolling_update, max_surge, min_available
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import controller_of
from kubeobj.reconcile.request import Request

_DEPLOYMENTS: Final = Followed("deployments.apps")
_SETS: Final = Followed("replicasets.apps")


@final
class RolloutsKeepWithinBounds:
    """No rollout takes a pod away that is needed, or adds one that is too many.

    Args:
        world: What it looks at.
    """

    def __init__(self, world: World) -> None:
        self.name: str = "rollouts keep within maxUnavailable and maxSurge"
        self._world = world
        self._deployments: dict[str, Wire] = {}
        # By the uid of the Deployment.
        self._sets: dict[str, dict[Request, Wire]] = {}
        self._kills = 0

    @property
    def follows(self) -> tuple[Followed, ...]:
        """Deployments, and ReplicaSets once there is one."""
        return (_DEPLOYMENTS, _SETS) if self._deployments else (_DEPLOYMENTS,)

    def take(self, change: Change) -> Iterable[str]:
        """Take in a write to a Deployment or a ReplicaSet."""
        if change.what is _DEPLOYMENTS:
            self._take_deployment(change)
            return ()
        owner = _owner(change.new or change.old or {})
        before = _owner(change.old or {})
        if before and before != owner:
            self._sets.get(before, {}).pop(change.key, None)
        if not owner:
            return ()
        siblings = self._sets.setdefault(owner, {})
        if change.new is None:
            siblings.pop(change.key, None)
            return ()
        siblings[change.key] = change.new
        deployment = self._deployments.get(owner)
        if deployment is None or not self._is_judged(change, deployment):
            return ()
        return self._judge(change, deployment, siblings)

    def _take_deployment(self, change: Change) -> None:
        if change.new is not None:
            self._deployments[change.new["metadata"]["uid"]] = change.new
        elif change.old is not None:
            uid = change.old["metadata"]["uid"]
            self._deployments.pop(uid, None)
            self._sets.pop(uid, None)

    def _is_judged(self, change: Change, deployment: Wire) -> bool:
        """Return whether this is a write of a rollout, of which is known what led to it."""
        if change.by != CONTROLLERS or not change.is_news:
            return False
        kills = self._world.processes[CONTROLLERS].kills
        if kills != self._kills:
            self._kills = kills  # what has been read is gone with the process
            return False
        return is_rolling_update(deployment) and "deletionTimestamp" not in deployment["metadata"]

    def _judge(
        self, change: Change, deployment: Wire, siblings: dict[Request, Wire]
    ) -> Iterable[str]:
        new = change.new or {}
        before, after = _size(change.old), _size(new)
        if before == after:
            return
        seen = self._seen("deployments.apps", Request.of(deployment))
        known = [deployment] if seen is None else [deployment, seen]
        name = f"Deployment {Request.of(deployment)}"
        what = f"ReplicaSet {change.key} was scaled from {before} to {after}"
        if after > before:
            total = sum(
                after if key == change.key else self._known_size(key, one)
                for key, one in siblings.items()
            )
            most = max(one["spec"]["replicas"] + max_surge(one) for one in known)
            if total > most:
                yield f"{name}: {what}, which makes {total} replicas; {most} are allowed"
        elif _desired(change.old) == _desired(new):  # else the Deployment itself was scaled
            available = sum(map(self._available, siblings.values()))
            lost = min(before, self._count(new)) - min(after, self._count(new))
            least = min(map(min_available, known))
            if lost > 0 and available < least:
                yield f"{name}: {what}, which leaves {available} available; {least} are needed"

    def _available(self, replica_set: Wire) -> int:
        return min(_size(replica_set), self._count(replica_set))

    def _count(self, replica_set: Wire) -> int:
        """Return how many pods are available, by what is stored or by what was known."""
        seen = self._seen("replicasets.apps", Request.of(replica_set))
        return max(_told(replica_set), _told(seen or {}))

    def _known_size(self, key: Request, replica_set: Wire) -> int:
        """Return how large a ReplicaSet is by what the control loops could know.

        Without faults they read everything before they write, so that what is stored counts.
        """
        size = _size(replica_set)
        if not self._world.faults.history:
            return size
        return min(size, _size(self._seen("replicasets.apps", key)))

    def _seen(self, resource: str, key: Request) -> Wire | None:
        """Return an object as the control loops have read it last."""
        return self._world.processes[CONTROLLERS].manager.known(resource, key)


def _owner(replica_set: Wire) -> str:
    reference = controller_of(replica_set) if replica_set else None
    if reference is None or reference["kind"] != "Deployment":
        return ""
    uid: str = reference["uid"]
    return uid


def _size(replica_set: Wire | None) -> int:
    size: int = 0 if replica_set is None else replica_set["spec"]["replicas"]
    return size


def _told(replica_set: Wire) -> int:
    count: int = (replica_set.get("status") or {}).get("availableReplicas") or 0
    return count


def _desired(replica_set: Wire | None) -> str | None:
    return annotations_of(replica_set).get(DESIRED) if replica_set is not None else None
