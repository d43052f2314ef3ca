"""The revisions of a Deployment: which ReplicaSet is of which, and what their annotations say.

Source: ``k8s.io/kubernetes/pkg/controller/deployment/util`` (v1.36).
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from kubeobj.controllers.rollingupdate import max_surge
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached

HASH: Final = "pod-template-hash"
REVISION: Final = "deployment.kubernetes.io/revision"
HISTORY: Final = "deployment.kubernetes.io/revision-history"
DESIRED: Final = "deployment.kubernetes.io/desired-replicas"
MOST: Final = "deployment.kubernetes.io/max-replicas"
ROLLBACK_TO: Final = "deprecated.deployment.rollback.to"

HISTORY_LENGTH: Final = 2000
"""How many characters the history of a revision has at most."""

_NOT_COPIED: Final = frozenset(
    {
        "kubectl.kubernetes.io/last-applied-configuration",
        REVISION,
        HISTORY,
        DESIRED,
        MOST,
        ROLLBACK_TO,
    }
)
_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,19}\Z")


def annotations_of(obj: Wire) -> Wire:
    """Return the annotations of an object."""
    found: Wire = obj["metadata"].get("annotations") or {}
    return found


def integer(text: str | None) -> int | None:
    """Return the integer that a text is, or None if it is none."""
    return int(text) if text is not None and _INTEGER.match(text) else None


def revision_of(replica_set: Wire) -> int:
    """Return the revision of a ReplicaSet; 0 if it does not say one."""
    return integer(annotations_of(replica_set).get(REVISION)) or 0


def rollback_of(deployment: Wire) -> int | None:
    """Return to which revision a Deployment is to go back, 0 for the last; None if to none.

    What is no number asks for nothing.
    """
    return integer(annotations_of(deployment).get(ROLLBACK_TO))


def by_creation(replica_sets: Iterable[Cached]) -> list[Cached]:
    """Return ReplicaSets, the oldest first; those of one second by their names."""
    return sorted(
        replica_sets,
        key=lambda one: (one["metadata"]["creationTimestamp"], one["metadata"]["name"]),
    )


def is_same_template(one: Wire, other: Wire) -> bool:
    """Return whether two pod templates differ in nothing but the hash among their labels."""
    if one["spec"] != other["spec"]:
        return False
    first, second = one.get("metadata") or {}, other.get("metadata") or {}
    if _labels(first) != _labels(second):
        return False
    rest = {name: value for name, value in first.items() if name != "labels"}
    return rest == {name: value for name, value in second.items() if name != "labels"}


def _labels(metadata: Wire) -> Wire:
    labels = metadata.get("labels") or {}
    return {name: value for name, value in labels.items() if name != HASH}


def find_new(deployment: Wire, replica_sets: Sequence[Cached]) -> Cached | None:
    """Return the ReplicaSet of the template that a Deployment has now: the oldest, if several."""
    template = deployment["spec"]["template"]
    for one in by_creation(replica_sets):
        if is_same_template(one["spec"]["template"], template):
            return one
    return None


def annotations_of_new(deployment: Wire, current: Wire, revision: int, *, exists: bool) -> Wire:
    """Return the annotations that the new ReplicaSet of a Deployment is to have.

    Args:
        deployment: The Deployment; what it says is copied, but for what is kubectl's or ours.
        current: The annotations that the ReplicaSet has.
        revision: The revision that it is to be.
        exists: Whether it is there already; then how many pods it may have is not said again.
    """
    said = annotations_of(deployment)
    found = {**current, **{name: v for name, v in said.items() if name not in _NOT_COPIED}}
    before = current.get(REVISION)
    known = 0 if before is None else integer(before)
    if known is not None and known < revision:
        found[REVISION] = str(revision)
        if before is not None:
            found[HISTORY] = _longer(current.get(HISTORY, ""), before)
    if not exists:
        found.update(size_annotations(deployment))
    return found


def size_annotations(deployment: Wire) -> Wire:
    """Return what a ReplicaSet says of how many pods its Deployment wants, and may have."""
    replicas: int = deployment["spec"]["replicas"]
    return {DESIRED: str(replicas), MOST: str(replicas + max_surge(deployment))}


def _longer(history: str, revision: str) -> str:
    """Return a history with one more revision, without its beginning if it becomes too long."""
    parts = history.split(",") if history else []
    length = len(history) + len(revision) + 1
    while parts and length > HISTORY_LENGTH:
        length -= len(parts.pop(0)) + 1
    return ",".join([*parts, revision])


def annotations_after_rollback(deployment: Wire, replica_set: Wire) -> Wire:
    """Return the annotations of a Deployment that goes back to a ReplicaSet."""
    kept = {name: v for name, v in annotations_of(deployment).items() if name in _NOT_COPIED}
    old = annotations_of(replica_set)
    return {**kept, **{name: v for name, v in old.items() if name not in _NOT_COPIED}}
