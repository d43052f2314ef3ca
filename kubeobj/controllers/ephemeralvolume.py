"""Claims that are made for pods: those of their ephemeral volumes.

They belong to their pods, so the collector of garbage deletes them with these.

Source: ``k8s.io/kubernetes/pkg/controller/volume/ephemeral`` (v1.36); Kubernetes documentation,
Ephemeral Volumes.
"""

from contextlib import suppress
from typing import final

from kubeobj.api.errors import AlreadyExists, Forbidden
from kubeobj.controllers.podstate import is_deleting
from kubeobj.controllers.pvcprotection import claim_words
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.owners import reference_to
from kubeobj.reconcile.request import Cached, Request


@final
class EphemeralVolumeController:
    """Makes the claims that pods want for themselves.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._pods = manager.informer("pods")
        self._claims = manager.informer("persistentvolumeclaims")
        needs = [self._pods, self._claims]
        self._loop = manager.controller("ephemeral-volume", self.reconcile, needs=needs)
        self._pods.subscribe(self._pod_changed)
        self._claims.subscribe(self._claim_changed)

    def _pod_changed(self, _: Cached | None, new: Cached | None) -> None:
        if new is not None and _ephemeral(new) and not is_deleting(new):
            self._loop.queue.add(Request.of(new))

    def _claim_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Let a claim be made anew that somebody has deleted."""
        if new is None and old is not None:
            for pod in self._pods.cache.by(claim_words, str(Request.of(old))):
                self._pod_changed(None, pod)

    def reconcile(self, request: Request) -> None:
        """Make the claims of a pod that are not there."""
        pod = self._pods.cache.find(request)
        if pod is None or is_deleting(pod):
            return
        for volume in _ephemeral(pod):
            claim = claim_for(pod, volume)
            name = claim["metadata"]["name"]
            # One that is somebody else's is in the way: the scheduler tells so.
            if self._claims.cache.get(request.namespace, name) is None:
                self._create(claim)

    def _create(self, claim: Wire) -> None:
        with suppress(AlreadyExists):
            try:
                self._client.create(claim)
            except Forbidden as error:
                if not is_namespace_terminating(error):
                    raise


def claim_for(pod: Cached, volume: Wire) -> Wire:
    """Return the claim of an ephemeral volume of a pod."""
    template = volume["ephemeral"]["volumeClaimTemplate"]
    metadata = template.get("metadata") or {}
    kept = {part: metadata[part] for part in ("labels", "annotations") if metadata.get(part)}
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolumeClaim",
        "metadata": {
            "name": f"{pod['metadata']['name']}-{volume['name']}",
            "namespace": pod["metadata"]["namespace"],
            "ownerReferences": [reference_to(pod)],
            **kept,
        },
        "spec": template["spec"],
    }


def _ephemeral(pod: Cached) -> list[Wire]:
    return [one for one in pod["spec"].get("volumes") or () if "ephemeral" in one]
