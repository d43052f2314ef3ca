"""The loop that looks after all simulated nodes: pods that are bound to them run, and are reported.

One loop for all of them, for a simulation has hundreds; each pod is looked at by itself.

Source: ``k8s.io/kubernetes/pkg/kubelet`` (v1.36), as far as the API sees it.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from typing import Final, final

from kubeobj.api.errors import Conflict, NotFound
from kubeobj.documents import Wire
from kubeobj.node.podevents import PodEvents, PodReporter
from kubeobj.node.podstatus import status_of
from kubeobj.node.simulatednode import SimulatedNode
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.runtimes.behaviour import Behaviours
from kubeobj.runtimes.simulatedpod import SimulatedPod

_OVER: Final = frozenset({"Succeeded", "Failed"})
_EXPIRED: Final = (
    "DeadlineExceeded",
    "Pod was active on the node longer than the specified deadline",
)


@final
class Kubelets:
    """Makes pods run on simulated nodes.

    Args:
        manager: Whose caches and client are used.
        nodes: The machines, by name.
        behaviours: How containers behave.
        events: Which events are told of pods.
    """

    def __init__(
        self,
        manager: Manager,
        nodes: Mapping[str, SimulatedNode],
        behaviours: Behaviours,
        events: PodEvents = PodEvents.WARNINGS,
    ) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._nodes = nodes
        self._behaviours = behaviours
        self._reporter = PodReporter(manager.events, events)
        self._pods = manager.informer("pods")
        self._loop = manager.controller("kubelet", self.reconcile, needs=[self._pods])
        self._pods.subscribe(self._handle)
        # Where each pod runs: what the machines know, by pod. A machine that nobody hears of may
        # run one that is somewhere else by now.
        self._where: dict[Request, list[SimulatedNode]] = {}
        for node in nodes.values():
            for key in node:
                self._where.setdefault(key, []).append(node)
        self.look_at(self._where)

    def look_at(self, pods: Iterable[Request]) -> None:
        """Look at pods again, because something has changed on their nodes."""
        for key in pods:
            self._loop.queue.add(key)

    def look_at_node(self, name: str) -> None:
        """Look again at all that runs on a node, or should: it has come back."""
        self.look_at(self._nodes[name])
        self.look_at(map(Request.of, self._pods.cache.by(_node_of, name)))

    def _handle(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is not None and document["spec"].get("nodeName") in self._nodes:
            self._loop.queue.add(Request.of(document))

    def reconcile(self, request: Request) -> Result | None:
        """Bring a pod on its node to where it should be, and report how it is."""
        pod = self._pods.cache.find(request)
        if request in self._where:
            self._clear_away(request, pod)
        if pod is None:
            return None
        node = self._nodes[pod["spec"]["nodeName"]]
        if not node.is_reachable:
            return None
        run = node.pods.get(request)
        if run is None:
            if pod["status"].get("phase") in _OVER:
                self._end(pod)
                return None
            if not self._admits(request, pod, node):
                return None
            run = node.start(request, pod, self._clock.now(), self._behaviours)
            self._where.setdefault(request, []).append(node)
        return self._look_after(request, pod, node, run)

    def _clear_away(self, request: Request, pod: Cached | None) -> None:
        """End what runs under the name of a pod and is not it, on machines that know of that."""
        uid = None if pod is None else pod["metadata"]["uid"]
        kept = []
        for node in self._where.pop(request):
            if node.pods[request].uid == uid or not node.is_reachable:
                kept.append(node)
            else:
                node.forget(request)
        if kept:
            self._where[request] = kept

    def _look_after(
        self, request: Request, pod: Cached, node: SimulatedNode, run: SimulatedPod
    ) -> Result | None:
        now = self._clock.now()
        run.go_on(now)
        metadata = pod["metadata"]
        if "deletionTimestamp" in metadata and not run.stopping:
            run.stop(now, max(seconds_of(metadata["deletionTimestamp"]) - now, 0.0))
        if self._is_expired(pod, now) and not run.stopping:
            run.doom = _EXPIRED
            run.stop(now, pod["spec"].get("terminationGracePeriodSeconds", 30))
        if run.journal:
            self._reporter.tell(pod, run, node)
        status = self._status(pod, run, node, now)
        self._report(pod, status)
        if run.is_over:
            node.occupancy.release(request)
            if status["phase"] in _OVER | {"Pending"}:
                self._end(pod)
        at = run.next_news(now)
        if not run.stopping:
            at = self._deadline(pod, at)
        return None if at is None else Result(max(at - now, 0.0))

    def _status(self, pod: Cached, run: SimulatedPod, node: SimulatedNode, now: float) -> Wire:
        """Return the status of a pod; what was reported a moment ago, as long as it is that."""
        doing = tuple((one.phase, one.runs) for one in run.containers)
        when = (now, pod["metadata"].get("generation"), run.stopping, doing)
        if run.reported is not None and run.reported[0] == when:
            status, there = run.reported[1], pod["status"]
            if all(there.get(name) == value for name, value in status.items()):
                return status
        status = status_of(pod, run, node.address, now)
        run.reported = when, status
        return status

    def _admits(self, request: Request, pod: Cached, node: SimulatedNode) -> bool:
        """Let a node take a pod, or say on the pod that it does not."""
        name = node.machine.name
        refusal = node.occupancy.admit(
            request, pod, lambda: wire_of(self._client.get("nodes", name))
        )
        if refusal is None:
            return True
        reason, message = refusal
        self._reporter.refused(pod, reason, message, node)
        status = {
            "observedGeneration": pod["metadata"].get("generation", 1),
            "phase": "Failed",
            "reason": reason,
            "message": message,
            "startTime": text_of(self._clock.now()),
        }
        self._report(pod, status)
        return False

    def _is_expired(self, pod: Cached, now: float) -> bool:
        at = self._deadline(pod, None)
        return at is not None and at <= now and pod["status"].get("phase") not in _OVER

    def _deadline(self, pod: Cached, at: float | None) -> float | None:
        """Return when the pod has run for as long as it may, if that is before *at*."""
        seconds, started = pod["spec"].get("activeDeadlineSeconds"), pod["status"].get("startTime")
        if seconds is None or started is None or pod["status"].get("phase") in _OVER:
            return at
        end: float = seconds_of(started) + seconds
        return end if at is None else min(at, end)

    def _report(self, pod: Cached, status: Wire) -> None:
        old = pod["status"]
        changed = {name: value for name, value in status.items() if old.get(name) != value}
        if not changed:
            return
        metadata = pod["metadata"]
        # Lists are replaced whole, so nobody else may have written one meanwhile.
        patch = {"metadata": {"resourceVersion": metadata["resourceVersion"]}, "status": changed}
        with suppress(NotFound):  # the cache will say so
            self._client.patch(
                "pods",
                metadata["name"],
                patch,
                type="merge",
                namespace=metadata["namespace"],
                part="status",
            )

    def _end(self, pod: Cached) -> None:
        """Let a pod go that has ended and is to go."""
        metadata = pod["metadata"]
        if "deletionTimestamp" not in metadata:
            return
        with suppress(NotFound, Conflict):  # it has gone, or another one has its name
            self._client.delete(
                "pods",
                metadata["name"],
                namespace=metadata["namespace"],
                grace_period_seconds=0,
                uid=metadata["uid"],
            )


def _node_of(pod: Wire) -> tuple[str, ...]:
    name = pod["spec"].get("nodeName")
    return (name,) if name else ()
