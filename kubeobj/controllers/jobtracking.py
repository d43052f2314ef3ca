"""Each pod of a job is counted once, whatever happens on the way.

A pod has a finalizer until it is counted. First its uid is noted in the status, then the finalizer
is taken away, then the uid becomes one more in a number. Wherever that is broken off, it can be
seen how far it has come.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go
trackJobStatusAndRemoveFinalizers (v1.36); KEP-2307.
"""

from collections.abc import Sequence
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.clock import Clock
from kubeobj.controllers.jobbackoffs import Failures
from kubeobj.controllers.jobconditions import new_condition, true_condition, with_condition
from kubeobj.controllers.jobfailurepolicy import judge
from kubeobj.controllers.jobindexes import contains, count, format_indexes
from kubeobj.controllers.jobpods import TRACKING, completion_index, counts_as_failed, valid_index
from kubeobj.controllers.jobsync import JobSync
from kubeobj.controllers.podstate import is_succeeded
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.request import Request, wire_of

AT_ONCE: Final = 500
"""How many pods are counted at once at most."""


@final
class JobTracking:
    """Counts the pods of jobs, and says when jobs have ended.

    Args:
        client: Writes it.
        clock: Tells when it happens.
        events: Tells how jobs end.
    """

    def __init__(self, client: Client, clock: Clock, events: EventRecorder) -> None:
        self.failures: dict[Request, Failures] = {}
        """The failures in a row of each job, as far as they have been written down."""
        self.removing: dict[Request, dict[str, None]] = {}
        """By job, the pods whose finalizer has been taken away, which has not been seen."""
        self._client = client
        self._clock = clock
        self._events = events

    def forget(self, request: Request) -> None:
        """Forget a job that has gone."""
        self.failures.pop(request, None)
        self.removing.pop(request, None)

    def seen_without(self, request: Request, uid: str) -> None:
        """Say that a pod has been seen without its finalizer, or has gone."""
        uids = self.removing.get(request)
        if uids is not None:
            uids.pop(uid, None)
            if not uids:
                del self.removing[request]

    def track(self, sync: JobSync, *, has_changed: bool) -> None:
        """Count the pods of a job that have ended, and end the job if it is to.

        Args:
            sync: The job.
            has_changed: Whether its status is to be written anyway.

        Raises:
            ApiError: If the API refuses it.
        """
        with_finalizer = {
            pod["metadata"]["uid"]: None for pod in sync.pods if not sync.is_counted(pod)
        }
        has_changed = _count_released(sync, with_finalizer) or has_changed
        pods, is_all, has_noted = self._note(sync)
        has_changed = has_noted or has_changed
        if sync.is_indexed:
            has_changed = _set_indexes(sync) or has_changed
        has_changed = self._set_target(sync) or has_changed
        sync.set_uncounted()
        if has_changed:
            self._write(sync)
            self.failures[sync.request] = sync.failures
        error = self._release(sync, pods, with_finalizer)
        has_changed = _count_released(sync, with_finalizer)
        sync.set_uncounted()
        if error is not None:
            if has_changed:
                self._write(sync)
            raise error
        ends = is_all and self._end(sync)
        if has_changed or ends:
            self._write(sync)
        if ends and sync.finished is not None:
            self._tell_end(sync, sync.finished)

    # ------------------------------------------------------------ inside

    def _write(self, sync: JobSync) -> None:
        # At the version that it was at: a number that somebody else has changed is not added to.
        sync.written(wire_of(self._client.update_status({**sync.job, "status": sync.status})))

    def _note(self, sync: JobSync) -> tuple[list[Wire], bool, bool]:
        """Note the pods that have ended.

        Returns:
            The pods whose finalizer is to go, whether these are all, and whether any was noted.
        """
        pods: list[Wire] = []
        noted = False
        indexes: list[int] = []
        ordered = sync.pods
        if sync.is_indexed:
            ordered = sorted(sync.pods, key=lambda pod: completion_index(pod) or 0)
        for pod in ordered:
            failed = counts_as_failed(pod, sync.job)
            if sync.is_counted(pod) or not _may_release(sync, pod, has_failed=failed):
                continue
            pods.append(pod)
            if is_succeeded(pod) and pod["metadata"]["uid"] not in sync.uncounted_failed:
                noted = _note_success(sync, pod, indexes) or noted
            elif failed or _all_fail(sync):
                noted = _note_failure(sync, pod) or noted
            if len(indexes) + len(sync.uncounted_succeeded) + len(sync.uncounted_failed) >= AT_ONCE:
                return pods, False, noted
        return pods, True, noted

    def _set_target(self, sync: JobSync) -> bool:
        """Put into the status how the job is going to end; return whether that is new."""
        finished = sync.finished
        if finished is None or finished["type"] not in {"FailureTarget", "SuccessCriteriaMet"}:
            return False
        is_new = true_condition(sync.job, finished["type"]) is None
        if is_new:
            sync.status["conditions"] = [*(sync.status.get("conditions") or ()), finished]
        type_ = "Failed" if finished["type"] == "FailureTarget" else "Complete"
        sync.finished = new_condition(
            type_, "True", finished["reason"], finished["message"], self._clock.now()
        )
        return is_new

    def _release(
        self, sync: JobSync, pods: Sequence[Wire], with_finalizer: dict[str, None]
    ) -> ApiError | None:
        """Take the finalizer off pods; return what the API has against one of them."""
        error = None
        removing = self.removing.setdefault(sync.request, {}) if pods else {}
        for pod in pods:
            uid = pod["metadata"]["uid"]
            removing[uid] = None
            try:
                release_pod(self._client, pod)
            except NotFound:
                self.seen_without(sync.request, uid)
            except ApiError as refused:
                self.seen_without(sync.request, uid)
                error = error or refused
                continue
            with_finalizer.pop(uid, None)
        return error

    def _end(self, sync: JobSync) -> bool:
        """Put into the status that the job has ended, if nothing is left to wait for."""
        finished = sync.finished
        if finished is None or sync.terminating:
            return False
        if sync.uncounted_succeeded or sync.uncounted_failed:
            return False
        conditions = with_condition(sync.status.get("conditions") or (), finished)
        if conditions is not None:
            sync.status["conditions"] = conditions
        if finished["type"] == "Complete":
            sync.status["completionTime"] = finished["lastTransitionTime"]
        return True

    def _tell_end(self, sync: JobSync, finished: Wire) -> None:
        if finished["type"] == "Failed":
            self._events.record(sync.job, finished["reason"], finished["message"], "Warning")
            return
        if sync.completions is not None and sync.status.get("succeeded", 0) > sync.completions:
            message = "Too many succeeded pods running after completion count reached"
            self._events.record(sync.job, "TooManySucceededPods", message, "Warning")
        self._events.record(sync.job, "Completed", "Job completed")


