"""What becomes of the pods of a cluster when something is applied: who comes, moves and goes."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, final

from kubeobj.cluster.podlives import PodLife, Workload
from kubeobj.cluster.timeline import Record
from kubeobj.documents import JsonValue
from kubeobj.reconcile.request import Request

_EVICTED: Final = ("evicted", "preempted", "collected", "ended by its node")
"""How the reasons begin for which pods go that nobody has asked to go."""


@final
@dataclass(frozen=True, slots=True)
class PodFate:
    """What becomes of a pod.

    Args:
        what: ``created``, ``moved``, ``deleted`` or ``evicted``.
        key: Which pod.
        node: Where it runs, or ran; empty for nowhere.
        to: Where what comes in its stead runs; empty unless it is moved.
        why: Why it goes; empty if it stays.
    """

    what: str
    key: Request
    node: str
    to: str = ""
    why: str = ""

    def to_json(self) -> dict[str, JsonValue]:
        """Return it as plain JSON."""
        return {
            "what": self.what,
            "namespace": self.key.namespace,
            "name": self.key.name,
            "node": self.node,
            "to": self.to,
            "why": self.why,
        }


@final
@dataclass(slots=True)
class WorkloadFate:
    """What becomes of the pods of a workload.

    Args:
        workload: Which.
        pods: What becomes of each that comes or goes, in order of time.
    """

    workload: Workload
    pods: list[PodFate] = field(default_factory=list)

    def count(self, what: str) -> int:
        """Return how many pods have met a fate."""
        return sum(1 for one in self.pods if one.what == what)


def fates_of(record: Record, before: Iterable[str]) -> dict[Workload, WorkloadFate]:
    """Return what became of the pods of each workload of which any came or went.

    A pod has moved if it was evicted, or its name is taken again, and one of the same revision has
    come in its stead on another node.

    Args:
        record: What happened.
        before: The uids of the pods that were there before.
    """
    there = dict.fromkeys(before)
    came: dict[Workload, list[PodLife]] = {}
    went: dict[Workload, list[PodLife]] = {}
    for life in record.pods:
        if life.uid not in there:
            came.setdefault(life.workload, []).append(life)
        elif life.deleting is not None or life.gone is not None:
            went.setdefault(life.workload, []).append(life)
    found: dict[Workload, WorkloadFate] = {}
    for workload in sorted({**came, **went}):
        pods = _fates(went.get(workload, []), came.get(workload, []))
        found[workload] = WorkloadFate(workload, pods)
    return found


def _fates(went: list[PodLife], came: list[PodLife]) -> list[PodFate]:
    left = list(came)
    found = []
    for life in sorted(went, key=lambda one: (one.deleting or one.gone or 0.0, one.key)):
        stead = _in_stead(life, left)
        if stead is not None:
            left.remove(stead)
            found.append(PodFate("moved", life.key, life.node, stead.node, life.why))
        else:
            what = "evicted" if _is_evicted(life) else "deleted"
            found.append(PodFate(what, life.key, life.node, "", life.why))
    return found + [PodFate("created", life.key, life.node, "", life.why) for life in left]


def _is_evicted(life: PodLife) -> bool:
    return life.why.startswith(_EVICTED)


def _in_stead(life: PodLife, came: list[PodLife]) -> PodLife | None:
    """Return the pod that has come in the stead of one that has moved, if it has."""
    for one in came:
        alike = one.revision == life.revision and one.node not in {"", life.node}
        if alike and (one.key == life.key or (_is_evicted(life) and life.workload[0] != "Pod")):
            return one
    return None
