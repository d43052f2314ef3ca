"""Volumes made for claims of classes whose provisioner is ``kubeobj.io/local``: local directories.

What Kubernetes leaves to drivers and their sidecars: a claim that asks for a volume gets one, it
grows if its class allows it, and it is deleted when it is reclaimed. A class that waits for the
first consumer gets ``local`` volumes of the node that the scheduler has chosen; others get
``hostPath`` volumes, as if all nodes shared the directory.

Source: ``sigs.k8s.io/sig-storage-lib-external-provisioner`` (v11) and
``github.com/kubernetes-csi/external-resizer`` (v1.14); Kubernetes documentation, Dynamic Volume
Provisioning.
"""

from contextlib import suppress
from typing import Final, final

from kubeobj.api.admission.defaultclasses import STORAGE_CLASSES
from kubeobj.api.errors import AlreadyExists, NotFound
from kubeobj.controllers.persistentvolumebinder import PROVISIONER
from kubeobj.controllers.statuswriting import write_status
from kubeobj.controllers.volumereclaim import PROVISIONED_BY
from kubeobj.documents import Wire
from kubeobj.placement.claims import NODE_ANNOTATION, capacity_of, class_of, is_bound, wanted_bytes
from kubeobj.placement.resources import amount_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, wire_of
from kubeobj.reconcile.triggers import on_mapped, on_self

LOCAL: Final = "kubeobj.io/local"
"""The provisioner's name."""

DIRECTORY: Final = "/var/lib/kubeobj/volumes"
"""Where the directories are, unless the parameter ``path`` of the class says otherwise."""

_HOSTNAME: Final = "kubernetes.io/hostname"


class CannotProvision(Exception):
    """A claim asks for what the provisioner does not have; the text says what."""


