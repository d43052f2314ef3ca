"""The revisions of a workload: which there are, and how one of them comes back.

Those of a deployment are its replica sets, those of daemon sets and stateful sets are controller
revisions.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` history.go, rollback.go (v1.36).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, final

from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.resourceargs import Target
from kubeobj.documents import Wire

REVISION: Final = "deployment.kubernetes.io/revision"
CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
_HASH: Final = "pod-template-hash"
# What belongs to a replica set alone, and not to the deployment that it was made for.
_OF_REPLICA_SETS: Final = frozenset(
    {
        REVISION,
        "deployment.kubernetes.io/revision-history",
        "deployment.kubernetes.io/desired-replicas",
        "deployment.kubernetes.io/max-replicas",
        "kubectl.kubernetes.io/last-applied-configuration",
        "deprecated.deployment.rollback.to",
    }
)


@final
@dataclass(frozen=True, slots=True)
class Revision:
    """A state that a workload has been in.

    Args:
        number: Its number; the newest has the highest.
        cause: Why it was made; empty if nobody has said.
        document: The replica set or controller revision that keeps it.
    """

    number: int
    cause: str
    document: Wire


def revisions(reach: Reach, target: Target, workload: Wire) -> Sequence[Revision]:
    """Return the revisions of a workload, the oldest first.

    Raises:
        CommandFailed: If its kind has none.
    """
    kind = workload["kind"]
    if kind not in {"Deployment", "DaemonSet", "StatefulSet"}:
        raise CommandFailed(f'no history viewer has been implemented for "{kind}"')
    kept = reach.kinds.of(
        "replicasets.apps" if kind == "Deployment" else "controllerrevisions.apps"
    )
    uid = workload["metadata"]["uid"]
    found: list[Revision] = []
    for one in reach.items(kept, target.namespace or reach.namespace):
        metadata = one["metadata"]
        owners = metadata.get("ownerReferences") or ()
        if not any(owner.get("controller") and owner["uid"] == uid for owner in owners):
            continue
        annotations = metadata.get("annotations") or {}
        text = str(annotations.get(REVISION, "") if kind == "Deployment" else one["revision"])
        if text.isdigit():
            found.append(Revision(int(text), annotations.get(CHANGE_CAUSE, ""), one))
    return sorted(found, key=lambda one: one.number)


def template_of(revision: Revision, *, as_kept: bool = False) -> Wire:
    """Return the template of the pods of a revision.

    Args:
        revision: The revision.
        as_kept: Whether it is shown, with the label that tells replica sets apart, and noted in
            it why the revision was made.
    """
    document = revision.document
    if document["kind"] == "ReplicaSet":
        template: Wire = document["spec"]["template"]
        metadata = template.get("metadata") or {}
        if as_kept:
            notes = metadata.get("annotations") or {}
            noted = {**notes, CHANGE_CAUSE: revision.cause} if revision.cause else notes
            return {**template, "metadata": {**metadata, "annotations": noted}}
        labels = {k: v for k, v in (metadata.get("labels") or {}).items() if k != _HASH}
        return {**template, "metadata": {**metadata, "labels": labels}}
    found: Wire = document["data"]["spec"]["template"]
    return {name: part for name, part in found.items() if name != "$patch"}


def undo(reach: Reach, target: Target, workload: Wire, number: int, *, dry_run: str) -> str:
    """Bring a revision back, and return what was done in a word or some.

    Args:
        reach: The cluster.
        target: The workload.
        workload: The same, as it is.
        number: Which revision; 0 for the one before the newest.
        dry_run: ``none``, ``client`` or ``server``.

    Raises:
        CommandFailed: If there is no such revision, or the workload is paused.
    """
    wanted = _wanted(revisions(reach, target, workload), workload, number)
    path = reach.path(target.resource, target.namespace, target.name)
    if workload["kind"] == "Deployment":
        if workload["spec"].get("paused"):
            raise CommandFailed(
                f'skipped rollback (deployment "{target.name}" is paused: resume it first with'
                f" `kubeobj rollout resume deployment/{target.name}`)"
            )
        template = template_of(wanted)
        if template == workload["spec"]["template"]:
            return f"skipped rollback (current template already matches revision {wanted.number})"
        patch: object = [
            {"op": "replace", "path": "/spec/template", "value": template},
            {"op": "replace", "path": "/metadata/annotations", "value": _notes(workload, wanted)},
        ]
        media = "application/json-patch+json"
    else:
        newest = max(revisions(reach, target, workload), key=lambda one: one.number)
        if wanted.document["data"] == newest.document["data"]:
            return f"skipped rollback (current template already matches revision {wanted.number})"
        patch, media = wanted.document["data"], "application/strategic-merge-patch+json"
    if dry_run != "client":
        reach.write("PATCH", path, patch, media=media, dry_run=dry_run == "server")
    return "rolled back"


def _wanted(found: Sequence[Revision], workload: Wire, number: int) -> Revision:
    if number > 0:
        for one in found:
            if one.number == number:
                return one
        raise CommandFailed(f"unable to find specified revision {number} in history")
    if len(found) < 2:
        kind, name = workload["kind"].lower(), workload["metadata"]["name"]
        raise CommandFailed(f'no rollout history found for {kind} "{name}"')
    return found[-2]


def _notes(workload: Wire, wanted: Revision) -> Wire:
    """Return the annotations of a deployment that a revision has come back to."""
    kept = workload["metadata"].get("annotations") or {}
    found = {name: value for name, value in kept.items() if name in _OF_REPLICA_SETS}
    of_set = wanted.document["metadata"].get("annotations") or {}
    found |= {name: value for name, value in of_set.items() if name not in _OF_REPLICA_SETS}
    return found
