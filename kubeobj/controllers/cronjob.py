"""Cron jobs make jobs when their schedules say so.

Source: ``k8s.io/kubernetes/pkg/controller/cronjob`` cronjob_controllerv2.go (v1.36); the concept
page CronJob.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.api.cronschedule import CronError
from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.cronhistory import surplus_jobs
from kubeobj.controllers.cronruns import MANY, NoRuns, RunTimes
from kubeobj.controllers.crontimes import text_in_mail, text_in_zone
from kubeobj.controllers.jobconditions import finished_condition, true_condition
from kubeobj.documents import Wire
from kubeobj.errors import echo
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.owners import controlled_by, is_controlled, reference_to
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.reconcile.triggers import on_owned

SCHEDULED_FOR = "batch.kubernetes.io/cronjob-scheduled-timestamp"
"""The annotation of a job that says for when it was made."""

_TOO_MANY = (
    "too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check clock skew"
)
_ZONE_IN_SCHEDULE = (
    'CRON_TZ or TZ used in schedule "{}" is not officially supported, see '
    "https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details"
)


@final
@dataclass(slots=True)
class _CronJob:
    """A cron job that is looked at: as it is, and its status as it is to be."""

    document: Wire
    active: list[Wire]
    last_scheduled: str | None
    last_successful: str | None

    @classmethod
    def of(cls, document: Wire) -> "_CronJob":
        status = document.get("status", {})
        return cls(
            document,
            list(status.get("active") or ()),
            status.get("lastScheduleTime"),
            status.get("lastSuccessfulTime"),
        )

    @property
    def namespace(self) -> str:
        namespace: str = self.document["metadata"]["namespace"]
        return namespace

    @property
    def name(self) -> str:
        name: str = self.document["metadata"]["name"]
        return name

    def is_active(self, uid: str) -> bool:
        return any(one.get("uid") == uid for one in self.active)

    def drop(self, uid: str) -> None:
        self.active = [one for one in self.active if one.get("uid") != uid]

    def job_name(self, at: float) -> str:
        """Return the name of the job of a run: so nobody makes it twice."""
        return f"{self.name}-{int(at) // 60}"

    def changed(self) -> Wire | None:
        """Return the document with the status that it is to have, or None if it has it."""
        before = self.document.get("status", {})
        status = dict(before)
        for name, value in (
            ("active", self.active),
            ("lastScheduleTime", self.last_scheduled),
            ("lastSuccessfulTime", self.last_successful),
        ):
            if value:
                status[name] = value
            else:
                status.pop(name, None)
        return None if status == before else {**self.document, "status": status}


@final
class CronJobController:
    """Makes the jobs of cron jobs, keeps account of those that run, and deletes old ones.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._cron_jobs = manager.informer("cronjobs.batch")
        self._jobs = manager.informer("jobs.batch")
        self._events = manager.events.by("cronjob-controller")
        needs = [self._cron_jobs, self._jobs]
        self._queue = manager.controller("cronjob", self.reconcile, needs=needs).queue
        self._cron_jobs.subscribe(self._cron_job_changed)
        on_owned(manager.controllers["cronjob"], self._jobs, "batch", "CronJob")

    def _cron_job_changed(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is None:
            return
        request = Request.of(document)
        if old is not None and new is not None:
            before, after = old["spec"], new["spec"]
            if any(before.get(name) != after.get(name) for name in ("schedule", "timeZone")):
                # Runs that only the new schedule would have had are not made up for.
                seconds = self._seconds_until_next(new)
                if seconds is not None:
                    self._queue.add_after(request, seconds)
                return
        self._queue.add(request)

    def _seconds_until_next(self, document: Wire) -> float | None:
        try:
            return RunTimes(document).seconds_until_next(self._clock.now())
        except (CronError, LookupError):
            # The API takes none such; whoever has stored one is told when it is looked at.
            return 0.0

    # ------------------------------------------------------------ reconciling

    def reconcile(self, request: Request) -> Result | None:
        """Do what is due of a cron job, and say when to look again.

        Raises:
            ApiError: If the API refuses a write; it is tried again.
        """
        document = self._cron_jobs.cache.find(request)
        if document is None:
            return None
        cron_job = _CronJob.of(document)
        uid = document["metadata"]["uid"]
        jobs = [
            job
            for job in self._jobs.cache.owned_by(uid)
            if controlled_by(job) == ("batch", "CronJob")
        ]
        for job in surplus_jobs(document, jobs):
            # One that cannot be deleted now is no reason not to make others.
            self._delete(cron_job, job)
        self._look_at_jobs(cron_job, jobs)
        try:
            if "deletionTimestamp" in document["metadata"]:
                return None
            return Result(self._run(cron_job))
        finally:
            # What has been done is written down even if something else has failed.
            changed = cron_job.changed()
            if changed is not None:
                self._client.update_status(changed)

    def _look_at_jobs(self, cron_job: _CronJob, jobs: Sequence[Wire]) -> None:
        """Bring the list of the jobs that run, and the time of the last success, up to date."""
        there = {}
        for job in jobs:
            uid, name = job["metadata"]["uid"], job["metadata"]["name"]
            there[uid] = job
            active, finished = cron_job.is_active(uid), finished_condition(job)
            if finished is None:
                if not active:
                    self._unexpected(cron_job, job)
            elif active:
                cron_job.drop(uid)
                message = f"Saw completed job: {name}, condition: {finished['type']}"
                self._events.record(cron_job.document, "SawCompletedJob", message)
            self._note_success(cron_job, job)
        for one in list(cron_job.active):
            if one.get("uid") not in there and not self._is_there(one):
                message = f"Active job went missing: {one.get('name')}"
                self._events.record(cron_job.document, "MissingJob", message)
                cron_job.drop(one.get("uid", ""))

    def _unexpected(self, cron_job: _CronJob, job: Wire) -> None:
        """Tell of a job that runs and is not in the list, unless the list is only seen late."""
        fresh = wire_of(
            self._client.get("cronjobs.batch", cron_job.name, namespace=cron_job.namespace)
        )
        if _CronJob.of(fresh).is_active(job["metadata"]["uid"]):
            return
        name = job["metadata"]["name"]
        message = f"Saw a job that the controller did not create or forgot: {name}"
        self._events.record(cron_job.document, "UnexpectedJob", message, "Warning")

    def _note_success(self, cron_job: _CronJob, job: Wire) -> None:
        ended = job.get("status", {}).get("completionTime")
        if ended is None or true_condition(job, "Complete") is None:
            return
        last = cron_job.last_successful
        if last is None or seconds_of(ended) > seconds_of(last):
            cron_job.last_successful = ended

    def _is_there(self, reference: Wire) -> bool:
        # The cache may only be late.
        try:
            self._client.get("jobs.batch", reference["name"], namespace=reference["namespace"])
        except NotFound:
            return False
        return True

    # ------------------------------------------------------------ running

    def _run(self, cron_job: _CronJob) -> float | None:
        """Make the job that is due, if one is; return in how many seconds to look again."""
        document, now = cron_job.document, self._clock.now()
        times = self._times(cron_job)
        if times is None:
            return None
        try:
            runs = times.due(now)
        except NoRuns as error:
            message = f"invalid schedule: {document['spec']['schedule']} : {error}"
            self._events.record(document, "InvalidSchedule", message, "Warning")
            return None
        if runs.last is not None:
            if runs.missed > MANY:
                self._events.record(document, "TooManyMissedTimes", _TOO_MANY, "Warning")
            if self._may_begin(cron_job, runs.last, now):
                self._begin(cron_job, runs.last, times)
                # The next one is counted from this one.
                done = {**document.get("status", {}), "lastScheduleTime": cron_job.last_scheduled}
                times = RunTimes({**document, "status": done})
        return times.seconds_until_next(now)

    def _times(self, cron_job: _CronJob) -> RunTimes | None:
        document = cron_job.document
        spec = document["spec"]
        if spec.get("suspend"):
            return None
        if "TZ" in spec["schedule"]:
            message = _ZONE_IN_SCHEDULE.format(spec["schedule"])
            self._events.record(document, "UnsupportedSchedule", message, "Warning")
        try:
            return RunTimes(document)
        except LookupError as error:
            message = f"invalid timeZone: {echo(spec['timeZone'])}: {error}"
            self._events.record(document, "UnknownTimeZone", message, "Warning")
        except CronError as error:
            message = f"unparseable schedule: {echo(spec['schedule'])} : {error}"
            self._events.record(document, "UnparseableSchedule", message, "Warning")
        return None

    def _may_begin(self, cron_job: _CronJob, at: float, now: float) -> bool:
        """Return whether a run that is due may begin."""
        spec = cron_job.document["spec"]
        deadline = spec.get("startingDeadlineSeconds")
        if deadline is not None and at + deadline < now:
            when = text_in_mail(at)
            message = f"Missed scheduled time to start a job: {when}"
            self._events.record(cron_job.document, "MissSchedule", message, "Warning")
            return False
        name = cron_job.job_name(at)
        if any(one.get("name") == name for one in cron_job.active):
            return False
        if cron_job.last_scheduled is not None and seconds_of(cron_job.last_scheduled) == at:
            return False
        if spec.get("concurrencyPolicy") == "Forbid" and cron_job.active:
            message = (
                "Not starting job because prior execution is running and concurrency policy is "
                "Forbid"
            )
            self._events.record(cron_job.document, "JobAlreadyActive", message)
            return False
        return True

    def _begin(self, cron_job: _CronJob, at: float, times: RunTimes) -> None:
        document = cron_job.document
        if document["spec"].get("concurrencyPolicy") == "Replace":
            for one in list(cron_job.active):
                self._replace(cron_job, one)
        made = self._made(cron_job, _job_of(cron_job, at, times))
        if made is None:
            return
        metadata = made["metadata"]
        cron_job.active.append(
            {
                "kind": "Job",
                "namespace": metadata["namespace"],
                "name": metadata["name"],
                "uid": metadata["uid"],
                "apiVersion": "batch/v1",
                "resourceVersion": metadata["resourceVersion"],
            }
        )
        cron_job.last_scheduled = text_of(at)

    def _made(self, cron_job: _CronJob, job: Wire) -> Wire | None:
        """Make a job and return it; or the one that was made when that was not noted down."""
        document = cron_job.document
        name = job["metadata"]["name"]
        try:
            made = wire_of(self._client.create(job))
        except AlreadyExists:
            made = wire_of(
                self._client.get("jobs.batch", name, namespace=job["metadata"]["namespace"])
            )
            mine = is_controlled(made, document["metadata"]["uid"])
            return made if mine and not cron_job.is_active(made["metadata"]["uid"]) else None
        except ApiError as error:
            self._events.record(document, "FailedCreate", f"Error creating job: {error}", "Warning")
            raise
        self._events.record(document, "SuccessfulCreate", f"Created job {name}")
        return made

    def _replace(self, cron_job: _CronJob, reference: Wire) -> None:
        namespace, name = reference["namespace"], reference["name"]
        try:
            job = wire_of(self._client.get("jobs.batch", name, namespace=namespace))
        except ApiError as error:
            self._events.record(cron_job.document, "FailedGet", f"Get job: {error}", "Warning")
            raise
        refused = self._delete(cron_job, job)
        if refused is not None:
            raise refused

    def _delete(self, cron_job: _CronJob, job: Wire) -> ApiError | None:
        """Delete a job; return what the API has against it."""
        metadata, document = job["metadata"], cron_job.document
        try:
            self._client.delete(
                "jobs.batch",
                metadata["name"],
                namespace=metadata["namespace"],
                propagation_policy="Background",
                uid=metadata["uid"],
            )
        except NotFound:
            # Only the cache still has it.
            cron_job.drop(metadata["uid"])
            return None
        except ApiError as error:
            self._events.record(document, "FailedDelete", f"Deleted job: {error}", "Warning")
            return error
        cron_job.drop(metadata["uid"])
        self._events.record(document, "SuccessfulDelete", f"Deleted job {metadata['name']}")
        return None


def _job_of(cron_job: _CronJob, at: float, times: RunTimes) -> Wire:
    """Return the job of a run."""
    document = cron_job.document
    template = document["spec"]["jobTemplate"]
    metadata = template.get("metadata") or {}
    annotations = {
        **(metadata.get("annotations") or {}),
        SCHEDULED_FOR: text_in_zone(at, times.zone),
    }
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "name": cron_job.job_name(at),
            "namespace": cron_job.namespace,
            "labels": dict(metadata.get("labels") or {}),
            "annotations": annotations,
            "ownerReferences": [reference_to(document)],
        },
        "spec": template["spec"],
    }
