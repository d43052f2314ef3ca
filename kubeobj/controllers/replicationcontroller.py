"""ReplicationControllers: what ReplicaSets were before selectors had expressions.

Source: Kubernetes documentation, ReplicationController (v1.36).
"""

from typing import final

from kubeobj.controllers.replicas import ReplicaController, ReplicaKind
from kubeobj.controllers.selecting import map_selector_in
from kubeobj.reconcile.manager import Manager

_KIND = ReplicaKind(
    "replicationcontrollers",
    "",
    "ReplicationController",
    "replication-controller",
    lambda obj: map_selector_in(obj["spec"].get("selector")),
)


@final
class ReplicationControllerController(ReplicaController):
    """Keeps as many pods as each ReplicationController asks for.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        super().__init__(manager, _KIND)
