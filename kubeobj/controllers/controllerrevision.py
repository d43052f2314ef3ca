"""The history that stateful sets and daemon sets keep: each pod template they had, as a revision.

What a revision keeps is a strategic merge patch that brings the template back. Stateful sets name a
revision by the hash of that patch, daemon sets by that of the template, as deployments name their
replica sets.

Source: ``k8s.io/kubernetes/pkg/controller/history`` controller_history.go, ``statefulset`` and
``daemon`` update.go and their utilities (v1.36).
"""

import re
from collections.abc import Container, Iterable, Sequence

import orjson

from kubeobj.controllers.hashtext import fnv1_32, safe_encode
from kubeobj.controllers.podtemplatehash import compute_hash
from kubeobj.documents import Wire
from kubeobj.reconcile.owners import reference_to

HASH_LABEL = "controller.kubernetes.io/hash"
"""The label of a stateful set's revision that tells its hash."""

REVISION_LABEL = "controller-revision-hash"
"""The label of a pod, and of a daemon set's revision: a revision's name, or a daemon set's hash."""

_PREFIX_LENGTH = 223
# What Go's JSON escapes beyond what JSON must.
_ESCAPES = {
    char.encode(): f"\\u{ord(char):04x}".encode() for char in ("<", ">", "&", "\u2028", "\u2029")
}
_match_number = re.compile(r"[-+]?[0-9]{1,40}", re.ASCII).fullmatch


def template_patch(owner: Wire) -> Wire:
    """Return the patch that gives a set the pod template that *owner* has now.

    >>> template_patch({"spec": {"template": {"spec": {}}, "replicas": 2}})
    {'spec': {'template': {'spec': {}, '$patch': 'replace'}}}
    """
    return {"spec": {"template": {**owner["spec"]["template"], "$patch": "replace"}}}


def revision_hash(data: Wire, collision_count: int | None) -> str:
    """Return the hash of what a revision keeps.

    Args:
        data: The patch.
        collision_count: How often a hash of this owner named something else already; None is not
            the same as 0.

    >>> revision_hash({"spec": {}}, 0)
    '59c9b4d596'
    """
    content = orjson.dumps(data, option=orjson.OPT_SORT_KEYS)
    for plain, escaped in _ESCAPES.items():
        content = content.replace(plain, escaped)
    if collision_count is not None:
        content += str(collision_count).encode()
    return safe_encode(str(fnv1_32(content)))


def revision_name(owner_name: str, found_hash: str) -> str:
    """Return the name of a revision, with the owner's name cut so that it is not too long."""
    return f"{owner_name.encode()[:_PREFIX_LENGTH].decode(errors='ignore')}-{found_hash}"


def stateful_set_revision(stateful_set: Wire, number: int, collision_count: int) -> Wire:
    """Return a revision of the template that a stateful set has now, as it is to be created.

    Args:
        stateful_set: The set, with its metadata.
        number: The revision's number, from `next_number`.
        collision_count: That of the set's status, 0 where it has none.
    """
    data = template_patch(stateful_set)
    found_hash = revision_hash(data, collision_count)
    name = revision_name(stateful_set["metadata"]["name"], found_hash)
    return _revision(stateful_set, name, {HASH_LABEL: found_hash}, number, data)


def daemon_set_revision(daemon_set: Wire, number: int) -> Wire:
    """Return a revision of the template that a daemon set has now, as it is to be created.

    Args:
        daemon_set: The set, with its metadata and the collision count of its status.
        number: The revision's number, from `next_number`.
    """
    collision_count = daemon_set.get("status", {}).get("collisionCount")
    found_hash = compute_hash(daemon_set["spec"]["template"], collision_count)
    name = f"{daemon_set['metadata']['name']}-{found_hash}"
    data = template_patch(daemon_set)
    return _revision(daemon_set, name, {REVISION_LABEL: found_hash}, number, data)


def _revision(owner: Wire, name: str, labels: Wire, number: int, data: Wire) -> Wire:
    """Return a revision that *owner* controls."""
    about = owner["metadata"]
    template_labels = owner["spec"]["template"].get("metadata", {}).get("labels") or {}
    metadata: Wire = {
        "name": name,
        "namespace": about["namespace"],
        "labels": {**template_labels, **labels},
        "ownerReferences": [reference_to(owner)],
    }
    if about.get("annotations"):
        metadata["annotations"] = dict(about["annotations"])
    return {
        "apiVersion": "apps/v1",
        "kind": "ControllerRevision",
        "metadata": metadata,
        "data": data,
        "revision": number,
    }


def is_equal(one: Wire, other: Wire) -> bool:
    """Return whether two revisions keep the same.

    Two that are told apart by hashes which happen to be numbers are not equal.
    """
    one_number, other_number = _hash_number(one), _hash_number(other)
    if one_number is not None and other_number is not None and one_number != other_number:
        return False
    same: bool = one.get("data") == other.get("data")
    return same


def _hash_number(revision: Wire) -> int | None:
    """Return the hash of a stateful set's revision if it is a number of 32 bits."""
    text = (revision["metadata"].get("labels") or {}).get(HASH_LABEL, "")
    number = int(text) if _match_number(text) else None
    return number if number is not None and -(2**31) <= number < 2**31 else None


def find_equal(revisions: Iterable[Wire], wanted: Wire) -> list[Wire]:
    """Return those of *revisions* that keep the same as *wanted*, in their order."""
    return [revision for revision in revisions if is_equal(revision, wanted)]


def in_order(revisions: Iterable[Wire]) -> list[Wire]:
    """Return *revisions* from the oldest to the newest: by number, then age, then name."""
    return sorted(revisions, key=_order)


def _order(revision: Wire) -> tuple[int, str, str]:
    metadata = revision["metadata"]
    # Times of the API have one form, so their texts are in their order.
    return revision["revision"], metadata.get("creationTimestamp") or "", metadata["name"]


def next_number(revisions: Iterable[Wire]) -> int:
    """Return the number of the revision to come after *revisions*; the first is 1.

    >>> next_number([]), next_number([{"revision": 4}, {"revision": 2}])
    (1, 5)
    """
    return max((revision["revision"] for revision in revisions), default=0) + 1


def surplus_of_stateful_set(
    revisions: Iterable[Wire], live: Container[str], limit: int
) -> list[Wire]:
    """Return the revisions that a stateful set is to delete, oldest first.

    Args:
        revisions: All of the set.
        live: The names of those that are in use: the current one, the one updated to, and those
            that pods have.
        limit: How many others are kept.
    """
    history = [one for one in in_order(revisions) if one["metadata"]["name"] not in live]
    return history[: max(len(history) - limit, 0)]


def surplus_of_daemon_set(old: Sequence[Wire], live: Container[str], limit: int) -> list[Wire]:
    """Return the revisions that a daemon set is to delete, oldest first.

    Unlike a stateful set's, those in use count towards the limit, though they are never deleted.

    Args:
        old: All of the set but the current one.
        live: The hashes of those that pods have.
        limit: How many are kept.
    """
    history = [
        one
        for one in in_order(old)
        if (one["metadata"].get("labels") or {}).get(REVISION_LABEL) not in live
    ]
    return history[: max(len(old) - limit, 0)]
