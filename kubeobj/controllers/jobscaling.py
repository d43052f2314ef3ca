"""As many pods of a job are active as it asks for: more are made, or some deleted.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go manageJob (v1.36).
"""

from collections.abc import Iterable, Sequence
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.clock import Clock
from kubeobj.controllers.jobbackoffs import index_seconds_left
from kubeobj.controllers.jobindexes import Intervals, first_missing, merged, with_indexes
from kubeobj.controllers.jobpods import (
    completion_index,
    indexes_of,
    is_tracked,
    replaces_only_failed,
)
from kubeobj.controllers.jobsync import JobSync
from kubeobj.controllers.jobtemplate import job_pod
from kubeobj.controllers.jobtracking import release_pod
from kubeobj.controllers.podranking import dispensable_first
from kubeobj.controllers.podstate import is_ready, is_terminating
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.expectations import Expectations

AT_ONCE: Final = 500
"""How many pods are made or deleted at once at most."""

SETTLING_SECONDS: Final = 1.0
"""How long what happens to pods is gathered before a job is looked at."""


@final
class JobScaling:
    """Makes and deletes the pods of jobs.

    Args:
        client: Writes it.
        clock: Tells how long to wait after failures.
        events: Tells what has been done.
        expected: What has been done and has not been seen.
    """

    def __init__(
        self, client: Client, clock: Clock, events: EventRecorder, expected: Expectations
    ) -> None:
        self._client = client
        self._clock = clock
        self._events = events
        self._expected = expected
        self.wait: float | None = None
        """In how many seconds to look at the last job again, for pods that are to wait."""

    def scale(self, sync: JobSync) -> tuple[int, ApiError | None]:
        """Make or delete pods of a job.

        Returns:
            How many pods are active then, and what the API has against a change.
        """
        self.wait = None
        active = len(sync.active)
        if sync.is_suspended:
            return self._delete(sync, removable(sync, active))
        wanted = wanted_active(sync, active)
        surplus = removable(sync, max(active - wanted, 0))[:AT_ONCE]
        if surplus:
            return self._delete(sync, surplus)
        missing = wanted - active - (sync.terminating if replaces_only_failed(sync.job) else 0)
        return self._create(sync, self._due(sync, min(missing, AT_ONCE)) if missing > 0 else [])

    def delete_active(self, sync: JobSync) -> tuple[int, ApiError | None]:
        """Delete all active pods of a job that ends; their finalizers go when they are counted.

        Returns:
            How many are left, and what the API has against a deletion.
        """
        left, error = 0, None
        for pod in sync.active:
            refused = self._delete_one(sync, pod)
            if refused is not None:
                left, error = left + 1, error or refused
                continue
            sync.terminating += 1
            sync.ready -= is_ready(pod)
        return left, error

    # ------------------------------------------------------------ inside

    def _due(self, sync: JobSync, missing: int) -> list[int | None]:
        """Return the indexes of the pods to make now, None for one without; others are to wait."""
        now = self._clock.now()
        if not sync.has_index_limit:
            left = sync.failures.seconds_left(now)
            if left > 0:
                self.wait = max(left, SETTLING_SECONDS)
                return []
        if not sync.is_indexed:
            return [None] * missing
        indexes = first_missing(_taken(sync), missing, sync.completions or 0)
        if not sync.has_index_limit:
            return list(indexes)
        waits = {index: index_seconds_left(sync.delayed.get(index), now) for index in indexes}
        due: list[int | None] = [index for index in indexes if not waits[index]]
        if indexes and not due:
            self.wait = max(min(waits.values()), SETTLING_SECONDS)
        return due

    def _create(self, sync: JobSync, indexes: Sequence[int | None]) -> tuple[int, ApiError | None]:
        """Make pods, first one, then twice as many each time, as long as all goes well."""
        active, done, batch = len(sync.active), 0, 1
        while done < len(indexes):
            now = indexes[done : done + batch]
            # Noted before they are made: otherwise they could be seen before they are expected.
            self._expected.creations(sync.request, len(now))
            errors = [error for index in now if (error := self._create_one(sync, index))]
            done, batch = done + len(now), batch * 2
            active += len(now) - len(errors)
            if errors:
                return active, errors[0]
        return active, None

    def _create_one(self, sync: JobSync, index: int | None) -> ApiError | None:
        pod = job_pod(sync.job, index, None if index is None else sync.delayed.get(index))
        try:
            made = self._client.create(pod)
        except ApiError as error:
            self._expected.created(sync.request)
            if is_namespace_terminating(error):
                return None
            self._events.record(sync.job, "FailedCreate", f"Error creating: {error}", "Warning")
            return error
        self._events.record(sync.job, "SuccessfulCreate", f"Created pod: {made.metadata.name}")
        return None

    def _delete(self, sync: JobSync, pods: Sequence[Wire]) -> tuple[int, ApiError | None]:
        """Delete pods without counting them."""
        error = None
        active = len(sync.active)
        self._expected.deletions(sync.request, [pod["metadata"]["uid"] for pod in pods])
        for pod in pods:
            refused = self._release(pod) or self._delete_one(sync, pod)
            if refused is not None:
                self._expected.deleted(sync.request, pod["metadata"]["uid"])
                error = error or refused
                continue
            active -= 1
            sync.terminating += 1
            sync.ready -= is_ready(pod)
        return active, error

    def _release(self, pod: Wire) -> ApiError | None:
        if is_tracked(pod):
            try:
                release_pod(self._client, pod)
            except NotFound:
                return None
            except ApiError as error:
                return error
        return None

    def _delete_one(self, sync: JobSync, pod: Wire) -> ApiError | None:
        metadata = pod["metadata"]
        try:
            self._client.delete("pods", metadata["name"], namespace=metadata["namespace"])
        except NotFound:
            self._expected.deleted(sync.request, metadata["uid"])
            return None
        except ApiError as error:
            self._events.record(sync.job, "FailedDelete", f"Error deleting: {error}", "Warning")
            return error
        self._events.record(sync.job, "SuccessfulDelete", f"Deleted pod: {metadata['name']}")
        return None


