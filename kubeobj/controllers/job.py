"""Jobs run pods until enough of them have succeeded.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go (v1.36); the concept page Jobs.
"""

from collections.abc import Sequence
from typing import Final, final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.adoption import Adoption
from kubeobj.controllers.jobbackoffs import Failures
from kubeobj.controllers.jobconditions import is_finished, new_condition, with_condition
from kubeobj.controllers.jobending import completion, ending_of, seconds_until_deadline
from kubeobj.controllers.jobpods import TRACKING, is_tracked
from kubeobj.controllers.jobscaling import SETTLING_SECONDS, JobScaling
from kubeobj.controllers.jobsync import JobSync
from kubeobj.controllers.jobtracking import JobTracking, release_pod
from kubeobj.controllers.podstate import is_deleting, is_failed, is_succeeded
from kubeobj.controllers.selecting import Selecting, selector_in
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.expectations import FORGOTTEN_AFTER_SECONDS, Expectations
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.owners import controlled_by, controller_of, is_controlled, owner_of
from kubeobj.reconcile.request import Cached, Request, Result, wire_of

CONTROLLER: Final = "kubernetes.io/job-controller"
"""The value of ``managedBy`` of the jobs that this controller looks after; or none."""

_OWNER = "batch", "Job"


@final
class JobController:
    """Runs the pods of jobs, counts them, and says when jobs have ended.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._jobs = manager.informer("jobs.batch")
        self._pods = manager.informer("pods")
        self._events = manager.events.by("job-controller")
        self._expected = Expectations(manager.clock)
        self._tracking = JobTracking(self._client, self._clock, self._events)
        self._scaling = JobScaling(self._client, self._clock, self._events, self._expected)
        self._adoption = Adoption(
            self._client, "jobs.batch", "pods", self._pods.cache, finalizers=[TRACKING]
        )
        needs = [self._jobs, self._pods]
        self._queue = manager.controller("job", self.reconcile, needs=needs).queue
        self._left = manager.controller("job-orphan-pod", self.let_go, needs=needs).queue
        self._selecting = Selecting(self._jobs, _selector)
        self._jobs.subscribe(self._job_changed)
        self._pods.subscribe(self._owned_changed, owner=_OWNER)
        self._pods.subscribe(self._orphan_changed)

    # ------------------------------------------------------------ what has changed

    def _job_changed(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is None:
            return
        request = Request.of(document)
        if new is None:
            # One that is made anew under its name has nothing to do with it.
            self._expected.forget(request)
            self._tracking.forget(request)
        if old is None or new is None or _generation(old) != _generation(new):
            self._queue.add(request)
        else:
            self._queue.add_after(request, SETTLING_SECONDS)
        if new is None or is_finished(new):
            # Nobody counts its pods any more, so nothing may keep them.
            for pod in self._pods.cache.owned_by(document["metadata"]["uid"]):
                if is_tracked(pod):
                    self._left.add(Request.of(pod))

    def _owned_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the job of a pod, a moment later."""
        owners = [None if pod is None else _owner(pod) for pod in (old, new)]
        for owner in dict.fromkeys(owner for owner in owners if owner is not None):
            self._note(owner, old, new)
            self._queue.add_after(owner, SETTLING_SECONDS)
        holder = owners[1]
        if new is None or holder is None or not is_tracked(new):
            return
        if not self._is_counting(holder, new):
            self._left.add(Request.of(new))

    def _orphan_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the jobs that may adopt a pod that nothing controls."""
        if new is None:
            return
        if controller_of(new) is not None:
            return
        if is_tracked(new):
            self._left.add(Request.of(new))
        if not is_deleting(new):
            metadata = new["metadata"]
            for owner in self._selecting.of(metadata["namespace"], metadata.get("labels")):
                self._queue.add_after(owner, SETTLING_SECONDS)

    def _note(self, owner: Request, old: Cached | None, new: Cached | None) -> None:
        """Note what was expected of a pod of a job."""
        pod = old if new is None else new
        uid = pod["metadata"]["uid"] if pod is not None else ""
        if new is None or is_deleting(new):
            self._expected.deleted(owner, uid)
        elif old is None:
            self._expected.created(owner)
        if new is None or not is_tracked(new):
            self._tracking.seen_without(owner, uid)

    def _is_counting(self, owner: Request, pod: Cached) -> bool:
        """Return whether the job of a pod is there, and will count it."""
        job = self._jobs.cache.find(owner)
        return job is not None and _counts(job, pod)

    # ------------------------------------------------------------ pods without a job

    def let_go(self, request: Request) -> None:
        """Take the finalizer off a pod that no job counts any more.

        Raises:
            ApiError: If the API refuses it.
        """
        pod = self._pods.cache.find(request)
        if pod is None or not is_tracked(pod):
            return
        kind = controlled_by(pod)
        if kind is not None and (kind != _OWNER or not self._has_nobody(pod)):
            return
        try:
            release_pod(self._client, pod)
        except NotFound:
            return

    def _has_nobody(self, pod: Cached) -> bool:
        """Return whether the job that controls a pod will not count it."""
        owner = owner_of(pod)
        if self._is_counting(owner, pod):
            return False
        try:
            # The cache may not know the job yet.
            found = self._client.get("jobs.batch", owner.name, namespace=owner.namespace)
        except NotFound:
            return True
        return not _counts(wire_of(found), pod)

    # ------------------------------------------------------------ jobs

    def reconcile(self, request: Request) -> Result | None:
        """Make, delete and count the pods of a job, and end it if it is to end.

        Raises:
            ApiError: If the API refuses a write; it is tried again.
        """
        job = self._jobs.cache.find(request)
        if job is None or _is_others(job):
            return None
        if is_finished(job):
            self._tracking.forget(request)
            return None
        is_met = self._expected.are_met(request)
        sync = JobSync(job, self._pods_of(job), self._tracking.removing.get(request, {}))
        sync.failures = self._failures(sync).after(sync.new_succeeded, sync.new_failed)
        now = self._clock.now()
        if "startTime" not in sync.status and not sync.is_suspended:
            sync.status["startTime"] = text_of(now)
        self._scaling.wait = None
        sync.finished = ending_of(sync, now)
        if sync.finished is not None:
            active, error = self._scaling.delete_active(sync)
            if active or not is_met:
                # There may be pods that are not in the cache yet.
                sync.finished = None
            has_turned = False
        else:
            active, error, has_turned = self._go_on(sync, is_met=is_met)
        self._tracking.track(sync, has_changed=self._set_counts(sync, active) or has_turned)
        if error is not None:
            raise error
        return self._later(sync, is_met=is_met)

    def _go_on(self, sync: JobSync, *, is_met: bool) -> tuple[int, ApiError | None, bool]:
        """Make or delete pods of a job that is not to end, unless that completes it.

        Returns:
            How many pods are active then, what the API has against a change, and whether the job
            has been suspended or resumed.
        """
        active, error = len(sync.active), None
        is_managed = is_met and not sync.is_deleting
        if is_managed:
            active, error = self._scaling.scale(sync)
        enough = 1 if sync.completions is None else sync.completions
        if sync.succeeded >= enough and not active:
            sync.finished = completion(self._clock.now())
            return active, error, False
        return active, error, is_managed and self._suspend(sync)

    def _suspend(self, sync: JobSync) -> bool:
        """Say in the status whether the job is suspended; return whether that is new."""
        now = self._clock.now()
        status, reason, message = ("False", "JobResumed", "Job resumed")
        if sync.is_suspended:
            status, reason, message = ("True", "JobSuspended", "Job suspended")
        condition = new_condition("Suspended", status, reason, message, now)
        conditions = with_condition(sync.status.get("conditions") or (), condition)
        if conditions is None:
            return False
        sync.status["conditions"] = conditions
        self._events.record(sync.job, reason.removeprefix("Job"), message)
        # Its deadline counts from when it goes on.
        if sync.is_suspended:
            sync.status.pop("startTime", None)
        else:
            sync.status["startTime"] = text_of(now)
        return True

    def _later(self, sync: JobSync, *, is_met: bool) -> Result | None:
        """Say when to look at the job again though nothing has changed."""
        left = None
        if sync.finished is None:
            left = seconds_until_deadline(sync, self._clock.now())
        # What has come and gone unseen is never seen.
        unseen = None if is_met else FORGOTTEN_AFTER_SECONDS + SETTLING_SECONDS
        waits = [max(one, 0.0) for one in (left, self._scaling.wait, unseen) if one is not None]
        return Result(min(waits)) if waits else None

    # ------------------------------------------------------------ inside

    def _pods_of(self, job: Cached) -> Sequence[Wire]:
        uid = job["metadata"]["uid"]
        pods: list[Wire] = []
        for pod in self._adoption.claim(job, _selector(job)):
            owners = pod["metadata"].get("ownerReferences") or ()
            is_new = all(reference["uid"] != uid for reference in owners)
            pods.append(_with_finalizer(pod) if is_new and not is_tracked(pod) else pod)
        return pods

    def _failures(self, sync: JobSync) -> Failures:
        """Return the failures in a row that are counted already."""
        known = self._tracking.failures.get(sync.request)
        if known is not None:
            return known
        noted = dict.fromkeys((*sync.uncounted_succeeded, *sync.uncounted_failed))
        counted = [
            pod for pod in sync.pods if sync.is_counted(pod) or pod["metadata"]["uid"] in noted
        ]
        return Failures().after(filter(is_succeeded, counted), filter(is_failed, counted))

    def _set_counts(self, sync: JobSync, active: int) -> bool:
        """Put what the pods are doing into the status; return whether that is new."""
        before = sync.job.get("status", {})
        status = sync.status
        sync.set_count("active", active)
        status["ready"], status["terminating"] = sync.ready, sync.terminating
        names = ("active", "ready", "terminating")
        return any(before.get(name) != status.get(name) for name in names)


def _selector(job: Cached) -> Selector:
    return selector_in(job["spec"].get("selector"))


def _generation(job: Cached) -> object:
    return job["metadata"].get("generation")


def _is_others(job: Cached) -> bool:
    """Return whether another controller looks after the job."""
    controller: str = job["spec"].get("managedBy", CONTROLLER)
    return controller != CONTROLLER


def _owner(pod: Cached) -> Request | None:
    """Return which job controls a pod; None if none does."""
    return owner_of(pod) if controlled_by(pod) == _OWNER else None


def _counts(job: Cached, pod: Cached) -> bool:
    """Return whether a job controls a pod, and counts it, or another controller does."""
    is_its = is_controlled(pod, job["metadata"]["uid"])
    return is_its and (_is_others(job) or not is_finished(job))


def _with_finalizer(pod: Cached) -> Wire:
    metadata = pod["metadata"]
    finalizers = [*(metadata.get("finalizers") or ()), TRACKING]
    return {**pod, "metadata": {**metadata, "finalizers": finalizers}}
