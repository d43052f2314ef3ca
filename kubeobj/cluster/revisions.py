"""The revisions of a workload: which there are, and what brings one of them back.

Those of a deployment are its replica sets, those of daemon sets and stateful sets are controller
revisions. Every function is a question over documents.

Source: ``k8s.io/kubectl/pkg/polymorphichelpers`` history.go, rollback.go (v1.36).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeAlias, final

from kubeobj.documents import Wire
from kubeobj.reconcile.owners import is_controlled

REVISION: Final = "deployment.kubernetes.io/revision"
"""The annotation with the number of a replica set."""

CHANGE_CAUSE: Final = "kubernetes.io/change-cause"
"""The annotation with why a revision was made."""

KEPT_BY: Final[Mapping[str, str]] = {
    "Deployment": "replicasets.apps",
    "DaemonSet": "controllerrevisions.apps",
    "StatefulSet": "controllerrevisions.apps",
}
"""By kind, what keeps the revisions of workloads; others have none."""

Rollback: TypeAlias = tuple[list[Wire] | Wire, str]
"""A patch, and which kind of patch it is."""

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

    @property
    def template(self) -> Wire:
        """The template of its pods, as the workload had it."""
        if self.document["kind"] == "ReplicaSet":
            kept = self.kept_template
            metadata = kept.get("metadata") or {}
            labels = {k: v for k, v in (metadata.get("labels") or {}).items() if k != _HASH}
            return {**kept, "metadata": {**metadata, "labels": labels}}
        return self.kept_template

    @property
    def kept_template(self) -> Wire:
        """The same as it is kept: of a replica set, with the label that tells them apart."""
        if self.document["kind"] == "ReplicaSet":
            template: Wire = self.document["spec"]["template"]
            return template
        found: Wire = self.document["data"]["spec"]["template"]
        return {name: part for name, part in found.items() if name != "$patch"}


def revisions_in(workload: Wire, kept: Iterable[Wire]) -> tuple[Revision, ...]:
    """Return the revisions of a workload, the oldest first.

    Args:
        workload: The workload.
        kept: What may keep them, in its namespace.
    """
    is_deployment = workload["kind"] == "Deployment"
    uid = workload["metadata"]["uid"]
    found: list[Revision] = []
    for one in kept:
        if not is_controlled(one, uid):
            continue
        annotations = one["metadata"].get("annotations") or {}
        text = str(annotations.get(REVISION, "") if is_deployment else one["revision"])
        if text.isdigit():
            found.append(Revision(int(text), annotations.get(CHANGE_CAUSE, ""), one))
    return tuple(sorted(found, key=lambda one: one.number))


def revision_meant(found: Sequence[Revision], number: int) -> Revision | None:
    """Return the revision of a number, for 0 the one before the newest; None if there is none."""
    if number:
        return next((one for one in found if one.number == number), None)
    return found[-2] if len(found) > 1 else None


def rollback(workload: Wire, found: Sequence[Revision], wanted: Revision) -> Rollback | None:
    """Return the patch that brings a revision back; None if the workload is as it was then.

    Args:
        workload: The workload.
        found: Its revisions, the oldest first.
        wanted: One of them.
    """
    if workload["kind"] != "Deployment":
        data: Wire = wanted.document["data"]
        is_newest = data == found[-1].document["data"]
        return None if is_newest else (data, "application/strategic-merge-patch+json")
    if wanted.template == workload["spec"]["template"]:
        return None
    change: list[Wire] = [
        {"op": "replace", "path": "/spec/template", "value": wanted.template},
        {"op": "replace", "path": "/metadata/annotations", "value": _notes(workload, wanted)},
    ]
    return change, "application/json-patch+json"


def _notes(workload: Wire, wanted: Revision) -> Wire:
    """Return the annotations of a deployment that a revision has come back to."""
    kept = workload["metadata"].get("annotations") or {}
    found = {name: value for name, value in kept.items() if name in _OF_REPLICA_SETS}
    of_set = wanted.document["metadata"].get("annotations") or {}
    return found | {name: value for name, value in of_set.items() if name not in _OF_REPLICA_SETS}
