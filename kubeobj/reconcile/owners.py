"""Who controls an object, and the references that say so, in documents.

Of all the owners of an object one controls it, at the most (`kubeobj.meta.metarules` holds the API
to that).

Source: ``k8s.io/apimachinery/pkg/apis/meta/v1`` controller_ref.go (v1.36).
"""

from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached, Request


def reference_to(owner: Wire) -> Wire:
    """Return the reference by which an owner controls an object.

    >>> pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "uid": "1"}}
    >>> reference_to(pod)["uid"]
    '1'
    """
    return {
        "apiVersion": owner["apiVersion"],
        "kind": owner["kind"],
        "name": owner["metadata"]["name"],
        "uid": owner["metadata"]["uid"],
        "controller": True,
        "blockOwnerDeletion": True,
    }


def controller_of(document: Cached) -> Wire | None:
    """Return the reference to the owner that controls an object, or None if none does."""
    reference: Wire
    for reference in document["metadata"].get("ownerReferences") or ():
        if reference.get("controller"):
            return reference
    return None


def is_controlled(document: Cached, uid: str) -> bool:
    """Return whether the owner with a uid controls an object."""
    reference = controller_of(document)
    return reference is not None and bool(reference["uid"] == uid)


def group_of(reference: Wire) -> str:
    """Return the API group of what a reference names; the core group's name is empty."""
    group: str = reference["apiVersion"].rpartition("/")[0]
    return group


def controlled_by(document: Cached) -> tuple[str, str] | None:
    """Return the group and kind of the owner that controls an object, or None if none does."""
    reference = controller_of(document)
    return None if reference is None else (group_of(reference), reference["kind"])


def owner_of(document: Cached) -> Request:
    """Return which object controls another, which one does.

    Its namespace is the same; that of an owner that belongs to the whole cluster must be taken off.

    Raises:
        LookupError: If none does.
    """
    reference = controller_of(document)
    if reference is None:
        raise LookupError("nothing controls this object")
    return Request(document["metadata"].get("namespace", ""), reference["name"])
