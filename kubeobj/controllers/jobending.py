"""Whether a job is to end, and why: the first reason there is.

Source: ``k8s.io/kubernetes/pkg/controller/job`` job_controller.go syncJob (v1.36); KEP-3329,
KEP-3850, KEP-3998.
"""

from collections.abc import Sequence

from kubeobj.controllers.jobconditions import new_condition, true_condition
from kubeobj.controllers.jobfailurepolicy import judge
from kubeobj.controllers.jobpods import counts_as_failed
from kubeobj.controllers.jobsuccesspolicy import match_success
from kubeobj.controllers.jobsync import JobSync
from kubeobj.controllers.podstate import phase_of
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of


def ending_of(sync: JobSync, now: float) -> Wire | None:
    """Return the condition with which a job is to end; None if it is to go on."""
    met = true_condition(sync.job, "SuccessCriteriaMet")
    if met is not None:
        return met
    target = true_condition(sync.job, "FailureTarget")
    if target is not None:
        return new_condition("Failed", "True", target["reason"], target["message"], now)
    failure = _failure(sync, now)
    if failure is not None:
        return new_condition("FailureTarget", "True", *failure, now)
    if sync.is_indexed:
        rule = match_success(
            sync.spec.get("successPolicy"), sync.completions or 0, sync.succeeded_indexes
        )
        if rule is not None:
            return new_condition("SuccessCriteriaMet", "True", "SuccessPolicy", rule, now)
    return None


def completion(now: float) -> Wire:
    """Return the condition with which a job ends whose pods have all succeeded."""
    message = "Reached expected number of succeeded pods"
    return new_condition("SuccessCriteriaMet", "True", "CompletionsReached", message, now)


def seconds_until_deadline(sync: JobSync, now: float) -> float | None:
    """Return how long a job may still be active; None if for as long as it likes."""
    deadline, began = sync.spec.get("activeDeadlineSeconds"), sync.status.get("startTime")
    if deadline is None or began is None or sync.is_suspended:
        return None
    return seconds_of(began) + float(deadline) - now


def _failure(sync: JobSync, now: float) -> tuple[str, str] | None:
    """Return why a job fails, as reason and message; None if it does not."""
    message = _policy_failure(sync)
    if message is not None:
        return "PodFailurePolicy", message
    limit = sync.spec["backoffLimit"]
    if sync.failed > limit or _has_restarted_too_often(sync.spec, sync.pods):
        return "BackoffLimitExceeded", "Job has reached the specified backoff limit"
    left = seconds_until_deadline(sync, now)
    if left is not None and left <= 0:
        return "DeadlineExceeded", "Job was active longer than specified deadline"
    return _index_failure(sync)


def _policy_failure(sync: JobSync) -> str | None:
    policy = sync.spec.get("podFailurePolicy")
    if policy is None:
        return None
    for pod in sync.pods:
        if counts_as_failed(pod, sync.job):
            judgement = judge(policy, pod)
            if judgement.action == "FailJob":
                return judgement.message
    return None


def _has_restarted_too_often(spec: Wire, pods: Sequence[Wire]) -> bool:
    """Return whether containers that are restarted in their pods have been so too often."""
    if spec["template"]["spec"].get("restartPolicy") != "OnFailure":
        return False
    restarts = 0
    for pod in pods:
        if phase_of(pod) in {"Running", "Pending"}:
            status = pod.get("status", {})
            for name in ("initContainerStatuses", "containerStatuses"):
                restarts += sum(entry["restartCount"] for entry in status.get(name) or ())
    limit: int = spec["backoffLimit"]
    return restarts >= max(limit, 1)


def _index_failure(sync: JobSync) -> tuple[str, str] | None:
    """Return why a job fails for the indexes that have."""
    failed = sync.failed_index_count
    if not failed:
        return None
    most = sync.spec.get("maxFailedIndexes")
    if most is not None and failed > most:
        message = "Job has exceeded the specified maximal number of failed indexes"
        return "MaxFailedIndexesExceeded", message
    if failed + sync.succeeded >= (sync.completions or 0):
        return "FailedIndexes", "Job has failed indexes"
    return None
