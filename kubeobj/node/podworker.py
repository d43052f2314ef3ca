"""What is to be done about a pod now: a function of how things are, and of what is remembered.

It is asked whenever anything has changed, and answers with what can be begun at once. It does
nothing itself; the memory is its own.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` computePodActions, SyncPod, doBackOff, and
``pkg/kubelet/pod_workers.go`` (v1.36).
"""

from collections.abc import Mapping
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.containerwords import container_hash, is_changed
from kubeobj.node.podactions import (
    PrepareVolumes,
    PullImage,
    RemoveContainer,
    RemoveSandbox,
    RunSandbox,
    StartContainer,
    StopContainer,
    StopSandbox,
    slot_of,
)
from kubeobj.node.podending import grace_of, has_ended, plan_ending
from kubeobj.node.podinits import Kill, Wanted, want_inits
from kubeobj.node.podmemory import Doom, Memory, go_duration
from kubeobj.node.podrenewal import plan_renewal
from kubeobj.node.podresizing import plan_resizing
from kubeobj.node.podview import PodView
from kubeobj.node.probes.kinds import Findings, ProbeKind
from kubeobj.node.restartpolicy import (
    ephemeral_containers_of,
    is_restarted,
    is_restarted_after_failure,
    is_to_be_started,
)
from kubeobj.node.situation import Decision, Note, Situation, begin
from kubeobj.reconcile.moments import seconds_of
from kubeobj.runtimes.states import Container, ContainerState, Sandbox, SandboxState

EXPIRED: Final = (
    "DeadlineExceeded",
    "Pod was active on the node longer than the specified deadline",
)
"""Why a pod fails that has run for longer than it may."""

ERROR_SHOWN_SECONDS: Final = 1.0
"""How long it is said why an image could not be had, before it is said that it is waited for."""


def plan(situation: Situation, memory: Memory) -> Decision:
    """Return what is to be done about a pod."""
    out = Decision()
    for run in situation.view.containers:
        if run.state in {ContainerState.RUNNING, ContainerState.EXITED}:
            memory.begun[run.name] = max(run.attempt, memory.begun.get(run.name, 0))
    _note_deadline(situation, memory, out)
    if has_ended(situation, memory):
        plan_ending(situation, memory, out)
    else:
        _plan_living(situation, memory, out)
    return out


def _note_deadline(situation: Situation, memory: Memory, out: Decision) -> None:
    """Let a pod end that has run for as long as it may."""
    pod = situation.pod
    seconds, since = pod["spec"].get("activeDeadlineSeconds"), pod["status"].get("startTime")
    if seconds is None or since is None or memory.doom is not None:
        return
    if memory.ending_since is not None or pod["status"].get("phase") in {"Succeeded", "Failed"}:
        return
    end = seconds_of(since) + seconds
    if end <= situation.now:
        memory.doom = Doom(*EXPIRED)
        out.notes.append(Note(*EXPIRED))
    else:
        out.look_again(end)


# ---------------------------------------------------------------- living


def _plan_living(situation: Situation, memory: Memory, out: Decision) -> None:
    sandbox = situation.view.ready_sandbox
    if sandbox is None:
        if _is_worn_out(situation.pod, situation.view):
            memory.ending_since = situation.now
            plan_ending(situation, memory, out)
        else:
            _make_sandbox(situation, memory, out)
        return
    if plan_renewal(situation, memory, out):
        return
    wanted = want(situation.pod, situation.view, sandbox, situation.findings, memory.restarting)
    if wanted.is_done:
        memory.ending_since = situation.now
        plan_ending(situation, memory, out)
        return
    for kill in wanted.kills:
        _end(kill, situation, memory, out)
    if not memory.has_volumes:
        if wanted.starts or _ephemerals(situation):
            begin(PrepareVolumes(), situation, memory, out)
    else:
        for container in _ephemerals(situation):
            _start(container, sandbox, situation, memory, out)
        for container in wanted.starts:
            _start(container, sandbox, situation, memory, out)
    plan_resizing(situation, memory, out)
    _clear_away(sandbox, situation, memory, out)


def _is_worn_out(pod: Wire, view: PodView) -> bool:
    """Return whether a pod needs no new sandbox, as nothing of it would be started in one."""
    if not view.sandboxes or not view.containers:
        return False  # nothing of it has ever begun
    mains = pod["spec"]["containers"]
    policy = pod["spec"].get("restartPolicy", "Always")
    if policy == "Never" and not any("restartPolicy" in one for one in mains):
        return True
    for container in mains:
        latest = view.latest(container["name"])
        if latest is None or latest.state is not ContainerState.EXITED:
            return False
        if is_restarted(pod, container, latest.exit_code):
            return False
    return True


