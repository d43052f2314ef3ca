"""What a HorizontalPodAutoscaler leaves open.

Source: ``k8s.io/kubernetes/pkg/apis/autoscaling/v2`` defaults.go (v1.36).
"""

from kubeobj.documents import Wire

CPU_UTILIZATION = 80
"""How much of the processors' time the pods should use where nothing is said, in percent."""

_PERIOD_SECONDS = 15


def cpu_metric(percent: int) -> Wire:
    """Return the metric of processors, of whose time a *percent* should be used."""
    target = {"type": "Utilization", "averageUtilization": percent}
    return {"type": "Resource", "resource": {"name": "cpu", "target": target}}


def default(obj: Wire) -> None:
    """Fill in what a HorizontalPodAutoscaler leaves open."""
    spec = obj["spec"]
    spec.setdefault("minReplicas", 1)
    if not spec.get("metrics"):
        spec["metrics"] = [cpu_metric(CPU_UTILIZATION)]
    behavior = spec.get("behavior")
    if behavior is not None:
        up = behavior.setdefault("scaleUp", {})
        up.setdefault("stabilizationWindowSeconds", 0)
        _default_rules(up, _policy("Pods", 4), _policy("Percent", 100))
        _default_rules(behavior.setdefault("scaleDown", {}), _policy("Percent", 100))


def _policy(name: str, value: int) -> Wire:
    return {"type": name, "value": value, "periodSeconds": _PERIOD_SECONDS}


def _default_rules(rules: Wire, *policies: Wire) -> None:
    rules.setdefault("selectPolicy", "Max")
    rules.setdefault("policies", list(policies))
