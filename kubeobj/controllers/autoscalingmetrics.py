"""What each metric of an autoscaler asks for, and how that is reported.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler`` horizontal.go computeReplicasForMetric
(v1.36).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.controllers.autoscaledreplicas import (
    Proposal,
    Situation,
    by_usage,
    by_utilization,
    by_value,
    by_value_per_pod,
)
from kubeobj.controllers.metricssource import MetricsSource, MetricsUnavailable, Target
from kubeobj.controllers.selecting import selector_in
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.meta.quantity import Quantity

_MAX_INT64: Final = 2**63 - 1


@final
class MetricFailed(Exception):
    """A metric cannot be had, or says nothing.

    Args:
        reason: The reason of the condition and the event.
        why: What is wrong, as the condition says it.
        message: What is wrong, as the sum of all metrics says it.
    """

    def __init__(self, reason: str, why: str, message: str) -> None:
        super().__init__(message)
        self.reason: str = reason
        self.why: str = why


@final
@dataclass(frozen=True, slots=True)
class Asked:
    """What a metric asks for.

    Args:
        replicas: How many replicas.
        name: How the metric is called in sentences.
        status: How it is reported.
    """

    replicas: int
    name: str
    status: Wire


@final
@dataclass(frozen=True, slots=True)
class Question:
    """A metric is asked about.

    Args:
        source: Whom to ask.
        target: The pods that it is about.
        situation: How they are.
        actual: How many replicas there are, by their owner's status.
    """

    source: MetricsSource
    target: Target
    situation: Situation
    actual: int


def ask(spec: Wire, question: Question) -> Asked:
    """Return what a metric asks for.

    Args:
        spec: One of ``spec.metrics`` of the autoscaler.
        question: Whom to ask, and about what.

    Raises:
        MetricFailed: If that cannot be told.
    """
    kind: str = spec["type"]
    member = kind[0].lower() + kind[1:]
    try:
        return _ASKING[kind](spec[member], question)
    except MetricsUnavailable as error:
        why, between = str(error), ""
        if kind in {"Resource", "ContainerResource"}:
            why = f"failed to get {_used(spec[member])}: {error}"
        elif kind != "Pods":
            between = _between(kind, spec[member])
        message = f"failed to get {_what(kind, spec[member])} value: {between}{why}"
        raise MetricFailed(f"FailedGet{kind}Metric", why, message) from None


def _used(spec: Wire) -> str:
    what = "usage" if "averageValue" in spec["target"] else "utilization"
    return f"{spec['name']} {what}"


def _between(kind: str, spec: Wire) -> str:
    name, word = spec["metric"]["name"], kind.lower()
    if "averageValue" in spec["target"]:
        return f"failed to get {name} {word} metric: "
    return "" if kind == "Object" else f"failed to get external metric {name}: "


def _what(kind: str, spec: Wire) -> str:
    match kind:
        case "Resource":
            return f"{spec['name']} resource metric"
        case "ContainerResource":
            return f"{spec['container']} container metric"
        case "External":
            return f"{spec['metric']['name']} external metric"
        case _:
            return f"{kind.lower()} metric"


def _resource(spec: Wire, question: Question) -> Asked:
    current, replicas, name = _of_resource(spec, question, "")
    status = {"type": "Resource", "resource": {"name": spec["name"], "current": current}}
    return Asked(replicas, name, status)


def _container_resource(spec: Wire, question: Question) -> Asked:
    container = spec["container"]
    current, replicas, name = _of_resource(spec, question, container)
    reported = {"name": spec["name"], "container": container, "current": current}
    return Asked(replicas, name, {"type": "ContainerResource", "containerResource": reported})


def _of_resource(spec: Wire, question: Question, container: str) -> tuple[Wire, int, str]:
    """Return what is used, how many replicas that asks for, and how the metric is called."""
    resource, target = spec["name"], spec["target"]
    try:
        samples = question.source.resource(question.target, resource, container)
    except MetricsUnavailable as error:
        msg = f"unable to get metrics for resource {resource}: {error}"
        raise MetricsUnavailable(msg) from None
    if "averageValue" in target:
        wanted = Quantity(target["averageValue"]).milli_value
        found = by_usage(samples, wanted, question.situation, is_cpu=resource == "cpu")
        return {"averageValue": _milli(found.usage)}, found.replicas, f"{resource} resource"
    found = by_utilization(
        samples,
        target["averageUtilization"],
        question.situation,
        resource=resource,
        container=container,
    )
    current = {"averageUtilization": found.utilization, "averageValue": _milli(found.usage)}
    kind = "container resource" if container else "resource"
    return current, found.replicas, f"{resource} {kind} utilization (percentage of request)"


def _pods(spec: Wire, question: Question) -> Asked:
    metric = spec["metric"]
    try:
        samples = question.source.pods(question.target, metric["name"], _selector(metric))
    except MetricsUnavailable as error:
        msg = f"unable to get metric {metric['name']}: {error}"
        raise MetricsUnavailable(msg) from None
    wanted = Quantity(spec["target"]["averageValue"]).milli_value
    found = by_usage(samples, wanted, question.situation, is_cpu=False)
    reported = {"metric": metric, "current": {"averageValue": _milli(found.usage)}}
    return Asked(
        found.replicas, f"pods metric {metric['name']}", {"type": "Pods", "pods": reported}
    )


def _object(spec: Wire, question: Question) -> Asked:
    metric, described = spec["metric"], spec["describedObject"]
    namespace = question.target.namespace
    try:
        usage = question.source.object(namespace, described, metric["name"], _selector(metric))
    except MetricsUnavailable as error:
        who = f"{described['kind']} on {namespace} {described['name']}"
        msg = f"unable to get metric {metric['name']}: {who}/{error}"
        raise MetricsUnavailable(msg) from None
    found, current = _valued(usage, spec["target"], question)
    name = f"{described['kind']} metric {metric['name']}"
    if spec["target"]["type"] == "AverageValue":
        name = f"external metric {metric['name']}({selector_text(metric.get('selector'))})"
    reported = {"metric": metric, "current": current, "describedObject": described}
    return Asked(found.replicas, name, {"type": "Object", "object": reported})


def _external(spec: Wire, question: Question) -> Asked:
    metric, namespace = spec["metric"], question.target.namespace
    text = selector_text(metric.get("selector"))
    try:
        values = question.source.external(namespace, metric["name"], _selector(metric))
    except MetricsUnavailable as error:
        msg = f"unable to get external metric {namespace}/{metric['name']}/{text}: {error}"
        raise MetricsUnavailable(msg) from None
    usage = min(sum(values), _MAX_INT64)
    found, current = _valued(usage, spec["target"], question)
    reported = {"metric": metric, "current": current}
    name = f"external metric {metric['name']}({text})"
    return Asked(found.replicas, name, {"type": "External", "external": reported})


def _valued(usage: int, target: Wire, question: Question) -> tuple[Proposal, Wire]:
    """Return what a number that is not one pod's asks for, and how it is reported."""
    if "averageValue" in target:
        wanted = Quantity(target["averageValue"]).milli_value
        found = by_value_per_pod(usage, wanted, question.actual, question.situation.tolerance)
        return found, {"averageValue": _milli(found.usage)}
    found = by_value(usage, Quantity(target["value"]).milli_value, question.situation)
    return found, {"value": _milli(found.usage)}


