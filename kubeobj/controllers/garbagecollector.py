"""Objects whose owners are gone go too; and owners wait for dependents, or let them go.

An object is only deleted after the API itself has been asked for it and for every owner that has
not been seen; to keep one, what has been seen is enough.

Source: ``k8s.io/kubernetes/pkg/controller/garbagecollector`` (v1.36); the concept page Garbage
Collection.
"""

from enum import Enum
from typing import NamedTuple, final

from kubeobj.api.deleting import FOREGROUND, ORPHAN
from kubeobj.api.errors import NotFound
from kubeobj.api.options import PropagationPolicy
from kubeobj.controllers.ownergraph import Node, OwnerGraph
from kubeobj.controllers.storedkinds import StoredKinds, full_name
from kubeobj.documents import Wire
from kubeobj.models.resource import Resource
from kubeobj.reconcile.informer import Informer
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, wire_of

ABSENT_KEPT = 500
"""Of how many owners it is remembered that they are not there."""


class _Owner(Enum):
    """What an owner reference means for the object that has it."""

    SOLID = "keeps it"
    DANGLING = "is not there"
    WAITING = "waits for it to go"
    UNKNOWN = "cannot be told"


@final
class _Owners(NamedTuple):
    """The uids of an object's owners, by what they mean for it."""

    solid: list[str]
    dangling: list[str]
    waiting: list[str]
    unknown: list[str]


