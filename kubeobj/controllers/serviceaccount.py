"""Every namespace has a service account called ``default``.

Source: ``k8s.io/kubernetes/pkg/controller/serviceaccount`` serviceaccounts_controller.go (v1.36);
the concept page Service Accounts.
"""

from collections.abc import Iterable
from typing import final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request
from kubeobj.reconcile.triggers import on_mapped, on_self

ACCOUNT = "default"
"""The account of pods that name none."""


@final
class ServiceAccountController:
    """Makes the account of each namespace, and makes it again if somebody deletes it.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._namespaces = manager.informer("namespaces")
        self._accounts = manager.informer("serviceaccounts")
        needs = [self._namespaces, self._accounts]
        loop = manager.controller("serviceaccount", self.reconcile, needs=needs)
        on_self(loop, self._namespaces)
        on_mapped(loop, self._accounts, _namespace_of_default)

    def reconcile(self, request: Request) -> None:
        """Make the account of a namespace, if it is not there."""
        namespace = self._namespaces.cache.find(request)
        if namespace is None or "deletionTimestamp" in namespace["metadata"]:
            return
        if self._accounts.cache.get(request.name, ACCOUNT) is not None:
            return
        metadata = {"name": ACCOUNT, "namespace": request.name}
        account = {"apiVersion": "v1", "kind": "ServiceAccount", "metadata": metadata}
        try:
            self._client.create(account)
        except (AlreadyExists, NotFound):
            # Somebody was faster; or the namespace is gone.
            return
        except ApiError as error:
            if not is_namespace_terminating(error):
                raise


def _namespace_of_default(account: Cached) -> Iterable[Request]:
    metadata = account["metadata"]
    return (Request("", metadata["namespace"]),) if metadata["name"] == ACCOUNT else ()
