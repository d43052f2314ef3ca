"""Whether a container is started again once it has ended.

Source: Kubernetes documentation, Pod Lifecycle (v1.36); KEP-5307 for the rules of containers;
``k8s.io/kubernetes/pkg/api/v1/pod`` ContainerShouldRestart and ``pkg/kubelet/container``
ShouldContainerBeRestarted (v1.36).
"""

from typing import Final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.documents import Wire
from kubeobj.node.podview import PodView
from kubeobj.runtimes.states import ContainerState

RESTART_ALL: Final = "RestartAllContainers"
"""What a rule says by which all containers of a pod begin anew."""

_RESTARTING: Final = frozenset({"Restart", RESTART_ALL})


def is_sidecar(container: Wire) -> bool:
    """Return whether an init container keeps running beside the others."""
    return bool(container.get("restartPolicy") == "Always")


def init_containers_of(pod: Wire) -> list[Wire]:
    """Return the init containers of a pod, sidecars among them."""
    found: list[Wire] = pod["spec"].get("initContainers") or []
    return found


def ephemeral_containers_of(pod: Wire) -> list[Wire]:
    """Return the ephemeral containers of a pod."""
    found: list[Wire] = pod["spec"].get("ephemeralContainers") or []
    return found


def container_of(pod: Wire, name: str) -> Wire | None:
    """Return a container of a pod by name; None if it has none of that name."""
    for one in containers_of(pod["spec"]):
        if one["name"] == name:
            return one
    return None


def rule_for(container: Wire, exit_code: int) -> Wire | None:
    """Return the rule of a container for when it ends with a code; None if it has none."""
    rules: list[Wire] = container.get("restartPolicyRules") or []
    for rule in rules:
        codes = rule.get("exitCodes")
        if codes and (exit_code in codes["values"]) == (codes["operator"] == "In"):
            return rule
    return None


def is_restarted(pod: Wire, container: Wire, exit_code: int) -> bool:
    """Return whether a container that has ended with a code is started again.

    >>> pod = {"spec": {"restartPolicy": "OnFailure"}}
    >>> is_restarted(pod, {"name": "a"}, 0), is_restarted(pod, {"name": "a"}, 1)
    (False, True)
    >>> always = {"name": "a", "restartPolicy": "Always"}
    >>> is_restarted(pod, always, 0)
    True
    """
    policy = container.get("restartPolicy")
    if policy is not None:
        rule = rule_for(container, exit_code)
        if rule is not None:
            return rule["action"] in _RESTARTING
    else:
        policy = pod["spec"].get("restartPolicy", "Always")
    return bool(policy == "Always" or (policy == "OnFailure" and exit_code != 0))


def is_restarted_after_failure(pod: Wire, container: Wire) -> bool:
    """Return whether a container is started again if it fails, whatever the code is."""
    policy = container.get("restartPolicy") or pod["spec"].get("restartPolicy", "Always")
    return bool(policy != "Never")


def _told_ending(pod: Wire, name: str) -> Wire | None:
    """Return how a container has ended by what was told of it; None if it was not told to have."""
    status: Wire = pod.get("status") or {}
    for part in ("containerStatuses", "ephemeralContainerStatuses"):
        for one in status.get(part) or ():
            if one["name"] == name:
                ended: Wire | None = one["state"].get("terminated")
                return ended
    return None


def is_to_be_started(pod: Wire, container: Wire, view: PodView) -> bool:
    """Return whether a container that may not run now is to be started, back-off aside."""
    if "deletionTimestamp" in pod["metadata"]:
        return False
    latest = view.latest(container["name"])
    if latest is None:
        ended = _told_ending(pod, container["name"])
        return ended is None or is_restarted(pod, container, ended["exitCode"])
    match latest.state:
        case ContainerState.RUNNING:
            return False
        case ContainerState.UNKNOWN | ContainerState.CREATED:
            return True
        case ContainerState.EXITED:
            return is_restarted(pod, container, latest.exit_code)
