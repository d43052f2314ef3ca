"""Mirror pods: how the API shows pods that a node runs by itself.

Source: ``k8s.io/kubernetes/pkg/kubelet/pod/mirror_client.go`` and ``kubelet.go`` (v1.36).
"""

from contextlib import suppress
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.errors import AlreadyExists, ApiError, Conflict, NotFound
from kubeobj.documents import Wire
from kubeobj.node.staticpods import is_mirror, mirror_of, mirrors
from kubeobj.reconcile.request import Cached, wire_of


@final
class MirrorPods:
    """Keeps mirror pods as they are to be.

    Args:
        client: In whose name they are made.
    """

    def __init__(self, client: Client) -> None:
        self._client = client

    def ensure(self, pod: Wire, there: Cached | None, node: Wire | None) -> Cached | None:
        """Make the mirror of a static pod; return it, or None if there is none yet.

        Args:
            pod: The static pod.
            there: The pod of its name that the API has.
            node: The Node, which owns it.
        """
        if there is None:
            return self._create(pod, node)
        if not is_mirror(there):
            return None  # somebody else's pod has its name
        if mirrors(there, pod) and "deletionTimestamp" not in there["metadata"]:
            return there
        self.remove(there)
        return self._create(pod, node)

    def remove(self, mirror: Cached) -> None:
        """Remove a mirror, at once."""
        metadata = mirror["metadata"]
        with suppress(NotFound, Conflict):
            self._client.delete(
                "pods",
                metadata["name"],
                namespace=metadata["namespace"],
                grace_period_seconds=0,
                uid=metadata["uid"],
            )

    def _create(self, pod: Wire, node: Wire | None) -> Cached | None:
        try:
            return wire_of(self._client.create(mirror_of(pod, node)))
        except AlreadyExists:
            return None  # the cache will say so
        except ApiError:
            return None  # the pod runs all the same; it is tried again with the next look
