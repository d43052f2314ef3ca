"""Which pods a node still takes while it is short of something.

Source: ``k8s.io/kubernetes/pkg/kubelet/eviction`` eviction_manager.go Admit (v1.36).
"""

from collections.abc import Sequence
from typing import Final

from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.documents import Wire
from kubeobj.node.evictionranking import is_critical
from kubeobj.placement.taints import Taint, tolerations_of

EVICTED: Final = "Evicted"
"""Why a pod is not taken, or has to go."""


def refusal_under_pressure(pod: Wire, pressures: Sequence[str]) -> tuple[str, str] | None:
    """Return why a pod is not taken, as a reason and a message; None if it is.

    Args:
        pod: The pod.
        pressures: The conditions of what the node is short of.
    """
    if not pressures or is_critical(pod):
        return None
    if list(pressures) == ["MemoryPressure"]:
        if qos_class_of(pod["spec"]) != "BestEffort":
            return None
        taint = Taint("node.kubernetes.io/memory-pressure", "", "NoSchedule")
        if any(one.tolerates(taint) for one in tolerations_of(pod)):
            return None
    return EVICTED, f"The node had condition: [{' '.join(pressures)}]. "
