"""Claims and volumes: which volume a claim can have.

Source: ``k8s.io/component-helpers/storage/volume`` (v1.36); Kubernetes documentation, Persistent
Volumes.
"""

from collections.abc import Callable, Iterable
from typing import Final

from kubeobj.documents import Wire
from kubeobj.placement.podaffinity import selector_or_nothing
from kubeobj.placement.resources import amount_of

CLASS_ANNOTATION: Final = "volume.beta.kubernetes.io/storage-class"
BOUND_ANNOTATION: Final = "pv.kubernetes.io/bind-completed"
NODE_ANNOTATION: Final = "volume.kubernetes.io/selected-node"


def class_of(document: Wire) -> str:
    """Return the storage class of a claim or a volume, or empty."""
    annotations = document["metadata"].get("annotations") or {}
    name: str = annotations.get(CLASS_ANNOTATION) or document["spec"].get("storageClassName") or ""
    return name


def is_bound(claim: Wire) -> bool:
    """Return whether a claim has got its volume for good."""
    annotations = claim["metadata"].get("annotations") or {}
    return bool(claim["spec"].get("volumeName")) and BOUND_ANNOTATION in annotations


def wanted_bytes(claim: Wire) -> int:
    """Return how large a volume a claim asks for."""
    requests = (claim["spec"].get("resources") or {}).get("requests") or {}
    return amount_of("storage", requests.get("storage", "0"))


def capacity_of(volume: Wire) -> int:
    """Return how large a volume is, in bytes."""
    return amount_of("storage", (volume["spec"].get("capacity") or {}).get("storage", "0"))


def is_meant_for(volume: Wire, claim: Wire) -> bool:
    """Return whether a volume says that it belongs to a claim."""
    reference = volume["spec"].get("claimRef")
    if not reference:
        return False
    metadata = claim["metadata"]
    if (reference.get("namespace"), reference.get("name")) != (
        metadata.get("namespace"),
        metadata["name"],
    ):
        return False
    return not reference.get("uid") or reference["uid"] == metadata.get("uid")


def best_volume(
    claim: Wire,
    volumes: Iterable[Wire],
    is_taken: Callable[[str], bool],
    is_reachable: Callable[[Wire], bool],
) -> Wire | None:
    """Return the smallest volume that a claim can have on some node; its own, if it has one.

    Args:
        claim: The claim.
        volumes: The volumes of its class.
        is_taken: Says of the name of a volume whether somebody else gets it.
        is_reachable: Says of a volume whether the node can reach it.

    Source: FindMatchingVolume of ``k8s.io/component-helpers/storage/volume`` (v1.36).
    """
    best: Wire | None = None
    least = 0
    for volume in volumes:
        name = volume["metadata"]["name"]
        if is_taken(name) or not _could_serve(volume, claim):
            continue
        if is_meant_for(volume, claim):
            return volume if is_reachable(volume) else None
        if not is_free(volume, claim) or not is_reachable(volume):
            continue
        size = capacity_of(volume)
        if best is None or size < least:
            best, least = volume, size
    return best


def _could_serve(volume: Wire, claim: Wire) -> bool:
    """Return whether a volume is of the right sort, and no other claim's."""
    spec, wanted = volume["spec"], claim["spec"]
    if spec.get("claimRef") and not is_meant_for(volume, claim):
        return False
    if capacity_of(volume) < wanted_bytes(claim):
        return False
    if spec.get("volumeMode", "Filesystem") != wanted.get("volumeMode", "Filesystem"):
        return False
    if (spec.get("volumeAttributesClassName") or "") != (
        wanted.get("volumeAttributesClassName") or ""
    ):
        return False
    return "deletionTimestamp" not in volume["metadata"]


def is_free(volume: Wire, claim: Wire) -> bool:
    """Return whether a volume is to be had, and has what a claim asks for."""
    if (volume.get("status") or {}).get("phase") != "Available":
        return False
    selector = claim["spec"].get("selector")
    labels = volume["metadata"].get("labels") or {}
    if selector is not None and not selector_or_nothing(selector).matches(labels):
        return False
    if class_of(volume) != class_of(claim):
        return False
    modes = volume["spec"].get("accessModes") or ()
    return all(mode in modes for mode in claim["spec"].get("accessModes") or ())
