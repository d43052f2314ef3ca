"""Volumes: where they can be reached from, and who may share them."""

from kubeobj.labels.selector import Selector
from kubeobj.meta.quantity import Quantity
from tests.scheduling.reference.cluster import (
    UNRESOLVABLE,
    UNSCHEDULABLE,
    Cluster,
    Doc,
    Node,
    namespace_of,
)
from tests.scheduling.reference.nodeaffinity import any_term_matches
from tests.scheduling.reference.plugin import Filter

SELECTED_NODE = "volume.kubernetes.io/selected-node"
BIND_COMPLETED = "pv.kubernetes.io/bind-completed"
NO_PROVISIONER = "kubernetes.io/no-provisioner"
OLD_LABELS = {
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
}
TOPOLOGY_LABELS = [*OLD_LABELS, *OLD_LABELS.values()]


def volumes_of(pod: Doc) -> list[Doc]:
    """Return the pod's volumes."""
    return pod["spec"].get("volumes") or []


def claim_names(pod: Doc, *, ephemeral: bool = True) -> list[str]:
    """Return the names of the claims that the pod uses; those made for it alone if *ephemeral*."""
    names = []
    for volume in volumes_of(pod):
        if "persistentVolumeClaim" in volume:
            names.append(volume["persistentVolumeClaim"]["claimName"])
        elif "ephemeral" in volume and ephemeral:
            names.append(f"{pod['metadata']['name']}-{volume['name']}")
    return names


def find_claims(cluster: Cluster, pod: Doc, names: list[str]) -> list[Doc | None]:
    """Return the claims of these names in the pod's namespace."""
    return [cluster.find("PersistentVolumeClaim", name, namespace_of(pod)) for name in names]


def known_claims(cluster: Cluster, pod: Doc) -> list[Doc]:
    """Return those of the pod's claims that exist."""
    found = find_claims(cluster, pod, claim_names(pod))
    return [claim for claim in found if claim is not None]


def class_of(claim_or_volume: Doc) -> str:
    """Return the name of its storage class, or ''."""
    return str(claim_or_volume["spec"].get("storageClassName") or "")


def size_of(claim: Doc) -> Quantity:
    """Return how much storage a claim asks for."""
    return Quantity(claim["spec"]["resources"]["requests"]["storage"])


def is_reachable(volume: Doc, node: Node) -> bool:
    """Return whether the volume's node affinity allows *node*."""
    needed = (volume["spec"].get("nodeAffinity") or {}).get("required")
    return needed is None or any_term_matches(needed["nodeSelectorTerms"], node)


# ------------------------------------------------------------ sharing


class VolumeRestrictions(Filter):
    """Disks that only one node can have, and claims that only one pod can have."""

    name = "VolumeRestrictions"

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        super().__init__(cluster, pod)
        names = claim_names(pod, ephemeral=False)
        self.claims: list[Doc | None] = find_claims(cluster, pod, names)
        self.exclusive: list[str] = sorted(
            {
                claim["metadata"]["name"]
                for claim in self.claims
                if claim is not None and "ReadWriteOncePod" in claim["spec"]["accessModes"]
            }
        )
        # A claim that is in use counts once, however many pods use it.
        self.conflicts: int = sum(self._is_used(name) for name in self.exclusive)

    def _is_used(self, name: str) -> bool:
        return any(self._uses(other, name) for node in self.cluster.nodes for other in node.pods)

    def _uses(self, other: Doc, name: str) -> int:
        if namespace_of(other) != namespace_of(self.pod):
            return 0
        return claim_names(other, ephemeral=False).count(name)

    def rejects_everywhere(self) -> str | None:
        return UNRESOLVABLE if None in self.claims else None

    def has_nothing_to_say(self) -> bool:
        return not self.conflicts and not any(is_disk(v) for v in volumes_of(self.pod))

    def check(self, node: Node) -> str | None:
        for volume in volumes_of(self.pod):
            for other in node.pods:
                if any(disks_conflict(volume, theirs) for theirs in volumes_of(other)):
                    return UNSCHEDULABLE
        return UNSCHEDULABLE if self.conflicts > 0 else None

    def pod_added(self, pod: Doc, node: Node) -> None:
        self.conflicts += sum(self._uses(pod, name) for name in self.exclusive)

    def pod_removed(self, pod: Doc, node: Node) -> None:
        self.conflicts -= sum(self._uses(pod, name) for name in self.exclusive)


