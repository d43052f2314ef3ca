"""Creating and deleting the pods of an owner, and telling of it in the owner's events.

What was asked for is expected to be seen, and no longer expected once it has failed.

Source: ``k8s.io/kubernetes/pkg/controller`` RealPodControl (v1.36).
"""

from collections.abc import Iterable
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder
from kubeobj.reconcile.expectations import Expectations
from kubeobj.reconcile.request import Cached, Request, wire_of


@final
class PodControl:
    """Creates and deletes pods.

    Args:
        client: Writes them.
        events: Tells of it.
        expected: Notes what is to be seen.
    """

    __slots__ = ("_client", "_events", "_expected")

    def __init__(self, client: Client, events: EventRecorder, expected: Expectations) -> None:
        self._client = client
        self._events = events
        self._expected = expected

    def create(self, owner: Cached, pod: Wire) -> ApiError | None:
        """Create a pod, and return why not if it cannot be; a dying namespace is told nobody."""
        try:
            made = self._client.create(pod)
        except ApiError as error:
            if not is_namespace_terminating(error):
                self._events.record(owner, "FailedCreate", f"Error creating: {error}", "Warning")
            return error
        name = wire_of(made)["metadata"]["name"]
        self._events.record(owner, "SuccessfulCreate", f"Created pod: {name}")
        return None

    def delete(self, owner: Cached, pods: Iterable[Cached]) -> ApiError | None:
        """Delete pods, and return why not of the first that cannot be."""
        key, doomed = Request.of(owner), list(pods)
        self._expected.deletions(key, [pod["metadata"]["uid"] for pod in doomed])
        failure: ApiError | None = None
        for pod in doomed:
            metadata = pod["metadata"]
            try:
                self._client.delete(
                    "pods", metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"]
                )
            except NotFound:
                self._expected.deleted(key, metadata["uid"])
            except ApiError as error:
                self._expected.deleted(key, metadata["uid"])
                self._events.record(owner, "FailedDelete", f"Error deleting: {error}", "Warning")
                failure = failure or error
            else:
                self._events.record(owner, "SuccessfulDelete", f"Deleted pod: {metadata['name']}")
        return failure