def _make_sandbox(situation: Situation, memory: Memory, out: Decision) -> None:
    """Make a sandbox, once nothing of the old one is left."""
    view = situation.view
    stale = [one for one in view.sandboxes if one.state is SandboxState.READY]
    if view.up or stale:
        for run in view.up:
            if not situation.stops(run.id):
                grace = grace_of(situation.pod, None, None)
                message = f"Stopping container {run.name}"
                begin(StopContainer(run.name, run.id, grace, message), situation, memory, out)
        if not view.up:
            begin(StopSandbox(stale[-1].id), situation, memory, out)
        return
    if not memory.has_volumes:
        begin(PrepareVolumes(), situation, memory, out)
    elif begin(RunSandbox(view.next_attempt), situation, memory, out) and view.sandboxes:
        message = "Pod sandbox changed, it will be killed and re-created."
        out.notes.append(Note("SandboxChanged", message))


def _ephemerals(situation: Situation) -> list[Wire]:
    """Return the ephemeral containers that have not begun: they do so once."""
    return [
        one
        for one in ephemeral_containers_of(situation.pod)
        if (latest := situation.view.latest(one["name"])) is None
        or latest.state is ContainerState.CREATED
    ]


def want(
    pod: Wire,
    view: PodView,
    sandbox: Sandbox,
    findings: Findings,
    restarting: Mapping[str, str],
) -> Wanted:
    """Return what a pod that has a sandbox wants of its containers, whatever is being done.

    Args:
        pod: The pod.
        view: What there is of it.
        sandbox: Its sandbox.
        findings: What probes have found.
        restarting: Runs that were ended to be started again, by the name of the container; nothing
            for one that was taken away.
    """
    wanted = Wanted()
    may_begin = want_inits(pod, view, sandbox.id, findings, wanted)
    if wanted.is_done or not may_begin:
        return wanted
    kept = 0
    first = len(wanted.starts)
    for container in pod["spec"]["containers"]:
        run = view.latest(container["name"])
        if run is None or run.state is not ContainerState.RUNNING:
            is_killed = restarting.get(container["name"]) == ("" if run is None else run.id)
            if is_killed or is_to_be_started(pod, container, view):
                wanted.starts.append(container)
            continue
        kill = _reason_to_end(pod, container, run, findings)
        if kill is None:
            kept += 1
            continue
        wanted.kills.append(kill)
        if kill.restarts:
            wanted.starts.append(container)
        else:
            kept += 1  # it is over when it has ended, not before
    if kept == 0 and len(wanted.starts) == first:
        wanted.is_done = True
    return wanted


def _reason_to_end(pod: Wire, container: Wire, run: Container, findings: Findings) -> Kill | None:
    if is_changed(container, run):  # then it is started again whatever its policy says
        message = f"Container {container['name']} definition changed, will be restarted"
        return Kill(container, run, message)
    for kind in (ProbeKind.LIVENESS, ProbeKind.STARTUP):
        if findings.get((run.id, kind)) is False:
            restarts = is_restarted_after_failure(pod, container)
            message = f"Container {container['name']} failed {kind.title.lower()} probe"
            message += ", will be restarted" if restarts else ""
            return Kill(container, run, message, kind, restarts=restarts)
    return None


def _end(kill: Kill, situation: Situation, memory: Memory, out: Decision) -> None:
    run = kill.run
    if situation.stops(run.id):
        return
    grace = grace_of(situation.pod, kill.container, kill.probe)
    action = StopContainer(run.name, run.id, grace, kill.message)
    if begin(action, situation, memory, out) and kill.restarts:
        memory.restarting[run.name] = run.id


# ---------------------------------------------------------------- starting


def _start(
    container: Wire, sandbox: Sandbox, situation: Situation, memory: Memory, out: Decision
) -> None:
    """Begin what is to be done next until a container runs."""
    name, latest = container["name"], situation.view.latest(container["name"])
    if situation.is_busy(slot_of(name)):
        return
    if latest is not None and latest.state is not ContainerState.EXITED:
        _clear_the_way(container, latest, situation, memory, out)
        return
    if _waits(container, situation, memory, out):
        return
    if name in memory.wanted:
        _pull(container, situation, memory, out)
    elif not situation.is_starting and not any(isinstance(a, StartContainer) for a in out.actions):
        attempt = next_attempt(situation.pod, name, situation.view)
        action = StartContainer(name, attempt, sandbox, memory.images.get(name, ""))
        if begin(action, situation, memory, out):
            _count(container, situation, memory)


