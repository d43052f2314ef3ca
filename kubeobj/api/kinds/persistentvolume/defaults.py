"""What the API fills in of a PersistentVolume, and of the volumes of attachments.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` defaults.go (v1.36).
"""

from kubeobj.api.podspec.volumedefaults import VOLUME_SOURCE_DEFAULTS
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import Wire

_SOURCES = ("azureDisk", "hostPath", "iscsi", "rbd", "scaleIO")


def default_volume_spec(spec: Wire) -> None:
    """Fill in what the spec of a volume leaves open of its source."""
    round_up_to_milli(spec.get("capacity"))
    for name in _SOURCES:
        if name in spec:
            VOLUME_SOURCE_DEFAULTS[name](spec[name])


def default(obj: Wire) -> None:
    """Fill in what a volume leaves open."""
    spec = obj["spec"]
    if not obj["status"].get("phase"):
        obj["status"]["phase"] = "Pending"
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    default_volume_spec(spec)
