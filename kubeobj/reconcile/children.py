"""The children of an object: what its reconciler wants to be there on its behalf.

Children are applied as ``kubectl apply`` does it, and compared with the cache first, so that the
API is asked nothing if nothing is to change.
"""

from collections.abc import Iterable, Mapping
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.client.applying import annotated, apply_patch
from kubeobj.api.client.identity import Identity, identity_of
from kubeobj.api.client.writer import Given
from kubeobj.api.errors import AlreadyExists, NotFound
from kubeobj.documents import Wire
from kubeobj.errors import KubeobjError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.kinds import name_of
from kubeobj.reconcile.owners import controller_of, is_controlled, reference_to
from kubeobj.reconcile.request import Cached, Request, wire_of


class AlreadyOwned(KubeobjError, ValueError):
    """A child is there already, and another object controls it."""


class NotAChild(KubeobjError, ValueError):
    """A child that its owner cannot have."""


@final
class Children:
    """The children of one object, by kind.

    Args:
        client: Writes them.
        owner: The object.
        informers: The caches of the kinds that it may have, by kind.
    """

    __slots__ = ("_client", "_informers", "_owner")

    def __init__(
        self, client: Client, owner: Cached, informers: Mapping[GroupVersionKind, Informer]
    ) -> None:
        self._client = client
        self._owner = owner
        self._informers = informers

    def of(self, kind: GroupVersionKind) -> list[Cached]:
        """Return the children of a kind, as the cache has them.

        Raises:
            LookupError: If the reconciler has not said that it owns such objects.
        """
        uid = self._owner["metadata"]["uid"]
        return [one for one in self._informer(kind).cache.owned_by(uid) if is_controlled(one, uid)]

    def apply(self, child: Given) -> Request:
        """Let a child be there as it is given, and return which one it is.

        It gets the owner's namespace if it says none, and a reference to its owner.

        Raises:
            AlreadyOwned: If another object controls it.
            NotAChild: If it has no name, or the owner has a namespace and the child not the same.
            LookupError: If the reconciler has not said that it owns such objects.
            ApiError: If the API refuses it.
        """
        identity = self._adopted(identity_of(child))
        cache = self._informer(identity.kind).cache
        current = cache.get(identity.namespace, identity.name)
        wanted = annotated(identity, identity.namespace)
        if current is None or not self._is_changed(identity, wanted, current):
            self._create(identity, wanted)
        return Request(identity.namespace, identity.name)

    def prune(self, kept: Iterable[tuple[GroupVersionKind, Request]]) -> None:
        """Delete the children that are not among *kept*.

        Raises:
            ApiError: If the API refuses it.
        """
        known = dict.fromkeys(kept)
        for kind in self._informers:
            for child in self.of(kind):
                metadata = child["metadata"]
                if (kind, Request.of(child)) in known or "deletionTimestamp" in metadata:
                    continue
                try:
                    self._client.delete(
                        name_of(kind),
                        metadata["name"],
                        namespace=metadata.get("namespace", ""),
                        uid=metadata["uid"],
                    )
                except NotFound:
                    continue

    # ------------------------------------------------------------ inside

    def _informer(self, kind: GroupVersionKind) -> Informer:
        informer = self._informers.get(kind)
        if informer is None:
            listed = ", ".join(map(name_of, self._informers)) or "nothing"
            msg = f"a {name_of(kind)} is no child here: this reconciler owns {listed}"
            raise LookupError(msg)
        return informer

    def _adopted(self, identity: Identity) -> Identity:
        """Return a child with its namespace and its owner."""
        owner = self._owner
        if not identity.name:
            msg = (
                f"a child must have a name, and this {identity.kind.kind} has none: with a "
                "generated one, nobody could tell later that it is there"
            )
            raise NotAChild(msg)
        document: Wire = dict(identity.document)
        metadata: Wire = dict(document.get("metadata") or {})
        own = owner["metadata"].get("namespace", "")
        if own and identity.namespace not in {"", own}:
            raise self._refused(identity, f"{identity.namespace}/{identity.name}")
        namespace = identity.namespace or own or self._client.namespace_of(name_of(identity.kind))
        if namespace:
            metadata["namespace"] = namespace
        reference = reference_to(owner)
        others = [one for one in metadata.get("ownerReferences") or () if one != reference]
        metadata["ownerReferences"] = [*others, reference]
        document["metadata"] = metadata
        return Identity(identity.kind, namespace, identity.name, document)

    def _refused(self, identity: Identity, name: str) -> NotAChild:
        return NotAChild(
            f"{identity.kind.kind} {name!r} cannot be owned by an object of the namespace "
            f"{self._owner['metadata']['namespace']!r}, which owns only what is in it"
        )

    def _create(self, identity: Identity, wanted: Wire) -> None:
        if identity.namespace and not self._client.namespace_of(name_of(identity.kind)):
            raise self._refused(identity, identity.name)
        try:
            self._client.create(wanted)
        except AlreadyExists:
            # The cache did not know it yet.
            found = self._client.get(
                name_of(identity.kind), identity.name, namespace=identity.namespace
            )
            self._change(identity, wanted, wire_of(found))

    def _is_changed(self, identity: Identity, wanted: Wire, current: Cached) -> bool:
        """Change what the cache has; return whether it is still there."""
        try:
            self._change(identity, wanted, current)
        except NotFound:
            return False
        return True

    def _change(self, identity: Identity, wanted: Wire, current: Cached) -> None:
        reference = controller_of(current)
        if reference is not None and reference["uid"] != self._owner["metadata"]["uid"]:
            msg = (
                f"{identity.kind.kind} {identity.name!r} is controlled by "
                f"{reference['kind']} {reference['name']!r} already"
            )
            raise AlreadyOwned(msg)
        patch, patch_type = apply_patch(identity.kind, wanted, current)
        if patch:
            self._client.patch(
                name_of(identity.kind),
                identity.name,
                patch,
                type=patch_type,
                namespace=identity.namespace,
            )
