"""Nodes that are no longer heard of: they become unknown, and in time lose their pods.

A node is alive as long as it renews its lease or reports its status. Who has seen neither for the
time of grace says so in the node's conditions; taints follow from these, at a rate that depends on
how many others are silent, too.

Source: ``k8s.io/kubernetes/pkg/controller/nodelifecycle`` (v1.36); Kubernetes documentation, Nodes.
"""

from dataclasses import dataclass
from typing import Final, final

from kubeobj.controllers.conditions import condition_of
from kubeobj.controllers.nodelabels import labels_to_set
from kubeobj.controllers.nodetaints import readiness_of, taints_after
from kubeobj.controllers.podstate import is_ready
from kubeobj.controllers.zonedisruption import zone_of
from kubeobj.controllers.zonepaces import ZonePaces
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.reconcile.triggers import on_self

GRACE_SECONDS: Final = 50.0
"""How long a node may be silent."""

STARTUP_GRACE_SECONDS: Final = 60.0
"""How long a node may take until it is heard of for the first time."""

LEASES: Final = "kube-node-lease"
"""The namespace of the nodes' leases."""

_REPORTED: Final = ("Ready", "MemoryPressure", "DiskPressure", "PIDPressure")


@final
@dataclass(slots=True)
class _Health:
    """What is known of a node.

    Args:
        seen: When something was last heard of it, by the clock of who looks.
        heartbeat: When it said that it had last looked at itself.
        renewed: When its lease said that it was renewed.
        has_reported: Whether it has ever reported whether it is ready.
    """

    seen: float
    heartbeat: str = ""
    renewed: str = ""
    has_reported: bool = False


def node_name(pod: Cached) -> tuple[str, ...]:
    """Return the node of a pod: an index of `Cache.by`."""
    name = pod["spec"].get("nodeName")
    return (name,) if name else ()


