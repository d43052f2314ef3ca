"""What is printed of HorizontalPodAutoscalers.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` formatHPAMetrics (v1.36).
"""

from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire

_SHOWN = 2
_UNKNOWN = "<unknown>"
_FIELDS = {
    "External": "external",
    "Pods": "pods",
    "Object": "object",
    "Resource": "resource",
    "ContainerResource": "containerResource",
}


def _metric(metric: Wire, status: Wire) -> str:
    """Return what a metric is and what it should be."""
    field = _FIELDS.get(metric["type"])
    if field is None:
        return "<unknown type>"
    source, current = metric[field], status.get(field, {}).get("current")
    target = source["target"]
    if field in {"external", "object"}:
        return _value(target, current)
    if field == "pods":
        return f"{_average(current)}/{target.get('averageValue', '0')}"
    if "averageValue" in target:
        return f"{source['name']}: {_average(current)}/{target['averageValue']}"
    wanted = target.get("averageUtilization")
    use = (current or {}).get("averageUtilization")
    is_now = _UNKNOWN if use is None else f"{use}%"
    return f"{source['name']}: {is_now}/{'<auto>' if wanted is None else f'{wanted}%'}"


def _value(target: Wire, current: Wire | None) -> str:
    if "averageValue" in target:
        is_now = (current or {}).get("averageValue", _UNKNOWN)
        return f"{is_now}/{target['averageValue']} (avg)"
    is_now = _UNKNOWN if current is None else current.get("value", "<nil>")
    return f"{is_now}/{target.get('value', '<nil>')}"


def _average(current: Wire | None) -> str:
    return _UNKNOWN if current is None else str(current.get("averageValue", "<nil>"))


def _metrics(obj: Wire) -> str:
    """Return what the first metrics are, and how many more there are."""
    metrics = obj["spec"].get("metrics") or ()
    statuses = obj["status"].get("currentMetrics") or ()
    shown = [
        _metric(metric, statuses[position] if position < len(statuses) else {})
        for position, metric in enumerate(metrics[:_SHOWN])
    ]
    text = ", ".join(shown) or "<none>"
    more = len(metrics) - _SHOWN
    return f"{text} + {more} more..." if more > 0 else text


def _cells(obj: Wire, now: float) -> Cells:
    spec, target = obj["spec"], obj["spec"]["scaleTargetRef"]
    return [
        obj["metadata"]["name"],
        f"{target['kind']}/{target['name']}",
        _metrics(obj),
        str(spec.get("minReplicas", "<unset>")),
        spec["maxReplicas"],
        obj["status"].get("currentReplicas", 0),
        age_of(obj, now),
    ]


TABLE = Table(
    (
        NAME,
        Column("Reference", description="What is scaled."),
        Column("Targets", description="What the metrics are, and what they should be."),
        Column("MinPods", description="The fewest pods there may be."),
        Column("MaxPods", description="The most pods there may be."),
        Column("Replicas", description="How many pods there are."),
        AGE,
    ),
    _cells,
)
