"""Which taints the state of a node asks for.

Source: ``k8s.io/kubernetes/pkg/controller/nodelifecycle`` (v1.36); Kubernetes documentation, Taints
and Tolerations, Taint based Evictions.
"""

from typing import Final

from kubeobj.controllers.conditions import condition_of
from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of

NOT_READY: Final = "node.kubernetes.io/not-ready"
UNREACHABLE: Final = "node.kubernetes.io/unreachable"
UNSCHEDULABLE: Final = "node.kubernetes.io/unschedulable"

_BY_CONDITION: Final = {
    ("Ready", "False"): NOT_READY,
    ("Ready", "Unknown"): UNREACHABLE,
    ("MemoryPressure", "True"): "node.kubernetes.io/memory-pressure",
    ("DiskPressure", "True"): "node.kubernetes.io/disk-pressure",
    ("NetworkUnavailable", "True"): "node.kubernetes.io/network-unavailable",
    ("PIDPressure", "True"): "node.kubernetes.io/pid-pressure",
}
_MANAGED: Final = frozenset({*_BY_CONDITION.values(), UNSCHEDULABLE})


def readiness_of(node: Wire) -> str:
    """Return the status of a node's Ready condition: ``True``, ``False``, ``Unknown`` or empty."""
    condition = condition_of(node, "Ready")
    return "" if condition is None else condition["status"]


def taints_after(node: Wire, now: float, *, drives_away: bool) -> list[Wire]:
    """Return the taints that a node is to have; those that others have put there are kept.

    Args:
        node: The node.
        now: The time, in seconds since 1970: when the new ones were added.
        drives_away: Whether a node that is not ready may drive its pods away now. One that does
            so already goes on.
    """
    before: list[Wire] = (node.get("spec") or {}).get("taints") or []
    wanted = _wanted(node, before, drives_away=drives_away)
    kept = [one for one in before if not _is_managed(one) or _name(one) in wanted]
    names = {_name(one) for one in kept}
    added = [
        {"key": key, "effect": effect, "timeAdded": text_of(now)}
        for key, effect in wanted
        if (key, effect) not in names
    ]
    return kept + added


def _wanted(node: Wire, before: list[Wire], *, drives_away: bool) -> dict[tuple[str, str], None]:
    """Return the taints that a node's state asks for: key and effect."""
    conditions: list[Wire] = (node.get("status") or {}).get("conditions") or []
    keys = {
        key: None
        for one in conditions
        if (key := _BY_CONDITION.get((one["type"], one["status"]))) is not None
    }
    if (node.get("spec") or {}).get("unschedulable"):
        keys[UNSCHEDULABLE] = None
    wanted = {(key, "NoSchedule"): None for key in keys}
    was_driving = any(_is_managed(one) and one["effect"] == "NoExecute" for one in before)
    for key in (NOT_READY, UNREACHABLE):
        if key in keys and (drives_away or was_driving):
            wanted[key, "NoExecute"] = None
    return wanted


def _name(taint: Wire) -> tuple[str, str]:
    return taint["key"], taint["effect"]


def _is_managed(taint: Wire) -> bool:
    if taint["effect"] == "NoExecute":
        return taint["key"] in {NOT_READY, UNREACHABLE}
    return taint["effect"] == "NoSchedule" and taint["key"] in _MANAGED
