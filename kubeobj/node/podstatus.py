"""The status that a node reports of a pod, as the kubelet writes it.

Source: ``k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`` and ``status/generate.go`` (v1.36).
"""

from typing import Final

from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of
from kubeobj.runtimes.simulatedpod import Exit, Phase, SimulatedContainer, SimulatedPod

_OWN_CONDITIONS: Final = (
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
)


def status_of(pod: Wire, run: SimulatedPod, host_address: str, now: float) -> Wire:
    """Return the fields of the status that the node answers for.

    Args:
        pod: The pod as the API has it.
        run: The pod as it runs.
        host_address: The address of the node.
        now: When it is looked at, in seconds since 1970.
    """
    phase = run.phase
    old: Wire = pod.get("status") or {}
    status: Wire = {
        "observedGeneration": pod["metadata"].get("generation", 1),
        "phase": phase,
        "conditions": _conditions(pod, run, phase, now),
        "hostIP": host_address,
        "hostIPs": [{"ip": host_address}],
        "startTime": old.get("startTime") or text_of(run.began),
    }
    if run.doom is not None:
        status["reason"], status["message"] = run.doom
    address = host_address if pod["spec"].get("hostNetwork") else run.address
    status["podIP"] = address
    status["podIPs"] = [{"ip": address}]
    inits = [_container(one, run, now) for one in run.containers if one.is_init]
    if inits:
        status["initContainerStatuses"] = inits
    mains = [_container(one, run, now) for one in run.containers if not one.is_init]
    status["containerStatuses"] = sorted(mains, key=lambda one: str(one["name"]))
    return status


def _conditions(pod: Wire, run: SimulatedPod, phase: str, now: float) -> list[Wire]:
    """Return all conditions: the node's own, and those of others as they are."""
    before: list[Wire] = (pod.get("status") or {}).get("conditions") or []
    known = {one["type"]: one for one in before}
    generation = pod["metadata"].get("generation", 1)
    found = [
        _condition(known.get(type_), type_, why, generation, now)
        for type_, why in _reasons(pod, run, phase, now).items()
    ]
    return found + [one for one in before if one["type"] not in _OWN_CONDITIONS]


def _reasons(pod: Wire, run: SimulatedPod, phase: str, now: float) -> dict[str, Wire]:
    """Return per condition what is missing; empty where nothing is."""
    over = phase in {"Succeeded", "Failed"}
    mains = [one for one in run.containers if not one.is_init or one.is_sidecar]
    unready = [one.name for one in mains if not one.is_ready(now)]
    undone = [one.name for one in run.containers if one.is_init and not one.is_past]
    ready: Wire = {}
    if over:
        ready = {"reason": "PodCompleted" if phase == "Succeeded" else "PodFailed"}
    elif unready:
        listed = " ".join(unready)
        ready = {
            "reason": "ContainersNotReady",
            "message": f"containers with unready status: [{listed}]",
        }
    initialized: Wire = {}
    if phase == "Succeeded":
        initialized = {"reason": "PodCompleted", "status": "True"}
    elif undone:
        listed = " ".join(undone)
        initialized = {
            "reason": "ContainersNotInitialized",
            "message": f"containers with incomplete status: [{listed}]",
        }
    gates = _unmet_gates(pod) if not ready else {}
    return {
        "PodReadyToStartContainers": {} if not over else {"status": "False"},
        "Initialized": initialized,
        "Ready": ready or gates,
        "ContainersReady": ready,
    }


def _unmet_gates(pod: Wire) -> Wire:
    gates = [one["conditionType"] for one in pod["spec"].get("readinessGates") or ()]
    if not gates:
        return {}
    conditions = (pod.get("status") or {}).get("conditions") or ()
    met = {one["type"] for one in conditions if one["status"] == "True"}
    for gate in gates:
        if gate not in met:
            message = f'the status of pod readiness gate "{gate}" is not "True"'
            return {"reason": "ReadinessGatesNotReady", "message": message}
    return {}


def _condition(old: Wire | None, type_: str, why: Wire, generation: int, now: float) -> Wire:
    status = why.get("status") or ("False" if why else "True")
    changed = old is None or old["status"] != status or "lastTransitionTime" not in old
    since = text_of(now) if old is None or changed else old["lastTransitionTime"]
    condition: Wire = {
        "type": type_,
        "status": status,
        "observedGeneration": generation,
        "lastProbeTime": None,
        "lastTransitionTime": since,
    }
    for name in ("reason", "message"):
        if name in why:
            condition[name] = why[name]
    return condition


def _container(one: SimulatedContainer, run: SimulatedPod, now: float) -> Wire:
    has_run = one.is_running or one.exited is not None or one.last is not None
    last = one.last if one.is_running or one.phase is Phase.EXITED else one.exited or one.last
    status: Wire = {
        "name": one.name,
        "state": _state(one, run),
        "lastState": {"terminated": _terminated(one, run, last)} if last else {},
        "ready": one.is_ready(now),
        "restartCount": max(0, one.runs - (0 if one.is_running else 1)) if has_run else 0,
        "image": one.image,
        "imageID": f"simulated://{one.image}" if has_run else "",
        "started": one.is_running,
    }
    if has_run:
        status["containerID"] = _container_id(
            one, run, one.runs if one.is_running else one.runs - 1
        )
    return status


def _state(one: SimulatedContainer, run: SimulatedPod) -> Wire:
    match one.phase:
        case Phase.RUNNING:
            return {"running": {"startedAt": text_of(one.started)}}
        case Phase.EXITED if one.exited is not None:
            return {"terminated": _terminated(one, run, one.exited)}
        case Phase.BACKING_OFF:
            message = f"back-off restarting failed container={one.name}"
            return {"waiting": {"reason": "CrashLoopBackOff", "message": message}}
        case Phase.PULL_FAILED:
            message = f'Back-off pulling image "{one.image}"'
            return {"waiting": {"reason": "ImagePullBackOff", "message": message}}
        case Phase.PENDING if not run.is_initialized:
            return {"waiting": {"reason": "PodInitializing"}}
        case _:
            return {"waiting": {"reason": "ContainerCreating"}}


def _terminated(one: SimulatedContainer, run: SimulatedPod, exit_: Exit) -> Wire:
    return {
        "exitCode": exit_.code,
        "reason": exit_.reason,
        "startedAt": text_of(exit_.started),
        "finishedAt": text_of(exit_.finished),
        "containerID": _container_id(one, run, exit_.run),
    }


def _container_id(one: SimulatedContainer, run: SimulatedPod, attempt: int) -> str:
    return f"simulated://{run.uid}/{one.name}/{attempt}"
