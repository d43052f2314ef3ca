"""Whether a real node takes a pod: by what it offers, and what its pods take of that.

Source: ``k8s.io/kubernetes/pkg/kubelet/lifecycle`` predicate.go (v1.36).
"""

from collections.abc import Callable, Sequence
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.node.apparmor import apparmor_refusal
from kubeobj.node.nodeobject import Machine
from kubeobj.node.podadmission import Occupancy, Refusal
from kubeobj.node.pressureadmission import refusal_under_pressure
from kubeobj.placement.resources import amount_of, requests_of
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.request import Request

_OWN: Final = ("cpu", "memory", "pods")
_NO_STRICT_GROUPS: Final = (
    "SupplementalGroupsPolicyNotSupported",
    "SupplementalGroupsPolicy=Strict is not supported in this node",
)

Pressures = Callable[[], Sequence[str]]
"""Says what a node is short of: the conditions."""


@final
class NodeAdmission:
    """Admits pods to one node. The loop's thread uses it.

    Args:
        nodes: Where the Node is read.
        node_name: Its name.
        pressures: What it is short of.
    """

    def __init__(self, nodes: Informer, node_name: str, pressures: Pressures) -> None:
        self._nodes = nodes
        self._name = node_name
        self._pressures = pressures
        self._offered: Wire = {}
        self._occupancy: Occupancy | None = None
        self._admitted: dict[Request, Wire] = {}

    @property
    def node(self) -> Wire | None:
        """The Node, once it is there."""
        return self._nodes.cache.get("", self._name)

    def admit(self, key: Request, pod: Wire, *, is_running: bool) -> Refusal | None:
        """Take a pod, or say why not.

        Args:
            key: Its name.
            pod: The pod.
            is_running: Whether it runs here already, and so stays whatever there is.
        """
        if not is_running:
            refusal = refusal_under_pressure(pod, self._pressures()) or self._unsupported(pod)
            if refusal is not None:
                return refusal
        occupancy = self._current()
        if occupancy is None:
            self._admitted[key] = pod
            return None
        refusal = occupancy.admit(key, pod, lambda: self.node or {"metadata": {}})
        if refusal is None or is_running:
            self._admitted[key] = pod
            return None
        return refusal

    def release(self, key: Request) -> None:
        """Have room again for what a pod took, if it took anything."""
        if self._admitted.pop(key, None) is not None and self._occupancy is not None:
            self._occupancy.release(key)

    def resize(self, key: Request, pod: Wire) -> Refusal | None:
        """Let a pod that is here take more or less, or say why not.

        Returns:
            Why not: ``Infeasible`` if it never can, ``Deferred`` if it cannot now; and a message.
        """
        before = self._admitted.get(key)
        occupancy = self._current()
        if before is None or occupancy is None:
            return None
        if before["spec"] == pod["spec"]:
            return None
        # Without its status: a pod that was told it cannot have more would not ask for it.
        for name, amount in requests_of({"spec": pod["spec"]}).items():
            offered = self._offered.get(name)
            if offered is not None and amount > amount_of(name, offered):
                capacity = amount_of(name, offered)
                message = (
                    f"Node didn't have enough capacity: {name}, requested: {amount}, "
                    f"capacity: {capacity}"
                )
                return "Infeasible", message
        occupancy.release(key)
        refusal = occupancy.admit(key, pod, lambda: self.node or {"metadata": {}})
        if refusal is None:
            self._admitted[key] = pod
            return None
        occupancy.admit(key, before, lambda: self.node or {"metadata": {}})
        reason, message = refusal
        if not reason.startswith("OutOf"):
            return None
        return "Deferred", message.removeprefix("Pod was rejected: ")

    def _unsupported(self, pod: Wire) -> Refusal | None:
        """Return why the node cannot keep what a pod relies on; None if it can."""
        of_pod: Wire = pod["spec"].get("securityContext") or {}
        node = self.node
        if of_pod.get("supplementalGroupsPolicy") == "Strict" and node is not None:
            features: Wire = (node.get("status") or {}).get("features") or {}
            if not features.get("supplementalGroupsPolicy"):
                return _NO_STRICT_GROUPS
        return apparmor_refusal(pod)

    def _current(self) -> Occupancy | None:
        """Return what is taken of what the node offers now; None before it says what that is."""
        node = self.node
        offered: Wire = {} if node is None else (node.get("status") or {}).get("allocatable") or {}
        if not all(name in offered for name in _OWN):
            return self._occupancy
        if offered != self._offered:
            self._offered = dict(offered)
            rest = {name: text for name, text in offered.items() if name not in _OWN}
            self._occupancy = Occupancy(
                Machine(
                    self._name,
                    offered["cpu"],
                    offered["memory"],
                    amount_of("pods", offered["pods"]),
                    resources=rest,
                )
            )
            for key, pod in self._admitted.items():
                self._occupancy.admit(key, pod, lambda: self.node or {"metadata": {}})
        return self._occupancy
