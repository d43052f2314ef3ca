"""The phase of a pod: a word for how far its containers have come.

Source: ``k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`` getPhase (v1.36).
"""

from collections import Counter
from collections.abc import Mapping

from kubeobj.documents import Wire
from kubeobj.node.restartpolicy import init_containers_of, is_restarted, is_sidecar


def phase_of(pod: Wire, statuses: Mapping[str, Wire], *, is_over: bool, has_begun: bool) -> str:
    """Return the phase of a pod.

    Args:
        pod: The pod.
        statuses: The states of its containers and init containers, by name.
        is_over: Whether nothing of it runs, or will.
        has_begun: Whether one of its containers has begun in its sandbox.
    """
    waits, fails = _initialization(pod, statuses)
    if fails:
        return "Failed"
    counts = Counter[str]()
    for container in init_containers_of(pod):
        if is_sidecar(container):
            counts.update(_count_sidecar(statuses.get(container["name"])))
    for container in pod["spec"]["containers"]:
        counts.update(_count_main(pod, container, statuses.get(container["name"])))
    if waits or (counts["unstarted sidecars"] and not has_begun):
        return "Pending"
    if counts["waiting"] or counts["unknown"] or not counts["running"] + counts["stopped"]:
        return "Pending"
    if counts["running"] or (counts["restarting"] and not is_over):
        return "Running"
    return "Succeeded" if counts["stopped"] == counts["succeeded"] else "Failed"


def _initialization(pod: Wire, statuses: Mapping[str, Wire]) -> tuple[bool, bool]:
    """Return whether init containers have not ended yet, and whether one has failed for good."""
    waits = False
    for container in init_containers_of(pod):
        if is_sidecar(container):
            continue
        status = statuses.get(container["name"])
        ended = None if status is None else _ending_of(status)
        if ended is None:
            waits = True
        elif ended["exitCode"] != 0 and not is_restarted(pod, container, ended["exitCode"]):
            return waits, True
        elif ended["exitCode"] != 0:
            waits = True
    return waits, False


def _ending_of(status: Wire) -> Wire | None:
    """Return how a container has ended that does not run; None if it never has."""
    state = status["state"]
    if "running" in state:
        return None
    ended: Wire | None = state.get("terminated") or status.get("lastState", {}).get("terminated")
    return ended


def _count_sidecar(status: Wire | None) -> list[str]:
    if status is None:
        return ["unknown"]
    state = status["state"]
    if "running" in state:
        return ["running"] if status.get("started") else ["running", "unstarted sidecars"]
    if _ending_of(status) is not None:
        return []
    return ["waiting", "unstarted sidecars"]


def _count_main(pod: Wire, container: Wire, status: Wire | None) -> list[str]:
    if status is None:
        return ["unknown"]
    if "running" in status["state"]:
        return ["running"]
    ended = _ending_of(status)
    if ended is None:
        return ["waiting"]
    counted = ["stopped"]
    if is_restarted(pod, container, ended["exitCode"]):
        counted.append("restarting")
    if "terminated" in status["state"] and ended["exitCode"] == 0:
        counted.append("succeeded")
    return counted
