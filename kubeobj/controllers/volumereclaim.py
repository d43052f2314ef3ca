"""What becomes of a volume whose claim is gone.

Source: ``k8s.io/kubernetes/pkg/controller/volume/persistentvolume`` reclaimVolume, and
``pkg/volume/hostpath`` (v1.36); Kubernetes documentation, Persistent Volumes, Reclaiming.
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final, final

from kubeobj.documents import Wire

PROVISIONED_BY: Final = "pv.kubernetes.io/provisioned-by"
"""The annotation that says which provisioner has made a volume."""

_DELETABLE: Final = "/tmp/"  # noqa: S108 - nothing is written there


class Fate(Enum):
    """What is to be done with a volume."""

    KEEP = "keep"
    DELETE = "delete"
    FREE = "free"
    FAIL = "fail"


@final
@dataclass(frozen=True, slots=True)
class Reclaim:
    """What becomes of a volume.

    Args:
        fate: What is to be done.
        reason: If it fails, why, in one word.
        message: And in a sentence.
    """

    fate: Fate
    reason: str = ""
    message: str = ""


def reclaim_of(volume: Wire) -> Reclaim:
    """Return what becomes of a volume whose claim is gone."""
    spec = volume["spec"]
    match spec.get("persistentVolumeReclaimPolicy", "Retain"):
        case "Retain":
            return Reclaim(Fate.KEEP)
        case "Recycle":
            if "hostPath" in spec or "nfs" in spec:
                return Reclaim(Fate.FREE)
            return Reclaim(
                Fate.FAIL, "VolumeFailedRecycle", "No recycler plugin found for the volume!"
            )
        case _:
            return _delete(volume)


def _delete(volume: Wire) -> Reclaim:
    metadata, spec = volume["metadata"], volume["spec"]
    provisioner = (metadata.get("annotations") or {}).get(PROVISIONED_BY, "")
    if provisioner and not provisioner.startswith("kubernetes.io/"):
        return Reclaim(Fate.KEEP)  # who has made it deletes it
    if "hostPath" not in spec:
        message = (
            f'error getting deleter volume plugin for volume "{metadata["name"]}": '
            "no deletable volume plugin matched"
        )
        return Reclaim(Fate.FAIL, "VolumeFailedDelete", message)
    path = spec["hostPath"]["path"]
    if path.startswith(_DELETABLE) and len(path) > len(_DELETABLE):
        return Reclaim(Fate.DELETE)
    message = f"host_path deleter only supports /tmp/.+ but received provided {path}"
    return Reclaim(Fate.FAIL, "VolumeFailedDelete", message)
