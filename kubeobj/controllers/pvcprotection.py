"""A claim that a pod uses stays until no pod does, however it is deleted.

Source: ``k8s.io/kubernetes/pkg/controller/volume/pvcprotection`` (v1.36); the concept page
Persistent Volumes, Storage Object in Use Protection.
"""

from collections.abc import Iterable
from typing import final

from kubeobj.api.admission.storageprotection import FINALIZERS
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.owners import is_controlled
from kubeobj.reconcile.request import Cached, Request, wire_of
from kubeobj.reconcile.triggers import on_mapped, on_self

FINALIZER = FINALIZERS["persistentvolumeclaims"]
"""The finalizer that keeps a claim."""


@final
class PvcProtectionController:
    """Lets claims go that are deleted and not used; gives the finalizer to those without.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._claims = manager.informer("persistentvolumeclaims")
        self._pods = manager.informer("pods")
        needs = [self._claims, self._pods]
        loop = manager.controller("pvcprotection", self.reconcile, needs=needs)
        on_self(loop, self._claims)
        on_mapped(loop, self._pods, _claims_of)

    def reconcile(self, request: Request) -> None:
        """Look at one claim."""
        claim = self._claims.cache.find(request)
        if claim is None:
            return
        metadata = claim["metadata"]
        finalizers = metadata.get("finalizers") or []
        if "deletionTimestamp" not in metadata:
            if FINALIZER not in finalizers:
                self._give(claim, [*finalizers, FINALIZER])
        elif FINALIZER in finalizers and not self._is_used(claim):
            self._give(claim, [one for one in finalizers if one != FINALIZER])

    def _is_used(self, claim: Wire) -> bool:
        """Return whether a pod uses a claim; that none does is asked of the API itself."""
        namespace, name = claim["metadata"]["namespace"], claim["metadata"]["name"]
        users = self._pods.cache.by(claim_words, f"{namespace}/{name}")
        if any(uses(pod, claim) for pod in users):
            return True
        live = self._client.list("pods", namespace=namespace)
        return any(uses(wire_of(pod), claim) for pod in live.items)

    def _give(self, claim: Wire, finalizers: list[str]) -> None:
        self._client.update({**claim, "metadata": {**claim["metadata"], "finalizers": finalizers}})


def claim_words(pod: Cached) -> Iterable[str]:
    """Return the claims that a pod names, or that are made for it, by namespace and name."""
    namespace = pod["metadata"].get("namespace", "")
    return [f"{namespace}/{name}" for name, _ in _claim_names(pod)]


def uses(pod: Cached, claim: Cached) -> bool:
    """Return whether a pod that has a node uses a claim of its namespace.

    One without a node does not: it will not be started with a claim that is being deleted. Nor does
    one that its node has done with use the claims that were made for it.
    """
    if not pod["spec"].get("nodeName"):
        return False
    wanted = claim["metadata"]["name"]
    return any(
        name == wanted and (not is_own or (not _is_shut_down(pod) and _is_made_for(claim, pod)))
        for name, is_own in _claim_names(pod)
    )


def _claim_names(pod: Cached) -> Iterable[tuple[str, bool]]:
    """Yield the name of each claim, and whether it is made for the pod."""
    for volume in pod["spec"].get("volumes") or ():
        if "persistentVolumeClaim" in volume:
            yield volume["persistentVolumeClaim"]["claimName"], False
        elif "ephemeral" in volume:
            yield f"{pod['metadata']['name']}-{volume['name']}", True


def _claims_of(pod: Cached) -> Iterable[Request]:
    if not pod["spec"].get("volumes"):
        return ()
    namespace = pod["metadata"].get("namespace", "")
    return [Request(namespace, name) for name, _ in _claim_names(pod)]


def _is_shut_down(pod: Cached) -> bool:
    metadata = pod["metadata"]
    return "deletionTimestamp" in metadata and metadata.get("deletionGracePeriodSeconds") == 0


def _is_made_for(claim: Cached, pod: Cached) -> bool:
    return is_controlled(claim, pod["metadata"]["uid"])
