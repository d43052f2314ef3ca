"""The status of an autoscaler that is looked at, as it is to be.

Source: ``k8s.io/kubernetes/pkg/controller/podautoscaler`` horizontal.go setStatus and setCondition
(v1.36).
"""

from collections.abc import Sequence
from typing import final

from kubeobj.documents import Wire
from kubeobj.reconcile.moments import text_of


@final
class AutoscalerStatus:
    """What is to be said of an autoscaler.

    Args:
        document: The autoscaler.
        now: The time, in seconds since 1970.
    """

    __slots__ = ("_now", "_status", "document")

    def __init__(self, document: Wire, now: float) -> None:
        self.document: Wire = document
        self._now = text_of(now)
        self._status: Wire = dict(document.get("status", {}))

    @property
    def namespace(self) -> str:
        """The namespace of the autoscaler, and of what it scales."""
        namespace: str = self.document["metadata"]["namespace"]
        return namespace

    def set_condition(self, type_: str, status: str, reason: str, message: str) -> None:
        """Let a condition say something; its time is when its status has last changed."""
        conditions: list[Wire] = list(self._status.get("conditions") or ())
        position = next(
            (place for place, one in enumerate(conditions) if one["type"] == type_), None
        )
        since = self._now
        if position is not None and conditions[position]["status"] == status:
            since = conditions[position].get("lastTransitionTime", since)
        condition = {
            "type": type_,
            "status": status,
            "lastTransitionTime": since,
            "reason": reason,
            "message": message,
        }
        if position is None:
            conditions.append(condition)
        else:
            conditions[position] = condition
        self._status["conditions"] = conditions

    def set_current(self, current: int) -> None:
        """Say how many replicas there are to be, and leave what was found last."""
        before = self._status
        self.set_replicas(
            current, before.get("desiredReplicas", 0), before.get("currentMetrics") or ()
        )

    def set_replicas(
        self,
        current: int,
        desired: int,
        metrics: Sequence[Wire],
        *,
        is_rescaled: bool = False,
    ) -> None:
        """Say what was found.

        Args:
            current: How many replicas there were to be.
            desired: How many there are to be now.
            metrics: How each metric is reported.
            is_rescaled: Whether the target has just been scaled.
        """
        status: Wire = {"desiredReplicas": desired}
        if current:
            status["currentReplicas"] = current
        if metrics:
            status["currentMetrics"] = list(metrics)
        for name in ("lastScaleTime", "conditions"):
            if name in self._status:
                status[name] = self._status[name]
        if is_rescaled:
            status["lastScaleTime"] = self._now
        self._status = status

    def changed(self) -> Wire | None:
        """Return the autoscaler with the status that it is to have, or None if it has it."""
        if self._status == self.document.get("status", {}):
            return None
        return {**self.document, "status": self._status}