def is_disk(volume: Doc) -> bool:
    """Return whether a volume is of a kind that pods cannot always share."""
    return any(
        kind in volume for kind in ("gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd")
    )


def disks_conflict(one: Doc, other: Doc) -> bool:
    """Return whether two volumes are the same disk, and cannot both be mounted on a node.

    Reading together is allowed, except of EBS volumes.
    """
    if "awsElasticBlockStore" in one and "awsElasticBlockStore" in other:
        mine, theirs = one["awsElasticBlockStore"], other["awsElasticBlockStore"]
        return bool(mine["volumeID"] == theirs["volumeID"])
    for kind in ("gcePersistentDisk", "iscsi", "rbd"):
        if kind in one and kind in other and is_same_disk(kind, one[kind], other[kind]):
            return not (one[kind].get("readOnly") and other[kind].get("readOnly"))
    return False


def is_same_disk(kind: str, one: Doc, other: Doc) -> bool:
    """Return whether two sources of one kind are the same disk."""
    if kind == "gcePersistentDisk":
        return bool(one["pdName"] == other["pdName"])
    if kind == "iscsi":
        return bool(one["iqn"] == other["iqn"])
    monitors = [monitor for monitor in one["monitors"] if monitor in other["monitors"]]
    same_pool = one.get("pool", "rbd") == other.get("pool", "rbd")
    return bool(monitors) and same_pool and one["image"] == other["image"]


# ------------------------------------------------------------ how many


class NodeVolumeLimits(Filter):
    """A node can have only so many volumes of a driver."""

    name = "NodeVolumeLimits"

    def has_nothing_to_say(self) -> bool:
        return not claim_names(self.pod)

    def check(self, node: Node) -> str | None:
        limits = self._limits(node)
        attached = {volume for pod in node.pods for volume in self._volumes(pod)}
        new = self._volumes(self.pod) - attached
        for driver, limit in limits.items():
            added = sum(name == driver for name, _ in new)
            there = sum(name == driver for name, _ in attached)
            if added and added + there > limit:
                return UNSCHEDULABLE
        return None

    def _limits(self, node: Node) -> dict[str, int]:
        found = self.cluster.find("CSINode", node.name)
        drivers = found["spec"].get("drivers") or [] if found else []
        return {
            driver["name"]: driver["allocatable"]["count"]
            for driver in drivers
            if "count" in (driver.get("allocatable") or {})
        }

    def _volumes(self, pod: Doc) -> set[tuple[str, str]]:
        """Return driver and handle of the volumes of a pod; of those to come, a name for each."""
        found = set()
        for claim in known_claims(self.cluster, pod):
            volume = self.cluster.find("PersistentVolume", claim["spec"].get("volumeName", ""))
            storage_class = self.cluster.find("StorageClass", class_of(claim))
            if volume is not None:
                source = volume["spec"].get("csi")
                if source:
                    found.add((source["driver"], source["volumeHandle"]))
            elif storage_class is not None:
                handle = f"to come: {namespace_of(pod)}/{claim['metadata']['name']}"
                found.add((storage_class["provisioner"], handle))
        return found


# ------------------------------------------------------------ binding


