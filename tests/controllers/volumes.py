"""Volumes, claims and classes as tests make them, beside the loops that bind them."""

from typing import Any

from kubeobj.controllers.persistentvolumebinder import PersistentVolumeBinder
from kubeobj.controllers.pvcprotection import PvcProtectionController
from kubeobj.controllers.pvprotection import PvProtectionController
from kubeobj.controllers.volumeprovisioner import LOCAL, VolumeProvisioner
from kubeobj.documents import Wire
from tests.controllers.running import Running

IS_DEFAULT = {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}


class VolumeWorld(Running):
    """A server beside the loops that bind, keep, reclaim and make volumes.

    Args:
        dies_at_write: Before which write the loops end and begin anew; 0 for never.
    """

    def __init__(self, dies_at_write: int = 0) -> None:
        loops = (
            PersistentVolumeBinder,
            PvcProtectionController,
            PvProtectionController,
            VolumeProvisioner,
        )
        super().__init__(*loops, dies_at_write=dies_at_write)

    def volume(
        self, name: str, size: str = "1Gi", *, metadata: Wire | None = None, **spec: Any
    ) -> Wire:
        """Make a volume; of the class ``c`` and of one mode, unless it is said otherwise."""
        wanted = {
            "capacity": {"storage": size},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "c",
            "nfs": {"server": "s", "path": "/"},
            **spec,
        }
        given = {key: value for key, value in wanted.items() if value is not None}
        return self.create("PersistentVolume", name, "", spec=given, metadata=metadata or {})

    def claim(
        self, name: str, size: str = "1Gi", *, metadata: Wire | None = None, **spec: Any
    ) -> Wire:
        """Make a claim; of the class ``c`` and of one mode, unless it is said otherwise."""
        wanted = {
            "resources": {"requests": {"storage": size}},
            "accessModes": ["ReadWriteOnce"],
            "storageClassName": "c",
            **spec,
        }
        given = {key: value for key, value in wanted.items() if value is not None}
        return self.create("PersistentVolumeClaim", name, spec=given, metadata=metadata or {})

    def storage_class(
        self, name: str = "c", provisioner: str = LOCAL, *, waits: bool = False, **rest: Any
    ) -> Wire:
        """Make a class, which waits for the first consumer or does not."""
        mode = "WaitForFirstConsumer" if waits else "Immediate"
        kind = "storage.k8s.io/v1/StorageClass"
        return self.create(kind, name, "", provisioner=provisioner, volumeBindingMode=mode, **rest)

    def phases(self, kind: str) -> dict[str, str]:
        """Return the phase of each volume or claim."""
        return {one["metadata"]["name"]: one["status"]["phase"] for one in self.there(kind, "")}

    def bound(self) -> dict[str, str]:
        """Return the volume of each claim that is bound, and see that both say so."""
        found = {}
        for claim in self.there("persistentvolumeclaims", ""):
            if claim["status"]["phase"] != "Bound":
                continue
            name = claim["spec"]["volumeName"]
            volume = self.get("persistentvolumes", name, "")
            assert volume["status"]["phase"] == "Bound"
            assert volume["spec"]["claimRef"]["uid"] == claim["metadata"]["uid"]
            assert claim["status"]["accessModes"] == volume["spec"]["accessModes"]
            found[claim["metadata"]["name"]] = name
        return found

    def told(self, name: str) -> list[tuple[str, str]]:
        """Return reason and message of what has been told of a claim or a volume."""
        return [
            (one["reason"], one["message"])
            for one in self.there("events", "")
            if one["involvedObject"]["name"] == name
        ]


def default_class(*, waits: bool) -> Wire:
    """Return a default class of local volumes."""
    return {
        "apiVersion": "storage.k8s.io/v1",
        "kind": "StorageClass",
        "metadata": {"name": "local", **IS_DEFAULT},
        "provisioner": "kubeobj.io/local",
        "volumeBindingMode": "WaitForFirstConsumer" if waits else "Immediate",
    }
