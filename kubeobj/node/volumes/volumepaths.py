"""Where a pod's volumes are on its node.

Source: ``k8s.io/kubernetes/pkg/kubelet`` kubelet_getters.go (v1.36).
"""

from pathlib import Path
from typing import Final

from kubeobj.documents import Wire
from kubeobj.node.podfacts import PodFacts

_PLUGINS: Final = {
    "emptyDir": "kubernetes.io~empty-dir",
    "configMap": "kubernetes.io~configmap",
    "secret": "kubernetes.io~secret",
    "downwardAPI": "kubernetes.io~downward-api",
    "projected": "kubernetes.io~projected",
}

OF_OBJECTS: Final = ("configMap", "secret", "downwardAPI", "projected")
"""Volumes that show what objects of the API say; containers can only read them."""


def source_of(volume: Wire) -> str:
    """Return what a volume is: the name of its field, such as ``emptyDir``."""
    return next((field for field in volume if field != "name"), "emptyDir")


def directory_of(facts: PodFacts, volume: Wire) -> Path:
    """Return the directory of a volume that belongs to its pod.

    Raises:
        LookupError: If it is one that does not, such as a path of the node.
    """
    plugin = _PLUGINS.get(source_of(volume))
    if plugin is None:
        raise LookupError(f"volume {volume['name']!r} does not belong to its pod")
    name: str = volume["name"]
    return facts.volumes_directory / plugin / name


def make_private(directory: Path) -> None:
    """Make a directory that only the user may look into, and those above it that are missing.

    Raises:
        OSError: If it cannot be made.
    """
    missing = []
    while not directory.is_dir():
        missing.append(directory)
        directory = directory.parent
    for one in reversed(missing):
        one.mkdir(mode=0o700, exist_ok=True)


def set_mode(path: Path, mode: int) -> None:
    """Give a file or directory a mode, whatever the mask of the process; links are left alone.

    Raises:
        OSError: If it may not be.
    """
    if path.lstat().st_mode & 0o7777 != mode:
        path.chmod(mode)
