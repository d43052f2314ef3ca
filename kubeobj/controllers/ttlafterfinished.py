"""Jobs that have ended are deleted after the time that they ask for.

Source: ``k8s.io/kubernetes/pkg/controller/ttlafterfinished`` (v1.36); the concept page Automatic
Cleanup for Finished Jobs.
"""

from typing import final

from kubeobj.api.errors import NotFound
from kubeobj.controllers.jobconditions import finished_condition
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of
from kubeobj.reconcile.request import Request, Result, wire_of
from kubeobj.reconcile.triggers import on_self


@final
class TtlAfterFinishedController:
    """Deletes each job, dependents first, when it has been over for ``ttlSecondsAfterFinished``.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._jobs = manager.informer("jobs.batch")
        loop = manager.controller("ttl-after-finished", self.reconcile, needs=[self._jobs])
        on_self(loop, self._jobs)

    def reconcile(self, request: Request) -> Result | None:
        """Delete a job if its time is over, or say when that will be."""
        job = self._jobs.cache.find(request)
        left = None if job is None else self._seconds_left(job)
        if left is None or left > 0:
            return Result(left)
        try:
            # The job may have got more time meanwhile.
            fresh = wire_of(
                self._client.get("jobs.batch", request.name, namespace=request.namespace)
            )
        except NotFound:
            return None
        left = self._seconds_left(fresh)
        if left is None or left > 0:
            return Result(left)
        try:
            self._client.delete(
                "jobs.batch",
                request.name,
                namespace=request.namespace,
                propagation_policy="Foreground",
                uid=fresh["metadata"]["uid"],
            )
        except NotFound:
            return None
        return None

    def _seconds_left(self, job: Wire) -> float | None:
        """Return how long the job may stay; None for as long as it likes."""
        ttl = job["spec"].get("ttlSecondsAfterFinished")
        if ttl is None or "deletionTimestamp" in job["metadata"]:
            return None
        finished = finished_condition(job)
        if finished is None:
            return None
        since = seconds_of(finished["lastTransitionTime"])
        return max(since + float(ttl) - self._clock.now(), 0.0)
