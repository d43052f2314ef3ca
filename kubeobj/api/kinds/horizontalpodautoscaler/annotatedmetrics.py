"""Metrics in the form that ``autoscaling/v1`` writes into annotations.

There each metric is flat: its name and its target stand beside each other.

Source: ``k8s.io/api/autoscaling/v1`` MetricSpec and MetricStatus, and their conversions (v1.36).
"""

from kubeobj.documents import Wire

_ZERO = "0"


def _present(**fields: object) -> Wire:
    """Return the fields that are not None, in this order."""
    return {name: value for name, value in fields.items() if value is not None}


# ---------------------------------------------------------------- what is wanted


def metric_to_first(metric: Wire) -> Wire:
    """Return a stored metric as the annotation has it."""
    flat: Wire = {"type": metric["type"]}
    for name, convert in _TO_FIRST.items():
        if name in metric:
            flat[name] = convert(metric[name], metric[name]["target"])
    return flat


def _object_to_first(source: Wire, target: Wire) -> Wire:
    return _present(
        target=_reference(source["describedObject"]),
        metricName=source["metric"]["name"],
        targetValue=target.get("value", _ZERO),
        selector=source["metric"].get("selector"),
        averageValue=target.get("averageValue"),
    )


def _reference(given: Wire) -> Wire:
    version = given.get("apiVersion")
    return _present(kind=given["kind"], name=given["name"], apiVersion=version or None)


def _pods_to_first(source: Wire, target: Wire) -> Wire:
    return _present(
        metricName=source["metric"]["name"],
        targetAverageValue=target.get("averageValue", _ZERO),
        selector=source["metric"].get("selector"),
    )


def _resource_to_first(source: Wire, target: Wire) -> Wire:
    return _present(
        name=source["name"],
        targetAverageUtilization=target.get("averageUtilization"),
        targetAverageValue=target.get("averageValue"),
        container=source.get("container"),
    )


def _external_to_first(source: Wire, target: Wire) -> Wire:
    return _present(
        metricName=source["metric"]["name"],
        metricSelector=source["metric"].get("selector"),
        targetValue=target.get("value"),
        targetAverageValue=target.get("averageValue"),
    )


_TO_FIRST = {
    "object": _object_to_first,
    "pods": _pods_to_first,
    "resource": _resource_to_first,
    "containerResource": _resource_to_first,
    "external": _external_to_first,
}


def metric_from_first(flat: Wire) -> Wire:
    """Return a metric of the annotation as it is stored."""
    metric: Wire = {"type": flat.get("type", "")}
    for name, convert in _FROM_FIRST.items():
        if flat.get(name) is not None:
            metric[name] = convert(flat[name])
    return metric


def _object_from_first(flat: Wire) -> Wire:
    average = flat.get("averageValue")
    return {
        "describedObject": flat.get("target"),
        "target": _present(
            type="Value" if average is None else "AverageValue",
            value=flat.get("targetValue", _ZERO),
            averageValue=average,
        ),
        "metric": _present(name=flat.get("metricName", ""), selector=flat.get("selector")),
    }


def _pods_from_first(flat: Wire) -> Wire:
    target = {"type": "AverageValue", "averageValue": flat.get("targetAverageValue", _ZERO)}
    metric = _present(name=flat.get("metricName", ""), selector=flat.get("selector"))
    return {"metric": metric, "target": target}


def _resource_from_first(flat: Wire) -> Wire:
    use = flat.get("targetAverageUtilization")
    target = _present(
        type="AverageValue" if use is None else "Utilization",
        averageValue=flat.get("targetAverageValue"),
        averageUtilization=use,
    )
    return _present(name=flat.get("name", ""), target=target, container=flat.get("container"))


def _external_from_first(flat: Wire) -> Wire:
    value = flat.get("targetValue")
    target = _present(
        type="AverageValue" if value is None else "Value",
        value=value,
        averageValue=flat.get("targetAverageValue"),
    )
    metric = _present(name=flat.get("metricName", ""), selector=flat.get("metricSelector"))
    return {"metric": metric, "target": target}


_FROM_FIRST = {
    "object": _object_from_first,
    "pods": _pods_from_first,
    "resource": _resource_from_first,
    "containerResource": _resource_from_first,
    "external": _external_from_first,
}


# ---------------------------------------------------------------- what there is


def status_to_first(status: Wire) -> Wire:
    """Return what a metric is, as the annotation has it."""
    flat: Wire = {"type": status["type"]}
    for name, convert in _STATUS_TO_FIRST.items():
        if name in status:
            flat[name] = convert(status[name], status[name]["current"])
    return flat


def _object_status_to_first(source: Wire, current: Wire) -> Wire:
    return _present(
        target=_reference(source["describedObject"]),
        metricName=source["metric"]["name"],
        currentValue=current.get("value", _ZERO),
        selector=source["metric"].get("selector"),
        averageValue=current.get("averageValue"),
    )


def _pods_status_to_first(source: Wire, current: Wire) -> Wire:
    return _present(
        metricName=source["metric"]["name"],
        currentAverageValue=current.get("averageValue", _ZERO),
        selector=source["metric"].get("selector"),
    )


def _resource_status_to_first(source: Wire, current: Wire) -> Wire:
    return _present(
        name=source["name"],
        currentAverageUtilization=current.get("averageUtilization"),
        currentAverageValue=current.get("averageValue", _ZERO),
        container=source.get("container"),
    )


def _external_status_to_first(source: Wire, current: Wire) -> Wire:
    return _present(
        metricName=source["metric"]["name"],
        metricSelector=source["metric"].get("selector"),
        currentValue=current.get("value", _ZERO),
        currentAverageValue=current.get("averageValue"),
    )


_STATUS_TO_FIRST = {
    "object": _object_status_to_first,
    "pods": _pods_status_to_first,
    "resource": _resource_status_to_first,
    "containerResource": _resource_status_to_first,
    "external": _external_status_to_first,
}


def status_from_first(flat: Wire) -> Wire:
    """Return what a metric is, of the annotation, as it is stored."""
    status: Wire = {"type": flat.get("type", "")}
    for name, convert in _STATUS_FROM_FIRST.items():
        if flat.get(name) is not None:
            status[name] = convert(flat[name])
    return status


def _object_status_from_first(flat: Wire) -> Wire:
    current = _present(value=flat.get("currentValue", _ZERO), averageValue=flat.get("averageValue"))
    return {
        "metric": _present(name=flat.get("metricName", ""), selector=flat.get("selector")),
        "current": current,
        "describedObject": flat.get("target"),
    }


def _pods_status_from_first(flat: Wire) -> Wire:
    return {
        "metric": _present(name=flat.get("metricName", ""), selector=flat.get("selector")),
        "current": {"averageValue": flat.get("currentAverageValue", _ZERO)},
    }


def _resource_status_from_first(flat: Wire) -> Wire:
    current = _present(
        averageValue=flat.get("currentAverageValue", _ZERO),
        averageUtilization=flat.get("currentAverageUtilization"),
    )
    return _present(name=flat.get("name", ""), current=current, container=flat.get("container"))


def _external_status_from_first(flat: Wire) -> Wire:
    current = _present(
        value=flat.get("currentValue", _ZERO), averageValue=flat.get("currentAverageValue")
    )
    metric = _present(name=flat.get("metricName", ""), selector=flat.get("metricSelector"))
    return {"metric": metric, "current": current}


_STATUS_FROM_FIRST = {
    "object": _object_status_from_first,
    "pods": _pods_status_from_first,
    "resource": _resource_status_from_first,
    "containerResource": _resource_status_from_first,
    "external": _external_status_from_first,
}
