"""The quality of service of pods: who is first to go when a node runs out.

Source: ``k8s.io/kubernetes/pkg/apis/core/helper/qos`` ComputePodQOS (v1.36).
"""

from kubeobj.api.quantities import add_amounts, quantity_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

BEST_EFFORT = "BestEffort"
"""The class of pods that ask for nothing."""

_COMPUTE = ("cpu", "memory")


def qos_class_of(spec: Wire) -> str:
    """Return the class of a pod: what it asks for decides."""
    requests: dict[str, Quantity] = {}
    limits: dict[str, Quantity] = {}
    limited = True
    if "resources" in spec:
        add_amounts(requests, _compute(spec["resources"], "requests"))
        found = _compute(spec["resources"], "limits")
        add_amounts(limits, found)
        limited = len(found) == len(_COMPUTE) or not spec["resources"].get("limits")
    else:
        for name in ("containers", "initContainers"):
            for container in spec.get(name) or ():
                resources = container["resources"]
                if not resources:
                    limited = False
                    continue
                add_amounts(requests, _compute(resources, "requests"))
                found = _compute(resources, "limits")
                add_amounts(limits, found)
                limited = limited and len(found) == len(_COMPUTE)
    if not requests and not limits:
        return BEST_EFFORT
    # Requests that are no less than their limits are guaranteed; a limit alone is no request.
    return "Guaranteed" if limited and requests == limits else "Burstable"


def _compute(resources: Wire, part: str) -> dict[str, Quantity]:
    amounts = resources.get(part)
    if not amounts:
        return {}
    found = {name: quantity_of(amounts[name]) for name in _COMPUTE if name in amounts}
    return {name: amount for name, amount in found.items() if amount.sign > 0}
