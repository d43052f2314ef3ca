"""Letting containers that run have more or less CPU and memory than they began with.

Source: KEP-1287; ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` computePodResizeAction (v1.36).
"""

from collections.abc import Iterator
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podactions import StopContainer, UpdateResources
from kubeobj.node.podending import grace_of
from kubeobj.node.podmemory import Memory
from kubeobj.node.restartpolicy import init_containers_of, is_sidecar
from kubeobj.node.situation import Decision, Situation, begin
from kubeobj.runtimes.states import Container, ContainerState

_RESIZABLE: Final = ("cpu", "memory")
_NONE: Final[Wire] = {}


def plan_resizing(situation: Situation, memory: Memory, out: Decision) -> None:
    """Give containers what they are to have by now, in place or by starting them again."""
    for container, run in resized(situation, memory):
        if memory.resize is not None:
            return  # the node does not have that much
        if _needs_restart(container, given_to(run, situation.pod, memory)):
            if not situation.stops(run.id):
                message = f"Container {run.name} resize requires restart"
                grace = grace_of(situation.pod, container, None)
                action = StopContainer(run.name, run.id, grace, message)
                if begin(action, situation, memory, out):
                    memory.restarting[run.name] = run.id
        else:
            begin(UpdateResources(run.name, run.id), situation, memory, out)


def resized(situation: Situation, memory: Memory) -> Iterator[tuple[Wire, Container]]:
    """Yield the containers that run with other resources than they are to have."""
    pod = situation.pod
    sidecars = [one for one in init_containers_of(pod) if is_sidecar(one)]
    for container in (*sidecars, *pod["spec"]["containers"]):
        run = situation.view.latest(container["name"])
        if run is None or run.state is not ContainerState.RUNNING:
            continue
        given = given_to(run, pod, memory)
        if given is not None and amounts_of(given) != amounts_of(container.get("resources")):
            yield container, run


def given_to(run: Container, pod: Wire, memory: Memory) -> Wire | None:
    """Return the resources that a run of a container has; None if nobody knows."""
    known = memory.actuated.get(run.id)
    if known is not None:
        return known
    status = pod["status"]
    for part in ("containerStatuses", "initContainerStatuses"):
        for one in status.get(part) or ():
            if one["name"] == run.name and one.get("containerID", "").endswith(f"//{run.id}"):
                told: Wire | None = one.get("resources")
                return told
    return None


def amounts_of(resources: Wire | None) -> dict[tuple[str, str], str]:
    """Return what can be changed of the resources of a container."""
    return {
        (part, name): amounts[name]
        for part in ("requests", "limits")
        for name in _RESIZABLE
        if name in (amounts := (resources or _NONE).get(part) or _NONE)
    }


def _needs_restart(container: Wire, given: Wire | None) -> bool:
    """Return whether a change of what the container has is only to be seen by a new run."""
    before, after = amounts_of(given), amounts_of(container.get("resources"))
    changed = {key[1] for key in (*before, *after) if before.get(key) != after.get(key)}
    return any(
        one["resourceName"] in changed and one.get("restartPolicy") == "RestartContainer"
        for one in container.get("resizePolicy") or ()
    )
