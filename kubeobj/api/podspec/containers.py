"""Containers of all sorts: those that do the work, those before them, and those put in later.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` validateContainers, validateInitContainers
and validateEphemeralContainers (v1.36).
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import final

from kubeobj.api.fielderrors import (
    duplicate,
    forbidden,
    invalid,
    not_found,
    not_supported,
    required,
)
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.env import validate_env
from kubeobj.api.podspec.ports import validate_container_ports, validate_host_ports
from kubeobj.api.podspec.probes import validate_lifecycle, validate_probes
from kubeobj.api.podspec.resources import is_plain, validate_resource_requirements
from kubeobj.api.podspec.restartrules import validate_resize_policy, validate_restart_policy
from kubeobj.api.podspec.securitycontext import validate_security_context
from kubeobj.api.podspec.volumemounts import (
    device_paths,
    mount_paths,
    validate_volume_devices,
    validate_volume_mounts,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import is_dns1123_label, validate_dns1123_label

PULL_POLICIES = ("Always", "IfNotPresent", "Never")
"""When images are pulled."""

_MESSAGE_POLICIES = ("File", "FallbackToLogsOnError")
_OF_LONG_RUNNERS = ("lifecycle", "livenessProbe", "readinessProbe", "startupProbe")
_NOT_EPHEMERAL = (
    "ports",
    "resources",
    "resizePolicy",
    "restartPolicy",
    "restartPolicyRules",
    *_OF_LONG_RUNNERS,
)
_FOR_EPHEMERAL = "cannot be set for an Ephemeral Container"


@final
@dataclass(frozen=True, slots=True)
class Surroundings:
    """What containers find in their pod.

    Args:
        every_volume: The volumes.
        volumes: Those of them that are in order, by name.
        claims: The names of the resource claims.
        restart_policy: The restart policy.
        grace: How many seconds it is given to end.
        host_users: Whether it has the users of the node.
    """

    every_volume: Collection[Wire]
    volumes: Mapping[str, Wire]
    claims: Collection[str]
    restart_policy: str
    grace: int | None
    host_users: bool


def validate_containers(
    containers: list[Wire] | None, pod: Surroundings, path: FieldPath
) -> Errors:
    """Find what is wrong with the containers that do the work of a pod."""
    if not containers:
        yield required(path, "required")
        return
    names: set[str] = set()
    for position, container in enumerate(containers):
        here = path.index(position)
        yield from _validate_container(container, pod, here)
        yield from _validate_new_name(container, names, here)
        yield from _validate_long_runner(container, pod, here)
        if "restartPolicy" in container or "restartPolicyRules" in container:
            yield from validate_restart_policy(container, here)
    yield from validate_host_ports(enumerate(containers), path)


def validate_init_containers(spec: Wire, pod: Surroundings, path: FieldPath) -> Errors:
    """Find what is wrong with the containers that come before; *path* is that of the list."""
    names = {container["name"] for container in spec["containers"] or ()}
    for position, container in enumerate(spec["initContainers"]):
        here = path.index(position)
        yield from _validate_container(container, pod, here)
        yield from validate_restart_policy(container, here)
        if container["name"] or "" in names:
            yield from _validate_new_name(container, names, here)
        # They run one by one, so each may have the ports of the others; and the API counts from 0.
        yield from validate_host_ports([(0, container)], path)
        if container.get("restartPolicy") == "Always":
            yield from _validate_long_runner(container, pod, here)
            continue
        for name in _OF_LONG_RUNNERS:
            if name in container:
                detail = "may not be set for init containers without restartPolicy=Always"
                yield forbidden(here.child(name), detail)


def validate_ephemeral_containers(spec: Wire, pod: Surroundings, path: FieldPath) -> Errors:
    """Find what is wrong with the containers put in later; *path* is that of the list."""
    others = {
        container["name"]
        for name in ("containers", "initContainers")
        for container in spec.get(name) or ()
    }
    names = set(others)
    for position, container in enumerate(spec["ephemeralContainers"]):
        here = path.index(position)
        yield from _validate_container(container, pod, here)
        yield from validate_trimmed_image(container, here)
        yield from _validate_new_name(container, names, here)
        target = container.get("targetContainerName")
        if target and target not in others:
            yield not_found(here.child("targetContainerName"), target)
        for name in _NOT_EPHEMERAL:
            if container.get(name):
                yield forbidden(here.child(name), _FOR_EPHEMERAL)
        for index, mount in enumerate(container.get("volumeMounts", ())):
            for name in ("subPath", "subPathExpr"):
                if mount.get(name):
                    at = here.child("volumeMounts").index(index).child(name)
                    yield forbidden(at, _FOR_EPHEMERAL)


def validate_trimmed_image(container: Wire, path: FieldPath) -> Errors:
    """Find the name of an image with space around it, which templates may have."""
    image = container.get("image", "")
    if image != image.strip():
        detail = "must not have leading or trailing whitespace"
        yield invalid(path.child("image"), image, detail, "format=trimmed")


def _validate_new_name(container: Wire, names: set[str], path: FieldPath) -> Errors:
    name = container["name"]
    if name in names:
        yield duplicate(path.child("name"), name)
    names.add(name)


def _validate_long_runner(container: Wire, pod: Surroundings, path: FieldPath) -> Errors:
    if "lifecycle" in container:
        at = path.child("lifecycle")
        yield from validate_lifecycle(container["lifecycle"], pod.grace, at)
    yield from validate_probes(container, path)


def _validate_container(container: Wire, pod: Surroundings, path: FieldPath) -> Errors:
    """Find what is wrong with a container of whatever sort."""
    name = container["name"]
    if not name:
        yield required(path.child("name"), "required")
    elif not is_dns1123_label(name):
        yield from validate_dns1123_label(name, path.child("name"))
    if "image" not in container:
        yield required(path.child("image"), "required")
    yield from _validate_choice(container, "terminationMessagePolicy", _MESSAGE_POLICIES, path)
    yield from _validate_choice(container, "imagePullPolicy", PULL_POLICIES, path)
    if "ports" in container:
        yield from validate_container_ports(container["ports"], path)
    if "env" in container or "envFrom" in container:
        yield from validate_env(container, pod.every_volume, path)
    if "volumeMounts" in container or "volumeDevices" in container:
        yield from _validate_mounts(container, pod, path)
    resources = container["resources"]
    if resources and not is_plain(resources):
        at = path.child("resources")
        yield from validate_resource_requirements(resources, at, claims=pod.claims)
    if "resizePolicy" in container:
        at = path.child("resizePolicy")
        yield from validate_resize_policy(container["resizePolicy"], at, pod.restart_policy)
    if "securityContext" in container:
        context, at = container["securityContext"], path.child("securityContext")
        yield from validate_security_context(context, at, host_users=pod.host_users)


def _validate_choice(
    container: Wire, name: str, choices: tuple[str, ...], path: FieldPath
) -> Errors:
    value = container.get(name)
    if value in choices:
        return
    yield (
        not_supported(path.child(name), value, choices)
        if value
        else required(path.child(name), "required")
    )


def _validate_mounts(container: Wire, pod: Surroundings, path: FieldPath) -> Errors:
    mounts, devices = container.get("volumeMounts"), container.get("volumeDevices")
    if mounts:
        at = path.child("volumeMounts")
        taken = device_paths(container)
        yield from validate_volume_mounts(mounts, taken, pod.volumes, container, at)
    if devices:
        at = path.child("volumeDevices")
        yield from validate_volume_devices(devices, mount_paths(container), pod.volumes, at)
