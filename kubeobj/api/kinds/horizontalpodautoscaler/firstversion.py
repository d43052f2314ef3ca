"""HorizontalPodAutoscalers as ``autoscaling/v1`` has them.

That version knows of no metric but the use of processors. What else there is goes into
annotations, so that it is not lost when an object is read and written in it.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling/v1`` conversion.go and defaults.go (v1.36).
"""

from collections.abc import Callable
from typing import TypeAlias

import orjson

from kubeobj.api.kind import put_back
from kubeobj.api.kinds.horizontalpodautoscaler.annotatedbehavior import (
    behavior_from_annotation,
    behavior_to_annotation,
)
from kubeobj.api.kinds.horizontalpodautoscaler.annotatedmetrics import (
    metric_from_first,
    metric_to_first,
    status_from_first,
    status_to_first,
)
from kubeobj.api.kinds.horizontalpodautoscaler.defaults import CPU_UTILIZATION, cpu_metric
from kubeobj.api.wireform import WireError, read_wire
from kubeobj.documents import JsonValue, Wire

METRICS = "autoscaling.alpha.kubernetes.io/metrics"
"""The annotation with the metrics that are no use of processors."""

BEHAVIOR = "autoscaling.alpha.kubernetes.io/behavior"
"""The annotation with the behavior."""

STATUSES = "autoscaling.alpha.kubernetes.io/current-metrics"
"""The annotation with what the metrics are."""

CONDITIONS = "autoscaling.alpha.kubernetes.io/conditions"
"""The annotation with the conditions."""

DERIVED_ANNOTATIONS = frozenset({METRICS, BEHAVIOR, STATUSES, CONDITIONS})
"""All of them."""

_SHARED_STATUS = ("observedGeneration", "lastScaleTime", "currentReplicas", "desiredReplicas")
_CONDITION_FIELDS = ("type", "status", "lastTransitionTime", "reason", "message")
_Reader: TypeAlias = Callable[[Wire], Wire]


def default_first(obj: Wire) -> None:
    """Fill in what an object of this version leaves open."""
    obj["spec"].setdefault("minReplicas", 1)


# ---------------------------------------------------------------- to the stored version


def to_stored(obj: Wire) -> Wire:
    """Return an object of this version as it is stored."""
    annotations = _take_annotations(obj["metadata"])
    given, status = obj["spec"], obj["status"]
    spec: Wire = {"scaleTargetRef": given["scaleTargetRef"], "maxReplicas": given["maxReplicas"]}
    put_back(spec, given, "minReplicas")
    percent = given.get("targetCPUUtilizationPercentage")
    metrics = _read_list(annotations, METRICS, "autoscalingv2.MetricSpec", metric_from_first) or []
    if percent is not None:
        metrics.append(cpu_metric(percent))
    spec["metrics"] = metrics or [cpu_metric(CPU_UTILIZATION)]
    behavior = behavior_from_annotation(annotations.get(BEHAVIOR))
    if behavior:
        spec["behavior"] = behavior
    return {"metadata": obj["metadata"], "spec": spec, "status": _status_of(status, annotations)}


def _take_annotations(metadata: Wire) -> dict[str, str]:
    """Take the annotations of this module out of *metadata*."""
    annotations = metadata.get("annotations", {})
    taken = {name: annotations[name] for name in DERIVED_ANNOTATIONS if name in annotations}
    for name in taken:
        del annotations[name]
    if taken and not annotations:
        del metadata["annotations"]
    return taken


