"""ReplicaSets: as many equal pods as asked for.

Source: Kubernetes documentation, ReplicaSet (v1.36).
"""

from typing import final

from kubeobj.controllers.replicas import ReplicaController, ReplicaKind
from kubeobj.controllers.selecting import selector_in
from kubeobj.reconcile.manager import Manager

_KIND = ReplicaKind(
    "replicasets.apps",
    "apps",
    "ReplicaSet",
    "replicaset-controller",
    lambda obj: selector_in(obj["spec"].get("selector")),
)


@final
class ReplicaSetController(ReplicaController):
    """Keeps as many pods as each ReplicaSet asks for.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        super().__init__(manager, _KIND)
