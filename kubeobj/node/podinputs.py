"""What an agent needs to turn a pod into sandboxes and containers: volumes, configs, secrets.

Source: ``k8s.io/kubernetes/pkg/kubelet`` (v1.36), as far as a runtime is asked for something.
"""

from pathlib import Path
from typing import Protocol, final

from kubeobj.documents import Wire
from kubeobj.node.containerwords import container_annotations
from kubeobj.node.podfacts import NodeFacts
from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, PodIdentity, SandboxConfig
from kubeobj.runtimes.states import Container, Image


class PodInputs(Protocol):
    """Makes what a runtime is asked for.

    The loop's thread calls `follow`, `forget`, `version`, `step` and `deadline`; the others block,
    and are called from any thread.
    """

    def follow(self, pod: Wire) -> None:
        """Follow what a pod needs; again whenever it has changed."""
        ...

    def forget(self, pod_uid: str) -> None:
        """Follow no longer what a pod has needed."""
        ...

    def version(self, pod_uid: str) -> int:
        """Return a number that grows whenever something has changed that a pod needs."""
        ...

    def refresh_at(self, pod_uid: str) -> float | None:
        """Return when to refresh a pod's volumes at the latest; None for never."""
        ...

    def step(self) -> bool:
        """Read what has changed; return whether anything has."""
        ...

    @property
    def deadline(self) -> float | None:
        """When to step next, in seconds since 1970; None if nothing is known."""
        ...

    def set_up(self, pod: Wire) -> None:
        """Set up the volumes of a pod, which may have been done before.

        Raises:
            PodFault: If that does not work.
        """
        ...

    def refresh(self, pod: Wire) -> None:
        """Bring what its volumes show up to date.

        Raises:
            PodFault: If that does not work.
        """
        ...

    def sandbox(self, pod: Wire, attempt: int) -> SandboxConfig:
        """Return the sandbox that a pod asks for.

        Raises:
            PodFault: If it cannot be had.
        """
        ...

    def container(
        self,
        pod: Wire,
        container: Wire,
        attempt: int,
        image: Image,
        addresses: tuple[str, ...],
    ) -> ContainerConfig:
        """Return a container that a pod asks for, in a sandbox that has these addresses.

        Raises:
            PodFault: If it cannot be made as it is asked for.
        """
        ...

    def auth(self, pod: Wire, image: str) -> tuple[tuple[ImageAuth, ...], tuple[str, ...]]:
        """Return who may ask for an image, in order, and the secrets that are missing."""
        ...

    def last_words(self, pod: Wire, container: Container) -> str:
        """Return what a container that has ended says of its end; empty if nothing."""
        ...

    def tear_down(self, pod_uid: str) -> None:
        """Remove the volumes of a pod, and its other files but for logs.

        Raises:
            PodFault: If that does not work.
        """
        ...

    def remove_log(self, path: Path) -> None:
        """Remove the log of a run of a container that is removed."""
        ...

    def remove_logs(self, pod: Wire) -> None:
        """Remove the logs of a pod that has gone."""
        ...

    def left_over(self) -> tuple[str, ...]:
        """Return the uids of pods of which there are still files."""
        ...


@final
class PlainInputs:
    """Knows of no volumes, secrets or files: enough for a runtime that only plays.

    Args:
        node: What is known of the node; only its name for logs is used.
    """

    def __init__(self, node: NodeFacts) -> None:
        self._node = node

    def follow(self, pod: Wire) -> None:
        """Nothing is followed."""

    def forget(self, pod_uid: str) -> None:
        """Nothing was followed."""

    def version(self, pod_uid: str) -> int:
        """Nothing ever changes."""
        del pod_uid
        return 0

    def refresh_at(self, pod_uid: str) -> float | None:
        """There is nothing to refresh."""
        del pod_uid
        return None

    def step(self) -> bool:
        """Nothing is read."""
        return False

    @property
    def deadline(self) -> float | None:
        """Never."""
        return None

    def set_up(self, pod: Wire) -> None:
        """There are no volumes."""

    def refresh(self, pod: Wire) -> None:
        """There are no volumes."""

    def sandbox(self, pod: Wire, attempt: int) -> SandboxConfig:
        """Return a sandbox with the name, the labels and the annotations of a pod."""
        metadata, spec = pod["metadata"], pod["spec"]
        return SandboxConfig(
            PodIdentity(metadata["namespace"], metadata["name"], metadata["uid"], attempt),
            spec.get("hostname") or metadata["name"],
            self._node.of_pod(pod).log_directory,
            host_network=bool(spec.get("hostNetwork")),
            labels=metadata.get("labels") or {},
            annotations=metadata.get("annotations") or {},
        )

    def container(
        self,
        pod: Wire,
        container: Wire,
        attempt: int,
        image: Image,
        addresses: tuple[str, ...],
    ) -> ContainerConfig:
        """Return a container with its image and its command."""
        del addresses
        name = container["name"]
        return ContainerConfig(
            name,
            attempt,
            container.get("image", ""),
            image.id,
            tuple(container.get("command") or ()),
            tuple(container.get("args") or ()),
            log_path=str(Path(name) / f"{attempt}.log"),
            annotations=container_annotations(pod, container, attempt),
        )

    def auth(self, pod: Wire, image: str) -> tuple[tuple[ImageAuth, ...], tuple[str, ...]]:
        """Nobody is asked who asks."""
        del pod, image
        return (), ()

    def last_words(self, pod: Wire, container: Container) -> str:
        """They say nothing."""
        del pod, container
        return ""

    def tear_down(self, pod_uid: str) -> None:
        """There is nothing to remove."""

    def remove_log(self, path: Path) -> None:
        """There are no logs."""

    def remove_logs(self, pod: Wire) -> None:
        """There are no logs."""

    def left_over(self) -> tuple[str, ...]:
        """Nothing is ever left."""
        return ()
