"""What pods and the node use, as the metrics API gives it.

Source: Metrics API, PodMetrics and NodeMetrics (``metrics.k8s.io/v1beta1``);
``sigs.k8s.io/metrics-server/pkg/storage`` (v0.8): a pod counts once all of its containers do.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from typing import final

from kubeobj.documents import Wire
from kubeobj.meta.duration import Duration
from kubeobj.node.nodestatus import binary_text
from kubeobj.node.usagehistory import Rate, UsageHistory
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.request import Request


@final
class NodeMeasurements:
    """Gives what a node has measured.

    Args:
        node: The name of the node.
        history: What was measured.
        running: Returns the pods of the node as they were read last.
        labels: The labels of the node.
    """

    def __init__(
        self,
        node: str,
        history: UsageHistory,
        running: Callable[[], Iterable[Wire]],
        labels: Callable[[], Wire],
    ) -> None:
        self._node = node
        self._history = history
        self._running = running
        self._labels = labels

    def pods(self) -> Iterator[Wire]:
        """Yield what each pod uses whose containers that run were all looked at twice."""
        there = {Request.of(pod): pod for pod in self._running()}
        for (namespace, name), rates in sorted(self._history.pods().items()):
            pod = there.get(Request(namespace, name))
            if pod is None or not _running(pod) <= rates.keys():
                continue
            newest = max(rates.values(), key=lambda rate: rate.at)
            metadata: Wire = {"name": name, "namespace": namespace}
            yield {
                "metadata": _labelled(metadata, pod["metadata"].get("labels"), newest),
                "timestamp": text_of(newest.at),
                "window": _window(newest),
                "containers": [
                    {"name": container, "usage": usage_of(rate)}
                    for container, rate in sorted(rates.items())
                ],
            }

    def nodes(self) -> Iterator[Wire]:
        """Yield what the node uses, once it was looked at twice."""
        rate = self._history.node()
        if rate is not None:
            yield {
                "metadata": _labelled({"name": self._node}, self._labels(), rate),
                "timestamp": text_of(rate.at),
                "window": _window(rate),
                "usage": usage_of(rate),
            }


def usage_of(rate: Rate) -> Wire:
    """Return what something uses, as quantities."""
    cores = rate.cpu_nanocores
    memory = rate.memory_bytes // 1024 * 1024
    return {"cpu": f"{cores}n" if cores else "0", "memory": binary_text(memory)}


def _running(pod: Wire) -> set[str]:
    """Return the names of the containers of a pod that run."""
    status: Wire = pod.get("status") or {}
    return {
        one["name"]
        for field in ("initContainerStatuses", "containerStatuses")
        for one in status.get(field) or ()
        if "running" in (one.get("state") or {})
    }


def _labelled(metadata: Wire, labels: Wire | None, rate: Rate) -> Wire:
    metadata["creationTimestamp"] = text_of(rate.at)
    if labels:
        metadata["labels"] = labels
    return metadata


def _window(rate: Rate) -> str:
    return str(Duration.from_timedelta(timedelta(milliseconds=round(rate.window * 1000))))
