"""How a pod ends: its containers first, sidecars after them from the last to the first.

Source: ``k8s.io/kubernetes/pkg/kubelet`` SyncTerminatingPod, SyncTerminatedPod, and
``kuberuntime_termination_order.go`` (v1.36); Kubernetes documentation, Pod Lifecycle.
"""

from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podactions import (
    RemoveSandbox,
    RunPreStop,
    RunSandbox,
    StartContainer,
    StopContainer,
    StopSandbox,
    TearDown,
)
from kubeobj.node.podmemory import Memory
from kubeobj.node.probes.kinds import ProbeKind
from kubeobj.node.restartpolicy import container_of, init_containers_of, is_sidecar
from kubeobj.node.situation import Decision, Flight, Situation, begin, may_begin
from kubeobj.reconcile.moments import seconds_of
from kubeobj.runtimes.states import Container, SandboxState

SHORTEST_SECONDS: Final = 2.0
"""How long a container always may take to end."""

_SHORTER_BY: Final = 0.5
"""By how much a time of grace must have become shorter to ask a container once more to end."""


def has_ended(situation: Situation, memory: Memory) -> bool:
    """Return whether a pod ends, or has; once it does, that stays so."""
    pod = situation.pod
    if memory.ending_since is None:
        is_over = pod["status"].get("phase") in {"Succeeded", "Failed"}
        is_deleted = "deletionTimestamp" in pod["metadata"]
        if not (is_over or is_deleted or situation.is_gone or memory.doom is not None):
            return False
        memory.ending_since = situation.now
    return True


def grace_of(pod: Wire, container: Wire | None, probe: ProbeKind | None) -> float:
    """Return how long a container may take to end, while its pod goes on or as it ends.

    Args:
        pod: The pod.
        container: The container; None if it does not matter which.
        probe: The probe that has failed; None if none has.
    """
    given = pod["metadata"].get("deletionGracePeriodSeconds")
    if given is not None:
        return float(given)
    if container is not None and probe is not None:
        own = (container.get(probe.value) or {}).get("terminationGracePeriodSeconds")
        if own is not None:
            return float(own)
    return float(pod["spec"].get("terminationGracePeriodSeconds", 30))


def plan_ending(situation: Situation, memory: Memory, out: Decision) -> None:
    """Say what is to be done about a pod that ends."""
    _shorten_grace(situation, memory)
    up = situation.view.up
    for run in up:
        _stop(run, up, situation, memory, out)
    if up or any(_may_still_begin(one, memory) for one in situation.flights):
        return
    ready = [one for one in situation.view.sandboxes if one.state is SandboxState.READY]
    if ready:
        for one in ready:
            begin(StopSandbox(one.id), situation, memory, out)
        return
    memory.is_over = True
    _take_away(situation, memory, out)


def _may_still_begin(flight: Flight, memory: Memory) -> bool:
    """Return whether something may yet begin to run: what it is was asked for, and not seen."""
    match flight.action:
        case RunSandbox():
            return True
        case StartContainer(name, attempt):
            # One that was seen may still be at what it does right after its start.
            return memory.begun.get(name, -1) < attempt
        case _:
            return False


def _take_away(situation: Situation, memory: Memory, out: Decision) -> None:
    """Remove what is left: of a pod that stays, its volumes; of one that goes, everything."""
    goes = situation.is_gone or "deletionTimestamp" in situation.pod["metadata"]
    if not goes:
        if not memory.is_emptied:
            begin(TearDown(is_gone=False), situation, memory, out)
        return
    if situation.view.sandboxes:
        begin(RemoveSandbox(situation.view.sandboxes[-1].id), situation, memory, out)
    elif not memory.is_gone:
        begin(TearDown(is_gone=True), situation, memory, out)
    else:
        out.may_go = True


# ---------------------------------------------------------------- containers


def _shorten_grace(situation: Situation, memory: Memory) -> None:
    """Take in how long the containers may take; nobody can make that longer."""
    seconds = _asked_grace(situation, memory)
    if memory.grace_seconds is None or seconds < memory.grace_seconds:
        memory.grace_seconds = seconds


def _asked_grace(situation: Situation, memory: Memory) -> float:
    pod, doom = situation.pod, memory.doom
    seconds = grace_of(pod, None, None)
    if doom is not None and doom.grace_seconds is not None:
        seconds = min(seconds, doom.grace_seconds)
    deleted = pod["metadata"].get("deletionTimestamp")
    if deleted is not None:
        # Who begins late, because it was away meanwhile, has only what is left; it is told to the
        # second.
        since = situation.now if memory.ending_since is None else memory.ending_since
        seconds = min(seconds, max(seconds_of(deleted) + 1 - since, 0.0))
    return seconds


def _stop(
    run: Container, up: list[Container], situation: Situation, memory: Memory, out: Decision
) -> None:
    """Ask a container to end, once it is its turn, and again if it has less time by now."""
    given = SHORTEST_SECONDS if memory.grace_seconds is None else memory.grace_seconds
    since = situation.now if memory.ending_since is None else memory.ending_since
    end = since + given
    left = max(end - situation.now, 0.0)
    container = container_of(situation.pod, run.name)
    if left > 0 and _waits_for_turn(run, up, situation.pod):
        out.look_again(end)
        _run_hook(run, container, left, situation, memory, out)
        return
    grace = max(left, SHORTEST_SECONDS)
    asked = situation.stops(run.id)
    if any(
        flight.began + action.grace_seconds <= situation.now + grace + _SHORTER_BY
        for flight, action in asked
    ):
        return
    action = StopContainer(
        run.name,
        run.id,
        grace,
        "" if asked else f"Stopping container {run.name}",
        runs_hook=not asked and left > 0 and run.id not in memory.hooked,
    )
    if asked or situation.is_starting_one(run.name):
        out.actions.append(action)  # beside what is done there already
    else:
        begin(action, situation, memory, out)


def _run_hook(
    run: Container,
    container: Wire | None,
    left: float,
    situation: Situation,
    memory: Memory,
    out: Decision,
) -> None:
    """Do what is to be done before a container stops, while it waits for its turn."""
    hook = ((container or {}).get("lifecycle") or {}).get("preStop")
    if hook is None or run.id in memory.hooked:
        return
    action = RunPreStop(run.name, run.id, left)
    if may_begin(action, situation, memory, out):
        memory.hooked[run.id] = None
        out.actions.append(action)


def _waits_for_turn(run: Container, up: list[Container], pod: Wire) -> bool:
    """Return whether a sidecar waits until others have ended."""
    sidecars = [one["name"] for one in init_containers_of(pod) if is_sidecar(one)]
    if run.name not in sidecars:
        return False
    before = {one["name"]: None for one in pod["spec"]["containers"]}
    before.update(dict.fromkeys(sidecars[sidecars.index(run.name) + 1 :]))
    return any(one.name in before for one in up)