def _count(container: Wire, situation: Situation, memory: Memory) -> None:
    """Count that a container is started again, once however often its image is asked for."""
    name = container["name"]
    is_counted = name in memory.counted
    memory.counted.pop(name, None)
    exited = situation.view.latest_exited(name)
    if exited is not None and not is_counted:
        finished = memory.ended_at(exited, situation.now)
        memory.restarts.note(container_hash(container), finished, situation.now)


def _clear_the_way(
    container: Wire, latest: Container, situation: Situation, memory: Memory, out: Decision
) -> None:
    """Take away what is left of an attempt to start a container; what runs is being ended."""
    name = container["name"]
    if latest.state is ContainerState.UNKNOWN:
        message = 'Container is in "unknown" state, try killing it before restart'
        grace = grace_of(situation.pod, container, None)
        begin(StopContainer(name, latest.id, grace, message), situation, memory, out)
    elif latest.state is ContainerState.CREATED:
        begin(RemoveContainer(name, latest.id), situation, memory, out)


def _waits(container: Wire, situation: Situation, memory: Memory, out: Decision) -> bool:
    """Return whether a container is not started yet because it has ended too often."""
    name, pod, key = container["name"], situation.pod, container_hash(container)
    exited = situation.view.latest_exited(name)
    if exited is None or name in memory.counted:
        return False
    until = memory.restarts.until(key, memory.ended_at(exited, situation.now))
    if until <= situation.now:
        return False
    out.look_again(until)
    where = _where(pod)
    lasts = go_duration(memory.restarts.seconds(key))
    message = f"back-off {lasts} restarting failed container={name} pod={where}"
    if memory.wait(name, "CrashLoopBackOff", message, situation.now):
        told = f"Back-off restarting failed container {name} in pod {where}"
        out.notes.append(Note("BackOff", told, "Warning", name))
    return True


def _pull(container: Wire, situation: Situation, memory: Memory, out: Decision) -> None:
    """Fetch the image of a container, unless that has failed just now."""
    name, image, now = container["name"], container.get("image", ""), situation.now
    failed = memory.pulls.get(image)
    if failed is None or failed.until <= now:
        begin(PullImage(name, image), situation, memory, out)
        return
    out.look_again(failed.until)
    shown = failed.delay.since + ERROR_SHOWN_SECONDS
    if name in memory.waiting and now < shown:
        out.look_again(shown)
        return
    message = f'Back-off pulling image "{image}"'
    if memory.wait(name, "ImagePullBackOff", f"{message}: {failed.why}", now):
        out.notes.append(Note("BackOff", message, "Normal", name))
        out.notes.append(Note("Failed", "Error: ImagePullBackOff", "Warning", name))


def next_attempt(pod: Wire, name: str, view: PodView) -> int:
    """Return how often a container has run before: by the runtime, and by what was told of it.

    It never goes back, even if the runtime has forgotten all.
    """
    runs = view.runs(name)
    found = max((one.attempt for one in runs), default=-1) + 1
    status = pod["status"]
    for part in ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(part) or ():
            if one["name"] == name:
                has_run = "containerID" in one
                return max(found, int(one.get("restartCount", 0)) + (1 if has_run else 0))
    return found


def _where(pod: Wire) -> str:
    metadata = pod["metadata"]
    return f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"


# ---------------------------------------------------------------- clearing away


def _clear_away(sandbox: Sandbox, situation: Situation, memory: Memory, out: Decision) -> None:
    """Remove old sandboxes, and runs of which nobody asks any more: one that has ended is kept."""
    view = situation.view
    mains = [one["name"] for one in situation.pod["spec"]["containers"]]
    if len(view.sandboxes) > 1:
        there = {one.name: None for one in view.containers if one.sandbox_id == sandbox.id}
        if all(name in there for name in mains):
            begin(RemoveSandbox(view.sandboxes[-1].id), situation, memory, out)
        return
    kept: dict[str, None] = {}
    for run in view.containers:
        if run.state is not ContainerState.EXITED:
            continue
        if run.name in kept:
            begin(RemoveContainer(run.name, run.id), situation, memory, out)
        kept[run.name] = None
