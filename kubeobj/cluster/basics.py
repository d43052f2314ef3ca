"""What a cluster on this machine has besides what every API server has: storage."""

from pathlib import Path
from typing import Final

from kubeobj.controllers.volumeprovisioner import LOCAL
from kubeobj.documents import Wire

STORAGE_CLASS: Final = "local"
"""The class of claims that name none."""


def storage_class(volumes: Path) -> Wire:
    """Return the class whose volumes are directories on this machine.

    Args:
        volumes: Where the directories are.
    """
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {
            "name": STORAGE_CLASS,
            "annotations": {"storageclass.kubernetes.io/is-default-class": "true"},
        },
        "provisioner": LOCAL,
        "parameters": {"path": str(volumes)},
        "reclaimPolicy": "Delete",
        "volumeBindingMode": "WaitForFirstConsumer",
        "allowVolumeExpansion": True,
    }
