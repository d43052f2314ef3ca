"""What the conditions of a job say: whether it has finished, how, and since when.

Source: ``k8s.io/kubernetes/pkg/controller/job/util`` and ``pkg/controller/job`` job_controller.go
ensureJobConditionStatus (v1.36).
"""

from collections.abc import Sequence

from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of

_NOTHING: Wire = {}


def true_condition(job: Wire, *types: str) -> Wire | None:
    """Return the first condition of one of these types that holds, or None."""
    condition: Wire
    for condition in job.get("status", _NOTHING).get("conditions") or ():
        if condition["type"] in types and condition["status"] == "True":
            return condition
    return None


def finished_condition(job: Wire) -> Wire | None:
    """Return the condition that says that the job has ended, well or not; None if it has not.

    >>> done = {"status": {"conditions": [{"type": "Failed", "status": "True"}]}}
    >>> finished_condition(done)["type"], finished_condition({"status": {}})
    ('Failed', None)
    """
    return true_condition(job, "Complete", "Failed")


def is_finished(job: Wire) -> bool:
    """Return whether the job has ended, well or not."""
    return finished_condition(job) is not None


def new_condition(type_: str, status: str, reason: str, message: str, now: float) -> Wire:
    """Return a condition as it is when it turns."""
    text = text_of(now)
    return {
        "type": type_,
        "status": status,
        "lastProbeTime": text,
        "lastTransitionTime": text,
        "reason": reason,
        "message": message,
    }


def with_condition(conditions: Sequence[Wire], condition: Wire) -> list[Wire] | None:
    """Return the conditions with one put in its place; None if that changes nothing.

    One that does not hold is not put in where there was none of its type.
    """
    for position, known in enumerate(conditions):
        if known["type"] == condition["type"]:
            same = all(
                known.get(name, "") == condition[name] for name in ("status", "reason", "message")
            )
            if same:
                return None
            return [*conditions[:position], condition, *conditions[position + 1 :]]
    if condition["status"] == "False":
        return None
    return [*conditions, condition]
