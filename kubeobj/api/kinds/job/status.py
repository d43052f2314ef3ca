"""What is wrong with a new status of a Job: others than the API's own controller may write it.

Most rules are asked only of what has changed, so that a status that breaks one can still be
written for another reason.

Source: ``k8s.io/kubernetes/pkg/apis/batch/validation`` validateJobStatus and
ValidateJobStatusUpdate, and ``pkg/registry/batch/job`` getStatusValidationOptions (v1.36).
"""

from kubeobj.api.fielderrors import duplicate, invalid, not_negative, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.job.conditions import has_condition, is_finished
from kubeobj.api.kinds.job.indexes import IndexesError, count_indexes, find_common_index
from kubeobj.api.statuscounts import STATUS
from kubeobj.documents import Wire
from kubeobj.errors import FieldError

_COUNTS = ("active", "succeeded", "failed", "ready", "terminating")
_EXCLUSIVE = (
    ("Complete", "Failed"),
    ("Complete", "FailureTarget"),
    ("SuccessCriteriaMet", "Failed"),
    ("SuccessCriteriaMet", "FailureTarget"),
)
# The second condition must be there before the first.
_PRECEDING = (("Failed", "FailureTarget"), ("Complete", "SuccessCriteriaMet"))
_LASTING = ("Failed", "Complete", "FailureTarget", "SuccessCriteriaMet")


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a new status of a Job."""
    spec, status, before = obj["spec"], obj["status"], old["status"]
    for name in _COUNTS:
        if status.get(name, 0) < 0:
            yield from not_negative(status[name], STATUS.child(name))
    yield from _validate_uncounted(status.get("uncountedTerminatedPods", {}))
    yield from _validate_conditions(spec, status, before)
    yield from _validate_times(spec, status, before)
    yield from _validate_finished(status, before)
    yield from _validate_indexes(spec, status, before)
    yield from _validate_counters(spec, status, before)


def _validate_uncounted(pods: Wire) -> Errors:
    seen: set[str] = set()
    for name in ("succeeded", "failed"):
        for position, uid in enumerate(pods.get(name) or ()):
            path = STATUS.child("uncountedTerminatedPods", name).index(position)
            if not uid:
                yield invalid(path, uid, "must not be empty", "minLength")
            elif uid in seen:
                yield duplicate(path, uid)
            seen.add(uid)


def _changed(status: Wire, before: Wire, *names: str) -> bool:
    return any(status.get(name) != before.get(name) for name in names)


def _turned(status: Wire, before: Wire, *conditions: str) -> bool:
    """Return whether any of these conditions was met before and is not now, or the reverse."""
    return any(has_condition(status, name) != has_condition(before, name) for name in conditions)


def _conditions(detail: str) -> FieldError:
    return invalid(STATUS.child("conditions"), None, detail, "conditions")


def _validate_conditions(spec: Wire, status: Wire, before: Wire) -> Errors:
    for one, other in _EXCLUSIVE:
        asked = one != "Complete" or _turned(status, before, one, other)
        if asked and has_condition(status, one) and has_condition(status, other):
            yield _conditions(f"cannot set {one}=True and {other}=True conditions")
    for one, first in _PRECEDING:
        asked = _turned(status, before, one, first)
        if asked and has_condition(status, one) and not has_condition(status, first):
            yield _conditions(f"cannot set {one}=True without the {first}=True condition")
    is_complete, has_succeeded = (
        has_condition(status, name) for name in ("Complete", "SuccessCriteriaMet")
    )
    if "successPolicy" in spec and is_complete and not has_succeeded:
        yield _conditions("cannot set Complete=True with a successPolicy that is not met")
    for name in _LASTING:
        if has_condition(before, name) and not has_condition(status, name):
            yield _conditions(f"cannot disable the terminal {name}=True condition")
    was_complete = has_condition(before, "Complete")
    if was_complete and has_succeeded and not has_condition(before, "SuccessCriteriaMet"):
        yield _conditions("cannot set SuccessCriteriaMet=True for a Job that is already complete")


def _validate_times(spec: Wire, status: Wire, before: Wire) -> Errors:
    start, end = status.get("startTime"), status.get("completionTime")
    path = STATUS.child("completionTime")
    is_complete = has_condition(status, "Complete")
    if _turned(status, before, "Complete") or _changed(status, before, "completionTime"):
        if end is not None and not is_complete:
            yield invalid(path, end, "needs the Complete=True condition", "dependent")
        if end is None and is_complete:
            yield required(path, "dependent")
    is_new = _changed(status, before, "startTime", "completionTime")
    if is_new and start is not None and end is not None and end < start:
        yield invalid(path, end, "completionTime cannot be set before startTime", "ordered")
    former_start, former_end = before.get("startTime"), before.get("completionTime")
    goes_on = has_condition(before, "Suspended") and not has_condition(status, "Suspended")
    if end is not None and former_end is not None and end != former_end:
        yield invalid(path, end, "completionTime cannot be mutated", "immutable")
    is_kept = former_start is None or start == former_start
    if not is_kept and not spec.get("suspend") and not goes_on:
        yield required(STATUS.child("startTime"), "immutable")
    is_empty = spec.get("suspend") and spec.get("completions") == 0
    started = _changed(status, before, "startTime") or is_finished(status) != is_finished(before)
    if started and not is_empty and start is None and is_finished(status):
        yield required(STATUS.child("startTime"), "dependent")


def _validate_finished(status: Wire, before: Wire) -> Errors:
    """Find pods that a Job still has though it is finished."""
    if is_finished(status):
        is_new = not is_finished(before)
        for name in ("active", "terminating"):
            count = status.get(name, 0)
            if count > 0 and (is_new or _changed(status, before, name)):
                yield invalid(STATUS.child(name), count, "must be 0 for finished job", "maximum")
        name = "uncountedTerminatedPods"
        uncounted = status.get(name, {})
        is_some = uncounted.get("failed") or uncounted.get("succeeded")
        if is_some and (is_new or _changed(status, before, name)):
            yield invalid(STATUS.child(name), uncounted, "must be empty for finished job", "empty")
    ready = status.get("ready", 0)
    if ready > status.get("active", 0) and _changed(status, before, "ready", "active"):
        detail = "cannot set more ready pods than active"
        yield invalid(STATUS.child("ready"), ready, detail, "maximum")


def _validate_indexes(spec: Wire, status: Wire, before: Wire) -> Errors:
    completions = spec.get("completions")
    completed, failed = status.get("completedIndexes", ""), status.get("failedIndexes")
    if _changed(status, before, "completedIndexes"):
        if completions is not None:
            yield from _validate_list(completed, completions, "completedIndexes")
        if completed and spec.get("completionMode") != "Indexed":
            path = STATUS.child("completedIndexes")
            yield invalid(path, completed, "requires indexed completion mode", "dependent")
    path = STATUS.child("failedIndexes")
    if _changed(status, before, "failedIndexes") and failed is not None:
        if "backoffLimitPerIndex" not in spec:
            yield invalid(path, failed, "requires backoffLimitPerIndex", "dependent")
        elif completions is not None:
            yield from _validate_list(failed, completions, "failedIndexes")
    if failed and completions is not None and completed:
        index = find_common_index(completed, failed, completions)
        if index is not None and _changed(status, before, "failedIndexes", "completedIndexes"):
            detail = f"failedIndexes and completedIndexes overlap at index: {index}"
            yield invalid(path, failed, detail, "unique")


def _validate_list(text: str, completions: int, name: str) -> Errors:
    try:
        count_indexes(text, completions)
    except IndexesError as error:
        yield invalid(STATUS.child(name), text, f"error parsing {name}: {error}", "indexes")


def _validate_counters(spec: Wire, status: Wire, before: Wire) -> Errors:
    """Find counters that have become less; those of a Job that can be scaled down may."""
    is_elastic = spec.get("completionMode") == "Indexed" and spec.get("completions") == spec.get(
        "parallelism"
    )
    for name in ("failed",) if is_elastic else ("failed", "succeeded"):
        count = status.get(name, 0)
        if count < before.get(name, 0):
            detail = f"cannot decrease the {name} counter"
            yield invalid(STATUS.child(name), count, detail, "monotonic")