def release_pod(client: Client, pod: Wire) -> None:
    """Take off a pod the finalizer of its job.

    Raises:
        NotFound: If the pod has gone.
        ApiError: If the API refuses it.
    """
    metadata = pod["metadata"]
    client.patch(
        "pods",
        metadata["name"],
        {"metadata": {"$deleteFromPrimitiveList/finalizers": [TRACKING]}},
        type="strategic",
        namespace=metadata["namespace"],
    )


def _may_release(sync: JobSync, pod: Wire, *, has_failed: bool) -> bool:
    """Return whether nothing keeps the finalizer of a pod: it has ended, or the job has."""
    if sync.is_deleting or sync.finished is not None or is_succeeded(pod):
        return True
    if not has_failed:
        return False
    index = completion_index(pod)
    kept = None if index is None else sync.delayed.get(index)
    return kept is None or kept["metadata"]["uid"] != pod["metadata"]["uid"]


def _all_fail(sync: JobSync) -> bool:
    """Return whether each pod that still runs fails, for the job has."""
    return sync.finished is not None and sync.finished["type"] != "SuccessCriteriaMet"


def _note_success(sync: JobSync, pod: Wire, indexes: list[int]) -> bool:
    if sync.is_indexed:
        # The index says enough: it cannot be counted twice.
        index = valid_index(pod, sync.completions or 0)
        if index is None or contains(sync.previous_indexes, index):
            return False
        indexes.append(index)
        return True
    uid = pod["metadata"]["uid"]
    if uid in sync.uncounted_succeeded:
        return False
    sync.uncounted_succeeded.append(uid)
    return True


def _note_failure(sync: JobSync, pod: Wire) -> bool:
    uid = pod["metadata"]["uid"]
    if uid in sync.uncounted_failed or not sync.is_valid(pod):
        return False
    if not judge(sync.spec.get("podFailurePolicy"), pod).counts:
        return False
    sync.uncounted_failed.append(uid)
    return True


def _count_released(sync: JobSync, with_finalizer: dict[str, None]) -> bool:
    """Count the pods that were noted and have no finalizer any more; return whether any was."""
    changed = False
    for name, uids in (
        ("succeeded", sync.uncounted_succeeded),
        ("failed", sync.uncounted_failed),
    ):
        left = [uid for uid in uids if uid in with_finalizer]
        if len(left) != len(uids):
            sync.set_count(name, sync.status.get(name, 0) + len(uids) - len(left))
            uids[:] = left
            changed = True
    return changed


def _set_indexes(sync: JobSync) -> bool:
    """Put the indexes that have ended into the status; return whether that is new."""
    status = sync.status
    before = status.get("completedIndexes", ""), status.get("failedIndexes")
    succeeded = format_indexes(sync.succeeded_indexes)
    failed = None if sync.failed_indexes is None else format_indexes(sync.failed_indexes)
    sync.set_count("succeeded", count(sync.succeeded_indexes))
    for name, text in (("completedIndexes", succeeded or None), ("failedIndexes", failed)):
        if text is None:
            status.pop(name, None)
        else:
            status[name] = text
    return (succeeded, failed) != before
