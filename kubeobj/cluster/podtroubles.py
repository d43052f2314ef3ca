"""What keeps a pod from being ready: the reason, what the system says, and what to do about it.

Source: Kubernetes documentation, Debug Pods and Determine the Reason for Pod Failure (v1.36).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.reconcile.moments import seconds_of

_QUIET: Final = frozenset({"ContainerCreating", "PodInitializing", "Completed"})

_ADVICE: Final = {
    "CrashLoopBackOff": "see what it printed last: kubeobj logs {pod} -c {container} --previous",
    "Error": "see what it printed: kubeobj logs {pod} -c {container}",
    "OOMKilled": "raise resources.limits.memory of container {container}",
    "ContainerCannotRun": "correct the command of container {container}",
    "StartError": "correct the command of container {container}: it must be on this machine",
    "RunContainerError": "correct the command or the volumes of container {container}",
    "ImagePullBackOff": "correct the image of container {container}, or give imagePullSecrets",
    "ErrImagePull": "correct the image of container {container}, or give imagePullSecrets",
    "ErrImageNeverPull": "bring the image to this machine, or set imagePullPolicy: IfNotPresent",
    "InvalidImageName": "correct the image of container {container}",
    "CreateContainerConfigError": "make the config map or secret that it names",
    "CreateContainerError": "see what the events say: kubeobj describe pod {pod}",
    "FailedMount": "make what the volume needs: kubeobj describe pod {pod}",
    "FailedCreatePodSandBox": "see what the events say: kubeobj describe pod {pod}",
    "Unhealthy": "see what the probe is told: kubeobj describe pod {pod}",
    "Unschedulable": "ask for less, or allow this node: kubeobj describe pod {pod}",
    "SchedulingGated": "remove spec.schedulingGates once the pod may run",
    "Evicted": "make room on the disk, or ask for less memory",
    "FailedScheduling": "ask for less, or allow this node: kubeobj describe pod {pod}",
    "DeadlineExceeded": "raise activeDeadlineSeconds",
    "NotReady": "see whether it answers: kubeobj describe pod {pod}",
}

PATIENCE_SECONDS: Final = 10.0
"""How long a pod may run without being ready before anything is said of that."""

# What goes away by itself while a pod comes up.
_MILD: Final = frozenset({"NotReady", "Unhealthy"})

# The events that tell more than the status of a pod that is still being made.
_TELLING: Final = ("FailedMount", "FailedCreatePodSandBox", "Unhealthy", "FailedScheduling")


@final
@dataclass(frozen=True, slots=True)
class Trouble:
    """What keeps a pod from being ready.

    Args:
        pod: The name of the pod.
        reason: Why, in one word.
        message: Why, in a sentence; may be empty.
        advice: What to do about it; may be empty.
        is_serious: Whether it will hardly go away by itself.
    """

    pod: str
    reason: str
    message: str = ""
    advice: str = ""
    is_serious: bool = True


def trouble_of(
    pod: Wire, events: Iterable[Wire] = (), *, now: float | None = None
) -> Trouble | None:
    """Return what keeps a pod from being ready; None if nothing does, or nothing is known.

    Args:
        pod: The pod.
        events: The events that are about it, oldest first.
        now: The time, in seconds since 1970: that a pod which has just begun to run does not answer
            yet is no trouble. None to say it all the same.

    >>> waiting = {"waiting": {"reason": "CrashLoopBackOff", "message": "back-off 10s"}}
    >>> status = {"containerStatuses": [{"name": "web", "state": waiting}]}
    >>> trouble_of({"metadata": {"name": "web-0"}, "spec": {}, "status": status}).advice
    'see what it printed last: kubeobj logs web-0 -c web --previous'
    """
    name = pod["metadata"]["name"]
    for reason, message, container in _found(pod, list(events)):
        is_mild = reason in _MILD
        if is_mild and now is not None and now - _began(pod) < PATIENCE_SECONDS:
            return None
        advice = _advice(reason, message).format(pod=_named(pod), container=container)
        return Trouble(name, reason, message, advice, not is_mild)
    return None


def _advice(reason: str, message: str) -> str:
    if reason == "CreateContainerConfigError" and "prepare subPath" in message:
        return "let its subPath be a directory or file below the volume: kubeobj describe pod {pod}"
    if reason == "Evicted" and message.startswith("Usage of EmptyDir"):
        return "raise its sizeLimit, or write less to it"
    return _ADVICE.get(reason, "")


def _began(pod: Wire) -> float:
    """Return when the last of its containers began to run, in seconds since 1970; 0 for never."""
    states = [one.get("state", {}).get("running") or {} for one in _mains(pod.get("status") or {})]
    return max((seconds_of(one["startedAt"]) for one in states if one.get("startedAt")), default=0)


def _named(pod: Wire) -> str:
    namespace = pod["metadata"].get("namespace", "default")
    where = "" if namespace == "default" else f"-n {namespace} "
    return f"{where}{pod['metadata']['name']}"


def _found(pod: Wire, events: list[Wire]) -> Iterator[tuple[str, str, str]]:
    status: Wire = pod.get("status") or {}
    if status.get("phase") in {"Failed", "Succeeded"}:
        if status["phase"] == "Failed":
            yield from _of_failed(status)
        return
    for condition in status.get("conditions") or ():
        if condition["type"] == "PodScheduled" and condition["status"] == "False":
            yield condition.get("reason", "Unschedulable"), condition.get("message", ""), ""
    yield from _of_containers(status)
    for event in reversed(events):
        if event.get("type") == "Warning" and event.get("reason") in _TELLING:
            yield event["reason"], event.get("message", ""), ""
    if any(one.get("state", {}).get("running") for one in status.get("containerStatuses") or ()):
        yield "NotReady", "it runs, and is not ready yet", ""


def _of_failed(status: Wire) -> Iterator[tuple[str, str, str]]:
    if status.get("reason"):
        yield status["reason"], status.get("message", ""), ""
    for one in (*(status.get("initContainerStatuses") or ()), *_mains(status)):
        ended = one.get("state", {}).get("terminated")
        if ended and ended.get("exitCode"):
            yield _how(ended, one["name"])


def _of_containers(status: Wire) -> Iterator[tuple[str, str, str]]:
    for one in (*(status.get("initContainerStatuses") or ()), *_mains(status)):
        state = one.get("state") or {}
        waiting, ended = state.get("waiting"), state.get("terminated")
        last = (one.get("lastState") or {}).get("terminated")
        if waiting and waiting.get("reason") == "CrashLoopBackOff" and last:
            _, why, _ = _how(last, one["name"])
            yield "CrashLoopBackOff", why, one["name"]
        elif waiting and waiting.get("reason") not in _QUIET:
            yield waiting.get("reason", ""), waiting.get("message", ""), one["name"]
        elif ended and ended.get("exitCode"):
            yield _how(ended, one["name"])


def _how(ended: Wire, container: str) -> tuple[str, str, str]:
    """Return how a container ended."""
    reason, code = ended.get("reason") or "Error", ended.get("exitCode", 0)
    said = f": {ended['message'].strip()}" if ended.get("message") else ""
    why = "it used too much memory" if reason == "OOMKilled" else f"it ended with code {code}"
    return reason, f"container {container}: {why}{said}", container


def _mains(status: Wire) -> Iterable[Wire]:
    return status.get("containerStatuses") or ()
