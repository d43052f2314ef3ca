"""Which jobs of a cron job have been over for long enough to go.

Source: ``k8s.io/kubernetes/pkg/controller/cronjob`` cleanupFinishedJobs and removeOldestJobs
(v1.36).
"""

from collections.abc import Iterable

from kubeobj.controllers.jobconditions import finished_condition
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of

_LIMITS = (("Complete", "successfulJobsHistoryLimit"), ("Failed", "failedJobsHistoryLimit"))


def surplus_jobs(cron_job: Wire, jobs: Iterable[Wire]) -> list[Wire]:
    """Return the jobs that are more than the cron job keeps, the oldest first.

    Args:
        cron_job: The cron job.
        jobs: Its jobs.
    """
    ended: dict[str, list[Wire]] = {}
    for job in jobs:
        finished = finished_condition(job)
        if finished is not None and "deletionTimestamp" not in job["metadata"]:
            ended.setdefault(finished["type"], []).append(job)
    surplus: list[Wire] = []
    for type_, limit in _LIMITS:
        kept = cron_job["spec"].get(limit)
        found = ended.get(type_, [])
        if kept is not None and len(found) > kept:
            surplus += sorted(found, key=_age)[: len(found) - kept]
    return surplus


def _age(job: Wire) -> tuple[bool, float, str]:
    """Return what orders jobs: those that began early first, those that never did last."""
    began = job.get("status", {}).get("startTime")
    return began is None, 0.0 if began is None else seconds_of(began), job["metadata"]["name"]
