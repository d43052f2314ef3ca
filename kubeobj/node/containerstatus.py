"""The states of a pod's containers, as a node reports them.

Source: ``k8s.io/kubernetes/pkg/kubelet/kubelet_pods.go`` convertToAPIContainerStatuses, and
``prober/prober_manager.go`` UpdatePodStatus (v1.36).
"""

from collections.abc import Iterable
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.podinits import is_initialized
from kubeobj.node.podmemory import Memory, Waiting
from kubeobj.node.podrenewal import RENEWING, RENEWING_MESSAGE
from kubeobj.node.podresizing import given_to
from kubeobj.node.podview import PodView
from kubeobj.node.probes.kinds import Findings, ProbeKind
from kubeobj.node.restartpolicy import (
    init_containers_of,
    is_restarted,
    is_sidecar,
    is_to_be_started,
)
from kubeobj.reconcile.moments import text_of
from kubeobj.runtimes.states import Container, ContainerState

UNKNOWN: Final = "ContainerStatusUnknown"
"""Why a container has ended of which nobody knows."""

_KILLED: Final = 137
_NOWHERE: Final = "The container could not be located when the pod was terminated"
_NOWHERE_ANY_MORE: Final = (
    "The container could not be located when the pod was deleted.  The container used to be Running"
)
_NOT_ASKED: Final = (
    "Unable to get init container status from container runtime and pod has been initialized, "
    "treat it as exited normally"
)


