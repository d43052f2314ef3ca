"""Which objects a controller has: those it controls, and orphans with the labels it selects.

An orphan that is selected is adopted, and what is no longer selected is let go; so two controllers
never count one object, and one that is deleted with its dependents kept leaves them to be found.

Source: ``k8s.io/kubernetes/pkg/controller`` BaseControllerRefManager (v1.36).
"""

from collections.abc import Callable, Iterable, Sequence
from typing import final

from kubeobj.api.client import Client
from kubeobj.api.errors import Invalid, NotFound
from kubeobj.documents import Wire
from kubeobj.labels.selector import Selector
from kubeobj.reconcile.cache import Cache
from kubeobj.reconcile.owners import controlled_by, is_controlled, reference_to
from kubeobj.reconcile.request import Cached, wire_of


class OwnerGone(Exception):
    """The owner that was to adopt something has gone, is going, or is another one by now."""


def orphans(document: Wire) -> Iterable[str]:
    """Return the namespace of an object that nothing controls: an index of `Cache.by`."""
    return () if controlled_by(document) else (document["metadata"].get("namespace", ""),)


@final
class Adoption:
    """Adopts and lets go the objects of one kind, for owners of another.

    Args:
        client: Writes it, and asks whether an owner is still there.
        owners: The kind of the owners, by any name.
        kind: The kind of what they have.
        cache: What there is of it.
        accepts: Whether an orphan that is selected may be adopted.
        finalizers: What an object gets besides an owner when it is adopted.
    """

    __slots__ = ("_accepts", "_cache", "_client", "_finalizers", "_kind", "_owners")

    def __init__(
        self,
        client: Client,
        owners: str,
        kind: str,
        cache: Cache,
        accepts: Callable[[Cached], bool] = lambda _: True,
        finalizers: Sequence[str] = (),
    ) -> None:
        self._client = client
        self._owners = owners
        self._kind = kind
        self._cache = cache
        self._accepts = accepts
        self._finalizers = finalizers

    def claim(self, owner: Cached, selector: Selector) -> list[Cached]:
        """Return what an owner has, after adopting and letting go what is to be.

        What has just been adopted is returned as it was before.

        Raises:
            OwnerGone: If something is to be adopted, and the owner cannot any more.
            ApiError: If the API refuses it.
        """
        uid, matches = owner["metadata"]["uid"], selector.matcher
        claimed: list[Cached] = []
        for one in self._cache.owned_by(uid):
            if not is_controlled(one, uid):
                continue
            if matches(one["metadata"].get("labels") or {}):
                claimed.append(one)
            elif "deletionTimestamp" not in owner["metadata"]:
                self._release(one, uid)
        if "deletionTimestamp" in owner["metadata"]:
            return claimed
        is_checked = False
        for one in self._cache.by(orphans, owner["metadata"].get("namespace", "")):
            if not matches(one["metadata"].get("labels") or {}) or not self._may_adopt(one):
                continue
            if not is_checked:
                self._check(owner)
                is_checked = True
            if self._adopt(one, owner):
                claimed.append(one)
        return claimed

    # ------------------------------------------------------------ inside

    def _may_adopt(self, one: Cached) -> bool:
        return "deletionTimestamp" not in one["metadata"] and self._accepts(one)

    def _check(self, owner: Cached) -> None:
        """Ask the API itself: the cache may not know yet that the owner is to go."""
        metadata = owner["metadata"]
        try:
            found = self._client.get(
                self._owners, metadata["name"], namespace=metadata.get("namespace", "")
            )
        except NotFound:
            raise OwnerGone(f"{owner['kind']} {metadata['name']!r} has gone") from None
        fresh = wire_of(found)["metadata"]
        if fresh["uid"] != metadata["uid"]:
            raise OwnerGone(f"{owner['kind']} {metadata['name']!r} is another one by now")
        if "deletionTimestamp" in fresh:
            raise OwnerGone(f"{owner['kind']} {metadata['name']!r} is being deleted")

    def _adopt(self, one: Cached, owner: Cached) -> bool:
        """Let *owner* control it; return whether it is there to be controlled."""
        change: Wire = {"ownerReferences": [reference_to(owner)], "uid": one["metadata"]["uid"]}
        if self._finalizers:
            change["finalizers"] = list(self._finalizers)
        return self._patch(one, change)

    def _release(self, one: Cached, uid: str) -> None:
        gone = {"$patch": "delete", "uid": uid}
        self._patch(one, {"ownerReferences": [gone], "uid": one["metadata"]["uid"]})

    def _patch(self, one: Cached, change: Wire) -> bool:
        metadata = one["metadata"]
        try:
            self._client.patch(
                self._kind,
                metadata["name"],
                {"metadata": change},
                type="strategic",
                namespace=metadata.get("namespace", ""),
            )
        except NotFound:
            return False
        except Invalid:
            # Another object has the name by now, or it has no owners any more: nothing to do.
            return False
        return True