class VolumeBinding(Filter):
    """Bound volumes must be reachable from the node, and the others be found or made there."""

    name = "VolumeBinding"

    def has_nothing_to_say(self) -> bool:
        return not claim_names(self.pod)

    def rejects_everywhere(self) -> str | None:
        for volume in volumes_of(self.pod):
            if "persistentVolumeClaim" not in volume and "ephemeral" not in volume:
                continue
            [name] = claim_names({**self.pod, "spec": {"volumes": [volume]}})
            [claim] = find_claims(self.cluster, self.pod, [name])
            if claim is None or not self._is_usable(claim):
                return UNRESOLVABLE
            if "ephemeral" in volume and not self._is_owner(claim):
                return UNRESOLVABLE
        waits = [c for c in self._claims() if not is_bound(c) and not self._can_wait(c)]
        return UNRESOLVABLE if waits else None

    def _claims(self) -> list[Doc]:
        return known_claims(self.cluster, self.pod)

    @staticmethod
    def _is_usable(claim: Doc) -> bool:
        lost = claim.get("status", {}).get("phase") == "Lost"
        return not lost and "deletionTimestamp" not in claim["metadata"]

    def _is_owner(self, claim: Doc) -> bool:
        """Return whether a claim was made for this pod."""
        metadata = self.pod["metadata"]
        uid = metadata.get("uid", f"{namespace_of(self.pod)}/{metadata['name']}")
        owners = claim["metadata"].get("ownerReferences") or []
        return any(owner.get("controller") and owner["uid"] == uid for owner in owners)

    def _can_wait(self, claim: Doc) -> bool:
        """Return whether the claim is bound only when its first pod has a node."""
        storage_class = self.cluster.find("StorageClass", class_of(claim))
        mode = (storage_class or {}).get("volumeBindingMode", "Immediate")
        return mode == "WaitForFirstConsumer" and not claim["spec"].get("volumeName")

    def check(self, node: Node) -> str | None:
        bound = [claim for claim in self._claims() if is_bound(claim)]
        unbound = [claim for claim in self._claims() if not is_bound(claim)]
        fits = all(self._bound_fits(claim, node) for claim in bound)
        return None if fits and self._all_found(unbound, node) else UNRESOLVABLE

    def _bound_fits(self, claim: Doc, node: Node) -> bool:
        volume = self.cluster.find("PersistentVolume", claim["spec"]["volumeName"])
        return volume is not None and is_reachable(volume, node)

    def _all_found(self, claims: list[Doc], node: Node) -> bool:
        """Return whether each claim gets a volume of its own on *node*: small claims first."""
        taken: list[str] = []
        to_make = []
        for claim in sorted(claims, key=size_of):
            chosen = (claim["metadata"].get("annotations") or {}).get(SELECTED_NODE)
            if chosen is not None and chosen != node.name:
                return False
            volume = None if chosen else self._smallest(claim, node, taken)
            if volume is None:
                to_make.append(claim)
            else:
                taken.append(volume["metadata"]["name"])
        return all(self._can_make(claim, node) for claim in to_make)

    def _smallest(self, claim: Doc, node: Node, taken: list[str]) -> Doc | None:
        """Return the volume that is kept for the claim, or the smallest that will do."""
        best: Doc | None = None
        for volume in self.cluster.of_kind("PersistentVolume"):
            if volume["metadata"]["name"] in taken or not could_be(volume, claim):
                continue
            if is_kept_for(volume, claim):
                return volume if is_reachable(volume, node) else None
            will_do = is_free_for(volume, claim) and is_reachable(volume, node)
            if will_do and (best is None or capacity_of(volume) < capacity_of(best)):
                best = volume
        return best

    def _can_make(self, claim: Doc, node: Node) -> bool:
        """Return whether the claim's class can make a volume that *node* reaches."""
        storage_class = self.cluster.find("StorageClass", class_of(claim))
        if storage_class is None or storage_class["provisioner"] in ("", NO_PROVISIONER):
            return False
        if not topology_allows(storage_class.get("allowedTopologies") or [], node):
            return False
        driver = self.cluster.find("CSIDriver", storage_class["provisioner"])
        if driver is None or not driver["spec"].get("storageCapacity"):
            return True
        return any(
            self._has_space(capacity, claim, node)
            for capacity in self.cluster.of_kind("CSIStorageCapacity")
        )

    @staticmethod
    def _has_space(capacity: Doc, claim: Doc, node: Node) -> bool:
        limit = capacity.get("maximumVolumeSize", capacity.get("capacity"))
        if limit is None or capacity["storageClassName"] != class_of(claim):
            return False
        near = Selector.from_label_selector(capacity.get("nodeTopology")).matches(node.labels)
        return near and Quantity(limit).value >= size_of(claim).value


