"""Keeping as many pods as an object asks for: what ReplicaSets and ReplicationControllers share.

Source: ``k8s.io/kubernetes/pkg/controller/replicaset`` (v1.36).
"""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final

from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.adoption import Adoption
from kubeobj.controllers.conditions import find
from kubeobj.controllers.podcontrol import PodControl
from kubeobj.controllers.podfromtemplate import pod_from_template
from kubeobj.controllers.podranking import replicas_to_delete
from kubeobj.controllers.podstate import (
    is_active,
    is_available,
    is_ready,
    is_terminating,
    next_availability_seconds,
)
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.selecting import Selecting
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.expectations import FORGOTTEN_AFTER_SECONDS, Expectations
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import text_of
from kubeobj.reconcile.owners import controlled_by, controller_of, owner_of
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.reconcile.triggers import on_self

BURST: Final = 500
"""How many pods are created or deleted at most before anything else is looked at."""


@final
@dataclass(frozen=True, slots=True)
class ReplicaKind:
    """A kind whose objects ask for a number of equal pods.

    Args:
        resource: Its resource: ``replicasets.apps``.
        group: Its group.
        kind: The kind.
        name: The name of its loop, under which it tells events.
        selector: Returns which pods an object selects.
    """

    resource: str
    group: str
    kind: str
    name: str
    selector: Callable[[Cached], Selector]


