"""Autoscalers as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describeHorizontalPodAutoscalerV2 (v1.36).
"""

from typing import Final

from kubeobj.cli.describing.page import Page, date_text
from kubeobj.documents import Wire

_UNKNOWN: Final = "<unknown>"
_FIELDS: Final = {
    "Resource": "resource",
    "ContainerResource": "containerResource",
    "Pods": "pods",
    "Object": "object",
    "External": "external",
}


def describe_autoscaler(page: Page, found: Wire) -> None:
    """Describe a horizontal pod autoscaler of autoscaling/v2."""
    spec, status = found["spec"], found.get("status") or {}
    target = spec["scaleTargetRef"]
    page.metadata(found["metadata"])
    page.add(0, f"CreationTimestamp:\t{date_text(found['metadata'].get('creationTimestamp'))}")
    page.add(0, f"Reference:\t{target['kind']}/{target['name']}")
    page.add(0, "Metrics:\t( current / target )")
    measured = status.get("currentMetrics") or ()
    for number, metric in enumerate(spec.get("metrics") or ()):
        now = measured[number] if number < len(measured) else {}
        page.add(1, _metric_text(metric, now))
    page.add(0, f"Min replicas:\t{spec.get('minReplicas', '<unset>')}")
    page.add(0, f"Max replicas:\t{spec['maxReplicas']}")
    behavior = spec.get("behavior")
    if behavior is not None:
        page.add(0, "Behavior:")
        _direction(page, "Scale Up", behavior.get("scaleUp"))
        _direction(page, "Scale Down", behavior.get("scaleDown"))
    current, wanted = status.get("currentReplicas", 0), status.get("desiredReplicas", 0)
    page.add(0, f"{target['kind']} pods:\t{current} current / {wanted} desired")
    if status.get("conditions"):
        page.add(0, "Conditions:")
        page.add(1, "Type\tStatus\tReason\tMessage")
        page.add(1, "----\t------\t------\t-------")
    for one in status.get("conditions") or ():
        reason, message = one.get("reason", ""), one.get("message", "")
        page.add(1, f"{one['type']}\t{one['status']}\t{reason}\t{message}")


def _metric_text(metric: Wire, now: Wire) -> str:
    """Return what is measured, as it is and as it is to be."""
    kind = metric["type"]
    field = _FIELDS.get(kind, "")
    if not field or field not in metric:
        return f'<unknown metric type "{kind}">'
    source = metric[field]
    target, current = source["target"], (now.get(field) or {}).get("current")
    by_mean = "averageValue" in target
    if kind in {"Resource", "ContainerResource"}:
        where = f' of container "{source["container"]}"' if kind == "ContainerResource" else ""
        what = f"resource {source['name']}{where} on pods"
        if not by_mean:
            said = _share(current), _percent(target)
            return f"{what}  (as a percentage of request):\t{said[0]} / {said[1]}"
    else:
        what = f'"{source["metric"]["name"]}"'
        if kind == "Pods":
            what = f"{what} on pods"
        elif kind == "Object":
            described = source["describedObject"]
            what = f"{what} on {described['kind']}/{described['name']}"
        if kind != "Pods":
            what = f"{what} (target {'average ' if by_mean else ''}value)"
    name = "averageValue" if by_mean else "value"
    measured = _UNKNOWN if current is None else current.get(name, "0")
    return f"{what}:\t{measured} / {target.get(name, '')}"


def _share(current: Wire | None) -> str:
    if current is None or "averageUtilization" not in current:
        return _UNKNOWN
    return f"{current['averageUtilization']}% ({current.get('averageValue', '0')})"


def _percent(target: Wire) -> str:
    share = target.get("averageUtilization")
    return "<auto>" if share is None else f"{share}%"


def _direction(page: Page, title: str, rules: Wire | None) -> None:
    if rules is None:
        return
    page.add(1, f"{title}:")
    if "stabilizationWindowSeconds" in rules:
        page.add(2, f"Stabilization Window: {rules['stabilizationWindowSeconds']} seconds")
    if rules.get("policies"):
        page.add(2, f"Select Policy: {rules.get('selectPolicy', 'Max')}")
        page.add(2, "Policies:")
    for one in rules.get("policies") or ():
        period = f"Period: {one['periodSeconds']} seconds"
        page.add(3, f"- Type: {one['type']}\tValue: {one['value']}\t{period}")
