"""Copies of parts of volumes that show objects: what a container mounts by ``subPath``.

Such a part stays as it was when the container began, while the volume itself goes on changing; the
kubelet has the same from mounts of the very files.

Source: ``k8s.io/kubernetes/pkg/volume/util/subpath`` subpath_linux.go (v1.36); Kubernetes
documentation, Volumes, Using subPath.
"""

import os
import shutil
from pathlib import Path

from kubeobj.node.volumes.insidevolume import prepared_inside
from kubeobj.node.volumes.removal import remove_tree
from kubeobj.node.volumes.volumepaths import make_private


def snapshot(root: Path, subpath: str, target: Path) -> Path:
    """Copy a part of a volume, and return the copy.

    Args:
        root: The volume.
        subpath: The part; if it is not there, it is an empty directory.
        target: Where the copy is to be; what is there is replaced.

    Raises:
        OutsideVolume: If the part leads out of the volume.
        OSError: If it cannot be copied; nothing is left then.
    """
    source = prepared_inside(root, subpath, 0o755)
    make_private(target.parent)
    fresh = target.with_name(f"..{target.name}")
    remove_tree(fresh)
    try:
        if source.is_dir():
            shutil.copytree(source, fresh, symlinks=True, copy_function=_copy)
        else:
            _copy(str(source), str(fresh))
        remove_tree(target)
        fresh.rename(target)
    except (OSError, shutil.Error) as error:
        remove_tree(fresh)
        raise OSError(f"cannot copy {subpath!r}") from error
    return target


def _copy(source: str, target: str) -> str:
    """Copy a file with its mode and owner."""
    shutil.copy2(source, target, follow_symlinks=False)
    if os.geteuid() == 0:
        found = Path(source).lstat()
        os.chown(target, found.st_uid, found.st_gid, follow_symlinks=False)
    return target