@final
class GarbageCollector:
    """Deletes what has no owner left, and does for owners what their finalizers ask for.

    Args:
        manager: Where it is installed.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._events = manager.events.by("garbage-collector-controller")
        deleting = manager.controller("garbagecollector", self.reconcile)
        orphaning = manager.controller("garbagecollector-orphans", self.let_go)
        # Keys are uids: a name may be another object's by now.
        self._graph = OwnerGraph(
            lambda uid: deleting.queue.add(Request("", uid)),
            lambda uid: orphaning.queue.add(Request("", uid)),
        )
        self._suspect = deleting.queue.add
        self._kinds = StoredKinds(manager, deleting, self._follow)
        # By api version and kind.
        self._resources: dict[tuple[str, str], Resource] = {}
        # Owners that are not there, by all that a reference says and the namespace looked into.
        self._absent: dict[tuple[str, ...], None] = {}
        # Objects with an owner of an unknown kind, which may be known one day.
        self._undecided: dict[str, None] = {}

    @property
    def graph(self) -> OwnerGraph:
        """Who owns whom."""
        return self._graph

    def _follow(self, resource: Resource, informer: Informer) -> None:
        """Take in a kind that has come to be served."""
        for one in self._kinds.resources:
            self._resources.setdefault((one.kind.api_version, one.kind.kind), one)
        name, change = full_name(resource), self._graph.change

        def handle(old: Cached | None, new: Cached | None) -> None:
            change(name, old, new)

        informer.subscribe(handle)
        for uid in self._undecided:
            self._suspect(Request("", uid))
        self._undecided.clear()

    # ------------------------------------------------------------ objects that may have to go

    def reconcile(self, request: Request) -> None:
        """Look whether an object, given by its uid, has an owner left; or waits for dependents."""
        node = self._graph.find(request.name)
        if node is None:
            return
        if node.is_foreground:
            if not self._graph.is_blocked(node.uid):
                self._take_finalizer(node, FOREGROUND)
            return
        if node.is_deleting or not node.owners or self._is_kept(node):
            return
        latest = self._latest(node)
        if latest is not None:
            self._judge(node, latest)

    def _is_kept(self, node: Node) -> bool:
        """Return whether each of its owners has been seen, and none is about to go."""
        return all(
            owner is not None
            and not owner.is_foreground
            and owner.is_meant_by(reference, node.namespace)
            for reference, owner in ((one, self._graph.find(one["uid"])) for one in node.owners)
        )

    def _judge(self, node: Node, latest: Wire) -> None:
        """Delete an object that no owner keeps; take away the references that mean nothing."""
        references = latest["metadata"].get("ownerReferences") or []
        if not references or "deletionTimestamp" in latest["metadata"]:
            return
        owners = self._owners(node, references)
        if owners.unknown:
            return
        if owners.solid:
            gone = {*owners.dangling, *owners.waiting}
            if gone:
                self._keep_owners(
                    node, latest, [one for one in references if one["uid"] not in gone]
                )
            return
        dependents = self._graph.dependents(node.uid)
        if owners.waiting and dependents:
            if any(one.is_foreground for one in dependents):
                # Perhaps they wait for each other in a ring, which somebody has to open.
                freed = [{**one, "blockOwnerDeletion": False} for one in references]
                latest = self._keep_owners(node, latest, freed) or latest
            self._delete(node, latest, "Foreground")
            return
        finalizers = latest["metadata"].get("finalizers") or ()
        policy: PropagationPolicy = "Background"
        if ORPHAN in finalizers:
            policy = "Orphan"
        elif FOREGROUND in finalizers:
            policy = "Foreground"
        self._delete(node, latest, policy)

    def _owners(self, node: Node, references: list[Wire]) -> _Owners:
        found = _Owners([], [], [], [])
        kinds = {
            _Owner.SOLID: found.solid,
            _Owner.DANGLING: found.dangling,
            _Owner.WAITING: found.waiting,
            _Owner.UNKNOWN: found.unknown,
        }
        for reference in references:
            kinds[self._owner(node, reference)].append(reference["uid"])
        return found

    def _owner(self, node: Node, reference: Wire) -> _Owner:
        """Say what an owner reference means, asking the API if the owner has not been seen."""
        seen = self._graph.find(reference["uid"])
        if seen is not None:
            if seen.is_meant_by(reference, node.namespace):
                return _Owner.WAITING if seen.is_foreground else _Owner.SOLID
            if seen.namespace and seen.namespace != node.namespace:
                self._tell_of_namespace(node, reference)
        coordinates = (reference["uid"], reference["apiVersion"], reference["kind"])
        resource = self._resources.get(coordinates[1:])
        if resource is None:
            self._undecided[node.uid] = None
            return _Owner.UNKNOWN
        if resource.namespaced and not node.namespace:
            # It says nothing that could be true, today or ever.
            return _Owner.UNKNOWN
        namespace = node.namespace if resource.namespaced else ""
        key = (*coordinates, namespace, reference["name"])
        if key in self._absent:
            return _Owner.DANGLING
        return self._owner_now(resource, namespace, key)

    def _owner_now(self, resource: Resource, namespace: str, key: tuple[str, ...]) -> _Owner:
        kind = resource.kind
        name = f"{resource.plural}.{kind.version}.{kind.group}"
        try:
            owner = wire_of(self._client.get(name, key[-1], namespace=namespace))
        except NotFound:
            owner = None
        if owner is None or owner["metadata"]["uid"] != key[0]:
            if len(self._absent) >= ABSENT_KEPT:
                del self._absent[next(iter(self._absent))]
            self._absent[key] = None
            return _Owner.DANGLING
        metadata = owner["metadata"]
        if "deletionTimestamp" in metadata and FOREGROUND in (metadata.get("finalizers") or ()):
            return _Owner.WAITING
        return _Owner.SOLID

    def _tell_of_namespace(self, node: Node, reference: Wire) -> None:
        about: Wire = {
            "kind": node.kind,
            "apiVersion": node.api_version,
            "name": node.name,
            "uid": node.uid,
            **({"namespace": node.namespace} if node.namespace else {}),
        }
        owner = (
            f"[{reference['apiVersion']}/{reference['kind']}, namespace: {node.namespace},"
            f" name: {reference['name']}, uid: {reference['uid']}]"
        )
        message = f'ownerRef {owner} does not exist in namespace "{node.namespace}"'
        self._events.record(about, "OwnerRefInvalidNamespace", message, "Warning")

    # ------------------------------------------------------------ dependents that are let go

    def let_go(self, request: Request) -> None:
        """Take an object, given by its uid, out of its dependents' owners; then it may go."""
        node = self._graph.find(request.name)
        if node is None:
            return
        for dependent in self._graph.dependents(node.uid):
            latest = self._latest(dependent)
            if latest is None:
                continue
            references = latest["metadata"].get("ownerReferences") or []
            kept = [one for one in references if one["uid"] != node.uid]
            if len(kept) < len(references):
                self._keep_owners(dependent, latest, kept)
        self._take_finalizer(node, ORPHAN)

    # ------------------------------------------------------------ asking and changing

    def _latest(self, node: Node) -> Wire | None:
        """Return an object as the API has it now; None if it is gone, or another has its name."""
        try:
            latest = wire_of(self._client.get(node.resource, node.name, namespace=node.namespace))
        except NotFound:
            return None
        return latest if latest["metadata"]["uid"] == node.uid else None

    def _keep_owners(self, node: Node, latest: Wire, owners: list[Wire]) -> Wire | None:
        return self._patch(node, latest, {"ownerReferences": owners or None})

    def _take_finalizer(self, node: Node, finalizer: str) -> None:
        latest = self._latest(node)
        if latest is None:
            return
        finalizers = latest["metadata"].get("finalizers") or []
        if finalizer in finalizers:
            kept = [one for one in finalizers if one != finalizer]
            self._patch(node, latest, {"finalizers": kept or None})

    def _patch(self, node: Node, latest: Wire, metadata: Wire) -> Wire | None:
        """Change metadata of an object, if it is still as it was; None if it is gone."""
        version = {"uid": node.uid, "resourceVersion": latest["metadata"]["resourceVersion"]}
        change = {"metadata": {**metadata, **version}}
        try:
            return wire_of(
                self._client.patch(
                    node.resource, node.name, change, type="merge", namespace=node.namespace
                )
            )
        except NotFound:
            return None

    def _delete(self, node: Node, latest: Wire, policy: PropagationPolicy) -> None:
        try:
            self._client.delete(
                node.resource,
                node.name,
                namespace=node.namespace,
                uid=node.uid,
                resource_version=latest["metadata"]["resourceVersion"],
                propagation_policy=policy,
            )
        except NotFound:
            return
