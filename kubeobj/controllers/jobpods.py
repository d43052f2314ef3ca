"""What a pod's document says to the job that it belongs to: its index, its failures, its end.

Source: ``k8s.io/kubernetes/pkg/controller/job`` indexed_job_utils.go, backoff_utils.go and
job_controller.go (v1.36).
"""

import re
from collections.abc import Iterable
from typing import Final

from kubeobj.controllers.conditions import condition_of
from kubeobj.controllers.podstate import is_deleting, is_failed, is_succeeded
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of

TRACKING: Final = "batch.kubernetes.io/job-tracking"
"""The finalizer that keeps a pod until its job has counted it."""

INDEX: Final = "batch.kubernetes.io/job-completion-index"
"""The annotation, and the label, of a pod of an indexed job with its index."""

FAILURES: Final = "batch.kubernetes.io/job-index-failure-count"
"""The annotation with how many pods of the index have failed before this one."""

IGNORED_FAILURES: Final = "batch.kubernetes.io/job-index-ignored-failure-count"
"""The annotation with how many more have failed that the pod failure policy does not count."""

_is_count = re.compile(r"[+]?[0-9]{1,18}").fullmatch
_MAX_INT32 = 2**31 - 1
_NOTHING: Wire = {}


def is_tracked(pod: Wire) -> bool:
    """Return whether the pod has the finalizer: it has not been counted to the end."""
    return TRACKING in (pod["metadata"].get("finalizers") or ())


def completion_index(pod: Wire) -> int | None:
    """Return the index of a pod, or None if it has none.

    >>> completion_index({"metadata": {"annotations": {INDEX: "7"}}})
    7
    """
    text = (pod["metadata"].get("annotations") or _NOTHING).get(INDEX)
    return int(text) if text is not None and _is_count(text) else None


def valid_index(pod: Wire, completions: int) -> int | None:
    """Return the index of a pod if the job has such an index, else None."""
    index = completion_index(pod)
    return index if index is not None and index < completions else None


def indexes_of(pods: Iterable[Wire]) -> list[int]:
    """Return the indexes of pods, in order, each once."""
    found = {index for index in map(completion_index, pods) if index is not None}
    return sorted(found)


def failures_before(pod: Wire) -> int:
    """Return how many pods of the index have failed before this one, and count."""
    return _annotated_count(pod, FAILURES)


def ignored_failures_before(pod: Wire) -> int:
    """Return how many pods of the index have failed before this one, and do not count."""
    return _annotated_count(pod, IGNORED_FAILURES)


def all_failures_before(pod: Wire) -> int:
    """Return how many pods of the index have failed before this one."""
    return failures_before(pod) + ignored_failures_before(pod)


def _annotated_count(pod: Wire, name: str) -> int:
    text = (pod["metadata"].get("annotations") or _NOTHING).get(name)
    number = int(text) if text is not None and _is_count(text) else 0
    return number if number <= _MAX_INT32 else 0


def replaces_only_failed(job: Wire) -> bool:
    """Return whether a pod is made anew only once the one before it has ended."""
    spec = job["spec"]
    return spec.get("podReplacementPolicy") == "Failed" or spec.get("podFailurePolicy") is not None


def counts_as_failed(pod: Wire, job: Wire) -> bool:
    """Return whether a pod has failed; where terminating ones are replaced, they have, too."""
    if is_failed(pod):
        return True
    return not replaces_only_failed(job) and is_deleting(pod) and not is_succeeded(pod)


def ended_at(pod: Wire) -> float:
    """Return when a pod has ended, as far as that is told, in seconds since 1970.

    That is when its last container has; or when it was no longer ready; or when its deletion was
    asked for; or, if nothing is told, when it was made.
    """
    ended = _containers_ended_at(pod)
    if ended is not None:
        return ended
    ready = condition_of(pod, "Ready")
    if ready is not None and ready["status"] == "False" and ready.get("lastTransitionTime"):
        return seconds_of(ready["lastTransitionTime"])
    metadata = pod["metadata"]
    if metadata.get("deletionTimestamp"):
        grace: int = metadata.get("deletionGracePeriodSeconds") or 0
        return seconds_of(metadata["deletionTimestamp"]) - grace
    return seconds_of(metadata["creationTimestamp"])


def _containers_ended_at(pod: Wire) -> float | None:
    """Return when the last container has ended, sidecars too; None unless all have."""
    status = pod.get("status", _NOTHING)
    sidecars = [
        container["name"]
        for container in pod["spec"].get("initContainers") or ()
        if container.get("restartPolicy") == "Always"
    ]
    entries = [
        *(status.get("containerStatuses") or ()),
        *(one for one in status.get("initContainerStatuses") or () if one["name"] in sidecars),
    ]
    times = [
        ((entry.get("state") or _NOTHING).get("terminated") or _NOTHING).get("finishedAt")
        for entry in entries
    ]
    return max(map(seconds_of, times)) if times and all(times) else None
