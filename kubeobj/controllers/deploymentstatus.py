"""What a Deployment reports of its rollout: counts, conditions, and whether it has run out of time.

Source: ``k8s.io/kubernetes/pkg/controller/deployment`` sync.go and progress.go (v1.36).
"""

from collections.abc import Sequence
from typing import Final

from kubeobj.controllers.conditions import find
from kubeobj.controllers.rollingupdate import max_unavailable
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.request import Cached

AVAILABLE: Final = "Available"
PROGRESSING: Final = "Progressing"
FAILURE: Final = "ReplicaFailure"
NEW_AVAILABLE: Final = "NewReplicaSetAvailable"
TIMED_OUT: Final = "ProgressDeadlineExceeded"

OWNED: Final = (
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "terminatingReplicas",
    "collisionCount",
    "conditions",
)
"""The fields of the status that are taken away where there is nothing to say."""


def wanted(replica_sets: Sequence[Cached]) -> int:
    """Return how many pods ReplicaSets ask for."""
    return sum(one["spec"]["replicas"] for one in replica_sets)


def counted(replica_sets: Sequence[Cached], name: str) -> int:
    """Return how many pods the statuses of ReplicaSets count under a name."""
    return sum((one.get("status") or {}).get(name) or 0 for one in replica_sets)


def has_deadline(deployment: Wire) -> bool:
    """Return whether a Deployment has a time within which it must get on."""
    seconds = deployment["spec"].get("progressDeadlineSeconds")
    return seconds is not None and seconds != 2**31 - 1


def condition(type_: str, status: str, reason: str, message: str, now: float) -> Wire:
    """Return a condition that has just come about."""
    return {
        "type": type_,
        "status": status,
        "lastUpdateTime": text_of(now),
        "lastTransitionTime": text_of(now),
        "reason": reason,
        "message": message,
    }


def with_condition(conditions: list[Wire], new: Wire) -> list[Wire]:
    """Return conditions with another; if it says what is said already, as they were."""
    old = find(conditions, new["type"])
    if old is not None and (old["status"], old["reason"]) == (new["status"], new["reason"]):
        return conditions
    if old is not None and old["status"] == new["status"]:
        new = {**new, "lastTransitionTime": old["lastTransitionTime"]}
    return [*without(conditions, new["type"]), new]


def without(conditions: list[Wire], type_: str) -> list[Wire]:
    """Return conditions without those of a type."""
    return [one for one in conditions if one["type"] != type_]


def counts_of(
    deployment: Wire, replica_sets: Sequence[Cached], new: Cached | None, now: float
) -> Wire:
    """Return the status of a Deployment but for what it says of its progress.

    Args:
        deployment: The Deployment.
        replica_sets: All of its ReplicaSets.
        new: The one of its present template, if it is there.
        now: The time, in seconds since 1970.
    """
    available = counted(replica_sets, "availableReplicas")
    status: Wire = {"observedGeneration": deployment["metadata"].get("generation", 1)}
    counts = {
        "replicas": counted(replica_sets, "replicas"),
        "updatedReplicas": counted([new], "replicas") if new is not None else 0,
        "readyReplicas": counted(replica_sets, "readyReplicas"),
        "availableReplicas": available,
        "unavailableReplicas": max(wanted(replica_sets) - available, 0),
    }
    status.update({name: count for name, count in counts.items() if count})
    status["terminatingReplicas"] = counted(replica_sets, "terminatingReplicas")
    before: Wire = deployment.get("status") or {}
    if before.get("collisionCount") is not None:
        status["collisionCount"] = before["collisionCount"]
    if available >= deployment["spec"]["replicas"] - max_unavailable(deployment):
        reason, message = "MinimumReplicasAvailable", "Deployment has minimum availability."
        found = condition(AVAILABLE, "True", reason, message, now)
    else:
        reason = "MinimumReplicasUnavailable"
        message = "Deployment does not have minimum availability."
        found = condition(AVAILABLE, "False", reason, message, now)
    status["conditions"] = with_condition(list(before.get("conditions") or []), found)
    return status


def is_complete(deployment: Wire, status: Wire) -> bool:
    """Return whether all pods are of the present template, and available."""
    replicas = deployment["spec"]["replicas"]
    names = ("updatedReplicas", "replicas", "availableReplicas")
    if any(status.get(name, 0) != replicas for name in names):
        return False
    generation: int = deployment["metadata"].get("generation", 1)
    return bool(status.get("observedGeneration", 0) >= generation)


