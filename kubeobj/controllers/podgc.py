"""Pods that nobody looks after any more: they are collected.

Source: ``k8s.io/kubernetes/pkg/controller/podgc`` (v1.36); Kubernetes documentation, Pod Lifecycle,
Garbage collection of Pods.
"""

from contextlib import suppress
from heapq import heappop, heappush
from typing import Final, final

from kubeobj.api.errors import NotFound
from kubeobj.controllers.nodelifecycle import node_name
from kubeobj.controllers.nodetaints import readiness_of
from kubeobj.controllers.podstate import is_deleting, is_finished
from kubeobj.documents import Wire
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import Cached, Request, Result

QUARANTINE_SECONDS: Final = 40.0
"""How long a node must have been gone before its pods are collected."""

FINISHED_AT_MOST: Final = 12_500
"""How many pods that have ended are kept."""

OUT_OF_SERVICE: Final = "node.kubernetes.io/out-of-service"


@final
class PodGarbageCollector:
    """Collects pods on nodes that are gone, pods that end before they began, and too many ended.

    Args:
        manager: Whose caches and client are used.
        finished_at_most: How many pods that have ended are kept.
    """

    def __init__(self, manager: Manager, finished_at_most: int = FINISHED_AT_MOST) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._pods = manager.informer("pods")
        self._nodes = manager.informer("nodes")
        self._most = finished_at_most
        # Which have ended; and in which order they go, with some that are there no more.
        self._finished: dict[Request, str] = {}
        self._order: list[tuple[bool, str, str, Request]] = []
        # Since when a node that pods name has not been there.
        self._missing: dict[str, float] = {}
        self._loop = manager.controller(
            "pod-garbage-collector", self.reconcile, needs=[self._pods, self._nodes]
        )
        self._pods.subscribe(self._pod_changed)
        self._nodes.subscribe(self._node_changed)

    # ------------------------------------------------------------ what has changed

    def _pod_changed(self, old: Cached | None, new: Cached | None) -> None:
        if new is None:
            if old is not None:
                self._finished.pop(Request.of(old), None)
            return
        key = Request.of(new)
        if is_finished(new):
            self._note_finished(key, new)
        else:
            self._finished.pop(key, None)  # it was another one of its name
        name = new["spec"].get("nodeName")
        if not name:
            if is_deleting(new):
                self._loop.queue.add(key)
        elif self._nodes.cache.get("", name) is None or is_deleting(new):
            self._loop.queue.add(key)

    def _note_finished(self, key: Request, pod: Cached) -> None:
        """Keep count of those that have ended, and see that there are not too many."""
        metadata = pod["metadata"]
        if self._finished.get(key) != metadata["uid"]:
            self._finished[key] = metadata["uid"]
            stays = pod["status"].get("reason") != "Evicted"
            heappush(self._order, (stays, metadata["creationTimestamp"], metadata["uid"], key))
        if len(self._finished) > self._most and not is_deleting(pod):
            self._loop.queue.add(self._first())

    def _first(self) -> Request:
        """Return who goes first: those that were evicted, and then the oldest."""
        while True:
            _, _, uid, key = self._order[0]
            if self._finished.get(key) == uid:
                return key
            heappop(self._order)

    def _node_changed(self, old: Cached | None, new: Cached | None) -> None:
        node = old if new is None else new
        if node is None:
            return
        name = node["metadata"]["name"]
        if new is None:
            self._missing[name] = self._clock.now()
        else:
            self._missing.pop(name, None)
            if not _is_out_of_service(new):
                return
        for pod in self._pods.cache.by(node_name, name):
            self._loop.queue.add(Request.of(pod))

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Collect a pod, if it is to be."""
        pod = self._pods.cache.find(request)
        if pod is None:
            return None
        if len(self._finished) > self._most and self._first() == request:
            self._delete(pod)
            self._finished.pop(request)
            if len(self._finished) > self._most:
                self._loop.queue.add(self._first())
            return None
        name = pod["spec"].get("nodeName")
        if not name:
            if is_deleting(pod):
                self._fail_and_delete(pod)
            return None
        node = self._nodes.cache.get("", name)
        if node is None:
            return self._orphan(pod, name)
        if is_deleting(pod) and _is_out_of_service(node) and readiness_of(node) != "True":
            self._fail_and_delete(pod)
        return None

    def _orphan(self, pod: Cached, node: str) -> Result | None:
        """Collect a pod whose node is gone, once that has been so for some time."""
        now = self._clock.now()
        since = self._missing.setdefault(node, now)
        if now < since + QUARANTINE_SECONDS:
            return Result(since + QUARANTINE_SECONDS - now)
        with suppress(NotFound):
            self._client.get("nodes", node)
            return None  # it is there, and the cache will say so
        self._fail_and_delete(pod, "PodGC: node no longer exists")
        return None

    def _fail_and_delete(self, pod: Cached, why: str = "") -> None:
        """Let a pod have failed if it has not ended, and delete it.

        Args:
            pod: The pod.
            why: Why its owner should make another one of it; empty where that is not said.
        """
        metadata = pod["metadata"]
        if not is_finished(pod):
            generation = metadata.get("generation", 1)
            status: Wire = {"phase": "Failed", "observedGeneration": generation}
            if why:
                condition = {
                    "type": "DisruptionTarget",
                    "status": "True",
                    "observedGeneration": generation,
                    "lastTransitionTime": text_of(self._clock.now()),
                    "reason": "DeletionByPodGC",
                    "message": why,
                }
                status["conditions"] = [condition]
            with suppress(NotFound):
                self._client.patch(
                    "pods",
                    metadata["name"],
                    {"metadata": {"uid": metadata["uid"]}, "status": status},
                    type="strategic",
                    namespace=metadata["namespace"],
                    part="status",
                )
        self._delete(pod)

    def _delete(self, pod: Cached) -> None:
        metadata = pod["metadata"]
        with suppress(NotFound):
            self._client.delete(
                "pods",
                metadata["name"],
                namespace=metadata["namespace"],
                grace_period_seconds=0,
                uid=metadata["uid"],
            )


def _is_out_of_service(node: Cached) -> bool:
    taints = (node.get("spec") or {}).get("taints") or ()
    return any(one["key"] == OUT_OF_SERVICE for one in taints)
