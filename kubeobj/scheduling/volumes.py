"""Volumes as scheduling sees them: claims, volumes, classes, drivers, and which pods use what.

A volume that has been promised to a claim, and a claim that a node has been chosen for, count as
such at once, before the API has been told.

Source: ``k8s.io/kubernetes/pkg/scheduler/framework/plugins/volumebinding`` assume cache (v1.36).
"""

from collections.abc import Iterable, Mapping
from typing import Final, final

from kubeobj.documents import Wire
from kubeobj.placement.nodeaffinity import NodeTerm, node_terms_of
from kubeobj.scheduling.records import PodRecord

RESOURCES: Final = (
    "persistentvolumeclaims",
    "persistentvolumes",
    "storageclasses",
    "csinodes",
    "csidrivers",
    "csistoragecapacities",
    "volumeattachments",
)
"""The resources that it is made of."""

ONE_POD: Final = "ReadWriteOncePod"
"""The access mode of a claim that one pod at a time can use."""

_NOBODY: Final[Mapping[str, PodRecord]] = {}


@final
class Volumes:
    """All that is known of volumes."""

    __slots__ = (
        "_by_class",
        "_documents",
        "_promised",
        "_terms",
        "_users",
        "by_slot",
        "chosen_nodes",
        "version",
    )

    def __init__(self) -> None:
        self._documents: dict[str, dict[str, Wire]] = {name: {} for name in RESOURCES}
        self._by_class: dict[str, dict[str, Wire]] = {}
        self._terms: dict[str, tuple[NodeTerm, ...] | None] = {}
        self._promised: dict[str, str] = {}
        # By the key of the claim, and then by the uid of the pod.
        self._users: dict[str, dict[str, PodRecord]] = {}
        self.by_slot: dict[int, dict[str, PodRecord]] = {}
        """The pods with volumes on each node."""
        self.chosen_nodes: dict[str, str] = {}
        """For which node a claim is to be provisioned, by its key."""
        self.version: int = 0
        """Grows with every change."""

    # ------------------------------------------------------------ documents

    def put(self, resource: str, document: Wire) -> None:
        """Take in a document as it is now."""
        key = key_of(document)
        old = self._documents[resource].get(key)
        self._documents[resource][key] = document
        self.version += 1
        if resource == "persistentvolumes":
            self._terms.pop(key, None)
            if old is not None:
                self._by_class[old["spec"].get("storageClassName", "")].pop(key, None)
            name = document["spec"].get("storageClassName", "")
            self._by_class.setdefault(name, {})[key] = document

    def discard(self, resource: str, key: str) -> None:
        """Forget a document, by `key_of`."""
        old = self._documents[resource].pop(key, None)
        self.version += 1
        if resource == "persistentvolumes" and old is not None:
            self._terms.pop(key, None)
            self._by_class[old["spec"].get("storageClassName", "")].pop(key, None)

    def find(self, resource: str, key: str) -> Wire | None:
        """Return a document by its key, or None."""
        return self._documents[resource].get(key)

    def all(self, resource: str) -> Iterable[Wire]:
        """Return all documents of a resource."""
        return self._documents[resource].values()

    def of_class(self, name: str) -> Iterable[Wire]:
        """Return the volumes of a storage class."""
        return self._by_class.get(name, {}).values()

    def terms(self, volume: Wire) -> tuple[NodeTerm, ...] | None:
        """Return from which nodes a volume can be reached; None from all."""
        name = volume["metadata"]["name"]
        if name not in self._terms:
            required = (volume["spec"].get("nodeAffinity") or {}).get("required")
            self._terms[name] = None if required is None else node_terms_of(required)
        return self._terms[name]

    # ------------------------------------------------------------ promises

    def promise(self, volume: str, claim: str) -> None:
        """Let a volume be one that a claim is going to get."""
        self._promised[volume] = claim
        self.version += 1

    def choose(self, claim: str, node: str) -> None:
        """Let a claim be one that is to be provisioned for a node."""
        self.chosen_nodes[claim] = node
        self.version += 1

    def release(self, volumes: Iterable[str], claims: Iterable[str]) -> None:
        """Take back promises."""
        for volume in volumes:
            self._promised.pop(volume, None)
        for claim in claims:
            self.chosen_nodes.pop(claim, None)
        self.version += 1

    def promised(self, volume: str) -> str | None:
        """Return which claim is going to get a volume, or None."""
        return self._promised.get(volume)

    # ------------------------------------------------------------ pods

    def attach(self, record: PodRecord) -> None:
        """Let a pod use its claims on the node that it is on."""
        self.version += 1
        self.by_slot.setdefault(record.slot, {})[record.uid] = record
        for key in claims_of(record):
            self._users.setdefault(key, {})[record.uid] = record

    def detach(self, record: PodRecord) -> None:
        """Let a pod use its claims no more; it is still said to be on its node."""
        self.version += 1
        there = self.by_slot[record.slot]
        del there[record.uid]
        if not there:
            del self.by_slot[record.slot]
        for key in claims_of(record):
            users = self._users.get(key, {})
            users.pop(record.uid, None)
            if not users:
                self._users.pop(key, None)

    def users(self, claim: str) -> Mapping[str, PodRecord]:
        """Return the pods that use a claim, by uid."""
        return self._users.get(claim, _NOBODY)


def key_of(document: Wire) -> str:
    """Return namespace and name of a document, or the name alone if it is in no namespace."""
    metadata = document["metadata"]
    namespace = metadata.get("namespace")
    return f"{namespace}/{metadata['name']}" if namespace else metadata["name"]


def claims_of(record: PodRecord) -> list[str]:
    """Return the keys of the claims of a pod."""
    template = record.template
    return [f"{record.namespace}/{name}" for name in (*template.claims, *template.ephemeral)]
