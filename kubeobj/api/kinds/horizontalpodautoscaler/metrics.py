"""What is wrong with the metrics of a HorizontalPodAutoscaler.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling/validation`` validateMetricSpec (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import TypeAlias

from kubeobj.api.fielderrors import forbidden, invalid, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.kinds.horizontalpodautoscaler.reference import validate_reference
from kubeobj.api.quantities import quantity_of
from kubeobj.api.resourcenames import CONTAINER_RESOURCES, is_extended, is_huge_page, is_native
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import (
    validate_dns1123_label,
    validate_path_segment_name,
    validate_qualified_name,
)

_Rule: TypeAlias = Callable[[Wire, FieldPath], Errors]

_TARGETS = frozenset({"Utilization", "Value", "AverageValue"})
_FIELDS: Mapping[str, str] = {
    "ContainerResource": "containerResource",
    "External": "external",
    "Object": "object",
    "Pods": "pods",
    "Resource": "resource",
}


def validate_metric(metric: Wire, path: FieldPath, *, any_version: bool) -> Errors:
    """Find what is wrong with a metric.

    Args:
        metric: The metric.
        path: Where it is.
        any_version: Whether the object that it is about may be of any version.
    """
    kind, given = metric["type"], [name for name in _RULES if name in metric]
    if not kind:
        yield required(path.child("type"), "required")
    expected = _FIELDS.get(kind)
    if expected is None:
        # The API says it twice.
        error = not_supported(path.child("type"), kind, _FIELDS)
        yield error
        yield error
    elif expected not in metric:
        yield required(path.child(expected), "dependent")
    if given:
        name = given[0]
        here = path.child(name)
        if name == "object":
            yield from validate_reference(
                metric[name]["describedObject"],
                here.child("describedObject"),
                any_version=any_version,
                core_group=True,
            )
        yield from _RULES[name](metric[name], here)
    if len(given) > 1:
        for name in given:
            if name != expected:
                yield forbidden(path.child(name), "must populate the given metric source only")


def _validate_object(source: Wire, path: FieldPath) -> Errors:
    target = source["target"]
    yield from _validate_identifier(source["metric"], path.child("metric"))
    yield from _validate_target(target, path.child("target"))
    if "value" not in target and "averageValue" not in target:
        yield required(path.child("target", "averageValue"), "one-of")


def _validate_external(source: Wire, path: FieldPath) -> Errors:
    yield from _validate_object(source, path)
    if "value" in source["target"] and "averageValue" in source["target"]:
        detail = "may not set both a target value and a target for each pod"
        yield forbidden(path.child("target", "value"), detail)


def _validate_pods(source: Wire, path: FieldPath) -> Errors:
    yield from _validate_identifier(source["metric"], path.child("metric"))
    yield from _validate_target(source["target"], path.child("target"))
    if "averageValue" not in source["target"]:
        yield required(path.child("target", "averageValue"), "required")


def _validate_resource(source: Wire, path: FieldPath) -> Errors:
    if not source["name"]:
        yield required(path.child("name"), "required")
    target, here = source["target"], path.child("target")
    yield from _validate_target(target, here)
    has_use, has_value = "averageUtilization" in target, "averageValue" in target
    if has_use and has_value:
        detail = "may not set both a target raw value and a target utilization"
        yield forbidden(here.child("averageValue"), detail)
    elif not has_use and not has_value:
        yield required(here.child("averageUtilization"), "one-of")


def _validate_container_resource(source: Wire, path: FieldPath) -> Errors:
    if source["name"]:
        yield from _validate_resource_name(source["name"], path.child("name"))
    if source["container"]:
        yield from validate_dns1123_label(source["container"], path.child("container"))
    else:
        yield required(path.child("container"), "required")
    yield from _validate_resource(source, path)


def _validate_resource_name(name: str, path: FieldPath) -> Errors:
    yield from validate_qualified_name(name, path)
    if "/" not in name:
        if name not in CONTAINER_RESOURCES and not is_huge_page(name):
            yield invalid(path, name, "must be a standard resource for containers", "enum")
    elif not is_native(name) and not is_extended(name):
        detail = "doesn't follow extended resource name standard"
        yield invalid(path, name, detail, "format=extended-resource")


def _validate_target(target: Wire, path: FieldPath) -> Errors:
    kind = target["type"]
    if not kind:
        yield required(path.child("type"), "required")
    if kind not in _TARGETS:
        detail = "must be either Utilization, Value, or AverageValue"
        yield invalid(path.child("type"), kind, detail, "enum")
    for name in ("value", "averageValue"):
        if name in target and quantity_of(target[name]) <= quantity_of("0"):
            yield invalid(path.child(name), target[name], "must be positive", "minimum")
    use = target.get("averageUtilization")
    if use is not None and use < 1:
        yield invalid(path.child("averageUtilization"), use, "must be greater than 0", "minimum")


def _validate_identifier(metric: Wire, path: FieldPath) -> Errors:
    if metric["name"]:
        yield from validate_path_segment_name(metric["name"], path.child("name"))
    else:
        yield required(path.child("name"), "required")


# In the order in which the API looks at them, which is only at the first that is there.
_RULES: Mapping[str, _Rule] = {
    "object": _validate_object,
    "external": _validate_external,
    "pods": _validate_pods,
    "resource": _validate_resource,
    "containerResource": _validate_container_resource,
}