@final
class ContainerStatuses:
    """Makes the states of the containers of one pod.

    Args:
        pod: The pod; its status is as it was told last.
        view: What the runtime says.
        memory: What is remembered.
        findings: What probes have found.
        runtime_name: What the runtime is called; ids begin with it.
    """

    def __init__(
        self, pod: Wire, view: PodView, memory: Memory, findings: Findings, runtime_name: str
    ) -> None:
        self._pod = pod
        self._view = view
        self._memory = memory
        self._findings = findings
        self._runtime_name = runtime_name
        sandbox = view.ready_sandbox
        self._has_inits = bool(init_containers_of(pod))
        self._is_initialized = sandbox is not None and is_initialized(pod, view, sandbox.id)

    def of(self, part: str, containers: Iterable[Wire]) -> list[Wire]:
        """Return the states of containers, in their order.

        Args:
            part: Where the status has them: ``containerStatuses``.
            containers: The containers.
        """
        old = {one["name"]: one for one in self._pod["status"].get(part) or ()}
        return [self._status(one, old.get(one["name"]), part) for one in containers]

    # ------------------------------------------------------------ one

    def _status(self, container: Wire, old: Wire | None, part: str) -> Wire:
        name = container["name"]
        run = self._view.latest(name)
        status = self._lost(container, old) if run is None else self._found(container, run, old)
        is_init = part == "initContainerStatuses"
        if not (is_init and run is not None and _is_done(run)):
            if is_init and run is None and self._was_done(container, status):
                status["state"] = {
                    "terminated": _terminated_without_run("Completed", _NOT_ASKED, 0)
                }
            else:
                self._put_waiting(container, status)
        is_final = old is not None and self._is_final(container, old, is_init=is_init)
        if old is not None and is_final and "terminated" not in status["state"]:
            return dict(old)  # the API does not let it go back
        started, ready = self._health(container, run, part)
        status["ready"] = ready
        if part != "ephemeralContainerStatuses":
            status["started"] = started
        return status

    def _found(self, container: Wire, run: Container, old: Wire | None) -> Wire:
        """Return the state of a container of which the runtime knows."""
        last = self._last_ending(container, run, old)
        status: Wire = {
            "name": run.name,
            "state": self._state(run),
            "lastState": {"terminated": last} if last else {},
            "restartCount": run.attempt,
            "image": run.image or container.get("image", ""),
            "imageID": run.image_id,
        }
        if run.state is not ContainerState.CREATED:
            status["containerID"] = self._id(run)
        self._put_resources(container, run, status)
        user = _user_of(self._pod, container)
        if user is not None:
            status["user"] = {"linux": user}
        return _with_mounts(container, status)

    def _last_ending(self, container: Wire, run: Container, old: Wire | None) -> Wire | None:
        """Return how the run before has ended: by the runtime, or by what was told of it."""
        runs = self._view.runs(container["name"])
        for one in runs[1:]:
            if one.state is ContainerState.EXITED:
                return self._terminated(one)
        if old is None:
            return None
        before: Wire = old["state"].get("terminated") or {}
        if before and before.get("containerID") != self._id(run):
            return before
        told: Wire | None = old.get("lastState", {}).get("terminated")
        if told is not None and told.get("containerID") == self._id(run):
            return None
        return told

    def _lost(self, container: Wire, old: Wire | None) -> Wire:
        """Return the state of a container of which the runtime knows nothing."""
        if old is not None and "terminated" in old["state"] and not self._memory.is_renewing:
            return dict(old)
        reason = "PodInitializing" if self._has_inits else "ContainerCreating"
        status: Wire = {
            "name": container["name"],
            "state": {"waiting": {"reason": reason}},
            "lastState": {},
            "restartCount": 0,
            "image": container.get("image", ""),
            "imageID": "",
        }
        if self._memory.is_renewing:
            waiting = {"reason": RENEWING, "message": RENEWING_MESSAGE}
            status["state"] = {"waiting": waiting}
        if old is not None:
            status["restartCount"] = old.get("restartCount", 0)
            status["lastState"] = old.get("lastState", {})
            if "terminated" in old["state"]:
                status["lastState"] = old["state"]
                status["restartCount"] += 1
            elif "running" in old["state"] and self._memory.is_renewing:
                ended = _terminated_without_run(RENEWING, RENEWING_MESSAGE, _KILLED)
                status["lastState"] = {"terminated": ended}
                status["restartCount"] += 1
            elif "running" in old["state"]:
                ended = _terminated_without_run(UNKNOWN, _NOWHERE_ANY_MORE, _KILLED)
                status["lastState"] = {"terminated": ended}
                if "deletionTimestamp" not in self._pod["metadata"]:
                    status["restartCount"] += 1
        return _with_mounts(container, status)

    def _is_final(self, container: Wire, old: Wire, *, is_init: bool) -> bool:
        """Return whether a container was told to have ended for good; it may run all the same.

        Init containers run once more in a new sandbox, even if they have done their part before.
        """
        ended = old["state"].get("terminated")
        if ended is None or self._pod["spec"].get("restartPolicy", "Always") == "Always":
            return False
        if is_init and is_sidecar(container):
            return False
        return not is_restarted(self._pod, container, ended["exitCode"])

    # ------------------------------------------------------------ states

    def _state(self, run: Container) -> Wire:
        match run.state:
            case ContainerState.RUNNING:
                return {"running": {"startedAt": text_of(run.started_at)}}
            case ContainerState.EXITED:
                return {"terminated": self._terminated(run)}
            case ContainerState.CREATED | ContainerState.UNKNOWN:
                reason = "PodInitializing" if self._has_inits else "ContainerCreating"
                return {"waiting": {"reason": reason}}

    def _terminated(self, run: Container) -> Wire:
        reason = run.reason or ("Completed" if run.exit_code == 0 else "Error")
        ended: Wire = {
            "exitCode": run.exit_code,
            "reason": reason,
            "startedAt": text_of(run.started_at) if run.started_at else None,
            "finishedAt": text_of(run.finished_at) if run.finished_at else None,
            "containerID": self._id(run),
        }
        if run.message:
            ended["message"] = run.message
        return ended

    def _put_waiting(self, container: Wire, status: Wire) -> None:
        """Say why a container waits that is to be started, if that is known."""
        if self._memory.ending_since is not None:
            return
        why = self._memory.waiting.get(container["name"])
        if not is_to_be_started(self._pod, container, self._view):
            if not self._is_restarting(container, status):
                return
            # What was said to have ended for good can not be said to run again.
            why = why or Waiting("ContainerCreating", "", 0.0)
        if why is None:
            return
        if "terminated" in status["state"]:
            status["lastState"] = status["state"]
        waiting = {"reason": why.reason, "message": why.message}
        status["state"] = {"waiting": {key: said for key, said in waiting.items() if said}}

    def _is_restarting(self, container: Wire, status: Wire) -> bool:
        """Return whether a run has ended to be started again, whatever the policy says of it."""
        run = self._view.latest(container["name"])
        if run is None or "terminated" not in status["state"]:
            return False
        return self._memory.restarting.get(run.name) == run.id

    def _was_done(self, container: Wire, status: Wire) -> bool:
        """Return whether an init container has done its part, of which nothing is left."""
        return self._is_initialized and not is_sidecar(container) and "waiting" in status["state"]

    def _health(self, container: Wire, run: Container | None, part: str) -> tuple[bool, bool]:
        """Return whether a container has started, and whether it is ready."""
        is_running = run is not None and run.state is ContainerState.RUNNING
        if part == "initContainerStatuses" and not is_sidecar(container):
            return is_running, self._is_initialized if run is None else _is_done(run)
        if run is None or not is_running or part == "ephemeralContainerStatuses":
            return False, False
        for kind in (ProbeKind.STARTUP, ProbeKind.READINESS):
            is_asked = kind.value in container
            if is_asked and self._findings.get((run.id, kind)) is not True:
                return kind is ProbeKind.READINESS, False
        return True, True

    def _put_resources(self, container: Wire, run: Container, status: Wire) -> None:
        wanted: Wire = container.get("resources") or {}
        given = given_to(run, self._pod, self._memory)
        is_up = run.state is ContainerState.RUNNING
        status["resources"] = given if is_up and given is not None else wanted
        requests = wanted.get("requests")
        if self._memory.resize is not None and given is not None:
            requests = given.get("requests")
        if requests:
            status["allocatedResources"] = requests

    def _id(self, run: Container) -> str:
        return f"{self._runtime_name}://{run.id}"