@final
class NodeLifecycleController:
    """Looks after nodes that are not ready, or no longer heard of.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._nodes = manager.informer("nodes")
        self._leases = manager.informer("leases.coordination.k8s.io", namespace=LEASES)
        self._pods = manager.informer("pods")
        self._events = manager.events.by("node-controller")
        self._health: dict[str, _Health] = {}
        # The nodes that were said to be registered, as they were then.
        self._known: dict[str, Cached] = {}
        self._paces = ZonePaces(manager.clock)
        needs = [self._nodes, self._leases, self._pods]
        # As long as nodes are heard of, nothing hangs on when this looks.
        self._loop = manager.controller("node-lifecycle", self.reconcile, needs=needs, quiet=True)
        on_self(self._loop, self._nodes)
        self._nodes.subscribe(self._node_changed)
        self._leases.subscribe(self._lease_changed)

    # ------------------------------------------------------------ what is heard

    def _node_changed(self, old: Cached | None, new: Cached | None) -> None:
        if self._paces.change(old, new):
            self._look_at_silent()
        if new is None:
            if old is not None:
                self._health.pop(old["metadata"]["name"], None)
            return
        health = self._of(new)
        ready = condition_of(new, "Ready")
        heartbeat = "" if ready is None else ready.get("lastHeartbeatTime") or ""
        if ready is not None and (heartbeat != health.heartbeat or not health.has_reported):
            is_own = ready["status"] != "Unknown" or not health.has_reported
            health.heartbeat, health.has_reported = heartbeat, True
            if is_own:
                health.seen = self._clock.now()

    def _lease_changed(self, _: Cached | None, new: Cached | None) -> None:
        if new is None:
            return
        name = new["metadata"]["name"]
        renewed = new["spec"].get("renewTime") or ""
        health = self._health.get(name)
        if health is None:
            health = self._health[name] = _Health(self._clock.now())
        if renewed > health.renewed:
            health.renewed, health.seen = renewed, self._clock.now()

    def _of(self, node: Cached) -> _Health:
        name = node["metadata"]["name"]
        health = self._health.get(name)
        if health is None:
            # One that has never reported is waited for since it was made.
            seen = (
                seconds_of(node["metadata"]["creationTimestamp"])
                if condition_of(node, "Ready") is None
                else self._clock.now()
            )
            health = self._health[name] = _Health(seen)
        return health

    def _look_at_silent(self) -> None:
        """Look again at nodes that are not ready: they may have to wait longer, or no more."""
        for node in self._nodes.cache:
            if readiness_of(node) != "True":
                self._loop.queue.add(Request.of(node))

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Say of a node that it is unknown if it is, and let its taints follow from its state."""
        node = self._nodes.cache.find(request)
        self._tell_known(request.name, node)
        if node is None:
            return None
        labels = labels_to_set(node)
        if labels:
            self._client.patch(
                "nodes", request.name, {"metadata": {"labels": labels}}, type="merge"
            )
            return None  # the change brings it back here
        now, health = self._clock.now(), self._of(node)
        grace = GRACE_SECONDS if health.has_reported else STARTUP_GRACE_SECONDS
        silent_at = health.seen + grace
        if now >= silent_at and self._say_unknown(node, now):
            return None  # the change brings it back here
        if readiness_of(node) == "Unknown":
            self._mark_pods(node, now)
        wait = self._taint(node, now)
        times = [wait] if wait is not None else []
        if now < silent_at:
            times.append(silent_at - now)
        return Result(min(times)) if times else None

    def _say_unknown(self, node: Cached, now: float) -> bool:
        """Write that nothing is known of a node; return whether that was news."""
        conditions: list[Wire] = list((node.get("status") or {}).get("conditions") or [])
        changed = False
        for type_ in _REPORTED:
            known = condition_of(node, type_)
            if known is not None and known["status"] == "Unknown":
                continue
            changed = True
            found = _unknown(known, type_, node, now)
            conditions = [found if one is known else one for one in conditions]
            if known is None:
                conditions.append(found)
        if not changed:
            return False
        metadata = node["metadata"]
        if readiness_of(node) == "True":
            self._tell_not_ready(node)
        patch = {
            "metadata": {"resourceVersion": metadata["resourceVersion"]},
            "status": {"conditions": conditions},
        }
        self._client.patch("nodes", metadata["name"], patch, type="merge", part="status")
        return True

    def _tell_known(self, name: str, node: Cached | None) -> None:
        """Tell that a node has come, or gone."""
        known = self._known.get(name)
        if node is not None and known is None:
            self._known[name] = node
            message = f"Registered Node {name} in Controller"
            self._events.record(node, "RegisteredNode", message)
        elif node is None and known is not None:
            del self._known[name]
            self._events.record(known, "RemovingNode", f"Removing Node {name} from Controller")

    def _tell_not_ready(self, node: Cached) -> None:
        name = node["metadata"]["name"]
        message = f"Node {name} status is now: NodeNotReady"
        self._events.record(node, "NodeNotReady", message)

    def _mark_pods(self, node: Cached, now: float) -> None:
        """Say of the pods of a node that is not heard of that they are not ready.

        One that says itself that it is not ready says how its pods are, too.
        """
        for pod in self._pods.cache.by(node_name, node["metadata"]["name"]):
            if not is_ready(pod):
                continue
            ready = condition_of(pod, "Ready")
            if ready is None:
                continue
            change = {"type": "Ready", "status": "False", "lastTransitionTime": text_of(now)}
            metadata = pod["metadata"]
            self._client.patch(
                "pods",
                metadata["name"],
                {"status": {"conditions": [change]}},
                type="strategic",
                namespace=metadata["namespace"],
                part="status",
            )
            self._events.record(pod, "NodeNotReady", "Node is not ready", "Warning")

    def _taint(self, node: Cached, now: float) -> float | None:
        """Let the taints of a node follow from its state; return how long pods are still kept."""
        wait = self._wait(node, now)
        before: list[Wire] = (node.get("spec") or {}).get("taints") or []
        after = taints_after(node, now, drives_away=wait == 0)
        if self._paces.is_everything:
            after = [one for one in after if not _drives_away(one)]
        if after != before:
            metadata = node["metadata"]
            patch = {
                "metadata": {"resourceVersion": metadata["resourceVersion"]},
                "spec": {"taints": after or None},
            }
            self._client.patch("nodes", metadata["name"], patch, type="merge")
        return wait or None

    def _wait(self, node: Cached, now: float) -> float | None:
        """Return how long a node must wait until it may drive pods away; None for not at all."""
        if readiness_of(node) not in {"False", "Unknown"}:
            return None
        if any(map(_drives_away, (node.get("spec") or {}).get("taints") or ())):
            return 0
        return self._paces.wait(zone_of(node))


def _unknown(known: Wire | None, type_: str, node: Cached, now: float) -> Wire:
    """Return a condition that says that nothing is known."""
    if known is None:
        reason, message = "NodeStatusNeverUpdated", "Kubelet never posted node status."
        heartbeat = node["metadata"]["creationTimestamp"]
    else:
        reason, message = "NodeStatusUnknown", "Kubelet stopped posting node status."
        heartbeat = known.get("lastHeartbeatTime")
    return {
        "type": type_,
        "status": "Unknown",
        "lastHeartbeatTime": heartbeat,
        "lastTransitionTime": text_of(now),
        "reason": reason,
        "message": message,
    }


def _drives_away(taint: Wire) -> bool:
    return taint["effect"] == "NoExecute" and taint["key"] in {
        "node.kubernetes.io/not-ready",
        "node.kubernetes.io/unreachable",
    }
