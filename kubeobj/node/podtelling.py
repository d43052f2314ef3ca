"""Telling the API of pods: their status, events, and that they may go.

Source: ``k8s.io/kubernetes/pkg/kubelet/status`` status_manager.go (v1.36).
"""

from contextlib import suppress
from typing import Final, final

from kubeobj.api.errors import Conflict, NotFound
from kubeobj.documents import Wire
from kubeobj.node.restartpolicy import ephemeral_containers_of, init_containers_of
from kubeobj.node.situation import Note
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, wire_of

_VANISHING: Final = ("reason", "message")


@final
class PodTelling:
    """Tells of pods in the name of the kubelet of one node.

    Args:
        manager: Whose client is used.
        node_name: The name of the node.
    """

    def __init__(self, manager: Manager, node_name: str) -> None:
        self._client = manager.client
        self._events = manager.events.by("kubelet", host=node_name)

    def report(self, pod: Cached, status: Wire) -> Cached:
        """Report the status of a pod, if it has changed; return the pod as it is then.

        Raises:
            Conflict: If somebody else has changed the pod meanwhile.
        """
        old = pod.get("status") or {}
        changed = {name: value for name, value in status.items() if old.get(name) != value}
        changed.update({name: None for name in _VANISHING if name in old and name not in status})
        if not changed:
            return pod
        metadata = pod["metadata"]
        # Lists are replaced whole, so nobody else may have written one meanwhile.
        patch = {"metadata": {"resourceVersion": metadata["resourceVersion"]}, "status": changed}
        try:
            return wire_of(
                self._client.patch(
                    "pods",
                    metadata["name"],
                    patch,
                    type="merge",
                    namespace=metadata["namespace"],
                    part="status",
                )
            )
        except NotFound:
            return pod  # the cache will say so

    def let_go(self, pod: Cached) -> None:
        """Let the API forget a pod of which nothing is left."""
        metadata = pod["metadata"]
        with suppress(NotFound, Conflict):  # it has gone, or another one has its name
            self._client.delete(
                "pods",
                metadata["name"],
                namespace=metadata["namespace"],
                grace_period_seconds=0,
                uid=metadata["uid"],
            )

    def tell(self, pod: Wire, note: Note) -> None:
        """Record something that has happened to a pod, as an event."""
        metadata = pod["metadata"]
        about: Wire = {
            "kind": "Pod",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "apiVersion": "v1",
        }
        if "resourceVersion" in metadata:
            about["resourceVersion"] = metadata["resourceVersion"]
        if note.container:
            about["fieldPath"] = _path_of(pod, note.container)
        self._events.record(about, note.reason, note.message, note.type)


def _path_of(pod: Wire, name: str) -> str:
    """Return where the spec of a pod has a container."""
    if any(one["name"] == name for one in init_containers_of(pod)):
        return f"spec.initContainers{{{name}}}"
    if any(one["name"] == name for one in ephemeral_containers_of(pod)):
        return f"spec.ephemeralContainers{{{name}}}"
    return f"spec.containers{{{name}}}"
