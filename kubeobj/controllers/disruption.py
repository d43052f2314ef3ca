"""Disruption budgets: how many pods may be evicted now.

Source: ``k8s.io/kubernetes/pkg/controller/disruption`` (v1.36); Kubernetes documentation,
Disruptions.
"""

from collections.abc import Sequence
from contextlib import suppress
from typing import Final, final

from kubeobj.api.client import Client
from kubeobj.api.errors import ApiError, NotFound
from kubeobj.controllers.conditions import condition_of, find
from kubeobj.controllers.podstate import is_deleting, is_ready
from kubeobj.controllers.selecting import Selecting, selector_in
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.labels.selector import Selector
from kubeobj.meta.intorstring import IntOrString
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.moments import seconds_of, text_of
from kubeobj.reconcile.owners import controller_of, group_of
from kubeobj.reconcile.request import Cached, Request, Result
from kubeobj.reconcile.triggers import on_self

_RESOURCE: Final = "poddisruptionbudgets.policy"
_SCALED: Final = {
    ("apps", "Deployment"): "deployments.apps",
    ("apps", "ReplicaSet"): "replicasets.apps",
    ("apps", "StatefulSet"): "statefulsets.apps",
    ("", "ReplicationController"): "replicationcontrollers",
}

EVICTED_WITHIN_SECONDS: Final = 120.0
"""How long after an eviction the pod must have begun to end, to count as evicted."""


class NoScale(KubeobjError, LookupError):
    """Nobody says how many pods there should be like one that a budget selects."""


class OwnerGone(NoScale):
    """The owner of a pod is not there: whoever waits will hear of it when it comes."""


