"""Volumes that are empty when a pod begins, and go with it.

Source: ``k8s.io/kubernetes/pkg/volume/emptydir`` empty_dir.go (v1.36).
"""

from pathlib import Path

from kubeobj.documents import Wire
from kubeobj.node.volumes.mounting import mount_memory
from kubeobj.node.volumes.removal import remove_tree
from kubeobj.node.volumes.volumepaths import make_private, set_mode
from kubeobj.placement.resources import amount_of


def make_empty_directory(directory: Path, source: Wire) -> None:
    """Make such a volume, unless it is there.

    One in memory is an ordinary directory where the user may not mount anything. How much it may
    hold (``sizeLimit``) is seen to by eviction, and of one in memory by the kernel.

    Args:
        directory: Where it is to be.
        source: The volume's ``emptyDir``.

    Raises:
        ValueError: If it is to be on a medium that there is not.
        OSError: If it cannot be made.
    """
    medium = source.get("medium", "")
    if medium not in ("", "Memory"):
        raise ValueError(f'this node has no storage medium "{medium}" for empty directories')
    make_private(directory.parent)
    if not directory.is_dir():
        fresh = directory.with_name(f"..{directory.name}")
        remove_tree(fresh)
        fresh.mkdir(mode=0o700)
        set_mode(fresh, 0o777)
        fresh.rename(directory)  # so that it is there with its mode, or not at all
    if medium == "Memory" and not directory.is_mount() and not any(directory.iterdir()):
        limit = source.get("sizeLimit")
        mount_memory(directory, 0 if limit is None else amount_of("memory", limit))
