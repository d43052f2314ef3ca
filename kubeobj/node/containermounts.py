"""What a container sees of its node: its volumes, and the file for its last words.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_pods.go makeMounts, and ``kuberuntime``
kuberuntime_container.go makeMounts (v1.36).
"""

import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from kubeobj.documents import Wire
from kubeobj.node.expansion import expand_strictly
from kubeobj.node.faults import ConfigFault
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.volumes.insidevolume import OutsideVolume, parts_of, prepared_inside
from kubeobj.node.volumes.snapshots import snapshot
from kubeobj.node.volumes.volumepaths import OF_OBJECTS, make_private, source_of
from kubeobj.node.volumes.volumes import is_read_only
from kubeobj.runtimes.configs import Mount


def volume_mounts(
    pod: Wire,
    container: Wire,
    volumes: Mapping[str, Path],
    environment: Mapping[str, str],
    facts: PodFacts,
) -> Iterator[Mount]:
    """Yield what a container sees of its pod's volumes; directories that are missing are made.

    Args:
        pod: The pod.
        container: The container.
        volumes: Where the volumes are, by name.
        environment: The container's environment, for ``subPathExpr``.
        facts: What is known of the pod.

    Raises:
        ConfigFault: If a volume is missing, or a path leads out of its volume.
    """
    known = {one["name"]: one for one in pod["spec"].get("volumes") or ()}
    for device in container.get("volumeDevices") or ():
        raise ConfigFault(
            f'cannot find volume "{device["name"]}" to pass into container "{container["name"]}"'
        )
    for position, mount in enumerate(container.get("volumeMounts") or ()):
        name = mount["name"]
        if name not in volumes:
            raise ConfigFault(
                f'cannot find volume "{name}" to mount into container "{container["name"]}"'
            )
        subpath = _subpath(mount, environment)
        path = volumes[name]
        if subpath and source_of(known[name]) in OF_OBJECTS:
            path = _copied(path, subpath, facts, (name, container["name"], position))
        elif subpath:
            path = _inside(path, subpath, name, container["name"])
        _check_recursion(mount)
        yield Mount(
            container_path=_absolute(mount["mountPath"]),
            host_path=path,
            read_only=bool(mount.get("readOnly")) or is_read_only(known[name]),
            propagation=mount.get("mountPropagation") or "None",
        )


def message_mount(container: Wire, attempt: int, facts: PodFacts) -> Mount | None:
    """Return the file for the last words of a container, which is made; None if it has none.

    Raises:
        OSError: If it cannot be made.
    """
    inside = container.get("terminationMessagePath")
    if not inside:
        return None
    path = message_file(container["name"], attempt, facts)
    make_private(path.parent)
    path.unlink(missing_ok=True)  # of a container that was never made
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC
    descriptor = os.open(path, flags, 0o666)
    try:
        os.fchmod(descriptor, 0o666)  # whoever the container runs as
    finally:
        os.close(descriptor)
    return Mount(_absolute(inside), path)


def message_file(container_name: str, attempt: int, facts: PodFacts) -> Path:
    """Return the file for the last words of a container."""
    return facts.container_directory(container_name) / str(attempt)


def _subpath(mount: Wire, environment: Mapping[str, str]) -> str:
    subpath: str = mount.get("subPath") or ""
    if mount.get("subPathExpr"):
        try:
            subpath = expand_strictly(mount["subPathExpr"], environment)
        except LookupError as error:
            raise ConfigFault(str(error.args[0])) from None
    if subpath.startswith("/"):
        raise ConfigFault(f"error SubPath `{subpath}` must not be an absolute path")
    try:
        parts_of(subpath)
    except OutsideVolume:
        message = f"unable to provision SubPath `{subpath}`: must not contain '..'"
        raise ConfigFault(message) from None
    return subpath


def _inside(root: Path, subpath: str, volume: str, container: str) -> Path:
    """Return where a path in a volume is; it becomes a directory, if it is not there."""
    try:
        return prepared_inside(root, subpath, stat.S_IMODE(root.stat().st_mode))
    except (OSError, OutsideVolume):
        # Why, is not told: it might say something of the node to who made the links.
        raise ConfigFault(_unprepared(volume, container)) from None


def _copied(root: Path, subpath: str, facts: PodFacts, key: tuple[str, str, int]) -> Path:
    """Return a copy of a path in a volume that shows objects: it stays as it is now."""
    volume, container, position = key
    target = facts.directory / "volume-subpaths" / volume / container / str(position)
    try:
        return snapshot(root, subpath, target)
    except (OSError, OutsideVolume):
        raise ConfigFault(_unprepared(volume, container)) from None


def _unprepared(volume: str, container: str) -> str:
    return f'failed to prepare subPath for volumeMount "{volume}" of container "{container}"'


def _check_recursion(mount: Wire) -> None:
    if mount.get("recursiveReadOnly") == "Enabled":
        raise ConfigFault(
            f'failed to resolve recursive read-only mode: volume "{mount["name"]}" requested '
            "recursive read-only mode, but it is not supported by the runtime"
        )


def _absolute(path: str) -> str:
    return path if path.startswith("/") else f"/{path}"
