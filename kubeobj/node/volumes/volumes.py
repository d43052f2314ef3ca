"""The volumes of the pods of a node: made, kept up to date, and removed.

Source: ``k8s.io/kubernetes/pkg/kubelet/volumemanager`` and ``pkg/volume`` (v1.36).
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path, PurePath
from typing import final

from kubeobj.api.podspec.visiting import containers_of
from kubeobj.clock import Clock
from kubeobj.documents import Wire
from kubeobj.node.faults import MountFault, SourceFault
from kubeobj.node.podfacts import NodeFacts, PodFacts
from kubeobj.node.podsources import PodSources
from kubeobj.node.volumes.atomicwriter import DATA, write_atomically
from kubeobj.node.volumes.claimvolumes import path_of, persistent_volume_of
from kubeobj.node.volumes.emptydir import make_empty_directory
from kubeobj.node.volumes.hostpath import host_path
from kubeobj.node.volumes.mounting import unmount_below
from kubeobj.node.volumes.ownership import give_to_group
from kubeobj.node.volumes.payloads import Payloads
from kubeobj.node.volumes.removal import remove_tree
from kubeobj.node.volumes.tokens import Tokens, TokenSource
from kubeobj.node.volumes.volumepaths import (
    OF_OBJECTS,
    directory_of,
    make_private,
    set_mode,
    source_of,
)

__all__ = ["TokenSource", "Volumes"]


@final
class Volumes:
    """The volumes of the pods of a node. All of its methods may be called from any thread.

    Args:
        facts: What is known of the node.
        sources: Where config maps, secrets and claims are read.
        tokens: Who makes tokens of service accounts; None if nobody does.
        clock: Tells when tokens are to be renewed.
    """

    def __init__(
        self, facts: NodeFacts, sources: PodSources, tokens: TokenSource | None, clock: Clock
    ) -> None:
        self._facts = facts
        self._sources = sources
        self._tokens = Tokens(tokens, clock)
        self._clock = clock
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}
        # By pod: the volumes that its group has been given.
        self._given: dict[str, dict[str, None]] = {}

    # ------------------------------------------------------------ making

    def set_up(self, pod: Wire) -> dict[str, Path]:
        """Make the volumes that a pod's containers use, and return where they are, by name.

        What is there already is kept, and brought up to date; where that does not work, because
        its object has gone, it is as it was, and `refresh` tells of it.

        Raises:
            MountFault: If one cannot be made; nothing half-written is left of it.
        """
        facts = self._facts.of_pod(pod)
        with self._alone(pod["metadata"]["uid"]):
            with _told("", "the pod's directory"):
                make_private(facts.volumes_directory)
            return {
                volume["name"]: self._set_up(pod, volume, facts) for volume in used_volumes(pod)
            }

    def refresh(self, pod: Wire) -> bool:
        """Bring what a pod's volumes show up to date; return whether anything has changed.

        Raises:
            MountFault: If one cannot be; it is as it was, and the others are up to date.
        """
        facts, changed = self._facts.of_pod(pod), False
        with self._alone(pod["metadata"]["uid"]):
            if not facts.volumes_directory.is_dir():
                return False  # it has none yet, or none any more
            faults: list[MountFault] = []
            try:
                for volume in used_volumes(pod):
                    if source_of(volume) in OF_OBJECTS:
                        try:
                            changed = self._project(pod, volume, facts) or changed
                        except MountFault as fault:
                            faults.append(fault)
            finally:
                # A token that is still due now was refused, or not asked for.
                self._tokens.put_off(pod["metadata"]["uid"])
        if faults:
            raise faults[0]
        return changed

    def refresh_at(self, pod_uid: str) -> float | None:
        """Return when to call `refresh` at the latest, in seconds since 1970; None for never."""
        return self._tokens.renewed_at(pod_uid)

    # ------------------------------------------------------------ removing

    def tear_down(self, pod_uid: str) -> None:
        """Remove the volumes and all other files of a pod; what belongs to others stays.

        Raises:
            MountFault: If something could not be removed; it may be tried again.
        """
        directory = self._facts.pods_directory / _one_step(pod_uid)
        with self._alone(pod_uid):
            self._tokens.forget(pod_uid)
            self._given.pop(pod_uid, None)
            try:
                unmount_below(directory)
                remove_tree(directory)
            except OSError as error:
                message = f"error removing the files of pod {pod_uid}: {_said(error)}"
                raise MountFault(message, reason="FailedKillPod") from error
        with self._lock:
            self._busy.pop(pod_uid, None)

    def left_over(self) -> tuple[str, ...]:
        """Return the uids of all pods of which there are files, be they of a former agent."""
        try:
            return tuple(sorted(entry.name for entry in os.scandir(self._facts.pods_directory)))
        except FileNotFoundError:
            return ()

    # ------------------------------------------------------------ inside

    @contextmanager
    def _alone(self, pod_uid: str) -> Iterator[None]:
        with self._lock:
            lock = self._busy.setdefault(pod_uid, threading.Lock())
        with lock:
            yield

    def _set_up(self, pod: Wire, volume: Wire, facts: PodFacts) -> Path:
        kind, name = source_of(volume), volume["name"]
        if kind in OF_OBJECTS:
            directory = directory_of(facts, volume)
            try:
                self._project(pod, volume, facts)
            except MountFault:
                if not (directory / DATA).exists():
                    raise
            return directory
        if kind in ("persistentVolumeClaim", "ephemeral"):
            return self._claimed(pod, volume)
        with _told(name):
            if kind == "hostPath":
                return host_path(volume["hostPath"])
            if kind == "emptyDir":
                directory = directory_of(facts, volume)
                make_empty_directory(directory, volume.get("emptyDir") or {})
                self._give_once(pod, name, directory)
                return directory
            raise ValueError(_unsupported(kind, volume[kind]))

    def _claimed(self, pod: Wire, volume: Wire) -> Path:
        persistent = persistent_volume_of(pod, volume, self._sources)
        path = path_of(persistent, self._sources)
        if "local" in persistent["spec"] and not is_read_only(volume):
            with _told(persistent["metadata"]["name"]):
                self._give_once(pod, volume["name"], path)
        return path

    def _give_once(self, pod: Wire, name: str, path: Path) -> None:
        """Give a volume to the group of its pod when it is set up first: it may be large."""
        given = self._given.setdefault(pod["metadata"]["uid"], {})
        if name not in given:
            give_to_group(pod, path)
            given[name] = None

    def _project(self, pod: Wire, volume: Wire, facts: PodFacts) -> bool:
        """Let a volume show what the API says; return whether that has changed."""
        directory = directory_of(facts, volume)
        is_new = not directory.exists()
        try:
            with _told(volume["name"]):
                payload = Payloads(pod, facts, self._sources, self._tokens).of(volume)
                make_private(directory.parent)
                if is_new:
                    directory.mkdir(mode=0o700)
                    set_mode(directory, 0o777)
                finish: Callable[[Path], object] = lambda fresh: give_to_group(  # noqa: E731
                    pod, fresh, read_only=True
                )
                return write_atomically(directory, payload, self._clock.now(), finish)
        except MountFault:
            if is_new:
                with suppress(OSError):
                    remove_tree(directory)
            raise


def used_volumes(pod: Wire) -> list[Wire]:
    """Return the volumes of a pod that one of its containers uses; nobody needs the others."""
    used: dict[str, None] = {}
    for container in containers_of(pod["spec"]):
        for mount in container.get("volumeMounts") or ():
            used[mount["name"]] = None
        for device in container.get("volumeDevices") or ():
            used[device["name"]] = None
        for variable in container.get("env") or ():
            reference = (variable.get("valueFrom") or {}).get("fileKeyRef")
            if reference is not None:
                used[reference["volumeName"]] = None
    return [one for one in pod["spec"].get("volumes") or () if one["name"] in used]


def is_read_only(volume: Wire) -> bool:
    """Return whether a volume can only be read, whatever its mounts say."""
    kind = source_of(volume)
    return kind in OF_OBJECTS or bool((volume.get(kind) or {}).get("readOnly"))


def _unsupported(kind: str, source: Wire) -> str:
    if kind == "csi":
        return (
            "kubernetes.io/csi: mounter.SetUpAt failed to get CSI client: driver name "
            f"{source['driver']} not found in the list of registered CSI drivers; "
            "this node has no CSI drivers, use hostPath or a claim instead"
        )
    if kind == "image":
        return (
            "this node does not support image volumes; let an init container of that image copy "
            "the files into an emptyDir instead"
        )
    return f"this node does not support volumes of type {kind}"


@contextmanager
def _told(name: str, what: str = "") -> Iterator[None]:
    """Turn what goes wrong into a fault in the kubelet's words."""
    where = what or f'volume "{name}"'
    try:
        yield
    except (SourceFault, ValueError) as error:
        raise MountFault(f"MountVolume.SetUp failed for {where} : {error}") from None
    except OSError as error:
        raise MountFault(f"MountVolume.SetUp failed for {where} : {_said(error)}") from error


def _said(error: OSError) -> str:
    """Return what went wrong as Go has it: ``mkdir /data: permission denied``."""
    why = (error.strerror or str(error)).lower()
    return why if error.filename is None else f"{os.fsdecode(error.filename)}: {why}"


def _one_step(uid: str) -> str:
    """Return a uid, which names a directory and must not lead anywhere else.

    Raises:
        MountFault: If it does.
    """
    if uid in ("", ".", "..") or PurePath(uid).name != uid or "\0" in uid:
        raise MountFault(f"{uid!r} is not the uid of a pod")
    return uid