def _gets_on(before: Wire, status: Wire) -> bool:
    def old_pods(one: Wire) -> int:
        count: int = one.get("replicas", 0) - one.get("updatedReplicas", 0)
        return count

    grown = ("updatedReplicas", "readyReplicas", "availableReplicas")
    if any(status.get(name, 0) > before.get(name, 0) for name in grown):
        return True
    return old_pods(status) < old_pods(before)


def _ran_out(deployment: Wire, status: Wire, now: float) -> bool:
    found = find(status["conditions"], PROGRESSING)
    if found is None or found["reason"] == NEW_AVAILABLE:
        return False
    if found["reason"] == TIMED_OUT:
        return True
    since = seconds_of(found["lastUpdateTime"])
    limit: int = deployment["spec"]["progressDeadlineSeconds"]
    return since + limit < now


def rollout_status(
    deployment: Wire, replica_sets: Sequence[Cached], new: Cached | None, now: float
) -> Wire:
    """Return the status of a Deployment in the middle of a rollout, or after it.

    Args:
        deployment: The Deployment.
        replica_sets: All of its ReplicaSets.
        new: The one of its present template, if it is there.
        now: The time, in seconds since 1970.
    """
    status = counts_of(deployment, replica_sets, new, now)
    before: Wire = deployment.get("status") or {}
    conditions: list[Wire] = status["conditions"]
    current = find(before.get("conditions") or [], PROGRESSING)
    if not has_deadline(deployment):
        conditions = without(conditions, PROGRESSING)
    was_complete = (
        status.get("replicas", 0) == status.get("updatedReplicas", 0)
        and current is not None
        and current["reason"] == NEW_AVAILABLE
    )
    if has_deadline(deployment) and not was_complete:
        conditions = _progress(deployment, status, new, current, now)
    failure = _failure(replica_sets, new)
    conditions = (
        with_condition(conditions, {**failure, "lastUpdateTime": text_of(now)})
        if failure is not None
        else without(conditions, FAILURE)
    )
    return {**status, "conditions": conditions}


def _progress(
    deployment: Wire, status: Wire, new: Cached | None, current: Wire | None, now: float
) -> list[Wire]:
    """Return the conditions with what they say of the progress."""
    conditions: list[Wire] = status["conditions"]
    whose = f'Deployment "{deployment["metadata"]["name"]}"'
    if new is not None:
        whose = f'ReplicaSet "{new["metadata"]["name"]}"'
    if is_complete(deployment, status):
        message = f"{whose} has successfully progressed."
        found = condition(PROGRESSING, "True", NEW_AVAILABLE, message, now)
        return with_condition(conditions, found)
    if _gets_on(deployment.get("status") or {}, status):
        message = f"{whose} is progressing."
        found = condition(PROGRESSING, "True", "ReplicaSetUpdated", message, now)
        if current is None:
            return with_condition(conditions, found)
        if current["status"] == "True":
            found["lastTransitionTime"] = current["lastTransitionTime"]
        # Said again even if it says the same, for the time of the last progress is in it.
        return [*without(conditions, PROGRESSING), found]
    if _ran_out(deployment, status, now):
        message = f"{whose} has timed out progressing."
        return with_condition(conditions, condition(PROGRESSING, "False", TIMED_OUT, message, now))
    return conditions


def _failure(replica_sets: Sequence[Cached], new: Cached | None) -> Wire | None:
    """Return why a ReplicaSet cannot make pods, the new one's reason before all others."""
    ordered = [new, *replica_sets] if new is not None else replica_sets
    for one in ordered:
        found = find((one.get("status") or {}).get("conditions") or [], FAILURE)
        if found is not None:
            return found
    return None


def look_again_after(deployment: Wire, status: Wire, now: float) -> float | None:
    """Return in how many seconds a Deployment may have run out of time; None for never."""
    found = find(status["conditions"], PROGRESSING)
    if not has_deadline(deployment) or found is None:
        return None
    if is_complete(deployment, status) or found["reason"] in {TIMED_OUT, NEW_AVAILABLE}:
        return None
    limit: int = deployment["spec"]["progressDeadlineSeconds"]
    after = seconds_of(found["lastUpdateTime"]) + limit - now
    return max(after, 0.0) + 1.0