def _status_of(given: Wire, annotations: dict[str, str]) -> Wire:
    status: Wire = {"desiredReplicas": 0, "currentMetrics": None}
    for name in _SHARED_STATUS:
        # These are left out when they are zero.
        if given.get(name) or name == "desiredReplicas":
            status[name] = given[name]
    percent = given.get("currentCPUUtilizationPercentage")
    if percent is not None:
        current = {"name": "cpu", "current": {"averageUtilization": percent}}
        status["currentMetrics"] = [{"type": "Resource", "resource": current}]
    name = "autoscalingv2.MetricStatus"
    statuses = _read_list(annotations, STATUSES, name, status_from_first)
    if statuses is not None:
        status["currentMetrics"] = statuses or None
    name = "autoscalingv2.HorizontalPodAutoscalerCondition"
    conditions = _read_list(annotations, CONDITIONS, name, dict)
    if conditions is not None:
        status["conditions"] = conditions
    return status


def _read_list(
    annotations: dict[str, str], name: str, type_name: str, convert: _Reader
) -> list[Wire] | None:
    """Return the list in an annotation; None if there is none, or it cannot be read."""
    try:
        items = orjson.loads(annotations[name])
        return [read_wire(type_name, convert(item))[0] for item in items]
    except (KeyError, TypeError, ValueError, AttributeError, WireError):
        return None


# ---------------------------------------------------------------- from the stored version


def from_stored(stored: Wire) -> Wire:
    """Return a stored object as this version has it."""
    metadata, given, status = stored["metadata"], stored["spec"], stored["status"]
    _take_annotations(metadata)
    spec: Wire = {"scaleTargetRef": given["scaleTargetRef"]}
    put_back(spec, given, "minReplicas", "maxReplicas")
    metrics = given.get("metrics") or []
    percent = _cpu_percent(metrics)
    if percent is not None:
        spec["targetCPUUtilizationPercentage"] = percent
    annotations = _annotations_of(given, metrics, status)
    if annotations:
        metadata["annotations"] = {**metadata.get("annotations", {}), **annotations}
    return {
        "kind": "HorizontalPodAutoscaler",
        "apiVersion": "autoscaling/v1",
        "metadata": metadata,
        "spec": spec,
        "status": _first_status(status),
    }


def _is_cpu(metric: Wire) -> bool:
    resource = metric.get("resource", {})
    return metric["type"] == "Resource" and bool(resource.get("name") == "cpu")


def _cpu_percent(metrics: list[Wire]) -> int | None:
    """Return how much of the processors' time should be used, if that is said in percent."""
    for metric in metrics:
        if _is_cpu(metric):
            percent: int | None = metric["resource"]["target"].get("averageUtilization")
            return percent
    return None


def _annotations_of(spec: Wire, metrics: list[Wire], status: Wire) -> dict[str, str]:
    annotations = {}
    others = [
        metric_to_first(metric)
        for metric in metrics
        if not (_is_cpu(metric) and "averageUtilization" in metric["resource"]["target"])
    ]
    if others:
        annotations[METRICS] = go_json(others)
    if "behavior" in spec:
        annotations[BEHAVIOR] = go_json(behavior_to_annotation(spec["behavior"]))
    if status.get("currentMetrics"):
        annotations[STATUSES] = go_json([status_to_first(one) for one in status["currentMetrics"]])
    if status.get("conditions"):
        conditions: list[JsonValue] = [
            {name: one[name] for name in _CONDITION_FIELDS if name in one}
            for one in status["conditions"]
        ]
        annotations[CONDITIONS] = go_json(conditions)
    return annotations


def _first_status(given: Wire) -> Wire:
    status: Wire = {"currentReplicas": 0, "desiredReplicas": 0}
    status.update((name, given[name]) for name in _SHARED_STATUS if name in given)
    for metric in given.get("currentMetrics") or ():
        if _is_cpu(metric):
            percent = metric["resource"]["current"].get("averageUtilization")
            if percent is not None:
                status["currentCPUUtilizationPercentage"] = percent
    return status


def go_json(value: JsonValue) -> str:
    """Return *value* as JSON the way Go writes it: without spaces, and fit for web pages."""
    text = orjson.dumps(value).decode()
    for char in "<>&\u2028\u2029":
        text = text.replace(char, f"\\u{ord(char):04x}")
    return text