@final
class VolumeProvisioner:
    """Makes, grows and deletes local volumes.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._claims = manager.informer("persistentvolumeclaims")
        self._volumes = manager.informer("persistentvolumes")
        self._classes = manager.informer(STORAGE_CLASSES)
        self._nodes = manager.informer("nodes")
        self._events = manager.events.by(LOCAL)
        needs = [self._claims, self._volumes, self._classes, self._nodes]
        claims = manager.controller("local-provisioner", self.look_at_claim, needs=needs)
        volumes = manager.controller("local-deleter", self.look_at_volume, needs=needs)
        on_self(claims, self._claims)
        on_self(volumes, self._volumes)
        on_mapped(claims, self._classes, self._claims_of_class)

    def _claims_of_class(self, of_class: Cached) -> list[Request]:
        """Return the claims that wait for what a class says, or may grow by it."""
        if of_class["provisioner"] != LOCAL:
            return []
        name = of_class["metadata"]["name"]
        return [Request.of(one) for one in self._claims.cache.by(_class_words, name)]

    # ------------------------------------------------------------ claims

    def look_at_claim(self, request: Request) -> None:
        """Make the volume that a claim asks for, or let it grow."""
        claim = self._claims.cache.find(request)
        if claim is None or "deletionTimestamp" in claim["metadata"]:
            return
        if is_bound(claim):
            self._grow(claim)
            return
        annotations = claim["metadata"].get("annotations") or {}
        of_class = self._classes.cache.get("", class_of(claim))
        if (
            claim["spec"].get("volumeName")
            or annotations.get(PROVISIONER) != LOCAL
            or of_class is None
            or self._volumes.cache.get("", _name_for(claim)) is not None
        ):
            return
        try:
            self._make(claim, of_class, annotations.get(NODE_ANNOTATION, ""))
        except CannotProvision as error:
            message = f'failed to provision volume with StorageClass "{class_of(claim)}": {error}'
            self._events.record(claim, "ProvisioningFailed", message, "Warning")

    def _make(self, claim: Cached, of_class: Cached, node_name: str) -> None:
        """Make the volume of a claim.

        Raises:
            CannotProvision: If it asks for what there is not.
        """
        if of_class.get("volumeBindingMode") == "WaitForFirstConsumer":
            if not node_name:
                return
            node = self._node(node_name)
            if node is None:
                self._give_back(claim, node_name)
                return
        else:
            node = None
        volume = volume_for(claim, of_class, node)
        name = volume["metadata"]["name"]
        about = f'"{claim["metadata"]["namespace"]}/{claim["metadata"]["name"]}"'
        message = f"External provisioner is provisioning volume for claim {about}"
        self._events.record(claim, "Provisioning", message)
        with suppress(AlreadyExists):
            self._client.create(volume)
        message = f"Successfully provisioned volume {name}"
        self._events.record(claim, "ProvisioningSucceeded", message)

    def _node(self, name: str) -> Cached | None:
        """Return a node; that there is none, the API itself must say."""
        node = self._nodes.cache.get("", name)
        if node is not None:
            return node
        try:
            return wire_of(self._client.get("nodes", name))
        except NotFound:
            return None

    def _give_back(self, claim: Cached, node_name: str) -> None:
        """Let the scheduler choose another node, for the one that it chose is gone."""
        message = (
            f'failed to provision volume with StorageClass "{class_of(claim)}": '
            f'node "{node_name}" not found'
        )
        self._events.record(claim, "ProvisioningFailed", message, "Warning")
        metadata = claim["metadata"]
        change = {
            "resourceVersion": metadata["resourceVersion"],
            "annotations": {NODE_ANNOTATION: None},
        }
        self._client.patch(
            "persistentvolumeclaims",
            metadata["name"],
            {"metadata": change},
            type="merge",
            namespace=metadata["namespace"],
        )

    def _grow(self, claim: Cached) -> None:
        """Let the volume of a claim be as large as the claim asks for, if its class allows it."""
        status = claim.get("status") or {}
        known = (status.get("capacity") or {}).get("storage")
        if known is None or wanted_bytes(claim) <= amount_of("storage", known):
            return
        volume = self._volumes.cache.get("", claim["spec"]["volumeName"])
        of_class = self._classes.cache.get("", class_of(claim))
        if volume is None or not _is_own(volume):
            return
        if of_class is None or not of_class.get("allowVolumeExpansion"):
            return
        size = claim["spec"]["resources"]["requests"]["storage"]
        name = volume["metadata"]["name"]
        if capacity_of(volume) < wanted_bytes(claim):
            self._events.record(claim, "Resizing", f"External resizer is resizing volume {name}")
            self._client.patch(
                "persistentvolumes", name, {"spec": {"capacity": {"storage": size}}}, type="merge"
            )
        after: Wire = {
            "capacity": {**status["capacity"], "storage": size},
            "allocatedResources": {"storage": size},
        }
        if write_status(self._client, "persistentvolumeclaims", claim, after, ()):
            self._events.record(claim, "VolumeResizeSuccessful", "Resize volume succeeded")

    # ------------------------------------------------------------ volumes

    def look_at_volume(self, request: Request) -> None:
        """Delete a volume that nobody has any more."""
        volume = self._volumes.cache.find(request)
        if volume is None or not _is_own(volume):
            return
        metadata = volume["metadata"]
        if (
            "deletionTimestamp" in metadata
            or (volume.get("status") or {}).get("phase") != "Released"
            or volume["spec"].get("persistentVolumeReclaimPolicy") != "Delete"
        ):
            return
        with suppress(NotFound):
            self._client.delete("persistentvolumes", metadata["name"], uid=metadata["uid"])


def volume_for(claim: Cached, of_class: Cached, node: Cached | None) -> Wire:
    """Return the volume that a claim gets.

    Args:
        claim: The claim.
        of_class: Its class.
        node: The node that has the volume; None if all have it.

    Raises:
        CannotProvision: If the claim asks for what there is not.
    """
    metadata, wanted = claim["metadata"], claim["spec"]
    if wanted.get("selector") is not None:
        raise CannotProvision("claim Selector is not supported")
    if wanted.get("volumeMode", "Filesystem") != "Filesystem":
        raise CannotProvision(f"volume mode {wanted['volumeMode']!r} is not supported")
    directory = (of_class.get("parameters") or {}).get("path", DIRECTORY).rstrip("/")
    path = f"{directory}/{_name_for(claim)}_{metadata['namespace']}_{metadata['name']}"
    spec: Wire = {
        "accessModes": wanted["accessModes"],
        "capacity": {"storage": wanted["resources"]["requests"]["storage"]},
        "claimRef": {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "name": metadata["name"],
            "namespace": metadata["namespace"],
            "resourceVersion": metadata["resourceVersion"],
            "uid": metadata["uid"],
        },
        "persistentVolumeReclaimPolicy": of_class.get("reclaimPolicy", "Delete"),
        "storageClassName": of_class["metadata"]["name"],
        "volumeMode": "Filesystem",
    }
    if of_class.get("mountOptions"):
        spec["mountOptions"] = of_class["mountOptions"]
    if node is None:
        spec["hostPath"] = {"path": path, "type": "DirectoryOrCreate"}
    else:
        labels = node["metadata"].get("labels") or {}
        spec["local"] = {"path": path}
        spec["nodeAffinity"] = _only_on(labels.get(_HOSTNAME, node["metadata"]["name"]))
    return {
        "apiVersion": "v1",
        "kind": "PersistentVolume",
        "metadata": {"name": _name_for(claim), "annotations": {PROVISIONED_BY: LOCAL}},
        "spec": spec,
    }


def _only_on(hostname: str) -> Wire:
    expression = {"key": _HOSTNAME, "operator": "In", "values": [hostname]}
    return {"required": {"nodeSelectorTerms": [{"matchExpressions": [expression]}]}}


def _class_words(claim: Cached) -> tuple[str, ...]:
    return (class_of(claim),)


def _name_for(claim: Cached) -> str:
    return f"pvc-{claim['metadata']['uid']}"


def _is_own(volume: Cached) -> bool:
    return (volume["metadata"].get("annotations") or {}).get(PROVISIONED_BY) == LOCAL
