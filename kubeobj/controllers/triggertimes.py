"""When what has changed in the endpoints of a service came about, for who measures how late it is.

Source: ``k8s.io/endpointslice/util`` TriggerTimeTracker (v1.36).
"""

from collections.abc import Iterable
from typing import final

from kubeobj.controllers.conditions import condition_of
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Request

ANNOTATION = "endpoints.kubernetes.io/last-change-trigger-time"
"""The annotation that says so."""


@final
class TriggerTimes:
    """The times of each service and its pods, as they were when it was last looked at."""

    __slots__ = ("_known",)

    def __init__(self) -> None:
        self._known: dict[Request, tuple[str, dict[str, str]]] = {}

    def next(self, service: Wire, pods: Iterable[Wire]) -> str | None:
        """Return since when something is as it was not when this was asked before, or None."""
        key = Request.of(service)
        created: str = service["metadata"]["creationTimestamp"]
        times = dict(filter(None, map(_time_of, pods)))
        known = self._known.get(key)
        self._known[key] = created, times
        if known is None:
            return created
        before, pod_times = known
        # Texts of one form, in which the earlier is the smaller.
        changed = [time for name, time in times.items() if time > pod_times.get(name, "")]
        if created > before:
            changed.append(created)
        return min(changed, default=None)

    def forget(self, service: Request) -> None:
        """Forget a service."""
        self._known.pop(service, None)


def annotated(annotations: Wire | None, time: str | None) -> Wire:
    """Return annotations with the time, or without if there is none to tell."""
    others = {key: value for key, value in (annotations or {}).items() if key != ANNOTATION}
    return others if time is None else {**others, ANNOTATION: time}


def _time_of(pod: Wire) -> tuple[str, str] | None:
    ready = condition_of(pod, "Ready")
    time = ready.get("lastTransitionTime") if ready is not None else None
    return None if time is None else (pod["metadata"]["name"], time)