_Asking: TypeAlias = Callable[[Wire, Question], Asked]

_ASKING: Final[Mapping[str, _Asking]] = {
    "Resource": _resource,
    "ContainerResource": _container_resource,
    "Pods": _pods,
    "Object": _object,
    "External": _external,
}


def _selector(metric: Wire) -> Selector:
    """Return which series are meant: all, where nothing is said."""
    selector = metric.get("selector")
    return selector_in(selector) if selector else Selector.everything()


def _milli(number: int) -> str:
    return str(Quantity(f"{number}m"))


def selector_text(selector: Wire | None) -> str:
    """Return a label selector as Go prints it, which is how messages have it.

    >>> print(selector_text({"matchLabels": {"a": "b"}}).partition(",M")[0])
    &LabelSelector{MatchLabels:map[string]string{a: b,}
    """
    if selector is None:
        return "nil"
    labels = "".join(
        f"{key}: {one}," for key, one in sorted(selector.get("matchLabels", {}).items())
    )
    expressions = "".join(
        f"LabelSelectorRequirement{{Key:{one['key']},Operator:{one['operator']},"
        f"Values:[{' '.join(one.get('values') or ())}],}},"
        for one in selector.get("matchExpressions") or ()
    )
    return (
        f"&LabelSelector{{MatchLabels:map[string]string{{{labels}}},"
        f"MatchExpressions:[]LabelSelectorRequirement{{{expressions}}},}}"
    )
