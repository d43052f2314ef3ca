"""The quality of service of pods: who is first to go when a node runs out.

Source: ``k8s.io/kubernetes/pkg/apis/core/helper/qos`` ComputePodQOS (v1.36).
"""

from kubeobj.api.quantities import add_amounts, quantities_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

BEST_EFFORT = "BestEffort"
"""The class of pods that ask for nothing."""

_COMPUTE = ("cpu", "memory")


def qos_class_of(spec: Wire) -> str:
    """Return the class of a pod: what it asks for decides."""
    if "resources" in spec:
        # What the pod as a whole asks for counts alone; of limits there may be none.
        asked = [spec["resources"]]
        limited = not asked[0].get("limits") or _count(asked[0], "limits") == len(_COMPUTE)
        asks = bool(_count(asked[0], "limits") or _count(asked[0], "requests"))
    else:
        asked = [
            container["resources"]
            for name in ("containers", "initContainers")
            for container in spec.get(name) or ()
        ]
        limited, asks = True, False
        for resources in asked:
            limits = _count(resources, "limits")
            limited = limited and limits == len(_COMPUTE)
            asks = asks or limits > 0 or _count(resources, "requests") > 0
    if not asks:
        return BEST_EFFORT
    if limited and _total(asked, "requests") == _total(asked, "limits"):
        return "Guaranteed"
    return "Burstable"


def _count(resources: Wire, part: str) -> int:
    """Return of how many of CPU and memory something is asked for."""
    amounts = resources.get(part)
    if not amounts:
        return 0
    count = 0
    for name in _COMPUTE:
        text = amounts.get(name, "0")
        if text != "0" and text[0] != "-":
            count += 1
    return count


def _total(asked: list[Wire], part: str) -> dict[str, Quantity]:
    total: dict[str, Quantity] = {}
    for resources in asked:
        amounts = resources.get(part, {})
        found = {name: amounts[name] for name in _COMPUTE if name in amounts}
        quantities = quantities_of(found)
        add_amounts(total, {name: one for name, one in quantities.items() if one.sign > 0})
    return total