def wanted_active(sync: JobSync, active: int) -> int:
    """Return how many pods of a job are to be active."""
    parallelism: int = sync.spec["parallelism"]
    if sync.completions is None:
        # Once a pod has succeeded, the others are left to end.
        return active if sync.succeeded else parallelism
    return max(min(sync.completions - sync.succeeded, parallelism), 0)


def removable(sync: JobSync, least: int) -> list[Wire]:
    """Return the active pods to delete: those that are too many, and at least so many.

    Of an indexed job, pods without an index of the job, and all but one of each index.
    """
    surplus: list[Wire] = []
    others: Iterable[Wire] = sync.active
    if sync.is_indexed:
        surplus, others = _duplicates(sync)
    missing = least - len(surplus)
    return surplus + dispensable_first(others)[:missing] if missing > 0 else surplus


def _duplicates(sync: JobSync) -> tuple[list[Wire], list[Wire]]:
    """Return the pods that the job has no use for, and the others."""
    surplus: list[Wire] = []
    by_index: dict[int, list[Wire]] = {}
    for pod in sync.active:
        index = completion_index(pod)
        if index is None or index >= (sync.completions or 0):
            surplus.append(pod)
        else:
            by_index.setdefault(index, []).append(pod)
    kept: list[Wire] = []
    for index in sorted(by_index):
        *more, last = dispensable_first(by_index[index])
        surplus += more
        kept.append(last)
    return surplus, kept


def _taken(sync: JobSync) -> Intervals:
    """Return the indexes that need no pod now."""
    pods = list(sync.active)
    if replaces_only_failed(sync.job):
        pods += filter(is_terminating, sync.pods)
    return merged(with_indexes(sync.succeeded_indexes, indexes_of(pods)), sync.failed_indexes or ())
