"""Whose log is meant, and why there is none.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go validateContainerLogStatus, and
``pkg/registry/core/pod`` strategy.go LogLocation (v1.36).
"""

from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError

_STATUSES: Final = ("containerStatuses", "initContainerStatuses", "ephemeralContainerStatuses")

_WAITING: Final = {
    "ErrImagePull": "image can't be pulled",
    "ImagePullBackOff": "trying and failing to pull image",
}


@final
class LogsUnavailable(KubeobjError, LookupError):
    """There is no such log, or not yet: what an API answers with ``BadRequest``.

    Attributes:
        message: Why.
    """

    def __init__(self, message: str) -> None:
        """Say why."""
        super().__init__(message)
        self.message: str = message


def container_meant(pod: Wire, name: str = "") -> str:
    """Return the container whose log is meant: the one that is named, or the only one.

    Raises:
        LogsUnavailable: If there is no such container, or it could be one of several.
    """
    spec, pod_name = pod["spec"], pod["metadata"]["name"]
    mains, inits, others = (
        [one["name"] for one in spec.get(field) or ()]
        for field in ("containers", "initContainers", "ephemeralContainers")
    )
    if name:
        if name not in (*mains, *inits, *others):
            raise LogsUnavailable(f"container {name} is not valid for pod {pod_name}")
        return name
    if len(mains) == 1:
        return str(mains[0])
    message = (
        f"a container name must be specified for pod {pod_name}, choose one of: {_list(mains)}"
    )
    if inits:
        message += f" or one of the init containers: {_list(inits)}"
    if others:
        message += f" or one of the ephemeral containers: {_list(others)}"
    raise LogsUnavailable(message)


def container_id_meant(pod: Wire, container_name: str, *, previous: bool = False) -> str:
    """Return the id of the container whose log is meant, as the pod's status has it.

    Args:
        pod: The pod, with its status.
        container_name: Which of its containers.
        previous: Whether its last run before this one is meant.

    Raises:
        LogsUnavailable: If it has not run.
    """
    pod_name, status = pod["metadata"]["name"], pod.get("status") or {}
    which = f'container "{container_name}" in pod "{pod_name}"'
    said = _status_of(status, container_name)
    if said is None:
        raise LogsUnavailable(f"{which} is not available")
    state: Wire = said.get("state") or {}
    last: str = ((said.get("lastState") or {}).get("terminated") or {}).get("containerID", "")
    if previous:
        if not last:
            message = f'previous terminated container "{container_name}" in pod "{pod_name}"'
            raise LogsUnavailable(f"{message} not found")
        return last
    if "running" in state:
        running: str = said.get("containerID", "")
        return running
    if "terminated" in state or "terminated" in (said.get("lastState") or {}):
        ended = (state.get("terminated") or {}).get("containerID") or last
        if not ended:
            raise LogsUnavailable(f"{which} is terminated")
        return str(ended)
    if "waiting" in state:
        reason = state["waiting"].get("reason", "")
        raise LogsUnavailable(f"{which} is waiting to start: {_WAITING.get(reason, reason)}")
    raise LogsUnavailable(f"{which} is waiting to start - no logs yet")


def _status_of(status: Wire, container_name: str) -> Wire | None:
    for field in _STATUSES:
        for one in status.get(field) or ():
            if one["name"] == container_name:
                found: Wire = one
                return found
    return None


def _list(names: list[str]) -> str:
    return f"[{' '.join(names)}]"
