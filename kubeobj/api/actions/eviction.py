"""To evict a pod: to delete it, if the budgets for disruptions have room for that.

Source: API-initiated Eviction (Kubernetes v1.36), and
``k8s.io/kubernetes/pkg/registry/core/pod/storage`` EvictionREST.
"""

from dataclasses import replace

from kubeobj.api.actions.call import ActionCall, done
from kubeobj.api.actions.podconditions import set_pod_condition
from kubeobj.api.deleting import refuse_bad
from kubeobj.api.errors import (
    ApiError,
    BadRequest,
    Forbidden,
    TooManyRequests,
    conflict,
    forbidden,
    not_found,
)
from kubeobj.api.options import DeleteOptions
from kubeobj.documents import Wire
from kubeobj.labels.labelselector import selector_of

BUDGETS = "poddisruptionbudgets.policy"
"""The resource of budgets for disruptions."""

_LIMIT = 2000
_RETRY_SECONDS = 10
_NOT_DISRUPTED = frozenset({"Pending", "Succeeded", "Failed"})


def evict(eviction: Wire, call: ActionCall) -> Wire:
    """Evict a pod.

    Raises:
        BadRequest: If the eviction is of another pod.
        NotFound: If there is no such pod.
        TooManyRequests: If a budget has no room for it now.
        ApiError: If more than one budget is about the pod.
    """
    name = call.name
    if eviction["metadata"].get("name", "") != name:
        raise BadRequest("the name of the eviction does not match the name on the URL")
    pod = call.objects.find("pods", call.namespace, name)
    if pod is None:
        raise not_found("", "pods", name)
    options = _options(eviction.get("deleteOptions") or {}, call)
    refuse_bad(options)
    if not _is_exempt(pod):
        budget = _budget(pod, call)
        if budget is not None and not _is_spared(pod, budget):
            _spend(budget, name, call, dry_run=options.dry_run)
    # As in Kubernetes, a disruption is spent before that.
    _check_preconditions(options, pod, name)
    if not options.dry_run:
        # Then the pod has another version than the one that was asked for.
        options = replace(options, resource_version=None)
        _note(pod, call)
    call.delete("pods", call.namespace, name, options)
    return done()


def _note(pod: Wire, call: ActionCall) -> None:
    """Say on a pod that it is evicted, for those who count failures."""
    condition: Wire = {
        "type": "DisruptionTarget",
        "status": "True",
        "reason": "EvictionByEvictionAPI",
        "message": "The pod was evicted through the API.",
    }
    set_pod_condition(pod, condition, call.context.now)
    call.objects.amend("pods", pod)


def _options(asked: Wire, call: ActionCall) -> DeleteOptions:
    preconditions = asked.get("preconditions") or {}
    context = call.context
    return DeleteOptions(
        user=context.user,
        dry_run=context.dry_run or asked.get("dryRun") == ["All"],
        grace_period_seconds=asked.get("gracePeriodSeconds"),
        propagation_policy=asked.get("propagationPolicy"),
        orphan_dependents=asked.get("orphanDependents"),
        uid=preconditions.get("uid"),
        resource_version=preconditions.get("resourceVersion"),
    )


def _check_preconditions(options: DeleteOptions, pod: Wire, name: str) -> None:
    metadata = pod["metadata"]
    for what, wanted in (("uid", options.uid), ("resourceVersion", options.resource_version)):
        if wanted is not None and wanted != metadata[what]:
            why = f"Precondition failed: {what} in precondition: {wanted}, found: {metadata[what]}"
            raise conflict("", "Pod", name, why)


def _is_exempt(pod: Wire) -> bool:
    """Return whether a pod's end disrupts nothing."""
    phase = pod.get("status", {}).get("phase")
    return phase in _NOT_DISRUPTED or "deletionTimestamp" in pod["metadata"]


def _budget(pod: Wire, call: ActionCall) -> Wire | None:
    labels = pod["metadata"].get("labels") or {}
    found = [
        one
        for one in call.objects.every(BUDGETS, call.namespace)
        if one["spec"].get("selector") is not None
        and selector_of(one["spec"]["selector"]).matches(labels)
    ]
    if len(found) > 1:
        raise ApiError("more than one PodDisruptionBudget is about this pod, which is not served")
    return found[0] if found else None


def _is_spared(pod: Wire, budget: Wire) -> bool:
    """Return whether a pod that is not ready may go without being counted."""
    conditions = pod.get("status", {}).get("conditions") or ()
    if any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
        return False
    if budget["spec"].get("unhealthyPodEvictionPolicy") == "AlwaysAllow":
        return True
    status = budget["status"]
    return bool(status["currentHealthy"] >= status["desiredHealthy"] > 0)


def _spend(budget: Wire, name: str, call: ActionCall, *, dry_run: bool) -> None:
    """Take one disruption from a budget."""
    metadata, status = budget["metadata"], budget["status"]
    called = metadata["name"]
    if status.get("observedGeneration", 0) < metadata.get("generation", 0):
        raise _no_room(f"the disruption budget {called} is still being processed", _RETRY_SECONDS)
    left = status["disruptionsAllowed"]
    if left < 0:
        raise _refused(called, "it allows a negative number of disruptions")
    disrupted = status.get("disruptedPods") or {}
    if len(disrupted) > _LIMIT:
        raise _refused(called, "it has too many disrupted pods")
    if not left:
        raise _no_room(f"the disruption budget {called} {_why_none_left(status)}")
    status["disruptionsAllowed"] = left - 1
    status["disruptedPods"] = {**disrupted, name: call.context.now}
    if left == 1:
        _note_none_left(budget, call.context.now)
    if not dry_run:
        call.objects.amend(BUDGETS, budget)


def _why_none_left(status: Wire) -> str:
    condition = _disruption_allowed(status) or {"status": "True"}
    told = condition["status"] == "False" and condition.get("message", "")
    if told and condition["reason"] == "SyncFailed":
        return f"allows no evictions as it could not be worked out: {told}"
    healthy, needed = status["currentHealthy"], status["desiredHealthy"]
    if healthy <= needed:
        return f"needs {needed} healthy pods and has {healthy}"
    return (
        f"allows no evictions now ({condition['reason']}: {told})"
        if told
        else ("allows no evictions now")
    )


def _disruption_allowed(status: Wire) -> Wire | None:
    conditions = status.get("conditions") or ()
    return next((one for one in conditions if one["type"] == "DisruptionAllowed"), None)


def _note_none_left(budget: Wire, now: str) -> None:
    status = budget["status"]
    condition = _disruption_allowed(status)
    if condition is None:
        condition = {"type": "DisruptionAllowed", "status": ""}
        status.setdefault("conditions", []).append(condition)
    if condition["status"] != "False":
        condition |= {"status": "False", "lastTransitionTime": now}
    condition |= {"reason": "InsufficientPods", "message": ""}
    condition.pop("observedGeneration", None)
    if status.get("observedGeneration"):
        condition["observedGeneration"] = status["observedGeneration"]


def _no_room(why: str, retry_after: int | None = None) -> TooManyRequests:
    causes = [{"reason": "DisruptionBudget", "message": why}]
    return TooManyRequests(
        f"cannot evict the pod as it would break a disruption budget: {why}",
        details={"causes": causes},
        retry_after_seconds=retry_after,
    )


def _refused(budget: str, why: str) -> Forbidden:
    # Kubernetes calls the resource by its singular here.
    return forbidden("policy", "poddisruptionbudget", budget, why)