@final
class DisruptionController:
    """Says of each budget how many of its pods may be evicted.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._budgets = manager.informer(_RESOURCE)
        self._pods = manager.informer("pods")
        self._scaled = {kind: manager.informer(name) for kind, name in _SCALED.items()}
        self._events = manager.events.by("controllermanager")
        needs = [self._budgets, self._pods, *self._scaled.values()]
        self._loop = manager.controller("disruption", self.reconcile, needs=needs)
        on_self(self._loop, self._budgets)
        self._selecting = Selecting(self._budgets, _selector_of)
        self._pods.subscribe(self._pod_changed)
        for informer in self._scaled.values():
            informer.subscribe(self._scale_changed)
        self._stale = manager.controller(
            "disruption-stale-pods", self.reset_stale, needs=[self._pods]
        )

    # ------------------------------------------------------------ what has changed

    def _pod_changed(self, old: Cached | None, new: Cached | None) -> None:
        for pod in (old, new):
            if pod is not None:
                self._look_at_budgets_of(pod)
        if new is not None and _is_target(new):
            self._stale.queue.add(Request.of(new))

    def _look_at_budgets_of(self, pod: Cached) -> None:
        metadata = pod["metadata"]
        for key in self._selecting.of(metadata["namespace"], metadata.get("labels")):
            self._loop.queue.add(key)

    def _scale_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the budgets of the pods of an object whose size has changed."""
        if new is None or (old is not None and _size(old) == _size(new)):
            return
        labels = (new["spec"].get("template") or {}).get("metadata", {}).get("labels")
        for key in self._selecting.of(new["metadata"]["namespace"], labels):
            self._loop.queue.add(key)

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Count the pods of a budget, and report how many may go."""
        budget = self._budgets.cache.find(request)
        if budget is None:
            return None
        pods = self._pods.cache.select(request.namespace, _selector_of(budget))
        if not pods:
            self._events.record(budget, "NoPods", "No matching pods found")
        now = self._clock.now()
        try:
            expected, desired = self._expected(budget, pods)
        except (NoScale, ApiError) as error:
            message = f"Failed to calculate the number of expected pods: {error}"
            self._events.record(budget, "CalculateExpectedPodCountFailed", message, "Warning")
            self._write(budget, {"disruptionsAllowed": 0}, ("SyncFailed", str(error)), now)
            if isinstance(error, OwnerGone):
                return None
            raise
        disrupted, recheck = self._disrupted(budget, pods, now)
        healthy = sum(
            1
            for pod in pods
            if not is_deleting(pod) and pod["metadata"]["name"] not in disrupted and is_ready(pod)
        )
        allowed = max(healthy - desired, 0) if expected > 0 else 0
        status: Wire = {
            "currentHealthy": healthy,
            "desiredHealthy": desired,
            "expectedPods": expected,
            "disruptionsAllowed": allowed,
        }
        if disrupted:
            # A merge patch keeps the names of a map that it does not take away.
            noted = (budget.get("status") or {}).get("disruptedPods") or {}
            gone = {name: None for name in noted if name not in disrupted}
            status["disruptedPods"] = {**disrupted, **gone}
        self._write(budget, status, ("SufficientPods" if allowed else "InsufficientPods", ""), now)
        return None if recheck is None else Result(recheck - now)

    def _expected(self, budget: Cached, pods: Sequence[Cached]) -> tuple[int, int]:
        """Return how many pods there should be, and how many of them must be healthy."""
        spec = budget["spec"]
        most = spec.get("maxUnavailable")
        if most is not None:
            expected = self._scale(budget, pods)
            away = IntOrString(most).scaled(expected, round_up=True)
            return expected, max(expected - away, 0)
        least = spec.get("minAvailable")
        if isinstance(least, str):
            expected = self._scale(budget, pods)
            return expected, IntOrString(least).scaled(expected, round_up=True)
        return len(pods), least or 0

    def _scale(self, budget: Cached, pods: Sequence[Cached]) -> int:
        """Return how many pods the owners of *pods* ask for.

        Raises:
            NoScale: If an owner does not say.
        """
        seen: dict[str, None] = {}
        sizes: dict[str, int] = {}
        unmanaged = 0
        for pod in pods:
            owner = controller_of(pod)
            if owner is None:
                unmanaged += 1
            elif owner["uid"] not in seen:
                seen[owner["uid"]] = None
                uid, size = self._size_of(pod, owner)
                sizes[uid] = size
        if unmanaged:
            message = (
                f"Pods selected by this PodDisruptionBudget ({unmanaged}) are unmanaged: with "
                "maxUnavailable or a percentage they do not count"
            )
            self._events.record(budget, "UnmanagedPods", message, "Warning")
        return sum(sizes.values())

    def _size_of(self, pod: Cached, owner: Wire) -> tuple[str, int]:
        """Return who decides how many pods there are like one, by uid, and how many that is."""
        namespace = pod["metadata"]["namespace"]
        found = self._owner(namespace, owner)
        above = None if found is None else controller_of(found)
        if above is not None and (above["kind"], group_of(above)) == ("Deployment", "apps"):
            found = self._owner(namespace, above) or found
        if found is not None:
            return found["metadata"]["uid"], _size(found)
        if (group_of(owner), owner["kind"]) in self._scaled:
            raise OwnerGone(_no_scale(pod))
        return owner["uid"], _asked_scale(self._client, namespace, owner, pod)

    def _owner(self, namespace: str, reference: Wire) -> Cached | None:
        informer = self._scaled.get((group_of(reference), reference["kind"]))
        if informer is None:
            return None
        found = informer.cache.get(namespace, reference["name"])
        if found is None or found["metadata"]["uid"] != reference["uid"]:
            return None
        return found

    def _disrupted(
        self, budget: Cached, pods: Sequence[Cached], now: float
    ) -> tuple[Wire, float | None]:
        """Return the pods that are about to go, and when one of them should have gone."""
        noted: Wire = (budget.get("status") or {}).get("disruptedPods") or {}
        found: Wire = {}
        recheck: float | None = None
        for pod in pods if noted else ():
            name = pod["metadata"]["name"]
            if name not in noted or is_deleting(pod):
                continue
            until = seconds_of(noted[name]) + EVICTED_WITHIN_SECONDS
            if until <= now:
                message = (
                    f"Pod was expected by PDB {budget['metadata']['namespace']}/"
                    f"{budget['metadata']['name']} to be deleted but it wasn't"
                )
                self._events.record(pod, "NotDeleted", message, "Warning")
                continue
            found[name] = noted[name]
            recheck = until if recheck is None else min(recheck, until)
        return found, recheck

    def _write(self, budget: Cached, status: Wire, why: tuple[str, str], now: float) -> None:
        reason, message = why
        before: list[Wire] = (budget.get("status") or {}).get("conditions") or []
        known = find(before, "DisruptionAllowed")
        generation = budget["metadata"].get("generation", 1)
        truth = "True" if reason == "SufficientPods" else "False"
        condition = {
            "type": "DisruptionAllowed",
            "status": truth,
            "observedGeneration": generation,
            "lastTransitionTime": (
                known["lastTransitionTime"]
                if known is not None and known["status"] == truth
                else text_of(now)
            ),
            "reason": reason,
            "message": message,
        }
        others = [one for one in before if one["type"] != "DisruptionAllowed"]
        status = {
            **status,
            "observedGeneration": generation,
            "conditions": [*others, condition],
        }
        with suppress(NotFound):
            # Who is about to go is not forgotten because the rest could not be counted.
            owned = () if reason == "SyncFailed" else ("disruptedPods",)
            write_status(self._client, _RESOURCE, budget, status, owned)

    # ------------------------------------------------------------ pods that were to go, and did not

    def reset_stale(self, request: Request) -> Result | None:
        """Take back that a pod is about to be disrupted, if it has not been."""
        pod = self._pods.cache.find(request)
        if pod is None or not _is_target(pod):
            return None
        now = self._clock.now()
        condition = condition_of(pod, "DisruptionTarget") or {}
        until = seconds_of(condition["lastTransitionTime"]) + EVICTED_WITHIN_SECONDS
        if now < until:
            return Result(until - now)
        change = {
            "type": "DisruptionTarget",
            "status": "False",
            "lastTransitionTime": text_of(now),
            "reason": None,
            "message": None,
        }
        with suppress(NotFound):
            self._client.patch(
                "pods",
                request.name,
                {"status": {"conditions": [change]}},
                type="strategic",
                namespace=request.namespace,
                part="status",
            )
        return None


def _selector_of(budget: Cached) -> Selector:
    return selector_in(budget["spec"].get("selector"))


def _is_target(pod: Cached) -> bool:
    """Return whether a pod is said to be about to be disrupted, and is not ending."""
    if is_deleting(pod) or pod["status"].get("phase") in {"Succeeded", "Failed"}:
        return False
    condition = condition_of(pod, "DisruptionTarget")
    if condition is None or condition["status"] != "True":
        return False
    # What the node says of a pod holds however long the pod takes to end.
    return condition.get("reason") != "TerminationByKubelet"


def _size(obj: Cached) -> int:
    size: int = obj["spec"].get("replicas", 1)
    return size


def _asked_scale(client: Client, namespace: str, owner: Wire, pod: Cached) -> int:
    """Return what the scale of an owner of any other kind asks for.

    Raises:
        NoScale: If it has none.
    """
    version = owner["apiVersion"].rpartition("/")[2]
    kind = f"{owner['kind']}.{version}.{group_of(owner)}"
    try:
        scale = client.get_scale(kind, owner["name"], namespace=namespace)
    except ApiError as error:
        raise NoScale(_no_scale(pod)) from error
    return (scale.spec.replicas if scale.spec is not None else None) or 0


def _no_scale(pod: Cached) -> str:
    name = pod["metadata"]["name"]
    return f'found no controllers for pod "{name}"'
