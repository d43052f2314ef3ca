"""What has been asked of workloads, and when they had it: rollouts and scalings."""

from dataclasses import dataclass
from typing import Final, final

from kubeobj.cluster.invariants.invariant import Change
from kubeobj.cluster.invariants.workloads import lack_of
from kubeobj.cluster.podlives import Workload
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import controller_of

ROLLED_OUT: Final = (
    "deployments.apps",
    "statefulsets.apps",
    "daemonsets.apps",
    "replicasets.apps",
    "replicationcontrollers",
)
"""The resources of workloads that are to be there all the time."""


@final
@dataclass(slots=True)
class Rollout:
    """A change of what a workload asks for. Times are in seconds since the simulation began.

    Args:
        workload: Of which.
        generation: The generation of what it asks for.
        what: What it was: ``created``, ``new template``, ``scaled 3 to 5``, ``changed``.
        began: When it was asked for.
        ended: When it had it; None if it never had.
        superseded: Whether something else was asked for before it had it.
    """

    workload: Workload
    generation: int
    what: str
    began: float
    ended: float | None = None
    superseded: bool = False


@final
class Rollouts:
    """Follows what is asked of workloads."""

    resources: tuple[str, ...] = ROLLED_OUT

    def __init__(self) -> None:
        self.all: list[Rollout] = []
        """In the order in which they began."""
        self._open: dict[Workload, Rollout] = {}

    def take(self, change: Change, at: float) -> None:
        """Take in what has happened to a workload."""
        new = change.new
        document = change.old if new is None else new
        if document is None or controller_of(document) is not None:
            return
        workload: Workload = document["kind"], change.key
        if new is None:
            self._open.pop(workload, None)
            return
        if change.is_news:
            self._begin(workload, change.old, new, at)
        known = self._open.get(workload)
        if known is not None and not lack_of(workload[0], new):
            known.ended = at
            del self._open[workload]

    def _begin(self, workload: Workload, old: Wire | None, new: Wire, at: float) -> None:
        generation = new["metadata"].get("generation", 1)
        if old is not None and old["metadata"].get("generation", 1) == generation:
            return
        before = self._open.pop(workload, None)
        if before is not None:
            before.superseded = True
        rollout = Rollout(workload, generation, _what(old, new), at)
        self.all.append(rollout)
        self._open[workload] = rollout


def _what(old: Wire | None, new: Wire) -> str:
    if old is None:
        return "created"
    before, after = old["spec"], new["spec"]
    found = []
    if before.get("template") != after.get("template"):
        found.append("new template")
    if before.get("replicas") != after.get("replicas"):
        found.append(f"scaled {before.get('replicas', 1)} to {after.get('replicas', 1)}")
    return ", ".join(found) or "changed"
