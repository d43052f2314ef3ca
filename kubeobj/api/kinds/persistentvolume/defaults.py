"""What the API fills in of a PersistentVolume, and of the volumes of attachments.

Source: ``k8s.io/kubernetes/pkg/apis/core/v1`` defaults.go (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.quantities import round_up_to_milli
from kubeobj.documents import Wire

_SOURCES: Mapping[str, Mapping[str, str | bool]] = {
    "rbd": {"pool": "rbd", "user": "admin", "keyring": "/etc/ceph/keyring"},
    "iscsi": {"iscsiInterface": "default"},
    "azureDisk": {
        "cachingMode": "ReadWrite",
        "fsType": "ext4",
        "readOnly": False,
        "kind": "Shared",
    },
    "scaleIO": {"storageMode": "ThinProvisioned", "fsType": "xfs"},
    "hostPath": {"type": ""},
}


def default_volume_spec(spec: Wire) -> None:
    """Fill in what the spec of a volume leaves open of its source."""
    round_up_to_milli(spec.get("capacity"))
    for name, fields in _SOURCES.items():
        source = spec.get(name)
        if source is not None:
            for field, value in fields.items():
                source.setdefault(field, value)


def default(obj: Wire) -> None:
    """Fill in what a volume leaves open."""
    spec = obj["spec"]
    if not obj["status"].get("phase"):
        obj["status"]["phase"] = "Pending"
    spec.setdefault("persistentVolumeReclaimPolicy", "Retain")
    spec.setdefault("volumeMode", "Filesystem")
    default_volume_spec(spec)
