"""What the conditions of a Job say.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` IsConditionTrue and IsJobFinished (v1.36).
"""

from kubeobj.documents import Wire


def has_condition(status: Wire, name: str) -> bool:
    """Return whether a status says that the condition called *name* is met."""
    return any(
        condition["type"] == name and condition["status"] == "True"
        for condition in status.get("conditions", ())
    )


def is_finished(status: Wire) -> bool:
    """Return whether a Job is complete or has failed."""
    return has_condition(status, "Complete") or has_condition(status, "Failed")
