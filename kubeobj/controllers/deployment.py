"""Deployments: pods of one template, replaced step by step when the template changes.

Each template has a ReplicaSet. A rollout lets the new one grow and the old ones shrink; the old
ones stay, empty, so that one can go back.

Source: ``k8s.io/kubernetes/pkg/controller/deployment`` (v1.36); Kubernetes documentation,
Deployments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import final

from kubeobj.api.errors import AlreadyExists, ApiError, NotFound
from kubeobj.controllers.adoption import Adoption
from kubeobj.controllers.conditions import find
from kubeobj.controllers.deploymentrevisions import (
    DESIRED,
    HASH,
    REVISION,
    ROLLBACK_TO,
    annotations_after_rollback,
    annotations_of,
    annotations_of_new,
    find_new,
    integer,
    is_same_template,
    revision_of,
    rollback_of,
)
from kubeobj.controllers.deploymentscaling import Scaler, active
from kubeobj.controllers.deploymentstatus import (
    OWNED,
    PROGRESSING,
    TIMED_OUT,
    condition,
    counted,
    counts_of,
    has_deadline,
    is_complete,
    look_again_after,
    rollout_status,
    with_condition,
)
from kubeobj.controllers.podstate import is_finished
from kubeobj.controllers.podtemplatehash import compute_hash
from kubeobj.controllers.refusals import is_namespace_terminating
from kubeobj.controllers.rollingupdate import is_rolling_update, new_replicas
from kubeobj.controllers.selecting import Selecting, selector_in
from kubeobj.controllers.statuswriting import write_status
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.owners import controlled_by, is_controlled, owner_of, reference_to
from kubeobj.reconcile.request import Cached, Request, Result, wire_of
from kubeobj.reconcile.triggers import on_owned, on_self

_RESOURCE = "deployments.apps"
_NO_HISTORY_LIMIT = 2**31 - 1


@final
@dataclass(slots=True)
class _Sync:
    """What is known of a Deployment while it is looked at.

    Args:
        deployment: It, as it was last written.
        replica_sets: Its ReplicaSets.
        new: The one of its present template, if it is there.
        old: All others.
    """

    deployment: Cached
    replica_sets: list[Cached]
    new: Cached | None
    old: list[Cached]

    @property
    def everything(self) -> list[Cached]:
        return [*self.old, *([self.new] if self.new is not None else [])]


@final
class DeploymentController:
    """Rolls out the templates of Deployments.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._clock = manager.clock
        self._deployments = manager.informer(_RESOURCE)
        self._sets = manager.informer("replicasets.apps")
        self._pods = manager.informer("pods")
        self._events = manager.events.by("deployment-controller")
        self._adoption = Adoption(manager.client, _RESOURCE, "replicasets.apps", self._sets.cache)
        self._loop = manager.controller(
            "deployment", self.reconcile, needs=[self._deployments, self._sets, self._pods]
        )
        on_self(self._loop, self._deployments)
        on_owned(self._loop, self._sets, "apps", "Deployment")
        Selecting(self._deployments, _selector_of).look_at_orphans(self._loop, self._sets)
        self._pods.subscribe(self._pod_gone, owner=("apps", "ReplicaSet"))

    # ------------------------------------------------------------ what has changed

    def _pod_gone(self, old: Cached | None, new: Cached | None) -> None:
        """Look at a Deployment that recreates its pods once an old one has gone."""
        if old is None or (new is not None and not is_finished(new)):
            return
        replica_set = self._sets.cache.find(owner_of(old))
        if replica_set is None or controlled_by(replica_set) is None:
            return
        key = owner_of(replica_set)
        deployment = self._deployments.cache.find(key)
        if deployment is not None and not is_rolling_update(deployment):
            self._loop.queue.add(key)

    # ------------------------------------------------------------ what is done

    def reconcile(self, request: Request) -> Result | None:
        """Take a Deployment one step on, and report how far it is."""
        deployment = self._deployments.cache.find(request)
        if deployment is None:
            return None
        claimed = self._adoption.claim(deployment, _selector_of(deployment))
        sync = _Sync(deployment, claimed, None, claimed)
        if "deletionTimestamp" in deployment["metadata"]:
            self._find(sync)
            self._report_counts(sync)
            return None
        self._note_pause(sync)
        return self._take_a_step(sync)

    def _take_a_step(self, sync: _Sync) -> Result | None:
        spec = sync.deployment["spec"]
        revision = rollback_of(sync.deployment)
        if not spec.get("paused") and revision is not None:
            self._roll_back(sync, revision)
            return None
        self._find(sync)
        if spec.get("paused") or self._is_resized(sync):
            self._resize(sync)
            return None
        return self._roll(sync) if is_rolling_update(sync.deployment) else self._recreate(sync)

    def _note_pause(self, sync: _Sync) -> None:
        """Say in the conditions when a Deployment is paused, and when no longer."""
        deployment = sync.deployment
        if not has_deadline(deployment):
            return
        conditions: list[Wire] = (deployment.get("status") or {}).get("conditions") or []
        known = find(conditions, PROGRESSING)
        if known is not None and known["reason"] == TIMED_OUT:
            return
        is_paused = bool(deployment["spec"].get("paused"))
        was_paused = known is not None and known["reason"] == "DeploymentPaused"
        if is_paused == was_paused:
            return
        reason, message = (
            ("DeploymentPaused", "Deployment is paused")
            if is_paused
            else ("DeploymentResumed", "Deployment is resumed")
        )
        found = condition(PROGRESSING, "Unknown", reason, message, self._clock.now())
        self._write_about(sync, {"conditions": with_condition(list(conditions), found)})

    # ------------------------------------------------------------ the new ReplicaSet

    def _find(self, sync: _Sync) -> None:
        """Find the ReplicaSet of the present template, and let it say which revision it is."""
        deployment = sync.deployment
        new = find_new(deployment, sync.replica_sets)
        sync.old = [one for one in sync.replica_sets if one is not new]
        sync.new = new
        if new is None:
            return
        revision = 1 + max(map(revision_of, sync.old), default=0)
        current = annotations_of(new)
        wanted = annotations_of_new(deployment, current, revision, exists=True)
        minimum = deployment["spec"].get("minReadySeconds") or 0
        if wanted != current or (new["spec"].get("minReadySeconds") or 0) != minimum:
            sync.new = self._change(new, wanted, minimum)
            return
        changes: Wire = {}
        conditions = list((deployment.get("status") or {}).get("conditions") or [])
        if has_deadline(deployment) and find(conditions, PROGRESSING) is None:
            message = f'Found new replica set "{new["metadata"]["name"]}"'
            found = condition(PROGRESSING, "True", "FoundNewReplicaSet", message, self._clock.now())
            changes["conditions"] = with_condition(conditions, found)
        self._write_about(sync, changes, revision=current.get(REVISION))

    def _change(self, new: Cached, annotations: Wire, min_ready_seconds: int) -> Cached:
        metadata = new["metadata"]
        patch = {
            "metadata": {
                "resourceVersion": metadata["resourceVersion"],
                "annotations": annotations,
            },
            "spec": {"minReadySeconds": min_ready_seconds or None},
        }
        written = self._client.patch(
            "replicasets.apps",
            metadata["name"],
            patch,
            type="merge",
            namespace=metadata["namespace"],
        )
        return wire_of(written)

    def _make_new(self, sync: _Sync) -> Cached:
        """Return the ReplicaSet of the present template, which is made if it is not there.

        Raises:
            ApiError: If it cannot be made.
        """
        if sync.new is not None:
            return sync.new
        deployment = sync.deployment
        revision = 1 + max(map(revision_of, sync.old), default=0)
        made = self._new_replica_set(deployment, sync.old, revision)
        metadata = made["metadata"]
        is_there = False
        try:
            sync.new = wire_of(self._client.create(made))
        except AlreadyExists as error:
            sync.new, is_there = self._found_instead(sync, metadata["name"], error), True
        except ApiError as error:
            self._tell_failure(sync, metadata["name"], error)
            raise
        replicas = made["spec"]["replicas"]
        if not is_there and replicas > 0:
            message = f"Scaled up replica set {metadata['name']} from 0 to {replicas}"
            self._events.record(deployment, "ScalingReplicaSet", message)
        changes: Wire = {}
        if not is_there and has_deadline(deployment):
            message = f'Created new replica set "{metadata["name"]}"'
            found = condition(
                PROGRESSING, "True", "NewReplicaSetCreated", message, self._clock.now()
            )
            conditions = list((deployment.get("status") or {}).get("conditions") or [])
            changes["conditions"] = with_condition(conditions, found)
        self._write_about(sync, changes, revision=str(revision))
        return sync.new

    def _new_replica_set(self, deployment: Cached, old: Sequence[Cached], revision: int) -> Wire:
        spec = deployment["spec"]
        template = spec["template"]
        collisions = (deployment.get("status") or {}).get("collisionCount")
        hash_ = compute_hash(template, collisions)
        labels = {**((template.get("metadata") or {}).get("labels") or {}), HASH: hash_}
        metadata = {**(template.get("metadata") or {}), "labels": labels}
        selector: Wire = dict(spec["selector"])
        selector["matchLabels"] = {**(selector.get("matchLabels") or {}), HASH: hash_}
        made: Wire = {
            "selector": selector,
            "template": {**template, "metadata": metadata},
            "replicas": new_replicas(deployment, 0, sum(one["spec"]["replicas"] for one in old)),
        }
        if spec.get("minReadySeconds"):
            made["minReadySeconds"] = spec["minReadySeconds"]
        return {
            "apiVersion": "apps/v1",
            "kind": "ReplicaSet",
            "metadata": {
                "name": f"{deployment['metadata']['name']}-{hash_}",
                "namespace": deployment["metadata"]["namespace"],
                "labels": labels,
                "annotations": annotations_of_new(deployment, {}, revision, exists=False),
                "ownerReferences": [reference_to(deployment)],
            },
            "spec": made,
        }

    def _found_instead(self, sync: _Sync, name: str, error: AlreadyExists) -> Cached:
        """Return the ReplicaSet that has the name already, if it is the one that is wanted.

        Else two templates have one hash; the Deployment counts that, and its next hash is another.
        """
        deployment = sync.deployment
        namespace = deployment["metadata"]["namespace"]
        found = wire_of(self._client.get("replicasets.apps", name, namespace=namespace))
        is_own = is_controlled(found, deployment["metadata"]["uid"])
        if is_own and is_same_template(found["spec"]["template"], deployment["spec"]["template"]):
            return found
        collisions = (deployment.get("status") or {}).get("collisionCount") or 0
        self._write_about(sync, {"collisionCount": collisions + 1})
        raise error

    def _tell_failure(self, sync: _Sync, name: str, error: ApiError) -> None:
        if is_namespace_terminating(error):
            return
        message = f'Failed to create new replica set "{name}": {error}'
        if has_deadline(sync.deployment):
            found = condition(
                PROGRESSING, "False", "ReplicaSetCreateError", message, self._clock.now()
            )
            conditions = list((sync.deployment.get("status") or {}).get("conditions") or [])
            self._write_about(sync, {"conditions": with_condition(conditions, found)})
        self._events.record(sync.deployment, "ReplicaSetCreateError", message, "Warning")

    # ------------------------------------------------------------ the strategies

    def _scaler(self, sync: _Sync) -> Scaler:
        return Scaler(self._client, self._events, sync.deployment)

    def _is_resized(self, sync: _Sync) -> bool:
        """Return whether the size has changed since the ReplicaSets were told it."""
        replicas = sync.deployment["spec"]["replicas"]
        for one in active(sync.everything):
            desired = integer(annotations_of(one).get(DESIRED))
            if desired is not None and desired != replicas:
                return True
        return False

    def _resize(self, sync: _Sync) -> None:
        self._scaler(sync).resize(sync.new, sync.old)
        if sync.deployment["spec"].get("paused") and rollback_of(sync.deployment) is None:
            self._forget_oldest(sync)
        self._report_counts(sync)

    def _roll(self, sync: _Sync) -> Result | None:
        new, scaler = self._make_new(sync), self._scaler(sync)
        if not scaler.grow_new(new, sync.everything) and not scaler.shrink_old(
            new, active(sync.old)
        ):
            self._forget_if_complete(sync)
        return self._report(sync)

    def _recreate(self, sync: _Sync) -> Result | None:
        scaler = self._scaler(sync)
        if scaler.empty(sync.old) or self._old_pods_run(sync):
            return self._report(sync)
        new = self._make_new(sync)
        replicas = sync.deployment["spec"]["replicas"]
        if new["spec"]["replicas"] != replicas:
            sync.new = scaler.scale(new, replicas)
        self._forget_if_complete(sync)
        return self._report(sync)

    def _old_pods_run(self, sync: _Sync) -> bool:
        if counted(sync.old, "replicas") > 0:
            return True
        return any(
            not is_finished(pod)
            for one in sync.old
            for pod in self._pods.cache.owned_by(one["metadata"]["uid"])
        )

    # ------------------------------------------------------------ history

    def _forget_if_complete(self, sync: _Sync) -> None:
        if is_complete(sync.deployment, sync.deployment.get("status") or {}):
            self._forget_oldest(sync)

    def _forget_oldest(self, sync: _Sync) -> None:
        """Delete the ReplicaSets beyond those that one may go back to."""
        limit = sync.deployment["spec"].get("revisionHistoryLimit")
        if limit is None or limit == _NO_HISTORY_LIMIT:
            return
        alive = [one for one in sync.old if "deletionTimestamp" not in one["metadata"]]
        surplus = sorted(alive, key=revision_of)[: max(len(alive) - limit, 0)]
        for one in surplus:
            status: Wire = one.get("status") or {}
            metadata = one["metadata"]
            is_behind = metadata.get("generation", 1) > status.get("observedGeneration", 0)
            if status.get("replicas") or one["spec"]["replicas"] or is_behind:
                continue
            try:
                self._client.delete(
                    "replicasets.apps",
                    metadata["name"],
                    namespace=metadata["namespace"],
                    uid=metadata["uid"],
                )
            except NotFound:
                continue

    def _roll_back(self, sync: _Sync, revision: int) -> None:
        """Take the template of an earlier revision, as an annotation asks for."""
        self._find(sync)
        new = self._make_new(sync)
        deployment = sync.deployment
        if revision == 0:
            earlier = [one for one in map(revision_of, sync.old) if one]
            revision = max(earlier, default=0)
            if not revision:
                self._say_rollback(deployment, "RevisionNotFound", "Unable to find last revision.")
                self._end_rollback(deployment, None)
                return
        for one in [*sync.old, new]:
            if revision_of(one) == revision:
                self._go_back_to(deployment, one, revision)
                return
        message = "Unable to find the revision to rollback to."
        self._say_rollback(deployment, "RevisionNotFound", message)
        self._end_rollback(deployment, None)

    def _go_back_to(self, deployment: Cached, replica_set: Cached, revision: int) -> None:
        name = deployment["metadata"]["name"]
        if is_same_template(deployment["spec"]["template"], replica_set["spec"]["template"]):
            message = (
                f'The rollback revision contains the same template as current deployment "{name}"'
            )
            self._say_rollback(deployment, "TemplateUnchanged", message)
            self._end_rollback(deployment, None)
            return
        message = f'Rolled back deployment "{name}" to revision {revision}'
        self._events.record(deployment, "DeploymentRollback", message)
        self._end_rollback(deployment, replica_set)

    def _say_rollback(self, deployment: Cached, reason: str, message: str) -> None:
        self._events.record(deployment, f"DeploymentRollback{reason}", message, "Warning")

    def _end_rollback(self, deployment: Cached, replica_set: Cached | None) -> None:
        """Take the annotation off, and with a ReplicaSet take its template."""
        changed: Wire = {**deployment}
        annotations = annotations_of(deployment)
        if replica_set is not None:
            annotations = annotations_after_rollback(deployment, replica_set)
            template: Wire = replica_set["spec"]["template"]
            labels = {
                name: value
                for name, value in template["metadata"]["labels"].items()
                if name != HASH
            }
            template = {**template, "metadata": {**template["metadata"], "labels": labels}}
            changed["spec"] = {**deployment["spec"], "template": template}
        left = {name: value for name, value in annotations.items() if name != ROLLBACK_TO}
        changed["metadata"] = {**deployment["metadata"], "annotations": left}
        self._client.update(changed)

    # ------------------------------------------------------------ what is reported

    def _report(self, sync: _Sync) -> Result | None:
        now = self._clock.now()
        status = rollout_status(sync.deployment, sync.everything, sync.new, now)
        write_status(self._client, _RESOURCE, sync.deployment, status, OWNED)
        after = look_again_after(sync.deployment, status, now)
        return None if after is None else Result(after)

    def _report_counts(self, sync: _Sync) -> None:
        status = counts_of(sync.deployment, sync.everything, sync.new, self._clock.now())
        write_status(self._client, _RESOURCE, sync.deployment, status, OWNED)

    def _write_about(self, sync: _Sync, status: Wire, *, revision: str | None = None) -> None:
        """Write what has come to light before the step is done, and go on from there."""
        deployment = sync.deployment
        metadata = deployment["metadata"]
        change: Wire = {"resourceVersion": metadata["resourceVersion"]}
        if revision is not None and annotations_of(deployment).get(REVISION) != revision:
            change["annotations"] = {REVISION: revision}
        elif not status:
            return
        written = self._client.patch(
            _RESOURCE,
            metadata["name"],
            {"metadata": change, "status": status},
            type="merge",
            namespace=metadata["namespace"],
            part="status",
        )
        sync.deployment = wire_of(written)


def _selector_of(deployment: Cached) -> Selector:
    return selector_in(deployment["spec"].get("selector"))
