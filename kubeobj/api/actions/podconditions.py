"""What an action says on a pod: a condition, which takes the place of that of its type.

Source: ``k8s.io/kubernetes/pkg/api/v1/pod`` UpdatePodCondition (v1.36).
"""

from kubeobj.documents import Wire


def set_pod_condition(pod: Wire, condition: Wire, now: str) -> None:
    """Set a condition of a pod, which keeps its place, and the time of a status that stays.

    Args:
        pod: The pod.
        condition: The condition, without its times.
        now: The time.
    """
    conditions = pod.setdefault("status", {}).setdefault("conditions", [])
    new = {**condition, "lastProbeTime": None, "lastTransitionTime": now}
    for position, old in enumerate(conditions):
        if old["type"] == new["type"]:
            if old["status"] == new["status"]:
                new["lastTransitionTime"] = old["lastTransitionTime"]
            conditions[position] = new
            return
    conditions.append(new)