def mark_unknown(statuses: Iterable[Wire]) -> None:
    """Say of containers of a pod that is over that nobody knows of those that have not ended."""
    for status in statuses:
        if "terminated" not in status["state"]:
            ended = _terminated_without_run(UNKNOWN, _NOWHERE, _KILLED)
            status["state"] = {"terminated": ended}
            status["ready"] = False


def _is_done(run: Container) -> bool:
    return run.state is ContainerState.EXITED and run.exit_code == 0


def _terminated_without_run(reason: str, message: str, code: int) -> Wire:
    return {
        "exitCode": code,
        "reason": reason,
        "message": message,
        "startedAt": None,
        "finishedAt": None,
    }


def _user_of(pod: Wire, container: Wire) -> Wire | None:
    """Return as whom a container runs, if the pod says so; else the image does, or the runtime."""
    of_pod: Wire = pod["spec"].get("securityContext") or {}
    both: Wire = {**of_pod, **(container.get("securityContext") or {})}
    if "runAsUser" not in both:
        return None
    group = both.get("runAsGroup", 0)
    groups = {group: None, **dict.fromkeys(of_pod.get("supplementalGroups") or ())}
    if "fsGroup" in of_pod:
        groups[of_pod["fsGroup"]] = None
    return {"uid": both["runAsUser"], "gid": group, "supplementalGroups": sorted(groups)}


def _with_mounts(container: Wire, status: Wire) -> Wire:
    mounts = [_mount(one) for one in container.get("volumeMounts") or ()]
    if mounts:
        status["volumeMounts"] = mounts
    return status


def _mount(mount: Wire) -> Wire:
    told: Wire = {"name": mount["name"], "mountPath": mount["mountPath"]}
    if mount.get("readOnly"):
        told["readOnly"] = True
        told["recursiveReadOnly"] = "Disabled"
    return told
