"""What is printed of Pods.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` printPod (v1.36).
"""

from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of, since
from kubeobj.documents import Wire

_NONE = "<none>"
_COMPLETED = {
    "Succeeded": "The pod has completed successfully.",
    "Failed": "The pod failed.",
}


def _cells(pod: Wire, now: float) -> Cells:
    spec, status = pod["spec"], pod.get("status", {})
    summary = _Summary(pod)
    restarts = str(summary.restarts)
    if summary.restarts and summary.last_restart:
        restarts = f"{restarts} ({since(summary.last_restart, now)} ago)"
    ips = status.get("podIPs")
    return [
        pod["metadata"].get("name", ""),
        f"{summary.ready}/{summary.total}",
        summary.reason,
        restarts,
        age_of(pod, now),
        (ips[0].get("ip") if ips else "") or _NONE,
        spec.get("nodeName") or _NONE,
        status.get("nominatedNodeName") or _NONE,
        _readiness_gates(spec, status),
    ]


def _readiness_gates(spec: Wire, status: Wire) -> str:
    gates = spec.get("readinessGates")
    if not gates:
        return _NONE
    states: dict[str, str] = {}
    for condition in status.get("conditions", ()):
        states.setdefault(condition["type"], condition["status"])
    met = sum(states.get(gate["conditionType"]) == "True" for gate in gates)
    return f"{met}/{len(gates)}"


class _Summary:
    """How a Pod is, in few words: that of the container which says most about it."""

    def __init__(self, pod: Wire) -> None:
        spec, status = pod["spec"], pod.get("status", {})
        sidecars = {
            container["name"]
            for container in spec.get("initContainers", ())
            if container.get("restartPolicy") == "Always"
        }
        self.restarts = 0
        self.last_restart = ""
        self.ready = 0
        self.total = len(spec["containers"] or ()) + len(sidecars)
        phase = status.get("phase", "")
        self.reason = status.get("reason") or phase
        conditions = status.get("conditions", ())
        if any(
            condition["type"] == "PodScheduled" and condition.get("reason") == "SchedulingGated"
            for condition in conditions
        ):
            self.reason = "SchedulingGated"
        if not self._is_initializing(spec, status, sidecars) or _is_true(conditions, "Initialized"):
            self._look_at_containers(status, sidecars)
        if "deletionTimestamp" in pod["metadata"]:
            if status.get("reason") == "NodeLost":
                self.reason = "Unknown"
            elif phase not in {"Succeeded", "Failed"}:
                self.reason = "Terminating"

    def _count(self, state: Wire) -> None:
        """Count the restarts of a container."""
        self.restarts += state["restartCount"]
        ended = state["lastState"].get("terminated")
        if ended is not None and (ended["finishedAt"] or "") > self.last_restart:
            self.last_restart = ended["finishedAt"]

    def _is_initializing(self, spec: Wire, status: Wire, sidecars: set[str]) -> bool:
        """Return whether an init container has not done yet what it is for, and look at it."""
        for position, state in enumerate(status.get("initContainerStatuses", ())):
            self._count(state)
            is_sidecar = state["name"] in sidecars
            terminated = state["state"].get("terminated")
            waiting = state["state"].get("waiting", {}).get("reason")
            if terminated is not None and terminated["exitCode"] == 0:
                continue
            if is_sidecar and state.get("started"):
                self.ready += state["ready"]
                continue
            if terminated is not None:
                self.reason = f"Init:{_ending(terminated)}"
            elif waiting and waiting != "PodInitializing":
                self.reason = f"Init:{waiting}"
            else:
                self.reason = f"Init:{position}/{len(spec.get('initContainers', ()))}"
            return True
        return False

    def _look_at_containers(self, status: Wire, sidecars: set[str]) -> None:
        self.restarts, self.last_restart = 0, ""
        for state in status.get("initContainerStatuses", ()):
            if state["name"] in sidecars:
                self._count(state)
        is_running = False
        for state in reversed(status.get("containerStatuses", ())):
            self._count(state)
            terminated = state["state"].get("terminated")
            waiting = state["state"].get("waiting", {}).get("reason")
            if waiting:
                self.reason = waiting
            elif terminated is not None:
                self.reason = _ending(terminated)
            elif state["ready"] and "running" in state["state"]:
                is_running = True
                self.ready += 1
        if self.reason == "Completed" and is_running:
            is_ready = _is_true(status.get("conditions", ()), "Ready")
            self.reason = "Running" if is_ready else "NotReady"


def _ending(terminated: Wire) -> str:
    """Return how a container has ended."""
    if terminated.get("reason"):
        return str(terminated["reason"])
    if terminated.get("signal"):
        return f"Signal:{terminated['signal']}"
    return f"ExitCode:{terminated['exitCode']}"


def _is_true(conditions: "list[Wire] | tuple[()]", kind: str) -> bool:
    return any(one["type"] == kind and one["status"] == "True" for one in conditions)


def _conditions(pod: Wire) -> list[Wire]:
    phase = pod.get("status", {}).get("phase", "")
    if phase not in _COMPLETED:
        return []
    message = _COMPLETED[phase]
    return [{"type": "Completed", "status": "True", "reason": phase, "message": message}]


TABLE = Table(
    (
        NAME,
        Column("Ready", description="How many of the containers are ready, and of how many."),
        Column("Status", description="How the pod is, in a word."),
        Column("Restarts", description="How often its containers were started again."),
        AGE,
        Column("IP", priority=1, description="Its address."),
        Column("Node", priority=1, description="The node that it is bound to."),
        Column("Nominated Node", priority=1, description="The node that room is made on for it."),
        Column("Readiness Gates", priority=1, description="How many of them are met."),
    ),
    _cells,
    _conditions,
)
"""The table of Pods."""
