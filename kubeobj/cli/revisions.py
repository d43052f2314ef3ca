"""The revisions of a workload of the cluster that runs, and how one of them comes back.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` history.go, rollback.go (v1.36).
"""

from collections.abc import Sequence

from kubeobj.cli.connecting import CommandFailed, Reach
from kubeobj.cli.resourceargs import Target
from kubeobj.cluster.revisions import (
    CHANGE_CAUSE,
    KEPT_BY,
    Revision,
    revision_meant,
    revisions_in,
    rollback,
)
from kubeobj.documents import Wire


def revisions(reach: Reach, target: Target, workload: Wire) -> Sequence[Revision]:
    """Return the revisions of a workload, the oldest first.

    Raises:
        CommandFailed: If its kind has none.
    """
    kind = workload["kind"]
    if kind not in KEPT_BY:
        raise CommandFailed(f'no history viewer has been implemented for "{kind}"')
    kept = reach.items(reach.kinds.of(KEPT_BY[kind]), target.namespace or reach.namespace)
    return revisions_in(workload, kept)


def shown_template(revision: Revision) -> Wire:
    """Return the template of a revision as it is kept, with why the revision was made."""
    template = revision.kept_template
    if revision.document["kind"] != "ReplicaSet" or not revision.cause:
        return template
    metadata = template.get("metadata") or {}
    notes = {**(metadata.get("annotations") or {}), CHANGE_CAUSE: revision.cause}
    return {**template, "metadata": {**metadata, "annotations": notes}}


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
    found = revisions(reach, target, workload)
    wanted = revision_meant(found, number)
    if wanted is None:
        raise CommandFailed(_missing(workload, number))
    if workload["spec"].get("paused"):
        raise CommandFailed(
            f'skipped rollback (deployment "{target.name}" is paused: resume it first with'
            f" `kubeobj rollout resume deployment/{target.name}`)"
        )
    change = rollback(workload, found, wanted)
    if change is None:
        return f"skipped rollback (current template already matches revision {wanted.number})"
    patch, media = change
    if dry_run != "client":
        path = reach.path(target.resource, target.namespace, target.name)
        reach.write("PATCH", path, patch, media=media, dry_run=dry_run == "server")
    return "rolled back"


def _missing(workload: Wire, number: int) -> str:
    if number:
        return f"unable to find specified revision {number} in history"
    kind, name = workload["kind"].lower(), workload["metadata"]["name"]
    return f'no rollout history found for {kind} "{name}"'
