"""What the agent has on one pod: how it is to be, what there is of it, what is being done.

Source: ``k8s.io/kubernetes/pkg/kubelet/pod_workers.go`` (v1.36).
"""

from dataclasses import dataclass, field
from typing import final

from kubeobj.documents import Wire
from kubeobj.node.podactions import StartContainer
from kubeobj.node.podjobs import Order
from kubeobj.node.podmemory import Memory
from kubeobj.node.podview import NOTHING, PodView
from kubeobj.node.situation import Flight
from kubeobj.reconcile.request import Request


@final
@dataclass(slots=True)
class PodRecord:
    """A pod that the agent looks after. The loop's thread alone uses it.

    Args:
        key: Its name.
        uid: Its uid.
        pod: The pod as it is to be, with the status that was told last.
        memory: What is remembered of it.
        view: What there is of it.
        tick: When that was looked at.
        is_seen: Whether it was looked at since the runtime has answered last.
        is_gone: Whether the API has no such pod any more.
        is_orphan: Whether nobody has ever said what it is to be: it was found on the node.
        is_admitted: Whether it was decided whether the node takes it.
        is_refused: Whether the node does not take it.
        generation: Which version of what it is to be was decided about.
        flights: What is being done, by number.
        orders: The same, as it was ordered.
        is_looking: Whether it is being looked at.
        is_to_be_looked_at: Whether something has happened since that began.
        version: Of what it needs, the version that its volumes show.
        is_refreshing: Whether its volumes are being brought up to date.
    """

    key: Request
    uid: str
    pod: Wire
    memory: Memory
    view: PodView = NOTHING
    tick: int = 0
    is_seen: bool = False
    is_gone: bool = False
    is_orphan: bool = False
    is_admitted: bool = False
    is_refused: bool = False
    generation: int = 0
    flights: dict[int, Flight] = field(default_factory=dict)
    orders: dict[int, Order] = field(default_factory=dict)
    is_looking: bool = False
    is_to_be_looked_at: bool = False
    version: int = 0
    is_refreshing: bool = False

    @property
    def address(self) -> str:
        """Its address; empty before it has one."""
        found = self.view.addresses
        if found:
            return found[0]
        told: str = self.pod["status"].get("podIP", "")
        return told

    @property
    def is_starting(self) -> bool:
        """Whether a container of it is being started; then it is looked at as soon as that is."""
        return any(isinstance(one.action, StartContainer) for one in self.flights.values())

    def take_view(self, tick: int, view: PodView) -> bool:
        """Take in what there is, unless something later is known; return whether it is news."""
        if tick <= self.tick:
            return False
        self.tick = tick
        is_news = not self.is_seen or view != self.view
        self.view, self.is_seen = view, True
        return is_news

    def take_pod(self, pod: Wire) -> None:
        """Take in how it is to be."""
        self.pod = pod if "status" in pod else {**pod, "status": {}}

    def cancel(self) -> None:
        """Let nothing begin any more that has not begun yet."""
        for order in self.orders.values():
            order.cancel()


def signature(view: PodView) -> tuple[tuple[str, str], ...]:
    """Return what differs whenever somebody has to look closer."""
    return (
        *((one.id, one.state.value) for one in view.sandboxes),
        *((one.id, one.state.value) for one in view.containers),
    )


def stub_of(key: Request, uid: str) -> Wire:
    """Return as much of a pod as is needed to end what is left of it."""
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"namespace": key.namespace, "name": key.name, "uid": uid},
        "spec": {"containers": [], "terminationGracePeriodSeconds": 2},
        "status": {},
    }