class ReplicaController:
    """Keeps as many pods as each object of a kind asks for.

    Args:
        manager: Whose caches and client are used.
        kind: The kind.
    """

    def __init__(self, manager: Manager, kind: ReplicaKind) -> None:
        self._kind = kind
        self._client = manager.client
        self._clock = manager.clock
        self._objects = manager.informer(kind.resource)
        self._pods = manager.informer("pods")
        self._events = manager.events.by(kind.name)
        self._expected = Expectations(manager.clock)
        self._control = PodControl(manager.client, self._events, self._expected)
        self._adoption = Adoption(
            manager.client, kind.resource, "pods", self._pods.cache, accepts=is_active
        )
        self._loop = manager.controller(
            kind.name, self.reconcile, needs=[self._objects, self._pods]
        )
        on_self(self._loop, self._objects)
        self._pods.subscribe(self._owned, owner=(kind.group, kind.kind))
        Selecting(self._objects, kind.selector).look_at_orphans(self._loop, self._pods)

    # ------------------------------------------------------------ what has changed

    def _owned(self, old: Cached | None, new: Cached | None) -> None:
        """Note what was expected, and look at the owner."""
        for pod in (old, new):
            if pod is None or controlled_by(pod) != (self._kind.group, self._kind.kind):
                continue
            owner = owner_of(pod)
            if new is None or "deletionTimestamp" in new["metadata"]:
                self._expected.deleted(owner, pod["metadata"]["uid"])
            elif old is None:
                self._expected.created(owner)
            self._loop.queue.add(owner)

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Create or delete pods until there are as many as asked for, and report it."""
        obj = self._objects.cache.find(request)
        if obj is None:
            self._expected.forget(request)
            return None
        is_met = self._expected.are_met(request)
        claimed = self._adoption.claim(obj, self._kind.selector(obj))
        active = [pod for pod in claimed if is_active(pod)]
        failure: ApiError | None = None
        if is_met and "deletionTimestamp" not in obj["metadata"]:
            failure = self._manage(request, obj, active)
        self._report(obj, claimed, active, failure)
        if failure is not None:
            raise failure
        return self._next_look(request, obj, active)

    def _next_look(self, request: Request, obj: Cached, active: list[Cached]) -> Result | None:
        """Return when time alone makes a difference: to a pod, or to what has not been seen."""
        minimum = obj["spec"].get("minReadySeconds") or 0
        now = self._clock.now()
        after = next_availability_seconds(active, minimum, now) if minimum else None
        if not self._expected.are_met(request):
            # A pod that was lost sight of, as it came and went, will never be seen.
            lost = FORGOTTEN_AFTER_SECONDS + 1
            after = lost if after is None else min(after, lost)
        return None if after is None else Result(after)

    def _manage(self, request: Request, obj: Cached, active: list[Cached]) -> ApiError | None:
        difference = len(active) - obj["spec"].get("replicas", 1)
        if difference < 0:
            return self._create(request, obj, min(-difference, BURST))
        if difference > 0:
            return self._delete(obj, active, min(difference, BURST))
        return None

    def _create(self, request: Request, obj: Cached, count: int) -> ApiError | None:
        """Create pods: one, then two, then four and so on, so that few fail if all would."""
        pod = pod_from_template(obj["spec"]["template"], obj)
        self._expected.creations(request, count)
        done, batch = 0, 1
        while done < count:
            for _ in range(min(batch, count - done)):
                error = self._control.create(obj, pod)
                if error is None:
                    done += 1
                    continue
                for _ in range(count - done):
                    self._expected.created(request)
                return None if is_namespace_terminating(error) else error
            batch *= 2
        return None

    def _delete(self, obj: Cached, active: list[Cached], count: int) -> ApiError | None:
        related = self._related(obj)
        chosen = replicas_to_delete(active, count, self._clock.now(), related=related)
        return self._control.delete(obj, chosen)

    def _related(self, obj: Cached) -> list[Cached]:
        """Return the active pods of all objects that have the same controller as this one."""
        owner = controller_of(obj)
        siblings = [obj] if owner is None else self._objects.cache.owned_by(owner["uid"])
        return [
            pod
            for sibling in siblings
            for pod in self._pods.cache.owned_by(sibling["metadata"]["uid"])
            if is_active(pod)
        ]

    # ------------------------------------------------------------ what is reported

    def _report(
        self,
        obj: Cached,
        claimed: Sequence[Cached],
        active: Sequence[Cached],
        failure: ApiError | None,
    ) -> None:
        status = self._status(obj, claimed, active, failure)
        with suppress(NotFound):
            write_status(self._client, self._kind.resource, obj, status, _OWNED)

    def _status(
        self,
        obj: Cached,
        claimed: Sequence[Cached],
        active: Sequence[Cached],
        failure: ApiError | None,
    ) -> Wire:
        now, minimum = self._clock.now(), obj["spec"].get("minReadySeconds") or 0
        labels = _template_labels(obj)
        ready = [pod for pod in active if is_ready(pod)]
        counts = {
            "fullyLabeledReplicas": sum(1 for pod in active if _has(pod, labels)),
            "readyReplicas": len(ready),
            "availableReplicas": sum(1 for pod in ready if is_available(pod, minimum, now)),
        }
        status: Wire = {"replicas": len(active)}
        status.update({name: count for name, count in counts.items() if count})
        if self._kind.group:
            status["terminatingReplicas"] = sum(1 for pod in claimed if is_terminating(pod))
        status["observedGeneration"] = obj["metadata"].get("generation", 1)
        conditions = _conditions(obj, len(active), failure, now)
        if conditions is not None:
            status["conditions"] = conditions
        return status


_OWNED: Final = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas", "conditions")


def _has(pod: Cached, labels: Wire) -> bool:
    own = pod["metadata"].get("labels") or {}
    return all(own.get(name) == value for name, value in labels.items())


def _template_labels(obj: Cached) -> Wire:
    labels: Wire = (obj["spec"]["template"].get("metadata") or {}).get("labels") or {}
    return labels


def _conditions(
    obj: Cached, active: int, failure: ApiError | None, now: float
) -> list[Wire] | None:
    """Return the conditions, with ReplicaFailure if pods could not be made; None for none."""
    before: list[Wire] = (obj.get("status") or {}).get("conditions") or []
    known = find(before, "ReplicaFailure")
    others = [one for one in before if one["type"] != "ReplicaFailure"]
    if failure is None:
        return others or None
    if known is not None:
        return before
    reason = "FailedCreate" if active < obj["spec"].get("replicas", 1) else "FailedDelete"
    condition = {
        "type": "ReplicaFailure",
        "status": "True",
        "lastTransitionTime": text_of(now),
        "reason": reason,
        "message": str(failure),
    }
    return [*others, condition]