def is_bound(claim: Doc) -> bool:
    """Return whether the claim has its volume, and both sides know."""
    annotations = claim["metadata"].get("annotations") or {}
    return bool(claim["spec"].get("volumeName")) and BIND_COMPLETED in annotations


def capacity_of(volume: Doc) -> Quantity:
    """Return the size of a volume."""
    return Quantity(volume["spec"]["capacity"]["storage"])


def could_be(volume: Doc, claim: Doc) -> bool:
    """Return whether size, mode and class are right."""
    same_mode = volume["spec"].get("volumeMode", "Filesystem") == claim["spec"].get(
        "volumeMode", "Filesystem"
    )
    same_class = class_of(volume) == class_of(claim)
    going = "deletionTimestamp" in volume["metadata"]
    return same_mode and same_class and not going and capacity_of(volume) >= size_of(claim)


def is_kept_for(volume: Doc, claim: Doc) -> bool:
    """Return whether the volume names this claim."""
    reference, metadata = volume["spec"].get("claimRef") or {}, claim["metadata"]
    same_name = reference.get("name") == metadata["name"]
    same_namespace = reference.get("namespace") == metadata["namespace"]
    return same_name and same_namespace and reference.get("uid", "") in ("", metadata.get("uid"))


def is_free_for(volume: Doc, claim: Doc) -> bool:
    """Return whether the volume is nobody's, and the claim takes it as it is."""
    if volume.get("status", {}).get("phase") != "Available" or volume["spec"].get("claimRef"):
        return False
    modes = volume["spec"].get("accessModes") or []
    if not all(mode in modes for mode in claim["spec"]["accessModes"]):
        return False
    asked = claim["spec"].get("selector")
    labels = volume["metadata"].get("labels") or {}
    return asked is None or Selector.from_label_selector(asked).matches(labels)


def topology_allows(terms: list[Doc], node: Node) -> bool:
    """Return whether *node* is in one of the topologies of a class, if there are any."""
    return not terms or any(
        all(node.labels.get(e["key"]) in e["values"] for e in term["matchLabelExpressions"])
        for term in terms
    )


class VolumeZone(Filter):
    """Volumes with labels of a zone or region are used there only."""

    name = "VolumeZone"

    def __init__(self, cluster: Cluster, pod: Doc) -> None:
        super().__init__(cluster, pod)
        self.needed: list[tuple[str, list[str]]] = []
        for claim in find_claims(cluster, pod, claim_names(pod, ephemeral=False)):
            name = claim["spec"].get("volumeName", "") if claim else ""
            volume = cluster.find("PersistentVolume", name) or {"metadata": {}}
            labels = volume["metadata"].get("labels") or {}
            # One value may be several zones.
            self.needed += [(k, labels[k].split("__")) for k in TOPOLOGY_LABELS if k in labels]

    def has_nothing_to_say(self) -> bool:
        return not self.needed

    def check(self, node: Node) -> str | None:
        if not any(key in node.labels for key in TOPOLOGY_LABELS):
            return None
        for key, zones in self.needed:
            where = node.labels.get(key, node.labels.get(OLD_LABELS.get(key, key)))
            if where not in zones:
                return UNRESOLVABLE
        return None
