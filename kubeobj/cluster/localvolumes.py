"""The directories that local volumes are: made with them, and removed with them.

`kubeobj.controllers.volumeprovisioner` says which volumes there are, as in a simulation; here they
become directories of this machine. One that is kept (``reclaimPolicy: Retain``) is never removed,
nor is anything that is not named for its volume, nor what has no volume any more that anybody knows
of: its volume may have been deleted to keep it, or be missing from a store that was put back.
"""

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Final, final

from kubeobj.controllers.volumeprovisioner import LOCAL
from kubeobj.controllers.volumereclaim import PROVISIONED_BY
from kubeobj.documents import Wire
from kubeobj.node.executor import Executor
from kubeobj.node.volumes.removal import remove_tree
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, Result

_LOG: Final = logging.getLogger("kubeobj.volumes")

# Whoever a container runs as can write there; the directory above is the user's alone.
_MODE: Final = 0o777
_AGAIN_SECONDS: Final = 5.0

_GOING: Final = "..removed."
"""How the names of directories begin that are being removed, which may take its time."""


@final
class LocalVolumes:
    """Makes and removes the directories of volumes.

    Args:
        manager: Whose caches are used.
        root: Where the directories are, unless a class says otherwise.
        executor: Removes them, which may take its time.
    """

    def __init__(self, manager: Manager, root: Path, executor: Executor) -> None:
        self._root = root
        self._executor = executor
        self._volumes = manager.informer("persistentvolumes")
        self._loop = manager.controller("local-directories", self.reconcile, needs=[self._volumes])
        # Of volumes that there have been: where they are, and whether they go.
        self._known: dict[str, tuple[Path, bool]] = {}
        self._is_swept = False
        self._volumes.subscribe(self._handle)
        self._loop.queue.add(Request("", ""))

    def _handle(self, old: Cached | None, new: Cached | None) -> None:
        document = old if new is None else new
        if document is not None and path_of(document) is not None:
            self._loop.queue.add(Request.of(document))

    def reconcile(self, request: Request) -> Result | None:
        """Make the directory of a volume, or remove it."""
        if not self._is_swept:
            self._is_swept = True
            self._remove_left_over()
        volume = self._volumes.cache.find(request)
        if volume is None:
            path, goes = self._known.pop(request.name, (None, False))
            if path is not None and goes:
                self._let_go(path)
            return None
        path = path_of(volume)
        if path is None:
            return None
        goes = volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        self._known[request.name] = path, goes
        try:
            if not path.is_dir():
                path.mkdir(parents=True)
                path.chmod(_MODE)
        except OSError as error:
            _LOG.error("the directory of volume %s cannot be made: %s", request.name, error)
            return Result(requeue_after=_AGAIN_SECONDS)
        return None

    def _let_go(self, path: Path) -> None:
        """Put a directory out of the way at once, and remove it."""
        going = path.with_name(f"{_GOING}{path.name}")
        try:
            path.rename(going)
        except FileNotFoundError:
            return
        except OSError as error:
            _LOG.error("%s cannot be removed: %s", path, error)
            return
        self._executor.submit(_removing(going))

    def _remove_left_over(self) -> None:
        """Remove what was being removed when the process ended."""
        for path in _going(self._root):
            self._executor.submit(_removing(path))


def path_of(volume: Wire) -> Path | None:
    """Return the directory of a volume that was made here; None of any other volume."""
    metadata, spec = volume["metadata"], volume["spec"]
    if (metadata.get("annotations") or {}).get(PROVISIONED_BY) != LOCAL:
        return None
    said = (spec.get("local") or spec.get("hostPath") or {}).get("path")
    if not said:
        return None
    path = Path(said)
    return path if path.name.startswith(f"{metadata['name']}_") else None


def _going(root: Path) -> list[Path]:
    try:
        return sorted(one for one in root.iterdir() if one.name.startswith(_GOING))
    except OSError:
        return []


def _removing(path: Path) -> Callable[[], None]:
    return lambda: _remove(path)


def _remove(path: Path) -> None:
    try:
        remove_tree(path)
    except OSError as error:
        _LOG.error("%s cannot be removed: %s", path, error)
