"""A volume that is bound to a claim stays until it no longer is, however it is deleted.

Source: ``k8s.io/kubernetes/pkg/controller/volume/pvprotection`` (v1.36); the concept page
Persistent Volumes, Storage Object in Use Protection.
"""

from typing import final

from kubeobj.api.admission.storageprotection import FINALIZERS
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Request
from kubeobj.reconcile.triggers import on_self

FINALIZER = FINALIZERS["persistentvolumes"]
"""The finalizer that keeps a volume."""


@final
class PvProtectionController:
    """Lets volumes go that are deleted and not bound; gives the finalizer to those without.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._volumes = manager.informer("persistentvolumes")
        loop = manager.controller("pvprotection", self.reconcile, needs=[self._volumes])
        on_self(loop, self._volumes)

    def reconcile(self, request: Request) -> None:
        """Look at one volume."""
        volume = self._volumes.cache.find(request)
        if volume is None:
            return
        metadata = volume["metadata"]
        finalizers = metadata.get("finalizers") or []
        if "deletionTimestamp" not in metadata:
            if FINALIZER not in finalizers:
                self._give(volume, [*finalizers, FINALIZER])
        elif FINALIZER in finalizers and volume.get("status", {}).get("phase") != "Bound":
            self._give(volume, [one for one in finalizers if one != FINALIZER])

    def _give(self, volume: Wire, finalizers: list[str]) -> None:
        self._client.update(
            {**volume, "metadata": {**volume["metadata"], "finalizers": finalizers}}
        )
