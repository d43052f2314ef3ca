"""StatefulSets: pods that keep their names, and their claims, whatever becomes of them.

Source: ``k8s.io/kubernetes/pkg/controller/statefulset`` (v1.36); Kubernetes documentation,
StatefulSets.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Final, final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.adoption import Adoption
from kubeobj.controllers.controllerrevision import (
    find_equal,
    in_order,
    is_equal,
    next_number,
    stateful_set_revision,
    surplus_of_stateful_set,
)
from kubeobj.controllers.podstate import (
    is_available,
    is_deleting,
    is_running_and_ready,
    next_availability_seconds,
    phase_of,
)
from kubeobj.controllers.selecting import Selecting, selector_in
from kubeobj.controllers.statefulpods import (
    claim_name,
    claim_owners,
    claims_of,
    identity_labels,
    is_member,
    ordinal_of,
    pod_of,
    revision_of,
    set_name_of,
    volumes_of,
)
from kubeobj.controllers.statefulsetplan import Create, Delete, Restore, plan
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.reconcile.triggers import on_owned, on_self

_RESOURCE: Final = "statefulsets.apps"
_REVISIONS: Final = "controllerrevisions.apps"
_HISTORY: Final = 10
_OWNED: Final = ("currentReplicas", "updatedReplicas", "readyReplicas", "currentRevision")


@final
@dataclass(frozen=True, slots=True)
class _Revisions:
    """The revisions of a set.

    Args:
        history: All, the oldest first.
        current: The one that its pods are of.
        update: The one that they are updated to.
        collisions: How often a hash of theirs was taken.
    """

    history: list[Cached]
    current: Cached
    update: Cached
    collisions: int


@final
class StatefulSetController:
    """Brings up the pods of StatefulSets, updates them and takes them down.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._sets = manager.informer(_RESOURCE)
        self._pods = manager.informer("pods")
        self._claims = manager.informer("persistentvolumeclaims")
        self._revisions = manager.informer(_REVISIONS)
        self._events = manager.events.by("statefulset-controller")
        self._pod_adoption = Adoption(manager.client, _RESOURCE, "pods", self._pods.cache)
        self._revision_adoption = Adoption(
            manager.client, _RESOURCE, _REVISIONS, self._revisions.cache
        )
        needs = [self._sets, self._pods, self._claims, self._revisions]
        self._loop = manager.controller("statefulset", self.reconcile, needs=needs)
        on_self(self._loop, self._sets)
        on_owned(self._loop, self._pods, "apps", "StatefulSet")
        Selecting(self._sets, _selector_of).look_at_orphans(self._loop, self._pods)
        self._claims.subscribe(self._claim_changed)

    def _claim_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the set whose pod waits for an earlier claim to go."""
        if old is None or (new is not None and not is_deleting(new)):
            return
        for reference in old["metadata"].get("ownerReferences") or ():
            name = set_name_of(reference["name"])
            if reference["kind"] == "Pod" and name:
                self._loop.queue.add(Request(old["metadata"]["namespace"], name))

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Take a set one step on, and report how far it is."""
        stateful_set = self._sets.cache.find(request)
        if stateful_set is None:
            return None
        selector = _selector_of(stateful_set)
        claimed = self._pod_adoption.claim(stateful_set, selector)
        pods = [pod for pod in claimed if is_member(stateful_set, pod)]
        revisions = self._find_revisions(stateful_set, selector)
        if revisions is None:
            return None
        now, update = self._clock.now(), revisions.update["metadata"]["name"]
        failure: ApiError | None = None
        try:
            # First, as a claim that is to go with its pod must belong to it before that has gone.
            self._keep_claims(stateful_set, pods)
            for action in plan(stateful_set, pods, update, now):
                if not self._do(stateful_set, revisions, action):
                    break
        except ApiError as error:
            failure = error
        self._report(stateful_set, revisions, pods, now)
        self._forget_oldest(stateful_set, revisions, pods)
        if failure is not None:
            raise failure
        minimum = stateful_set["spec"].get("minReadySeconds") or 0
        after = next_availability_seconds(pods, minimum, now) if minimum else None
        return None if after is None else Result(after)

    def _do(
        self, stateful_set: Cached, revisions: _Revisions, action: Create | Delete | Restore
    ) -> bool:
        """Do what is to be done; return whether to go on with what comes after it."""
        match action:
            case Create(ordinal, is_updated):
                if self._has_leaving_claim(stateful_set, ordinal):
                    return False
                self._make_claims(stateful_set, ordinal)
                revision = revisions.update if is_updated else revisions.current
                template = revision["data"]["spec"]["template"]
                template = {name: part for name, part in template.items() if name != "$patch"}
                name = revision["metadata"]["name"]
                self._create(stateful_set, pod_of(stateful_set, template, name, ordinal))
            case Delete(pod, reason):
                if reason:
                    message = f"StatefulSet {_path(stateful_set)} is recreating {_how(reason)} Pod "
                    self._events.record(
                        stateful_set, reason, message + pod["metadata"]["name"], "Warning"
                    )
                self._delete(stateful_set, pod)
            case Restore(pod):
                self._restore(stateful_set, pod)
        return True

    # ------------------------------------------------------------ pods

    def _create(self, stateful_set: Cached, pod: Wire) -> None:
        name = pod["metadata"]["name"]
        try:
            self._client.create(pod)
        except AlreadyExists:
            return  # the cache will say so, and whose it is
        except ApiError as error:
            self._tell(stateful_set, "create", name, error)
            raise
        self._tell(stateful_set, "create", name, None)

    def _delete(self, stateful_set: Cached, pod: Cached) -> None:
        metadata = pod["metadata"]
        try:
            self._client.delete(
                "pods", metadata["name"], namespace=metadata["namespace"], uid=metadata["uid"]
            )
        except NotFound:
            return
        except ApiError as error:
            self._tell(stateful_set, "delete", metadata["name"], error)
            raise
        self._tell(stateful_set, "delete", metadata["name"], None)

    def _restore(self, stateful_set: Cached, pod: Cached) -> None:
        """Give a pod again what makes it the one of its number, and make its claims."""
        ordinal = ordinal_of(pod)
        self._make_claims(stateful_set, ordinal)
        labels = pod["metadata"].get("labels") or {}
        wanted = identity_labels(stateful_set, ordinal)
        volumes = pod["spec"].get("volumes") or []
        claimed = volumes_of(stateful_set, [], ordinal)
        lacks = [one for one in claimed if one not in _plain(volumes)]
        changed = {name: text for name, text in wanted.items() if labels.get(name) != text}
        if not changed and not lacks:
            return
        metadata = pod["metadata"]
        self._client.patch(
            "pods",
            metadata["name"],
            {"metadata": {"labels": changed}},
            type="merge",
            namespace=metadata["namespace"],
        )
        self._tell(stateful_set, "update", metadata["name"], None)

    def _tell(self, stateful_set: Cached, verb: str, pod: str, error: ApiError | None) -> None:
        name = stateful_set["metadata"]["name"]
        if error is None:
            reason = f"Successful{verb.capitalize()}"
            message = f"{verb} Pod {pod} in StatefulSet {name} successful"
            self._events.record(stateful_set, reason, message)
        else:
            reason = f"Failed{verb.capitalize()}"
            message = f"{verb} Pod {pod} in StatefulSet {name} failed error: {error}"
            self._events.record(stateful_set, reason, message, "Warning")

    # ------------------------------------------------------------ claims

    def _has_leaving_claim(self, stateful_set: Cached, ordinal: int) -> bool:
        """Return whether a claim goes with an earlier pod: a new one must not rely on it."""
        cache, namespace = self._claims.cache, stateful_set["metadata"]["namespace"]
        pod = f"{stateful_set['metadata']['name']}-{ordinal}"
        for claim in claims_of(stateful_set, ordinal):
            found = cache.get(namespace, claim["metadata"]["name"])
            owners = found["metadata"].get("ownerReferences") if found is not None else None
            if any(one["kind"] == "Pod" and one["name"] == pod for one in owners or ()):
                return True
        return False

    def _make_claims(self, stateful_set: Cached, ordinal: int) -> None:
        cache, namespace = self._claims.cache, stateful_set["metadata"]["namespace"]
        for claim in claims_of(stateful_set, ordinal):
            name = claim["metadata"]["name"]
            if cache.get(namespace, name) is not None:
                continue
            owners = claim_owners(stateful_set, claim)
            if owners:
                claim["metadata"]["ownerReferences"] = owners
            with suppress(AlreadyExists):
                self._client.create(claim)
                pod = f"{stateful_set['metadata']['name']}-{ordinal}"
                message = (
                    f"create Claim {name} Pod {pod} in StatefulSet "
                    f"{stateful_set['metadata']['name']} success"
                )
                self._events.record(stateful_set, "SuccessfulCreate", message)

    def _keep_claims(self, stateful_set: Cached, pods: Sequence[Cached]) -> None:
        """Let claims belong to those with whom they are to go."""
        templates = stateful_set["spec"].get("volumeClaimTemplates") or ()
        if not templates or is_deleting(stateful_set):
            return
        namespace = stateful_set["metadata"]["namespace"]
        for pod in pods:
            ordinal = ordinal_of(pod)
            for template in templates:
                claim = self._claims.cache.get(
                    namespace, claim_name(stateful_set, template, ordinal)
                )
                if claim is not None and not is_deleting(claim):
                    self._keep(stateful_set, claim, pod)

    def _keep(self, stateful_set: Cached, claim: Cached, pod: Cached) -> None:
        owners = claim_owners(stateful_set, claim, pod)
        metadata = claim["metadata"]
        if owners == (metadata.get("ownerReferences") or []):
            return
        change = {
            "ownerReferences": owners or None,
            "resourceVersion": metadata["resourceVersion"],
        }
        with suppress(NotFound):
            self._client.patch(
                "persistentvolumeclaims",
                metadata["name"],
                {"metadata": change},
                type="merge",
                namespace=metadata["namespace"],
            )

    # ------------------------------------------------------------ revisions

    def _find_revisions(self, stateful_set: Cached, selector: Selector) -> _Revisions | None:
        """Return the revisions of a set; the one of its present template is made if need be."""
        history = in_order(self._revision_adoption.claim(stateful_set, selector))
        status: Wire = stateful_set.get("status") or {}
        if is_deleting(stateful_set) and not history:
            return None
        update, collisions = self._update_revision(stateful_set, history, status)
        if update not in history:
            history = in_order(
                [
                    *(
                        one
                        for one in history
                        if one["metadata"]["uid"] != update["metadata"]["uid"]
                    ),
                    update,
                ]
            )
        name = status.get("currentRevision")
        current = next((one for one in history if one["metadata"]["name"] == name), update)
        return _Revisions(history, current, update, collisions)

    def _update_revision(
        self, stateful_set: Cached, history: list[Cached], status: Wire
    ) -> tuple[Cached, int]:
        collisions = status.get("collisionCount") or 0
        wanted = stateful_set_revision(stateful_set, next_number(history), collisions)
        same = find_equal(history, wanted)
        if same and same[-1] is history[-1]:
            return same[-1], collisions
        if same:
            # An earlier template again: its revision becomes the newest.
            metadata = same[-1]["metadata"]
            written = self._client.patch(
                _REVISIONS,
                metadata["name"],
                {"revision": wanted["revision"]},
                type="merge",
                namespace=metadata["namespace"],
            )
            return wire_of(written), collisions
        while True:
            try:
                return wire_of(self._client.create(wanted)), collisions
            except AlreadyExists:
                metadata = wanted["metadata"]
                found = wire_of(
                    self._client.get(_REVISIONS, metadata["name"], namespace=metadata["namespace"])
                )
                if is_equal(found, wanted):
                    return found, collisions
                collisions += 1
                wanted = stateful_set_revision(stateful_set, wanted["revision"], collisions)

    def _forget_oldest(
        self, stateful_set: Cached, revisions: _Revisions, pods: Sequence[Cached]
    ) -> None:
        live = {revision_of(pod) for pod in pods}
        live |= {one["metadata"]["name"] for one in (revisions.current, revisions.update)}
        limit = stateful_set["spec"].get("revisionHistoryLimit")
        kept = _HISTORY if limit is None else limit
        for one in surplus_of_stateful_set(revisions.history, live, kept):
            metadata = one["metadata"]
            with suppress(NotFound):
                self._client.delete(_REVISIONS, metadata["name"], namespace=metadata["namespace"])

    # ------------------------------------------------------------ what is reported

    def _report(
        self, stateful_set: Cached, revisions: _Revisions, pods: Sequence[Cached], now: float
    ) -> None:
        minimum = stateful_set["spec"].get("minReadySeconds") or 0
        made = [pod for pod in pods if phase_of(pod)]
        ready = [pod for pod in made if is_running_and_ready(pod)]
        lasting = [revision_of(pod) for pod in made if not is_deleting(pod)]
        current, update = (one["metadata"]["name"] for one in (revisions.current, revisions.update))
        counts = {
            "readyReplicas": len(ready),
            "currentReplicas": lasting.count(current),
            "updatedReplicas": lasting.count(update),
        }
        replicas = stateful_set["spec"]["replicas"]
        is_rolling = (stateful_set["spec"].get("updateStrategy") or {}).get("type") != "OnDelete"
        if is_rolling and counts["updatedReplicas"] == len(made) == len(ready) == replicas:
            current, counts["currentReplicas"] = update, counts["updatedReplicas"]
        status: Wire = {
            "observedGeneration": stateful_set["metadata"].get("generation", 1),
            "replicas": len(made),
            "availableReplicas": sum(1 for pod in ready if is_available(pod, minimum, now)),
            "currentRevision": current,
            "updateRevision": update,
            "collisionCount": revisions.collisions,
            **{name: count for name, count in counts.items() if count},
        }
        with suppress(NotFound):
            write_status(self._client, _RESOURCE, stateful_set, status, _OWNED)


def _selector_of(stateful_set: Cached) -> Selector:
    return selector_in(stateful_set["spec"].get("selector"))


def _path(obj: Cached) -> str:
    return f"{obj['metadata']['namespace']}/{obj['metadata']['name']}"


def _how(reason: str) -> str:
    return "failed" if reason == "RecreatingFailedPod" else "terminated"


def _plain(volumes: list[Wire]) -> list[Wire]:
    """Return volumes of claims, without what the API has added to them."""
    return [
        {
            "name": one["name"],
            "persistentVolumeClaim": {"claimName": one["persistentVolumeClaim"]["claimName"]},
        }
        for one in volumes
        if "persistentVolumeClaim" in one
    ]
