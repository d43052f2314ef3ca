"""Who owns an object: it is deleted with its owners, and one of them may control it.

Source: Owners and Dependents (Kubernetes v1.36).
"""

from collections.abc import Sequence
from typing import Protocol, final

from kubeobj.documents import Document
from kubeobj.errors import FieldError, FieldErrors, FieldErrorType, FieldPath
from kubeobj.meta.shape import object_of, text_of
from kubeobj.meta.wire import WireModel


@final
class OwnerReference(WireModel):
    """One owner of an object, in the same namespace or in none.

    Args:
        api_version: The owner's group and version, such as ``apps/v1``.
        kind: Its kind.
        name: Its name.
        uid: Its uid; an object of the same name made later is another.
        controller: Whether it controls the object; at most one owner does.
        block_owner_deletion: Whether a foreground deletion of the owner waits for the object.

    >>> owner = OwnerReference(api_version="v1", kind="Pod", name="web", uid="1", controller=True)
    >>> owner.to_document()["apiVersion"]
    'v1'
    """

    api_version: str
    kind: str
    name: str
    uid: str
    controller: bool | None = None
    block_owner_deletion: bool | None = None


class Owned(Protocol):
    """Metadata that says who owns the object."""

    @property
    def owner_references(self) -> Sequence[OwnerReference]:
        """All owners."""
        ...


def controller_of(meta: Owned) -> OwnerReference | None:
    """Return the owner that controls the object, or None."""
    return next((owner for owner in meta.owner_references if owner.controller), None)


def is_controlled_by(meta: Owned, uid: str) -> bool:
    """Return whether the object with *uid* controls this one."""
    controller = controller_of(meta)
    return controller is not None and controller.uid == uid


def is_owned_by(meta: Owned, uid: str) -> bool:
    """Return whether the object with *uid* is one of this one's owners."""
    return any(owner.uid == uid for owner in meta.owner_references)


def owner_reference_to(owner: Document, *, controller: bool = True) -> OwnerReference:
    """Return the reference by which other objects say that *owner* owns them.

    Args:
        owner: The whole object.
        controller: Whether it controls them, and its foreground deletion waits for them.

    Raises:
        FieldErrors: If it lacks its kind, version, name or uid.

    >>> pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "web", "uid": "1"}}
    >>> owner_reference_to(pod).controller
    True
    """
    meta = object_of(owner, "metadata")
    parts = {
        FieldPath.of("apiVersion"): text_of(owner, "apiVersion"),
        FieldPath.of("kind"): text_of(owner, "kind"),
        FieldPath.of("metadata", "name"): text_of(meta, "name"),
        FieldPath.of("metadata", "uid"): text_of(meta, "uid"),
    }
    if missing := [path for path, text in parts.items() if not text]:
        required = FieldErrorType.REQUIRED
        raise FieldErrors(FieldError(path, required, "", "", "owner=complete") for path in missing)
    api_version, kind, name, uid = parts.values()
    return OwnerReference(
        api_version=api_version,
        kind=kind,
        name=name,
        uid=uid,
        controller=controller or None,
        block_owner_deletion=controller or None,
    )
