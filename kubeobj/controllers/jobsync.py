"""A job as it is looked at: its pods, sorted by what they mean to it, and its status to be.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go syncJob and syncJobCtx (v1.36).
"""

from collections.abc import Callable, Container, Sequence
from typing import final

from kubeobj.controllers.jobbackoffs import Failures
from kubeobj.controllers.jobfailurepolicy import judge
from kubeobj.controllers.jobindexes import Intervals, contains, count, parse_indexes, with_indexes
from kubeobj.controllers.jobpods import (
    all_failures_before,
    counts_as_failed,
    ended_at,
    failures_before,
    indexes_of,
    is_tracked,
    valid_index,
)
from kubeobj.controllers.podstate import is_active, is_ready, is_succeeded, is_terminating
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Request


@final
class JobSync:
    """One look at a job.

    Args:
        job: The job, as it is known.
        pods: Its pods.
        removing: The uids of pods whose finalizer has been taken away, which is not seen yet.
    """

    __slots__ = (
        "active",
        "delayed",
        "failed",
        "failed_indexes",
        "failures",
        "finished",
        "job",
        "new_failed",
        "new_succeeded",
        "pods",
        "previous_indexes",
        "ready",
        "removing",
        "status",
        "succeeded",
        "succeeded_indexes",
        "terminating",
        "uncounted_failed",
        "uncounted_succeeded",
    )

    def __init__(self, job: Wire, pods: Sequence[Wire], removing: Container[str]) -> None:
        self.job: Wire = job
        self.status: Wire = dict(job.get("status", {}))
        """The status that it is to have. Its parts are replaced, and never changed."""
        uncounted = self.status.setdefault("uncountedTerminatedPods", {})
        self.uncounted_succeeded: list[str] = list(uncounted.get("succeeded") or ())
        self.uncounted_failed: list[str] = list(uncounted.get("failed") or ())
        self.pods: Sequence[Wire] = pods
        self.removing: Container[str] = removing
        self.active: list[Wire] = [pod for pod in pods if is_active(pod)]
        self.ready: int = sum(map(is_ready, self.active))
        self.terminating: int = sum(map(is_terminating, pods))
        self.finished: Wire | None = None
        """The condition with which it is to end; None if it is not."""
        self.failures: Failures = Failures()
        """The failures in a row, with those that are new."""
        counted = self.uncounted_succeeded
        self.new_succeeded: list[Wire] = self._new(is_succeeded, counted)
        counted = self.uncounted_failed
        self.new_failed: list[Wire] = self._new(lambda pod: counts_as_failed(pod, job), counted)
        self._count()
        self.delayed: dict[int, Wire] = self._delayed() if self.has_index_limit else {}
        """By index, the failed pod that stays until there is another one in its place."""

    def _count(self) -> None:
        """Count what has succeeded and failed."""
        policy, status = self.spec.get("podFailurePolicy"), self.status
        failed = sum(judge(policy, pod).counts for pod in self.new_failed)
        self.failed: int = status.get("failed", 0) + failed + len(self.uncounted_failed)
        self.previous_indexes: Intervals = ()
        self.succeeded_indexes: Intervals = ()
        self.failed_indexes: Intervals | None = None
        self.succeeded: int = (
            status.get("succeeded", 0) + len(self.new_succeeded) + len(self.uncounted_succeeded)
        )
        if not self.is_indexed:
            return
        completions = self.completions or 0
        self.previous_indexes = parse_indexes(status.get("completedIndexes", ""), completions)
        self.succeeded_indexes = self._with(self.previous_indexes, is_succeeded)
        self.succeeded = count(self.succeeded_indexes)
        if self.has_index_limit:
            known = parse_indexes(status.get("failedIndexes", ""), completions)
            self.failed_indexes = self._with(known, self._fails_its_index)

    # ------------------------------------------------------------ the job

    @property
    def request(self) -> Request:
        """Which job it is."""
        return Request.of(self.job)

    @property
    def spec(self) -> Wire:
        """What the job asks for."""
        spec: Wire = self.job["spec"]
        return spec

    @property
    def completions(self) -> int | None:
        """How many pods are to succeed; None if one decides for all."""
        completions: int | None = self.spec.get("completions")
        return completions

    @property
    def is_suspended(self) -> bool:
        """Whether it is to have no pods now."""
        return bool(self.spec.get("suspend"))

    @property
    def is_deleting(self) -> bool:
        """Whether it is to go."""
        return "deletionTimestamp" in self.job["metadata"]

    @property
    def is_indexed(self) -> bool:
        """Whether each of its pods has an index."""
        return self.spec.get("completionMode") == "Indexed"

    @property
    def has_index_limit(self) -> bool:
        """Whether failures are counted for each index."""
        return self.is_indexed and self.spec.get("backoffLimitPerIndex") is not None

    @property
    def failed_index_count(self) -> int:
        """How many indexes have failed."""
        return count(self.failed_indexes or ())

    # ------------------------------------------------------------ the status

    def written(self, job: Wire) -> None:
        """Take in that the job is so now, after a write."""
        self.job = job
        self.status = dict(job.get("status", {}))

    def set_count(self, name: str, value: int) -> None:
        """Set a number of the status, which leaves out 0."""
        if value:
            self.status[name] = value
        else:
            self.status.pop(name, None)

    def set_uncounted(self) -> None:
        """Put the lists of what has ended and is not counted into the status."""
        lists = {"succeeded": self.uncounted_succeeded, "failed": self.uncounted_failed}
        self.status["uncountedTerminatedPods"] = {
            name: list(uids) for name, uids in lists.items() if uids
        }

    # ------------------------------------------------------------ the pods

    def is_counted(self, pod: Wire) -> bool:
        """Return whether the pod has lost its finalizer, or is just losing it."""
        return not is_tracked(pod) or pod["metadata"]["uid"] in self.removing

    def is_valid(self, pod: Wire) -> bool:
        """Return whether the pod's index is one of the job, where it needs one."""
        return not self.is_indexed or valid_index(pod, self.completions or 0) is not None

    def _new(self, has_ended: Callable[[Wire], bool], noted: Container[str]) -> list[Wire]:
        """Return the pods that have ended, and are in no number and no list yet."""
        return [
            pod
            for pod in self.pods
            if has_ended(pod)
            and not self.is_counted(pod)
            and pod["metadata"]["uid"] not in noted
            and self.is_valid(pod)
        ]

    def _with(self, known: Intervals, has_ended: Callable[[Wire], bool]) -> Intervals:
        """Return a list of indexes with those of pods that are not counted yet."""
        completions = self.completions or 0
        found = (
            valid_index(pod, completions) for pod in self.pods if is_tracked(pod) and has_ended(pod)
        )
        return with_indexes(known, {index for index in found if index is not None})

    def _fails_its_index(self, pod: Wire) -> bool:
        """Return whether there is to be no other pod of the index after this one."""
        if not counts_as_failed(pod, self.job):
            return False
        judgement = judge(self.spec.get("podFailurePolicy"), pod)
        if judgement.action == "FailIndex":
            return True
        limit: int = self.spec["backoffLimitPerIndex"]
        return judgement.counts and failures_before(pod) >= limit

    def _delayed(self) -> dict[int, Wire]:
        """Return, by index, the pods that others take the place of: these take over the count."""
        active = dict.fromkeys(indexes_of(self.active))
        found: dict[int, Wire] = {}
        for pod in self._new(lambda pod: counts_as_failed(pod, self.job), ()):
            index = valid_index(pod, self.completions or 0)
            if index is None or index in active or self._has_ended(index):
                continue
            known = found.get(index)
            if known is None or _failed_later(pod, known):
                found[index] = pod
        return found

    def _has_ended(self, index: int) -> bool:
        return contains(self.succeeded_indexes, index) or contains(self.failed_indexes or (), index)


def _failed_later(pod: Wire, other: Wire) -> bool:
    more = all_failures_before(pod) >= all_failures_before(other)
    return more and ended_at(pod) >= ended_at(other)
