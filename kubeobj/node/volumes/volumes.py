"""The volumes of the pods of a node: made, kept up to date, and removed.

Source: ``k8s.io/kubernetes/pkg/kubelet/volumemanager`` and ``pkg/volume`` (v1.36).
"""

from pathlib import Path
from typing import Protocol

from kubeobj.documents import Wire
from kubeobj.node.podfacts import NodeFacts
from kubeobj.node.podsources import PodSources


class TokenSource(Protocol):
    """Makes tokens of service accounts; it may be called from any thread."""

    def __call__(self, namespace: str, account: str, request: Wire) -> Wire:
        """Answer a ``TokenRequest`` for a service account, as the API does.

        Raises:
            ApiError: If there is no such account, or it refuses.
            OSError: If it cannot be reached.
        """
        ...


class Volumes:
    """The volumes of the pods of a node. All of its methods may be called from any thread.

    Args:
        facts: What is known of the node.
        sources: Where config maps, secrets and claims are read.
        tokens: Who makes tokens of service accounts; None if nobody does.
        clock: Tells when tokens are to be renewed.
    """

    def __init__(
        self, facts: NodeFacts, sources: PodSources, tokens: TokenSource | None, clock: object
    ) -> None:
        raise NotImplementedError

    def set_up(self, pod: Wire) -> dict[str, Path]:
        """Make the volumes of a pod, and return where they are, by name; again if need be.

        Raises:
            MountFault: If one cannot be made; nothing half-written is left of it.
        """
        raise NotImplementedError

    def refresh(self, pod: Wire) -> bool:
        """Bring what a pod's volumes show up to date; return whether anything has changed.

        Raises:
            MountFault: If one cannot be; it is as it was.
        """
        raise NotImplementedError

    def refresh_at(self, pod_uid: str) -> float | None:
        """Return when to call `refresh` at the latest, in seconds since 1970; None for never."""
        raise NotImplementedError

    def tear_down(self, pod_uid: str) -> None:
        """Remove the volumes and all other files of a pod; what belongs to others stays.

        Raises:
            MountFault: If something could not be removed; it may be tried again.
        """
        raise NotImplementedError

    def left_over(self) -> tuple[str, ...]:
        """Return the uids of all pods of which there are files, be they of a former agent."""
        raise NotImplementedError
