"""Who owns whom, over all kinds, by uid; kept up event by event.

Each event costs as much as its object has owners, and what an owner's end costs is as much as it
has dependents. Owners that nobody has seen have no node, but their dependents are known.

Source: ``k8s.io/kubernetes/pkg/controller/garbagecollector`` graph and graph_builder (v1.36); the
concept page Garbage Collection.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeAlias, final

from kubeobj.api.deleting import FOREGROUND, ORPHAN
from kubeobj.documents import Wire
from kubeobj.reconcile.request import Cached

Suspect: TypeAlias = Callable[[str], object]
"""Is told the uid of an object whose owners are to be looked at, or that waits for dependents."""


@final
@dataclass(slots=True)
class Node:
    """An object that has been seen.

    Args:
        uid: Its uid.
        resource: The full name of its resource.
        api_version: Group and version of its kind.
        kind: Its kind.
        namespace: Its namespace; empty for the whole cluster.
        name: Its name.
        owners: Its owner references, shared and not to be changed.
        is_deleting: Whether its deletion has begun.
        is_foreground: Whether it waits for its dependents to go.
        is_orphaning: Whether it waits for its dependents to be let go.
    """

    uid: str
    resource: str
    api_version: str
    kind: str
    namespace: str
    name: str
    owners: list[Wire]
    is_deleting: bool = False
    is_foreground: bool = False
    is_orphaning: bool = False

    def is_meant_by(self, reference: Wire, namespace: str) -> bool:
        """Return whether an owner reference of an object in *namespace* means this object."""
        return (
            reference["name"] == self.name
            and reference["kind"] == self.kind
            and reference["apiVersion"] == self.api_version
            and (not self.namespace or self.namespace == namespace)
        )


@final
class OwnerGraph:
    """Objects by uid, and their dependents.

    Args:
        suspect: Told of an object that may have to go, or may go now.
        orphan: Told of an object that wants its dependents to be let go.
    """

    __slots__ = ("_blocking", "_dependents", "_nodes", "_orphan", "_suspect")

    def __init__(self, suspect: Suspect, orphan: Suspect) -> None:
        self._suspect = suspect
        self._orphan = orphan
        self._nodes: dict[str, Node] = {}
        # By the owner's uid, in the order in which they came; the second has those that block it.
        self._dependents: dict[str, dict[str, None]] = {}
        self._blocking: dict[str, dict[str, None]] = {}

    # ------------------------------------------------------------ asking

    def find(self, uid: str) -> Node | None:
        """Return the object of a uid, or None if it has not been seen."""
        return self._nodes.get(uid)

    def dependents(self, uid: str) -> list[Node]:
        """Return the objects that name an object among their owners."""
        return [self._nodes[one] for one in self._dependents.get(uid, ())]

    def is_blocked(self, uid: str) -> bool:
        """Return whether a dependent keeps an object that waits for such."""
        return bool(self._blocking.get(uid))

    def __len__(self) -> int:
        return len(self._nodes)

    # ------------------------------------------------------------ changing

    def change(self, resource: str, old: Cached | None, new: Cached | None) -> None:
        """Take in that an object of *resource* was *old* and is *new*; None for not there."""
        if new is None:
            if old is not None:
                self._remove(old["metadata"]["uid"])
            return
        metadata = new["metadata"]
        owners = metadata.get("ownerReferences") or []
        node = self._nodes.get(metadata["uid"])
        if node is None:
            node = self._add(resource, new, owners)
        elif node.owners != owners:
            self._change_owners(node, owners)
        if "deletionTimestamp" in metadata:
            self._note_deletion(node, metadata.get("finalizers") or ())

    def _add(self, resource: str, document: Wire, owners: list[Wire]) -> Node:
        metadata = document["metadata"]
        uid: str = metadata["uid"]
        node = self._nodes[uid] = Node(
            uid,
            resource,
            document["apiVersion"],
            document["kind"],
            metadata.get("namespace", ""),
            metadata["name"],
            owners,
        )
        if owners:
            self._link(node, owners)
        for one in self._dependents.get(uid, ()):
            # They came before it, and may mean another.
            self._suspect(one)
        return node

    def _change_owners(self, node: Node, owners: list[Wire]) -> None:
        before = {one["uid"]: one for one in node.owners}
        after = {one["uid"]: one for one in owners}
        node.owners = owners
        for uid, reference in before.items():
            if uid not in after:
                self._unlink(uid, node.uid)
            elif reference.get("blockOwnerDeletion") and not after[uid].get("blockOwnerDeletion"):
                self._unblock(uid, node.uid)
        self._link(node, [one for one in owners if before.get(one["uid"]) != one])

    def _link(self, node: Node, references: Iterable[Wire]) -> None:
        is_suspect = False
        for reference in references:
            uid = reference["uid"]
            self._dependents.setdefault(uid, {})[node.uid] = None
            if reference.get("blockOwnerDeletion"):
                self._blocking.setdefault(uid, {})[node.uid] = None
            owner = self._nodes.get(uid)
            if (
                owner is None
                or owner.is_foreground
                or not owner.is_meant_by(reference, node.namespace)
            ):
                is_suspect = True
        if is_suspect:
            self._suspect(node.uid)

    def _unlink(self, owner: str, dependent: str) -> None:
        found = self._dependents.get(owner)
        if found is not None:
            found.pop(dependent, None)
            if not found:
                del self._dependents[owner]
        self._unblock(owner, dependent)

    def _unblock(self, owner: str, dependent: str) -> None:
        blocking = self._blocking.get(owner)
        if blocking is None:
            return
        blocking.pop(dependent, None)
        if not blocking:
            del self._blocking[owner]
            node = self._nodes.get(owner)
            if node is not None and node.is_foreground:
                self._suspect(owner)

    def _note_deletion(self, node: Node, finalizers: Iterable[str]) -> None:
        node.is_deleting = True
        if ORPHAN in finalizers and not node.is_orphaning:
            node.is_orphaning = True
            self._orphan(node.uid)
        if FOREGROUND in finalizers and not node.is_foreground:
            node.is_foreground = True
            for one in self._dependents.get(node.uid, ()):
                self._suspect(one)
            self._suspect(node.uid)

    def _remove(self, uid: str) -> None:
        node = self._nodes.pop(uid, None)
        if node is None:
            return
        for reference in node.owners:
            self._unlink(reference["uid"], uid)
        for one in self._dependents.get(uid, ()):
            self._suspect(one)
