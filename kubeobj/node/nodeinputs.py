"""What an agent needs of a real node: volumes on its disk, environments, secrets, logs.

Source: ``k8s.io/kubernetes/pkg/kubelet`` (v1.36).
"""

from pathlib import Path
from typing import final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.containerconfig import container_config
from kubeobj.node.environment import environment_of
from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podlogs.rotation import remove_logs
from kubeobj.node.podsources import PodSources
from kubeobj.node.pullsecrets import image_auth
from kubeobj.node.sandboxconfig import sandbox_config
from kubeobj.node.terminationmessages import message_limit, termination_message
from kubeobj.node.volumes.removal import remove_tree
from kubeobj.node.volumes.volumes import TokenSource, Volumes
from kubeobj.runtimes.configs import ContainerConfig, ImageAuth, SandboxConfig
from kubeobj.runtimes.states import Container, Image


@final
class NodeInputs:
    """Makes what a runtime is asked for, as the kubelet does.

    Args:
        facts: What is known of the node.
        sources: Where config maps, secrets, claims and Services are read.
        clock: Tells when tokens are to be renewed.
        tokens: Who makes tokens of service accounts; None if nobody does.
    """

    def __init__(
        self,
        facts: NodeFacts,
        sources: PodSources,
        clock: Clock,
        tokens: TokenSource | None = None,
    ) -> None:
        self.volumes: Volumes = Volumes(facts, sources, tokens, clock)
        """The volumes of the pods."""
        self._facts = facts
        self._sources = sources

    def follow(self, pod: Wire) -> None:
        """Follow what a pod needs."""
        self._sources.follow(pod)

    def forget(self, pod_uid: str) -> None:
        """Follow no longer what a pod has needed."""
        self._sources.forget(pod_uid)

    def version(self, pod_uid: str) -> int:
        """Return a number that grows whenever something has changed that a pod needs."""
        return self._sources.version(pod_uid)

    def refresh_at(self, pod_uid: str) -> float | None:
        """Return when the tokens of a pod are to be renewed."""
        return self.volumes.refresh_at(pod_uid)

    def step(self) -> bool:
        """Read what has changed."""
        return self._sources.step()

    @property
    def deadline(self) -> float | None:
        """When to read again what could not be read."""
        return self._sources.deadline

    def set_up(self, pod: Wire) -> None:
        """Set up the volumes of a pod."""
        self.volumes.set_up(pod)

    def refresh(self, pod: Wire) -> None:
        """Bring what its volumes show up to date."""
        self.volumes.refresh(pod)

    def sandbox(self, pod: Wire, attempt: int) -> SandboxConfig:
        """Return the sandbox that a pod asks for."""
        return sandbox_config(pod, attempt, self._facts.of_pod(pod))

    def container(
        self,
        pod: Wire,
        container: Wire,
        attempt: int,
        image: Image,
        addresses: tuple[str, ...],
    ) -> ContainerConfig:
        """Return a container that a pod asks for; its volumes are there."""
        facts = self._facts.of_pod(pod, addresses)
        services = self._sources.services(pod["metadata"]["namespace"])
        return container_config(
            pod,
            container,
            attempt,
            image=image,
            volumes=self.volumes.set_up(pod),
            environment=environment_of(pod, container, self._sources, facts, services),
            facts=facts,
        )

    def auth(self, pod: Wire, image: str) -> tuple[tuple[ImageAuth, ...], tuple[str, ...]]:
        """Return who may ask for an image, and the secrets that are missing."""
        return image_auth(pod, image, self._sources)

    def last_words(self, pod: Wire, container: Container) -> str:
        """Return what a container that has ended says of its end."""
        limit = message_limit(len(list(containers_of(pod["spec"]))))
        return termination_message(container, self._facts.of_pod(pod), limit)

    def tear_down(self, pod_uid: str) -> None:
        """Remove the volumes of a pod, and its other files but for logs."""
        self.volumes.tear_down(pod_uid)

    def remove_log(self, path: Path) -> None:
        """Remove the log of a run of a container that is removed, with what was put aside of it."""
        remove_logs(path)

    def remove_logs(self, pod: Wire) -> None:
        """Remove the logs of a pod that has gone."""
        remove_tree(self._facts.of_pod(pod).log_directory)

    def left_over(self) -> tuple[str, ...]:
        """Return the uids of pods of which there are still files."""
        return self.volumes.left_over()
