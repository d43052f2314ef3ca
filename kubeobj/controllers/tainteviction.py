"""Pods on nodes with taints that drive them away: they go once they no longer tolerate it.

Source: ``k8s.io/kubernetes/pkg/controller/tainteviction`` (v1.36); Kubernetes documentation, Taints
and Tolerations.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import final

from kubeobj.api.errors import NotFound
from kubeobj.controllers.conditions import condition_of
from kubeobj.controllers.nodelifecycle import node_name
from kubeobj.controllers.podstate import is_deleting
from kubeobj.documents import Wire
from kubeobj.placement.taints import NO_EXECUTE, Taint, Toleration
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.request import Cached, Request, Result


@final
class TaintEvictionController:
    """Deletes pods that do not tolerate the taints of their nodes, or no longer.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._nodes = manager.informer("nodes")
        self._pods = manager.informer("pods")
        self._events = manager.events.by("taint-eviction-controller")
        # Which pods are to go, so that it can be told when one may stay after all.
        self._doomed: dict[Request, None] = {}
        self._loop = manager.controller(
            "taint-eviction", self.reconcile, needs=[self._nodes, self._pods]
        )
        self._pods.subscribe(self._pod_changed)
        self._nodes.subscribe(self._node_changed)

    def _pod_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at a pod that has come to a node, or tolerates other things."""
        if new is None:
            if old is not None:
                self._doomed.pop(Request.of(old), None)
            return
        name = new["spec"].get("nodeName")
        if not name:
            return
        if (
            old is not None
            and old["spec"].get("nodeName") == name
            and old["spec"].get("tolerations") == new["spec"].get("tolerations")
        ):
            return
        node = self._nodes.cache.get("", name)
        if node is not None and _drastic(node):
            self._loop.queue.add(Request.of(new))

    def _node_changed(self, old: Cached | None, new: Cached | None) -> None:
        if new is None:
            return
        if old is not None and _drastic(old) == _drastic(new):
            return
        if old is None and not _drastic(new):
            return
        for pod in self._pods.cache.by(node_name, new["metadata"]["name"]):
            self._loop.queue.add(Request.of(pod))

    def reconcile(self, request: Request) -> Result | None:
        """Delete a pod if its time has come, or wait for it."""
        pod = self._pods.cache.find(request)
        if pod is None or is_deleting(pod):
            self._doomed.pop(request, None)
            return None
        node = self._nodes.cache.get("", pod["spec"].get("nodeName", ""))
        now = self._clock.now()
        until = None if node is None else goes_at(pod, _drastic(node), now)
        if until is None:
            if request in self._doomed:
                del self._doomed[request]
                message = f"Cancelling deletion of Pod {request}"
                self._events.record(pod, "TaintManagerEviction", message)
            return None
        self._doomed[request] = None
        if now < until:
            return Result(until - now)
        message = f"Marking for deletion Pod {request}"
        self._events.record(pod, "TaintManagerEviction", message)
        self._evict(pod, now)
        return None

    def _evict(self, pod: Cached, now: float) -> None:
        metadata = pod["metadata"]
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "observedGeneration": metadata.get("generation", 1),
            "lastTransitionTime": text_of(now),
            "reason": "DeletionByTaintManager",
            "message": "Taint manager: deleting due to NoExecute taint",
        }
        with suppress(NotFound):
            self._client.patch(
                "pods",
                metadata["name"],
                {"metadata": {"uid": metadata["uid"]}, "status": {"conditions": [condition]}},
                type="strategic",
                namespace=metadata["namespace"],
                part="status",
            )
            self._client.delete(
                "pods", metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"]
            )


def _drastic(node: Cached) -> list[Wire]:
    """Return the taints of a node that drive pods away."""
    taints: Sequence[Wire] = (node.get("spec") or {}).get("taints") or ()
    return [one for one in taints if one["effect"] == NO_EXECUTE]


def goes_at(pod: Wire, taints: Sequence[Wire], now: float) -> float | None:
    """Return when a pod has to go, in seconds since 1970; None if it may stay.

    Args:
        pod: The pod.
        taints: The taints of its node that drive pods away.
        now: The time; the time of a taint that does not say when it was added.
    """
    until: float | None = None
    came = _came_at(pod)
    for taint in taints:
        named = Taint(taint["key"], taint.get("value", ""), taint["effect"])
        tolerations = pod["spec"].get("tolerations") or ()
        # The first that does counts, whatever others say.
        first = next((one for one in tolerations if _of(one).tolerates(named)), None)
        if first is None:
            return now
        seconds = first.get("tolerationSeconds")
        if seconds is not None:
            added = taint.get("timeAdded")
            since = now if added is None else max(seconds_of(added), came)
            at = since + max(seconds, 0)
            until = at if until is None else min(until, at)
    return until


def _came_at(pod: Wire) -> float:
    """Return when a pod came to its node, in seconds since 1970."""
    scheduled = condition_of(pod, "PodScheduled")
    if scheduled is not None and scheduled["status"] == "True":
        moment = scheduled.get("lastTransitionTime")
        if moment:
            return seconds_of(moment)
    return seconds_of(pod["metadata"]["creationTimestamp"])


def _of(toleration: Wire) -> Toleration:
    return Toleration(
        toleration.get("key", ""),
        toleration.get("operator", ""),
        toleration.get("value", ""),
        toleration.get("effect", ""),
    )
