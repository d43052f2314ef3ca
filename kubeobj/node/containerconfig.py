"""A container of a pod, as a runtime is asked for it.

Source: ``k8s.io/kubernetes/pkg/kubelet/kuberuntime`` kuberuntime_container.go (v1.36).
"""

from collections.abc import Mapping
from pathlib import Path

from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts
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
    """Return a container that a pod asks for; directories that it mounts are made.

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
    raise NotImplementedError
