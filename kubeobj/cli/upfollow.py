"""Following workloads until they are ready, or long enough."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, final

from kubeobj.cli.upshow import Show
from kubeobj.clock import LiveClock
from kubeobj.cluster.workloadstates import (
    WORKLOADS,
    WorkloadId,
    WorkloadState,
    look,
)
from kubeobj.documents import Document

if TYPE_CHECKING:
    from kubeobj.api.client import Client
    from kubeobj.manifests import Manifest

LOOKED_EVERY_SECONDS: Final = 0.15
"""How long it is waited, at least, until it is looked again how far workloads have come."""

LONGEST_PAUSE_SECONDS: Final = 1.0
"""How long at most, where looking takes long."""

# A tenth of the time at most: what is asked, and what brings workloads up, is one process.
_PAUSE_TIMES_LOOK: Final = 9


@final
@dataclass(frozen=True, slots=True)
class Followed:
    """How workloads have done.

    Args:
        states: How far each has come.
        seconds: How long that took.
    """

    states: tuple[WorkloadState, ...]
    seconds: float

    @property
    def are_ready(self) -> bool:
        """Whether all are ready, or have done what they were to do."""
        return all(state.is_well for state in self.states)


def workloads_in(manifests: Sequence["Manifest"], namespace: str) -> tuple[WorkloadId, ...]:
    """Return the workloads among manifests, in their order.

    Args:
        manifests: What was applied.
        namespace: The namespace of those that say none.
    """
    return tuple(
        WorkloadId(one.kind, one.namespace or namespace, one.name)
        for one in manifests
        if one.kind in WORKLOADS and one.name
    )


def stored_workloads(client: "Client") -> tuple[WorkloadId, ...]:
    """Return the workloads that somebody has asked for: those that nothing else owns."""
    from kubeobj.reconcile.request import wire_of

    return tuple(
        WorkloadId(kind, one["namespace"], one["name"])
        for kind, resource in WORKLOADS.items()
        for one in (wire_of(found)["metadata"] for found in client.list(resource, namespace=""))
        if not one.get("ownerReferences")
    )


def follow(
    client: "Client",
    ids: Sequence[WorkloadId],
    show: Show,
    *,
    within: float,
    is_over: Callable[[], bool] = lambda: False,
    sleep: Callable[[float], object] = time.sleep,
) -> Followed:
    """Show how workloads come up, until all have, one has failed for good, or the time is over.

    Args:
        client: Reads them.
        ids: Which.
        show: Shows it.
        within: How long to wait, in seconds.
        is_over: Whether nobody wants to know any more.
        sleep: Waits.
    """
    clock = LiveClock()
    began = clock.now()
    with show:
        while True:
            now = clock.now()
            states = look(client, ids, now)
            show.update(states)
            seconds = now - began
            is_late = not 0 <= seconds < within
            if all(state.is_settled for state in states) or is_late or is_over():
                return Followed(states, seconds)
            pause = (clock.now() - now) * _PAUSE_TIMES_LOOK
            sleep(min(max(LOOKED_EVERY_SECONDS, pause), LONGEST_PAUSE_SECONDS))


def state_record(state: WorkloadState) -> Document:
    """Return how far a workload has come, as JSON."""
    trouble = state.trouble
    return {
        "kind": state.id.kind,
        "namespace": state.id.namespace,
        "name": state.id.name,
        "stage": str(state.stage),
        "detail": state.detail,
        "trouble": None
        if trouble is None
        else {
            "pod": trouble.pod,
            "reason": trouble.reason,
            "message": trouble.message,
            "advice": trouble.advice,
        },
    }
