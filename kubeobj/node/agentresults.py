"""What the agent learns from what was done for a pod: it goes into the memory of its worker.

Source: ``k8s.io/kubernetes/pkg/kubelet`` reason_cache.go, and ``images`` (v1.36).
"""

from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podactions import (
    Action,
    PrepareVolumes,
    PullImage,
    RemoveContainer,
    RemoveSandbox,
    RunSandbox,
    StartContainer,
    StopContainer,
    StopSandbox,
    TearDown,
    UpdateResources,
)
from kubeobj.node.podjobs import FETCH, Result
from kubeobj.node.podmemory import AGAIN_SECONDS, Memory
from kubeobj.node.podview import PodView
from kubeobj.node.restartpolicy import container_of
from kubeobj.node.situation import Note
from kubeobj.runtimes.states import SandboxState

FIRST_AGAIN_SECONDS: Final = 0.5
"""How long something waits that has failed, the first time; each time twice as long."""

LONGEST_AGAIN_SECONDS: Final = 60.0
"""How long at most."""


def learn(pod: Wire, memory: Memory, action: Action, result: Result, now: float) -> list[Note]:
    """Take in what has come of an action; return what is to be told besides.

    Args:
        pod: The pod, as it was when the action began.
        memory: What is remembered of it.
        action: What was done.
        result: What has come of it.
        now: When that is, in seconds since 1970.
    """
    if result.is_unavailable:
        return []
    if result.fault is None and _is_undone(action, result.view):
        # It was said to be done, and is not.
        _try_again(memory, action, now)
    elif result.fault is None:
        memory.again.pop(action.slot, None)
        memory.failures.pop(action.slot, None)
        _succeeded(pod, memory, action, result)
    else:
        return _failed(memory, action, result.fault, now)
    return []


def _is_undone(action: Action, view: PodView | None) -> bool:
    """Return whether something is still there, or still runs, that is not to."""
    if view is None:
        return False
    match action:
        case StopSandbox(sandbox_id):
            return any(
                one.id == sandbox_id and one.state is SandboxState.READY for one in view.sandboxes
            )
        case RemoveSandbox(sandbox_id):
            return any(one.id == sandbox_id for one in view.sandboxes)
        case StopContainer():
            return any(one.id == action.container_id for one in view.up)
        case RemoveContainer(_, container_id):
            return any(one.id == container_id for one in view.containers)
        case _:
            return False


def _succeeded(pod: Wire, memory: Memory, action: Action, result: Result) -> None:
    match action:
        case PrepareVolumes():
            memory.has_volumes = True
        case PullImage(name, image):
            memory.wanted.pop(name, None)
            memory.waiting.pop(name, None)
            memory.pulls.pop(image, None)
            memory.images[name] = result.made_id
        case StartContainer(name):
            memory.images.pop(name, None)
            if result.made_id:
                memory.waiting.pop(name, None)
                memory.restarting.pop(name, None)
                _note_resources(pod, memory, name, result.made_id)
        case UpdateResources(name, container_id):
            _note_resources(pod, memory, name, container_id)
        case TearDown(is_gone):
            memory.has_volumes = False
            memory.is_emptied = True
            memory.is_gone = is_gone
        case _:
            pass


def _note_resources(pod: Wire, memory: Memory, name: str, container_id: str) -> None:
    container = container_of(pod, name)
    if container is not None:
        memory.actuated[container_id] = container.get("resources") or {}


def _failed(memory: Memory, action: Action, fault: tuple[str, str], now: float) -> list[Note]:
    reason, message = fault
    match action:
        case PullImage(name, image):
            memory.pull_failed(image, reason, message, now)
            memory.wait(name, reason, message, now)
            return []
        case StartContainer(name):
            _start_failed(memory, action, name, fault, now)
            return []
        case PrepareVolumes():
            note = Note(reason, message, "Warning")
        case RunSandbox():
            told = f"Failed to create pod sandbox: {message}"
            note = Note("FailedCreatePodSandBox", told, "Warning")
        case UpdateResources(name):
            note = Note("ResizeError", f"Error resizing container {name}: {message}", "Warning")
        case _:
            note = Note("FailedKillPod", f"error killing pod: {message}", "Warning")
    _try_again(memory, action, now)
    return [note]


def _start_failed(
    memory: Memory, action: Action, name: str, fault: tuple[str, str], now: float
) -> None:
    reason, message = fault
    if reason == FETCH:
        memory.wanted[name] = memory.counted[name] = None
        return
    memory.images.pop(name, None)
    memory.wait(name, reason, message, now)
    if reason not in {"RunContainerError", "PostStartHookError"}:
        memory.again[action.slot] = now + AGAIN_SECONDS


def _try_again(memory: Memory, action: Action, now: float) -> None:
    failures = memory.failures[action.slot] = memory.failures.get(action.slot, 0) + 1
    seconds = min(FIRST_AGAIN_SECONDS * 2 ** min(failures - 1, 16), LONGEST_AGAIN_SECONDS)
    memory.again[action.slot] = now + seconds
