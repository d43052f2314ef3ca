"""What containers may do, and as whom: what the pod says, unless the container says otherwise.

Source: ``k8s.io/kubernetes/pkg/securitycontext`` and ``pkg/kubelet/kuberuntime``
security_context.go (v1.36).
"""

import os
from pathlib import Path, PurePosixPath
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.apparmor import apparmor_profile
from kubeobj.node.faults import ConfigFault
from kubeobj.runtimes.configs import Security
from kubeobj.runtimes.states import Image

_LABEL_PARTS: Final = ("user", "role", "type", "level")


def container_security(pod: Wire, container: Wire, image: Image | None, seccomp: Path) -> Security:
    """Return what a container may do, and as whom.

    Args:
        pod: The pod.
        container: The container.
        image: What the runtime says of its image; None for a program of the node itself.
        seccomp: The directory of the node's own profiles of system calls.

    Raises:
        ConfigFault: If it must not run as root, and would or might.
    """
    of_pod: Wire = pod["spec"].get("securityContext") or {}
    own: Wire = container.get("securityContext") or {}
    wanted: Wire = {**of_pod, **own}
    if wanted.get("runAsNonRoot"):
        _check_not_root(pod, container, wanted.get("runAsUser"), image)
    capabilities = own.get("capabilities") or {}
    privileged = bool(own.get("privileged"))
    return Security(
        run_as_user=wanted.get("runAsUser"),
        run_as_group=wanted.get("runAsGroup"),
        supplemental_groups=_groups_of(of_pod),
        privileged=privileged,
        read_only_root=bool(own.get("readOnlyRootFilesystem")),
        no_new_privileges=own.get("allowPrivilegeEscalation") is False,
        add_capabilities=tuple(capabilities.get("add") or ()),
        drop_capabilities=tuple(capabilities.get("drop") or ()),
        seccomp_profile="Unconfined" if privileged else _seccomp(wanted, seccomp),
        apparmor_profile="" if privileged else apparmor_profile(pod, container),
        selinux_label=_label(wanted),
        unmasked_proc=own.get("procMount") == "Unmasked",
    )


def sandbox_security(pod: Wire, seccomp: Path) -> Security:
    """Return what holds a pod's sandbox may do, and as whom.

    Raises:
        ConfigFault: If its profile of system calls is none.
    """
    wanted: Wire = pod["spec"].get("securityContext") or {}
    return Security(
        run_as_user=wanted.get("runAsUser"),
        run_as_group=wanted.get("runAsGroup"),
        supplemental_groups=_groups_of(wanted),
        privileged=any(
            (one.get("securityContext") or {}).get("privileged")
            for field in ("initContainers", "containers")
            for one in pod["spec"].get(field) or ()
        ),
        seccomp_profile=_seccomp(wanted, seccomp),
        selinux_label=_label(wanted),
    )


def _label(wanted: Wire) -> tuple[str, ...]:
    options: Wire = wanted.get("seLinuxOptions") or {}
    return tuple(f"{name}:{options[name]}" for name in _LABEL_PARTS if options.get(name))


def _groups_of(of_pod: Wire) -> tuple[int, ...]:
    group = of_pod.get("fsGroup")
    return (*(() if group is None else (group,)), *(of_pod.get("supplementalGroups") or ()))


def _check_not_root(pod: Wire, container: Wire, user: int | None, image: Image | None) -> None:
    metadata = pod["metadata"]
    who = f"{metadata['name']}_{metadata['namespace']}({metadata['uid']})"
    where = f'(pod: "{who}", container: {container["name"]})'
    if user is not None:
        if user == 0:
            raise ConfigFault(f"container's runAsUser breaks non-root policy {where}")
        return
    if image is not None and image.user is None and image.username:
        raise ConfigFault(
            f"container has runAsNonRoot and image has non-numeric user ({image.username}), "
            f"cannot verify user is non-root {where}"
        )
    by_default = image.user or 0 if image is not None and image.id else os.geteuid()
    if by_default == 0:
        raise ConfigFault(f"container has runAsNonRoot and image will run as root {where}")


def _seccomp(wanted: Wire, directory: Path) -> str:
    profile = wanted.get("seccompProfile")
    if profile is None:
        return ""
    kind: str = profile["type"]
    if kind != "Localhost":
        return kind
    path = PurePosixPath(profile.get("localhostProfile") or "")
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise ConfigFault(f"invalid localhost seccomp profile: {path}")
    return str(directory / path)
