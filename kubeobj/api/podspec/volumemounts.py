"""What a container makes of the volumes of its pod: mounts, and raw devices.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateVolumeMounts and
ValidateVolumeDevices (v1.36).
"""

from collections.abc import Iterable, Mapping

from kubeobj.api.fielderrors import forbidden, invalid, not_found, not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.podspec.localpaths import has_backstep, validate_descending_path
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath

PROPAGATIONS = ("Bidirectional", "HostToContainer", "None")
"""How mounts that are made later show on the other side."""

RECURSIVE_MODES = ("Disabled", "Enabled", "IfPossible")
"""Whether what is mounted below a read-only mount is read-only too."""


def mount_paths(container: Wire) -> dict[str, str]:
    """Return where a container mounts each volume, by name."""
    return {mount["name"]: mount["mountPath"] for mount in container.get("volumeMounts", ())}


def device_paths(container: Wire) -> dict[str, str]:
    """Return where a container finds each device, by the name of its volume."""
    return {device["name"]: device["devicePath"] for device in container.get("volumeDevices", ())}


def validate_volume_mounts(
    mounts: list[Wire],
    devices: Mapping[str, str],
    volumes: Mapping[str, Wire],
    container: Wire | None,
    path: FieldPath,
) -> Errors:
    """Find what is wrong with the mounts of a container.

    Args:
        mounts: The mounts.
        devices: The paths of its devices, by volume.
        volumes: The volumes of the pod that are in order, by name.
        container: The container; None where it is not known yet.
        path: Where the mounts are.
    """
    seen: set[str] = set()
    for position, mount in enumerate(mounts):
        name, target = mount["name"], mount["mountPath"]
        if name not in volumes or not target or target in seen or devices:
            yield from _validate_place(mount, path.index(position), devices, volumes, seen)
        seen.add(target)
        if len(mount) > 2:
            yield from _validate_options(mount, path, path.index(position), container)


def _validate_place(
    mount: Wire,
    path: FieldPath,
    devices: Mapping[str, str],
    volumes: Mapping[str, Wire],
    seen: set[str],
) -> Errors:
    """Find what is wrong with what is mounted, and where."""
    name, target = mount["name"], mount["mountPath"]
    if not name:
        yield required(path.child("name"), "required")
    if name not in volumes:
        yield not_found(path.child("name"), name)
    if not target:
        yield required(path.child("mountPath"), "required")
    if target in seen:
        yield _repeated(path.child("mountPath"), target)
    if name in devices:
        yield _taken(path.child("name"), name, "volumeDevices")
    if target in devices.values():
        yield _taken(path.child("mountPath"), target, "volumeDevices")


def _repeated(path: FieldPath, value: str) -> FieldError:
    return invalid(path, value, "must be unique", "unique")


def _taken(path: FieldPath, value: str, where: str) -> FieldError:
    return invalid(path, value, f"must not already exist in {where}", "unique")


def _validate_options(
    mount: Wire, path: FieldPath, here: FieldPath, container: Wire | None
) -> Errors:
    """Find what is wrong with how something is mounted; most errors name no position."""
    part, expression = mount.get("subPath", ""), mount.get("subPathExpr", "")
    if part:
        yield from validate_descending_path(part, path.child("subPath"))
    if expression:
        if part:
            detail = "subPathExpr and subPath are mutually exclusive"
            yield invalid(here.child("subPathExpr"), expression, detail, "one-of")
        yield from validate_descending_path(expression, path.child("subPathExpr"))
    propagation = mount.get("mountPropagation")
    if propagation is not None:
        at = path.child("mountPropagation")
        yield from _validate_propagation(propagation, container, at)
    if "recursiveReadOnly" in mount:
        yield from _validate_recursion(mount, path.child("recursiveReadOnly"))


def _validate_propagation(propagation: str, container: Wire | None, path: FieldPath) -> Errors:
    if propagation not in PROPAGATIONS:
        yield not_supported(path, propagation, PROPAGATIONS)
    if propagation == "Bidirectional" and container is not None:
        context = container.get("securityContext", {})
        if not context.get("privileged"):
            yield forbidden(path, "is available only to privileged containers")


def _validate_recursion(mount: Wire, path: FieldPath) -> Errors:
    mode = mount["recursiveReadOnly"]
    if mode not in RECURSIVE_MODES:
        yield not_supported(path, mode, RECURSIVE_MODES)
    elif mode != "Disabled":
        if not mount.get("readOnly"):
            yield forbidden(path, "may only be specified when readOnly is true")
        if mount.get("mountPropagation", "None") != "None":
            yield forbidden(path, "may only be specified when mountPropagation is None")


def validate_volume_devices(
    devices: list[Wire],
    mounts: Mapping[str, str],
    volumes: Mapping[str, Wire],
    path: FieldPath,
) -> Errors:
    """Find what is wrong with the devices of a container.

    Args:
        devices: The devices.
        mounts: The paths of its mounts, by volume.
        volumes: The volumes of the pod that are in order, by name.
        path: Where the devices are.
    """
    names: set[str] = set()
    paths: set[str] = set()
    for position, device in enumerate(devices):
        here = path.index(position)
        name, target = device["name"], device["devicePath"]
        yield from _validate_device_name(name, names, mounts, volumes.get(name), here.child("name"))
        at = here.child("devicePath")
        yield from _validate_device_path(target, paths, mounts.values(), at)
        if name:
            names.add(name)
        if not has_backstep(target):
            paths.add(target)


def _validate_device_name(
    name: str, seen: set[str], mounts: Mapping[str, str], volume: Wire | None, path: FieldPath
) -> Errors:
    if not name:
        yield required(path, "required")
    if name in seen:
        yield _repeated(path, name)
    if volume is None:
        yield not_found(path, name)
    elif "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
        yield invalid(path, name, "only volumes of claims can be block devices", "reference")
    if name in mounts:
        yield _taken(path, name, "volumeMounts")


def _validate_device_path(
    target: str, seen: set[str], mounted: Iterable[str], path: FieldPath
) -> Errors:
    if not target:
        yield required(path, "required")
    if target in seen:
        yield _repeated(path, target)
    if has_backstep(target):
        yield invalid(path, target, "must not contain '..'", "format=path-no-backsteps")
    if target in mounted:
        yield _taken(path, target, "volumeMounts")
