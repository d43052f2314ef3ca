"""What a scheduler tells the API of pods: conditions, nominations, events, and who has to go.

Events are told when nobody waits to be placed: whoever reads them can wait, pods cannot.

Source: ``k8s.io/kubernetes/pkg/scheduler`` handleSchedulingFailure and
``pkg/scheduler/framework/preemption`` (v1.36).
"""

from collections import deque
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.reconcile.events import EventRecorder, EventType
from kubeobj.reconcile.moments import text_of
from kubeobj.scheduling.records import PodRecord

UNSCHEDULABLE: Final = "Unschedulable"
SCHEDULER_ERROR: Final = "SchedulerError"
_LONGEST_MESSAGE: Final = 1024


@final
class Reporter:
    """Tells the API.

    Args:
        client: Whom to tell.
        clock: Tells when.
        events: Records events.
    """

    __slots__ = ("_client", "_clock", "_events", "_untold")

    def __init__(self, client: Client, clock: Clock, events: EventRecorder) -> None:
        self._client = client
        self._clock = clock
        self._events = events
        self._untold: deque[tuple[Wire, str, str, EventType]] = deque()

    @property
    def has_untold(self) -> bool:
        """Whether there are events to be told."""
        return bool(self._untold)

    def tell_events(self) -> bool:
        """Tell the events that are due; return whether there were any."""
        busy = bool(self._untold)
        while self._untold:
            about, reason, message, type_ = self._untold.popleft()
            self._events.record(about, reason, message, type_)
        return busy

    # ------------------------------------------------------------ about pods

    def placed(self, record: PodRecord) -> None:
        """Tell that a pod has got its node."""
        message = f"Successfully assigned {record.key} to {record.node}"
        self._untold.append((record.document, "Scheduled", message, "Normal"))

    def failed(self, record: PodRecord, reason: str, message: str, nominated: str | None) -> None:
        """Tell why a pod has got none, if that is not what was told last.

        Args:
            record: The pod.
            reason: Why, in one word.
            message: Why, in a sentence.
            nominated: Which node is being kept free for it; None for no news of that.
        """
        text = (
            message if len(message) <= _LONGEST_MESSAGE else message[: _LONGEST_MESSAGE - 3] + "..."
        )
        self._untold.append((record.document, "FailedScheduling", text, "Warning"))
        status = record.document.get("status") or {}
        patch: Wire = {}
        condition = {
            "type": "PodScheduled",
            "status": "False",
            "reason": reason,
            "message": message,
        }
        if not _says_already(status, condition):
            patch["conditions"] = [self._dated(status, condition)]
        if nominated is not None and nominated != status.get("nominatedNodeName", ""):
            patch["nominatedNodeName"] = nominated or None
        if patch:
            self._patch_status(record, patch)

    def clear_nomination(self, record: PodRecord) -> None:
        """Tell that no node is kept free for a pod any more."""
        if (record.document.get("status") or {}).get("nominatedNodeName"):
            self._patch_status(record, {"nominatedNodeName": None})

    def make_go(self, victim: PodRecord, preemptor: PodRecord) -> None:
        """Delete a pod that another needs the room of, and say why.

        Raises:
            ApiError: If that cannot be done.
        """
        spec = preemptor.document["spec"]
        condition = {
            "type": "DisruptionTarget",
            "status": "True",
            "reason": "PreemptionByScheduler",
            "message": f"{spec.get('schedulerName', '')}: preempting to accommodate a higher "
            "priority pod",
        }
        status = victim.document.get("status") or {}
        try:
            if not _says_already(status, condition):
                self._patch(victim, {"conditions": [self._dated(status, condition)]})
            self._client.delete("pods", victim.name, namespace=victim.namespace)
        except NotFound:
            return
        message = f"Preempted by pod {preemptor.uid} on node {victim.node}"
        self._untold.append((victim.document, "Preempted", message, "Normal"))

    # ------------------------------------------------------------ inside

    def _dated(self, status: Wire, condition: Wire) -> Wire:
        """Return a condition with its times; that of a status that stays is kept."""
        since = text_of(self._clock.now())
        for old in status.get("conditions") or ():
            if old["type"] == condition["type"] and old["status"] == condition["status"]:
                since = old.get("lastTransitionTime") or since
        return {**condition, "lastProbeTime": None, "lastTransitionTime": since}

    def _patch_status(self, record: PodRecord, patch: Wire) -> None:
        """Tell it; who is gone or has changed is looked at again anyway."""
        try:
            self._patch(record, patch)
        except ApiError:
            return

    def _patch(self, record: PodRecord, patch: Wire) -> None:
        self._client.patch(
            "pods",
            record.name,
            {"metadata": {"uid": record.uid}, "status": patch},
            type="strategic",
            namespace=record.namespace,
            part="status",
        )


def _says_already(status: Wire, condition: Wire) -> bool:
    """Return whether a status has a condition as it is to be."""
    for old in status.get("conditions") or ():
        if old["type"] == condition["type"]:
            return all(old.get(name) == value for name, value in condition.items())
    return False
