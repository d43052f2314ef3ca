"""How much a container gets, and how early it is ended when memory is short.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_container_linux.go and
``pkg/kubelet/qos`` policy.go (v1.36).
"""

from typing import Final

from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.documents import Wire
from kubeobj.placement.resources import amount_of
from kubeobj.runtimes.configs import Resources

GUARANTEED: Final = -997
BEST_EFFORT: Final = 1000

NODE_CRITICAL: Final = 2_000_001_000
"""From which priority on a pod is critical to its node."""


def container_resources(pod: Wire, container: Wire, memory_bytes: int) -> Resources:
    """Return how much a container gets.

    A container without a limit of its own has that of its pod, and a limit of nothing is none. One
    that does not say how much of the cores it asks for is taken to ask for its limit; without that,
    for nothing, so that it gets what all others leave.

    Args:
        pod: The pod.
        container: The container.
        memory_bytes: How much memory the node has; 0 if nobody knows.
    """
    cpu_limit = _limit(pod, container, "cpu")
    cpu_request = _amount(container, "requests", "cpu")
    return Resources(
        cpu_request_millis=(cpu_limit or 0) if cpu_request is None else cpu_request,
        cpu_limit_millis=cpu_limit,
        memory_request_bytes=_amount(container, "requests", "memory"),
        memory_limit_bytes=_limit(pod, container, "memory"),
        oom_score_adj=oom_score_adj(pod, container, memory_bytes),
    )


def oom_score_adj(pod: Wire, container: Wire, memory_bytes: int) -> int:
    """Return how early the kernel ends a container when memory is short, -1000 to 1000.

    >>> pod = {"spec": {"containers": []}, "status": {"qosClass": "Burstable"}}
    >>> asking = {"name": "a", "resources": {"requests": {"memory": "1Gi"}}}
    >>> oom_score_adj(pod, asking, 4 * 2**30)
    750
    """
    if (pod["spec"].get("priority") or 0) >= NODE_CRITICAL:
        return GUARANTEED
    quality = (pod.get("status") or {}).get("qosClass") or qos_class_of(pod["spec"])
    if quality == "Guaranteed":
        return GUARANTEED
    if quality == "BestEffort" or memory_bytes <= 0:
        return BEST_EFFORT
    asked = (_amount(container, "requests", "memory") or 0) + _share(pod)
    if container.get("restartPolicy") == "Always" and container in _inits(pod):
        mains = pod["spec"]["containers"]
        least = min((_amount(one, "requests", "memory") or 0 for one in mains), default=0)
        asked = max(asked, least)  # a sidecar lives as long as those whom it serves
    score = BEST_EFFORT - BEST_EFFORT * asked // memory_bytes
    return min(max(score, BEST_EFFORT + GUARANTEED), BEST_EFFORT - 1)


def _inits(pod: Wire) -> list[Wire]:
    return pod["spec"].get("initContainers") or []


def _share(pod: Wire) -> int:
    """Return how much of the memory that a pod asks for as a whole falls to each container."""
    whole = _amount(pod["spec"], "requests", "memory")
    if whole is None:
        return 0
    stays = [one for one in _inits(pod) if one.get("restartPolicy") == "Always"]
    containers = [*pod["spec"]["containers"], *stays]
    asked = sum(_amount(one, "requests", "memory") or 0 for one in containers)
    return max(whole - asked, 0) // len(containers) if containers else 0


def _limit(pod: Wire, container: Wire, name: str) -> int | None:
    return _amount(container, "limits", name) or _amount(pod["spec"], "limits", name) or None


def _amount(owner: Wire, part: str, name: str) -> int | None:
    text = ((owner.get("resources") or {}).get(part) or {}).get(name)
    return None if text is None else amount_of(name, text)
