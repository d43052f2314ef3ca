"""The conditions that a node reports of a pod.

Source: ``k8s.io/kubernetes/pkg/kubelet/status/generate.go`` (v1.36).
"""

from collections.abc import Mapping
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.restartpolicy import init_containers_of, is_sidecar
from kubeobj.reconcile.moments import text_of

OWN: Final = (
    "PodReadyToStartContainers",
    "Initialized",
    "Ready",
    "ContainersReady",
    "PodScheduled",
    "PodResizePending",
    "PodResizeInProgress",
)
"""The conditions that a node answers for, in the order in which it tells them."""

_TRUE: Final[Wire] = {"status": "True"}


def conditions_of(  # noqa: PLR0913 - it is all of a pod
    pod: Wire,
    before: list[Wire],
    phase: str,
    statuses: Mapping[str, Wire],
    others: list[Wire],
    now: float,
    *,
    has_sandbox: bool,
) -> list[Wire]:
    """Return all conditions of a pod: those of others as they are, then the node's own.

    Args:
        pod: The pod.
        before: Its conditions as they were told last.
        phase: Its phase.
        statuses: The states of its containers and init containers, by name.
        others: Conditions that the node has besides, without their times: of resizing, of doom.
        now: When that is, in seconds since 1970.
        has_sandbox: Whether containers can be started.
    """
    known = {one["type"]: one for one in before}
    generation = pod["metadata"].get("generation", 1)
    added = {one["type"]: one for one in others}
    kept = [one for one in before if one["type"] not in OWN and one["type"] not in added]
    ready = _containers_ready(pod, phase, statuses)
    own: dict[str, Wire] = {
        "PodReadyToStartContainers": _TRUE if has_sandbox else {"status": "False"},
        "Initialized": _initialized(pod, phase, statuses),
        "Ready": ready if ready["status"] != "True" else _gates(pod, before),
        "ContainersReady": ready,
        "PodScheduled": _TRUE,
        **added,
    }
    return kept + [
        _condition(known.get(type_), type_, why, generation, now) for type_, why in own.items()
    ]


def _condition(old: Wire | None, type_: str, why: Wire, generation: int, now: float) -> Wire:
    same = old is not None and old["status"] == why["status"] and "lastTransitionTime" in old
    condition: Wire = {
        "type": type_,
        "status": why["status"],
        "observedGeneration": generation,
        "lastProbeTime": None,
        "lastTransitionTime": old["lastTransitionTime"] if old and same else text_of(now),
    }
    for name in ("reason", "message"):
        if why.get(name):
            condition[name] = why[name]
    return condition


def _containers_ready(pod: Wire, phase: str, statuses: Mapping[str, Wire]) -> Wire:
    if phase == "Failed":
        return {"status": "False", "reason": "PodFailed"}
    if phase == "Succeeded":
        return {"status": "False", "reason": "PodCompleted"}
    counted = [
        *(one["name"] for one in init_containers_of(pod) if is_sidecar(one)),
        *(one["name"] for one in pod["spec"]["containers"]),
    ]
    unready = [name for name in counted if not statuses[name]["ready"]]
    if not unready:
        return _TRUE
    return {
        "status": "False",
        "reason": "ContainersNotReady",
        "message": f"containers with unready status: [{' '.join(unready)}]",
    }


def _initialized(pod: Wire, phase: str, statuses: Mapping[str, Wire]) -> Wire:
    if phase == "Succeeded":
        return {"status": "True", "reason": "PodCompleted"}
    if any(_has_begun(statuses[one["name"]]) for one in pod["spec"]["containers"]):
        return _TRUE
    incomplete = [
        one["name"]
        for one in init_containers_of(pod)
        if not statuses[one["name"]].get("started" if is_sidecar(one) else "ready")
    ]
    if not incomplete:
        return _TRUE
    return {
        "status": "False",
        "reason": "ContainersNotInitialized",
        "message": f"containers with incomplete status: [{' '.join(incomplete)}]",
    }


def _has_begun(status: Wire) -> bool:
    state = status["state"]
    return "running" in state or "terminated" in state or bool(status["lastState"])


def _gates(pod: Wire, conditions: list[Wire]) -> Wire:
    """Return whether all that a pod wants to be ready besides its containers is so."""
    found = {one["type"]: one["status"] for one in conditions}
    unmet = []
    for one in pod["spec"].get("readinessGates") or ():
        gate = one["conditionType"]
        if gate not in found:
            unmet.append(f'corresponding condition of pod readiness gate "{gate}" does not exist.')
        elif found[gate] != "True":
            unmet.append(
                f'the status of pod readiness gate "{gate}" is not "True", but {found[gate]}'
            )
    if not unmet:
        return _TRUE
    return {"status": "False", "reason": "ReadinessGatesNotReady", "message": ", ".join(unmet)}
