"""What a pod document says of its pod: whether it lives, is ready, is available, and since when.

Every function is a question over one pod in wire form, and changes nothing. Times are seconds since
1970; *now* is such a time.

Source: ``k8s.io/kubernetes/pkg/api/v1/pod`` util.go and ``pkg/controller`` controller_utils.go
(v1.36); the concept page Pod Lifecycle.
"""

from collections.abc import Iterable

from kubeobj.controllers.conditions import condition_of
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of

_NOTHING: Wire = {}


def phase_of(pod: Wire) -> str:
    """Return the phase, such as ``Running``, or the empty text where none is told yet."""
    phase: str = pod.get("status", _NOTHING).get("phase", "")
    return phase


def is_ready(pod: Wire) -> bool:
    """Return whether its ``Ready`` condition holds, whatever else is said of the pod."""
    condition = condition_of(pod, "Ready")
    return condition is not None and condition["status"] == "True"


def ready_since(pod: Wire) -> float | None:
    """Return since when a ready pod is ready; None if it is not ready, or that is not told."""
    condition = condition_of(pod, "Ready")
    if condition is None or condition["status"] != "True":
        return None
    since = condition.get("lastTransitionTime")
    return None if since is None else seconds_of(since)


def is_available(pod: Wire, min_ready_seconds: int, now: float) -> bool:
    """Return whether the pod has been ready for *min_ready_seconds*, or is ready where that is 0.

    >>> ready = {"type": "Ready", "status": "True", "lastTransitionTime": "2026-01-01T00:00:00Z"}
    >>> pod = {"status": {"conditions": [ready]}}
    >>> is_available(pod, 10, 1_767_225_609.9), is_available(pod, 10, 1_767_225_610)
    (False, True)
    """
    if min_ready_seconds == 0:
        return is_ready(pod)
    since = ready_since(pod)
    return since is not None and since + min_ready_seconds <= now


def seconds_until_available(pod: Wire, min_ready_seconds: int, now: float) -> float | None:
    """Return how long until time alone makes the pod available; None if it cannot, or has.

    The result is above 0.
    """
    if min_ready_seconds <= 0:
        return None
    since = ready_since(pod)
    if since is None:
        return None
    left = since + min_ready_seconds - now
    return left if left > 0 else None


def next_availability_seconds(
    pods: Iterable[Wire], min_ready_seconds: int, now: float
) -> float | None:
    """Return how long until time alone makes the next of *pods* available, or None."""
    found = (seconds_until_available(pod, min_ready_seconds, now) for pod in pods)
    return min((left for left in found if left is not None), default=None)


def is_deleting(pod: Wire) -> bool:
    """Return whether its deletion was asked for, whatever its phase."""
    return pod["metadata"].get("deletionTimestamp") is not None


def is_finished(pod: Wire) -> bool:
    """Return whether it ran to its end, well or not: no container of it will run again."""
    return phase_of(pod) in {"Succeeded", "Failed"}


def is_succeeded(pod: Wire) -> bool:
    """Return whether it ran to a good end."""
    return phase_of(pod) == "Succeeded"


def is_failed(pod: Wire) -> bool:
    """Return whether it ran to a bad end."""
    return phase_of(pod) == "Failed"


def is_active(pod: Wire) -> bool:
    """Return whether it counts as a replica: it neither finished nor is being deleted.

    >>> is_active({"metadata": {}, "status": {"phase": "Pending"}})
    True
    """
    return not is_deleting(pod) and not is_finished(pod)


def is_terminating(pod: Wire) -> bool:
    """Return whether it is being deleted, and may still run."""
    return is_deleting(pod) and not is_finished(pod)


def is_running_and_ready(pod: Wire) -> bool:
    """Return whether it runs and its ``Ready`` condition holds."""
    return phase_of(pod) == "Running" and is_ready(pod)


def is_healthy(pod: Wire) -> bool:
    """Return whether it runs, is ready and is to stay: what a stateful set waits for."""
    return is_running_and_ready(pod) and not is_deleting(pod)


def is_bound(pod: Wire) -> bool:
    """Return whether it was given a node."""
    return bool(pod["spec"].get("nodeName"))
