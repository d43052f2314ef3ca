"""What scheduling has to know of a pod, read once for all pods alike.

Pods of one workload differ in their names and little else, so what is read of one is read of all,
and what is worked out for one is worked out for all. Two pods are alike if their *likeness* is the
same: the bytes of everything in them that a plugin looks at.

Source: KEP-5598 has the same idea under the name of pod signatures.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Final, final

import orjson

from kubeobj.documents import Wire
from kubeobj.placement.nodeaffinity import (
    InvalidTerm,
    NodeAffinity,
    NodeTerm,
    confined_to,
    pinned_to,
    preferences_of,
    required_affinity_of,
)
from kubeobj.placement.podaffinity import PodAffinity, pod_affinity_of
from kubeobj.placement.ports import HostPort, host_ports_of
from kubeobj.placement.resources import (
    Amounts,
    requests_of,
    scored_requests_of,
    scored_wishes_of,
)
from kubeobj.placement.spread import SpreadConstraint, spread_constraints_of
from kubeobj.placement.taints import Toleration, tolerations_of

KEPT: Final = 20_000
"""How many templates are remembered at most that no pod has."""

_SPEC_PARTS = (
    "nodeSelector",
    "overhead",
    "priority",
    "preemptionPolicy",
    "resources",
    "schedulerName",
    "tolerations",
    "topologySpreadConstraints",
)
_CONTAINER_PARTS = ("image", "ports", "resources", "restartPolicy")
_STATUS_PARTS = (
    "allocatedResources",
    "containerStatuses",
    "initContainerStatuses",
    "resources",
)
_VOLUME_SOURCES = (
    "persistentVolumeClaim",
    "ephemeral",
    "image",
    "gcePersistentDisk",
    "awsElasticBlockStore",
    "iscsi",
    "rbd",
    "csi",
)
_NO_LABELS: Mapping[str, str] = {}


@final
class Template:
    """What scheduling knows of pods that are alike. Immutable but for its counts of pods.

    Args:
        pod: One of them.
        likeness: What they are the same in.
        node_name: Which node it asks for by name, if it has not been bound there.
    """

    __slots__ = (
        "affinity",
        "bad_preference",
        "claims",
        "confined",
        "containers",
        "controller",
        "counts",
        "counts_seen",
        "counts_version",
        "disks",
        "ending",
        "ephemeral",
        "example",
        "images",
        "labels",
        "likeness",
        "may_preempt",
        "namespace",
        "node_affinity",
        "node_name",
        "owner_uid",
        "pod_affinity",
        "ports",
        "preferences",
        "priority",
        "requests",
        "scored",
        "scored_wishes",
        "spread",
        "there",
        "tolerations",
    )

    def __init__(self, pod: Wire, likeness: bytes = b"", *, node_name: str = "") -> None:
        metadata, spec = pod["metadata"], pod["spec"]
        self.likeness: bytes = likeness
        self.example: Wire = pod
        """One of the pods, for plugins that look at documents."""
        self.namespace: str = metadata.get("namespace", "")
        self.labels: Mapping[str, str] = metadata.get("labels") or _NO_LABELS
        self.priority: int = spec.get("priority") or 0
        self.may_preempt: bool = spec.get("preemptionPolicy") != "Never"
        self.requests: Amounts = requests_of(pod)
        self.scored: tuple[int, int] = scored_requests_of(pod)
        self.scored_wishes: tuple[int, int] = scored_wishes_of(pod)
        self.ports: tuple[HostPort, ...] = host_ports_of(pod)
        self.tolerations: tuple[Toleration, ...] = tolerations_of(pod)
        self.node_name: str = node_name
        is_pinned = bool(pinned_to(pod))
        affinity = required_affinity_of(pod)
        self.node_affinity: NodeAffinity = affinity.without_names() if is_pinned else affinity
        self.confined: tuple[str, ...] | None = None if is_pinned else confined_to(pod)
        self.bad_preference: str = ""
        self.preferences: tuple[tuple[int, NodeTerm], ...] = ()
        try:
            self.preferences = preferences_of(pod)
        except InvalidTerm as error:
            self.bad_preference = str(error)
        self.pod_affinity: PodAffinity = pod_affinity_of(pod)
        self.spread: tuple[SpreadConstraint, ...] = spread_constraints_of(pod)
        self.images: tuple[str, ...] = _images_of(spec)
        self.containers: int = len(spec["containers"]) + len(spec.get("initContainers") or ())
        self.controller: tuple[str, str, str] | None = _controller_of(metadata)
        self.claims: tuple[str, ...] = _claims_of(spec)
        self.ephemeral: tuple[str, ...] = _ephemeral_of(metadata, spec)
        self.owner_uid: str = metadata.get("uid") or f"{self.namespace}/{metadata['name']}"
        """The uid of the one pod that has the claims made for it; for others it means nothing."""
        self.disks: tuple[Wire, ...] = _disks_of(spec)
        # How many pods like this are on each node, by slot; and those of them that are ending.
        self.there: dict[int, int] = {}
        self.ending: dict[int, int] = {}
        # The counts that these pods are counted in, of as many as there were when last looked.
        self.counts: tuple[int, ...] = ()
        self.counts_seen: int = 0
        self.counts_version: int = -1

    @property
    def has_volumes(self) -> bool:
        """Whether its pods have volumes that not every node can give them."""
        return bool(self.claims or self.ephemeral or self.disks)


def likeness_of(pod: Wire) -> bytes:
    """Return the bytes in which pods are the same that nothing tells apart but their names."""
    metadata, spec = pod["metadata"], pod["spec"]
    parts: list[object] = [metadata.get("namespace"), metadata.get("labels")]
    get = spec.get
    parts += [get(name) for name in _SPEC_PARTS]
    if "affinity" in spec:
        parts.append(_without_pin(spec["affinity"]) if pinned_to(pod) else spec["affinity"])
    for container in spec["containers"]:
        of = container.get
        parts += [of("image"), of("resources"), of("ports")]
    if "initContainers" in spec:
        parts.append(
            [[one.get(part) for part in _CONTAINER_PARTS] for one in spec["initContainers"]]
        )
    if "volumes" in spec:
        volumes = [
            [volume["name"] if source == "ephemeral" else "", source, volume[source]]
            for volume in spec["volumes"]
            for source in _VOLUME_SOURCES
            if source in volume
        ]
        if volumes:
            parts.append(volumes)
            if any(volume[1] == "ephemeral" for volume in volumes):
                parts += [metadata["name"], metadata.get("uid")]
    if "ownerReferences" in metadata:
        parts.append(_controller_of(metadata))
    status = pod.get("status")
    if status:
        parts += _resizing(spec, status)
    return orjson.dumps(parts)


def _without_pin(affinity: Wire) -> list[object]:
    """Return what is said beside the one node that every term names."""
    nodes = affinity["nodeAffinity"]
    required = nodes["requiredDuringSchedulingIgnoredDuringExecution"]
    return [
        affinity.get("podAffinity"),
        affinity.get("podAntiAffinity"),
        nodes.get("preferredDuringSchedulingIgnoredDuringExecution"),
        [term.get("matchExpressions") for term in required["nodeSelectorTerms"]],
    ]


def _resizing(spec: Wire, status: Wire) -> list[object]:
    """Return what a status says of resources, if it is not what the spec says."""
    found: list[object] = []
    for part in _STATUS_PARTS:
        told = status.get(part)
        if not told:
            continue
        if part.endswith("Statuses"):
            told = [
                [one["name"], one.get("allocatedResources"), one.get("resources")]
                for one in told
                if "allocatedResources" in one or "resources" in one
            ]
            if not told:
                continue
        found += [part, told]
    if found:
        found += [one["name"] for one in spec["containers"]]
        found += [
            one for one in status.get("conditions") or () if one["type"] == "PodResizePending"
        ]
    return found


def _controller_of(metadata: Wire) -> tuple[str, str, str] | None:
    """Return group and version, kind and name of the owner that controls a pod."""
    for one in metadata.get("ownerReferences") or ():
        if one.get("controller"):
            return one["apiVersion"], one["kind"], one["name"]
    return None


def _images_of(spec: Wire) -> tuple[str, ...]:
    containers = [*(spec.get("initContainers") or ()), *spec["containers"]]
    images = [one.get("image", "") for one in containers]
    images += [
        volume["image"].get("reference", "")
        for volume in spec.get("volumes") or ()
        if "image" in volume
    ]
    return tuple(map(tagged, images))


def tagged(image: str) -> str:
    """Return the name of an image with its tag; one without is of the latest.

    >>> tagged("reg.io:5000/web"), tagged("web:v1")
    ('reg.io:5000/web:latest', 'web:v1')
    """
    return image if image.rfind(":") > image.rfind("/") else f"{image}:latest"


def _claims_of(spec: Wire) -> tuple[str, ...]:
    return tuple(
        volume["persistentVolumeClaim"]["claimName"]
        for volume in spec.get("volumes") or ()
        if "persistentVolumeClaim" in volume
    )


def _ephemeral_of(metadata: Wire, spec: Wire) -> tuple[str, ...]:
    return tuple(
        f"{metadata['name']}-{volume['name']}"
        for volume in spec.get("volumes") or ()
        if "ephemeral" in volume
    )


def _disks_of(spec: Wire) -> tuple[Wire, ...]:
    disks = ("gcePersistentDisk", "awsElasticBlockStore", "iscsi", "rbd", "csi")
    return tuple(
        volume for volume in spec.get("volumes") or () if any(source in volume for source in disks)
    )


@final
class Templates:
    """All templates, by likeness; the ones unused for the longest are forgotten."""

    __slots__ = ("_kept",)

    def __init__(self) -> None:
        self._kept: OrderedDict[bytes, Template] = OrderedDict()

    def of(self, pod: Wire, *, node_name: str = "") -> Template:
        """Return the template of a pod.

        Args:
            pod: The pod.
            node_name: Which node it asks for by name, if it has not been bound there.
        """
        likeness = likeness_of(pod)
        if node_name:
            likeness += node_name.encode()
        found = self._kept.get(likeness)
        if found is None:
            found = self._kept[likeness] = Template(pod, likeness, node_name=node_name)
            self._trim()
        return found

    def _trim(self) -> None:
        """Forget one, unless pods have it."""
        if len(self._kept) > KEPT:
            likeness, oldest = self._kept.popitem(last=False)
            if oldest.there:
                self._kept[likeness] = oldest
