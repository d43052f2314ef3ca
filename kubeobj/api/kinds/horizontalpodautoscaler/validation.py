"""What is wrong with a HorizontalPodAutoscaler, its metrics apart.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling/validation``, and
``pkg/registry/autoscaling/horizontalpodautoscaler`` (v1.36).
"""

from kubeobj.api.fielderrors import forbidden, invalid, not_negative, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.horizontalpodautoscaler.metrics import validate_metric
from kubeobj.api.kinds.horizontalpodautoscaler.reference import (
    validate_reference,
    version_fault,
)
from kubeobj.api.quantities import is_any_negative
from kubeobj.api.statuscounts import STATUS
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

SPEC = FieldPath.of("spec")

_MAX_PERIOD_SECONDS = 1800
_MAX_WINDOW_SECONDS = 3600
_SELECTIONS = ("Disabled", "Max", "Min")
_POLICIES = ("Percent", "Pods")
_SCALING_TO_ZERO = frozenset({"Object", "External"})


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a HorizontalPodAutoscaler to be created."""
    yield from _validate(obj["spec"], None)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a HorizontalPodAutoscaler that takes the place of another."""
    yield from _validate(obj["spec"], old["spec"])


def _validate(spec: Wire, old: Wire | None) -> Errors:
    least, most, path = spec["minReplicas"], spec["maxReplicas"], SPEC.child("maxReplicas")
    # Zero is not for everybody, but whoever has it keeps it.
    bound = 0 if old is not None and old["minReplicas"] == 0 else 1
    if least < bound:
        detail = f"must be greater than or equal to {bound}"
        yield invalid(SPEC.child("minReplicas"), least, detail, "minimum")
    if not most:
        yield required(path, "minimum")
    elif most < 0:
        yield invalid(path, most, "must be greater than 0", "minimum")
    if most < least:
        yield invalid(path, most, "must be greater than or equal to `minReplicas`", "minimum")
    yield from _validate_target(spec["scaleTargetRef"], old)
    yield from _validate_metrics(spec, old)
    for name, rules in spec.get("behavior", {}).items():
        yield from _validate_rules(rules, SPEC.child("behavior", name))


def _validate_target(target: Wire, old: Wire | None) -> Errors:
    before = None if old is None else old["scaleTargetRef"]
    is_same = before is not None and all(
        before.get(name) == target.get(name) for name in ("apiVersion", "kind")
    )
    # The one kind of the core group that scales needs no group.
    is_core = target["kind"] == "ReplicationController"
    path = SPEC.child("scaleTargetRef")
    yield from validate_reference(target, path, any_version=is_same, core_group=is_core)


def _validate_metrics(spec: Wire, old: Wire | None) -> Errors:
    metrics, path = spec["metrics"], SPEC.child("metrics")
    was_wrong = old is not None and any(
        "object" in metric and version_fault(metric["object"]["describedObject"], core_group=True)
        for metric in old["metrics"]
        if metric["type"] == "Object"
    )
    for position, metric in enumerate(metrics):
        yield from validate_metric(metric, path.index(position), any_version=was_wrong)
    if spec["minReplicas"] == 0 and _SCALING_TO_ZERO.isdisjoint(m["type"] for m in metrics):
        detail = "must have an Object or External metric to support scaling to zero replicas"
        yield forbidden(path, detail)


def _validate_rules(rules: Wire, path: FieldPath) -> Errors:
    window, here = (
        rules.get("stabilizationWindowSeconds", 0),
        path.child("stabilizationWindowSeconds"),
    )
    yield from not_negative(window, here)
    if window > _MAX_WINDOW_SECONDS:
        detail = f"must be less than or equal to {_MAX_WINDOW_SECONDS}"
        yield invalid(here, window, detail, "maximum")
    selection = rules.get("selectPolicy")
    if selection is not None and selection not in _SELECTIONS:
        yield not_supported(path.child("selectPolicy"), selection, _SELECTIONS)
    policies, here = rules.get("policies"), path.child("policies")
    if not policies:
        yield required(here, "minItems")
    for position, policy in enumerate(policies or ()):
        yield from _validate_policy(policy, here.index(position))
    tolerance = rules.get("tolerance")
    if tolerance is not None and is_any_negative([tolerance]):
        detail = "must be greater than or equal to zero"
        yield invalid(path.child("tolerance"), tolerance, detail, "minimum")


def _validate_policy(policy: Wire, path: FieldPath) -> Errors:
    if policy["type"] not in _POLICIES:
        yield not_supported(path.child("type"), policy["type"], _POLICIES)
    for name in ("value", "periodSeconds"):
        if policy[name] <= 0:
            yield invalid(path.child(name), policy[name], "must be greater than zero", "minimum")
    period = policy["periodSeconds"]
    if period > _MAX_PERIOD_SECONDS:
        detail = f"must be less than or equal to {_MAX_PERIOD_SECONDS}"
        yield invalid(path.child("periodSeconds"), period, detail, "maximum")


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a new status."""
    for name in ("currentReplicas", "desiredReplicas"):
        yield from not_negative(obj["status"].get(name), STATUS.child(name))
