"""Every namespace has a ConfigMap with the certificate by which pods know the API server.

Source: ``k8s.io/kubernetes/pkg/controller/certificates/rootcacertpublisher`` (v1.36).
"""

from collections.abc import Iterable
from typing import final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.triggers import on_mapped, on_self

CONFIG_MAP = "kube-root-ca.crt"
"""The name of the ConfigMap."""

_DESCRIPTION = "kubernetes.io/description"
_WHAT = "The authority whose certificate the API server has, for pods that ask it from inside."


@final
class RootCaPublisher:
    """Keeps the ConfigMap of each namespace as it should be.

    Args:
        manager: Where it is installed.
        certificate: The certificate, as PEM; empty where the server has none to show.
    """

    def __init__(self, manager: Manager, certificate: str = "") -> None:
        self._client = manager.client
        self._data = {"ca.crt": certificate}
        self._namespaces = manager.informer("namespaces")
        self._maps = manager.informer("configmaps")
        needs = [self._namespaces, self._maps]
        loop = manager.controller("root-ca-certificate-publisher", self.reconcile, needs=needs)
        on_self(loop, self._namespaces)
        on_mapped(loop, self._maps, _namespace_of_map)

    def reconcile(self, request: Request) -> None:
        """Make the ConfigMap of a namespace, or put right what is in it."""
        namespace = self._namespaces.cache.find(request)
        if namespace is None or "deletionTimestamp" in namespace["metadata"]:
            return
        found = self._maps.cache.get(request.name, CONFIG_MAP)
        if found is None:
            self._make(request.name)
            return
        annotations = found["metadata"].get("annotations") or {}
        if found.get("data") == self._data and annotations.get(_DESCRIPTION):
            return
        annotations = {**annotations, _DESCRIPTION: _WHAT}
        metadata = {**found["metadata"], "annotations": annotations}
        self._client.update({**found, "metadata": metadata, "data": self._data})

    def _make(self, namespace: str) -> None:
        made: Wire = {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {
                "name": CONFIG_MAP,
                "namespace": namespace,
                "annotations": {_DESCRIPTION: _WHAT},
            },
            "data": self._data,
        }
        try:
            self._client.create(made)
        except (AlreadyExists, NotFound):
            # Somebody was faster; or the namespace is gone.
            return
        except ApiError as error:
            if not is_namespace_terminating(error):
                raise


def _namespace_of_map(found: Cached) -> Iterable[Request]:
    metadata = found["metadata"]
    return (Request("", metadata["namespace"]),) if metadata["name"] == CONFIG_MAP else ()
