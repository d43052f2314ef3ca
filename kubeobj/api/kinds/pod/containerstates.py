"""The states of containers, as kubelets tell them: which can follow which.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateContainerStateTransition,
validateContainerStatusUsers and validateContainerStatusAllocatedResourcesStatus (v1.36).
"""

from collections.abc import Iterable, Iterator

from kubeobj.api.fielderrors import duplicate, forbidden, invalid, not_supported
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.securitycontext import validate_id
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

_HEALTHS = ("Healthy", "Unhealthy", "Unknown")
_LISTS = (
    ("containerStatuses", "containers"),
    ("initContainerStatuses", "initContainers"),
    ("ephemeralContainerStatuses", "ephemeralContainers"),
)


def validate_container_states(pod: Wire, old: Wire, path: FieldPath) -> Errors:
    """Find what is wrong with the states of the containers of a Pod.

    Args:
        pod: The Pod.
        old: What it takes the place of.
        path: Where its status is.
    """
    status, before = pod.get("status", {}), old.get("status", {})
    for field, containers in _LISTS:
        if field in status:
            at = path.child(field)
            yield from _validate_list(status[field], pod["spec"], containers, at)
        if field in before:
            ended = list(_ended_for_good(before[field], old["spec"], containers))
            if ended:
                yield from _validate_endings(status.get(field, ()), ended, path.child(field))


def _ended_for_good(states: list[Wire], spec: Wire, field: str) -> Iterator[tuple[int, str]]:
    """Yield the positions and names of containers that will not be started again."""
    policy = "Never" if field == "ephemeralContainers" else spec["restartPolicy"]
    if policy == "Always":
        return
    # Those which have a policy of their own may be started by it.
    restarted = {
        container["name"]
        for container in spec.get(field) or ()
        if _may_restart(container, of_init=field == "initContainers")
    }
    for position, state in enumerate(states):
        terminated = state["state"].get("terminated")
        if terminated is None or state["name"] in restarted:
            continue
        if terminated["exitCode"] != 0 and policy == "OnFailure":
            continue
        yield position, state["name"]


def _may_restart(container: Wire, *, of_init: bool) -> bool:
    if of_init:
        return bool(container.get("restartPolicy") == "Always")
    return "restartPolicyRules" in container or container.get("restartPolicy") in {
        "Always",
        "OnFailure",
    }


def _validate_endings(
    states: Iterable[Wire], ended: list[tuple[int, str]], path: FieldPath
) -> Errors:
    for position, name in ended:
        for state in states:
            if state["name"] == name and "terminated" not in state["state"]:
                detail = "may not be transitioned to non-terminated state"
                yield forbidden(path.index(position).child("state"), detail)


def _validate_list(states: list[Wire], spec: Wire, field: str, path: FieldPath) -> Errors:
    containers = {container["name"]: container for container in spec.get(field) or ()}
    system = spec.get("os", {}).get("name", "linux")
    for position, state in enumerate(states):
        if "user" not in state and "allocatedResourcesStatus" not in state:
            continue
        here = path.index(position)
        user = state.get("user", {}).get("linux")
        if user is not None:
            yield from _validate_user(user, system, here.child("linux"))
        resources = state.get("allocatedResourcesStatus")
        if not resources:
            continue
        at = here.child("allocatedResourcesStatus")
        if field == "ephemeralContainers":
            yield forbidden(at, "must not be specified in container status")
            continue
        for index, resource in enumerate(resources):
            container = containers.get(state["name"])
            yield from _validate_resource(resource, container, at.index(index))


def _validate_user(user: Wire, system: str, path: FieldPath) -> Errors:
    if system == "windows":
        yield forbidden(path, "cannot be set for a windows pod")
        return
    for name in ("uid", "gid"):
        yield from validate_id(user[name], path.child(name))
    for position, group in enumerate(user.get("supplementalGroups", ())):
        yield from validate_id(group, path.child("supplementalGroups").index(position))


def _validate_resource(resource: Wire, container: Wire | None, path: FieldPath) -> Errors:
    """Find a resource that the container does not ask for, and devices told of twice."""
    name = resource["name"]
    if container is not None and name not in _names_of_resources(container):
        detail = "must match one of the container's resource requests or claims"
        yield invalid(path.child("name"), name, detail, "reference")
    seen: set[str] = set()
    for position, device in enumerate(resource.get("resources", ())):
        here = path.child("resources").index(position)
        health, device_id = device.get("health", ""), device["resourceID"]
        if health not in _HEALTHS:
            yield not_supported(here.child("health"), health, _HEALTHS)
        if device_id in seen:
            yield duplicate(here.child("resourceID"), device_id)
        seen.add(device_id)


def _names_of_resources(container: Wire) -> set[str]:
    resources = container["resources"]
    names = set(resources.get("requests", ()))
    for claim in resources.get("claims", ()):
        request = claim.get("request")
        names.add(f"claim:{claim['name']}/{request}" if request else f"claim:{claim['name']}")
    return names
