"""A container of a pod, as a runtime is asked for it.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_container.go (v1.36).
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from kubeobj.documents import Wire
from kubeobj.node.containermounts import message_mount, volume_mounts
from kubeobj.node.containerresources import container_resources
from kubeobj.node.containerwords import container_annotations, container_labels
from kubeobj.node.etchosts import write_hosts_file
from kubeobj.node.expansion import Mapped, expand, mapping
from kubeobj.node.faults import ConfigFault
from kubeobj.node.podfacts import PodFacts
from kubeobj.node.podsecurity import container_security
from kubeobj.node.sandboxconfig import seccomp_directory
from kubeobj.node.volumes.volumepaths import make_private
from kubeobj.runtimes.configs import ContainerConfig
from kubeobj.runtimes.states import Image


def container_config(  # noqa: PLR0913 - a container is made of so many things
    pod: Wire,
    container: Wire,
    attempt: int,
    *,
    image: Image | None,
    volumes: Mapping[str, Path],
    environment: Mapping[str, str],
    facts: PodFacts,
) -> ContainerConfig:
    """Return a container that a pod asks for; files and directories that it mounts are made.

    Args:
        pod: The pod.
        container: Its container, as the pod's spec has it.
        attempt: How often it has run before.
        image: What the runtime says of its image; None where it needs none.
        volumes: Where the volumes of the pod are, by name: what `Volumes.set_up` has returned.
        environment: Its environment: what `environment_of` has returned.
        facts: What is known of the pod and its node; its addresses are known by now.

    Raises:
        ConfigFault: If it cannot be made as it is asked for.
    """
    security = container_security(pod, container, image, seccomp_directory(facts.node))
    mounts = list(volume_mounts(pod, container, volumes, environment, facts))
    name = container["name"]
    try:
        write_hosts_file(pod, facts)
        make_private(facts.log_directory / name)
        last_words = message_mount(container, attempt, facts)
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise ConfigFault(f"{error.filename}: {why}", reason="CreateContainerError") from error
    if last_words is not None:
        mounts.append(last_words)
    mapped = mapping(environment, facts.node.late_variables)
    return ContainerConfig(
        name=name,
        attempt=attempt,
        image=container.get("image", ""),
        image_id="" if image is None else image.id,
        command=_expanded(container.get("command") or (), mapped),
        args=_expanded(container.get("args") or (), mapped),
        working_directory=container.get("workingDir") or "",
        environment=environment,
        mounts=tuple(mounts),
        log_path=f"{name}/{attempt}.log",
        stdin=bool(container.get("stdin")),
        stdin_once=bool(container.get("stdinOnce")),
        tty=bool(container.get("tty")),
        stop_signal=(container.get("lifecycle") or {}).get("stopSignal") or "",
        resources=container_resources(pod, container, facts.node.memory_bytes),
        security=security,
        labels=container_labels(pod, container),
        annotations=container_annotations(pod, container, attempt),
    )


def _expanded(words: Sequence[str], mapped: Mapped) -> tuple[str, ...]:
    return tuple(expand(word, mapped) for word in words)
