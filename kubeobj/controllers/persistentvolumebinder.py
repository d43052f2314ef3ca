"""Claims get volumes, and volumes that are no longer claimed are reclaimed.

A binding is two references: the volume's to its claim, written first, and the claim's to its
volume. Whatever fails between them, whoever looks next can see how far it came.

Source: ``k8s.io/kubernetes/pkg/controller/volume/persistentvolume`` (v1.36); Kubernetes
documentation, Persistent Volumes.
"""

from contextlib import suppress
from typing import Final, final

from kubeobj.api.admission.defaultclasses import STORAGE_CLASSES, default_storage_class
from kubeobj.api.errors import NotFound
from kubeobj.controllers.ownwrites import OwnWrites
from kubeobj.controllers.pvcprotection import claim_words as pod_claim_words
from kubeobj.controllers.volumematching import choose, claim_words, volume_words, why_not
from kubeobj.controllers.volumereclaim import PROVISIONED_BY, Fate, Reclaim, reclaim_of
from kubeobj.documents import Wire
from kubeobj.placement.claims import (
    BOUND_ANNOTATION,
    CLASS_ANNOTATION,
    NODE_ANNOTATION,
    class_of,
    is_meant_for,
)
from kubeobj.placement.resources import amount_of
from kubeobj.reconcile.manager import Manager
from kubeobj.reconcile.request import Cached, Request, wire_of
from kubeobj.reconcile.triggers import on_self

BY_CONTROLLER: Final = "pv.kubernetes.io/bound-by-controller"
"""The annotation of what was bound by the loop, and not by who made it."""

PROVISIONER: Final = "volume.kubernetes.io/storage-provisioner"
"""The annotation of a claim that says who is to make its volume."""

_OLD_PROVISIONER: Final = "volume.beta.kubernetes.io/storage-provisioner"
_CLAIMS: Final = "persistentvolumeclaims"
_VOLUMES: Final = "persistentvolumes"
_NO_CLASS: Final = "no persistent volumes available for this claim and no storage class is set"


@final
class PersistentVolumeBinder:
    """Binds claims and volumes.

    Args:
        manager: Whose caches and client are used.
    """

    def __init__(self, manager: Manager) -> None:
        self._client = manager.client
        self._claims = manager.informer(_CLAIMS)
        self._volumes = manager.informer(_VOLUMES)
        self._classes = manager.informer(STORAGE_CLASSES)
        self._pods = manager.informer("pods")
        self._events = manager.events.by("persistentvolume-controller")
        self._own_claims = OwnWrites(self._claims)
        self._own_volumes = OwnWrites(self._volumes)
        needs = [self._claims, self._volumes, self._classes, self._pods]
        self._claim_loop = manager.controller("pvc-binder", self.look_at_claim, needs=needs)
        self._volume_loop = manager.controller("pv-binder", self.look_at_volume, needs=needs)
        on_self(self._claim_loop, self._claims)
        on_self(self._volume_loop, self._volumes)
        self._claims.subscribe(self._claim_changed)
        self._volumes.subscribe(self._volume_changed)
        self._classes.subscribe(self._class_changed)

    # ------------------------------------------------------------ what has changed

    def _claim_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the volumes of a claim."""
        for claim in (old, new):
            if claim is None:
                continue
            name = claim["spec"].get("volumeName")
            if name:
                self._volume_loop.queue.add(Request("", name))
            for volume in self._volumes.cache.by(volume_words, f"claim {Request.of(claim)}"):
                self._volume_loop.queue.add(Request.of(volume))

    def _volume_changed(self, old: Cached | None, new: Cached | None) -> None:
        """Look at the claims that name a volume, that it names, or that wait for one like it."""
        volume = old if new is None else new
        if volume is None:
            return
        self._look_at_claims(f"volume {volume['metadata']['name']}")
        reference = volume["spec"].get("claimRef")
        if reference:
            self._claim_loop.queue.add(Request(reference["namespace"], reference["name"]))
        elif new is not None and (new.get("status") or {}).get("phase") == "Available":
            self._look_at_claims(f"class {class_of(new)}")

    def _class_changed(self, _: Cached | None, new: Cached | None) -> None:
        if new is None:
            return
        self._look_at_claims(f"class {new['metadata']['name']}")
        if default_storage_class([new]):
            self._look_at_claims("class ")

    def _look_at_claims(self, word: str) -> None:
        for claim in self._claims.cache.by(claim_words, word):
            self._claim_loop.queue.add(Request.of(claim))

    # ------------------------------------------------------------ claims

    def look_at_claim(self, request: Request) -> None:
        """Give a claim its volume, or say why it has none."""
        claim = self._own_claims.find(request)
        if claim is None:
            return
        if BOUND_ANNOTATION in _annotations(claim):
            self._check_bound(claim)
        elif claim["spec"].get("volumeName"):
            self._bind_to_named(claim)
        else:
            self._bind_to_any(claim)

    def _bind_to_any(self, claim: Cached) -> None:
        """Bind a claim to the best of volumes; have one made if there is none."""
        waits = self._waits(claim)
        words = [f"claim {Request.of(claim)}"]
        if not waits:
            words.append(f"class {class_of(claim)}")
        found = [
            self._own_volumes.newest(one)
            for word in words
            for one in self._volumes.cache.by(volume_words, word)
        ]
        volume = choose(claim, found)
        if volume is not None:
            self._bind(volume, claim)
            return
        if self._takes_default_class(claim):
            return  # the change brings it back here
        if waits and NODE_ANNOTATION not in _annotations(claim):
            self._tell_waiting(claim)
        elif class_of(claim):
            self._have_made(claim)
            return
        else:
            self._events.record(claim, "FailedBinding", _NO_CLASS)
        self._set_claim_status(claim, "Pending", None)

    def _waits(self, claim: Cached) -> bool:
        """Return whether a claim gets its volume only with its first pod."""
        of_class = self._classes.cache.get("", class_of(claim)) if class_of(claim) else None
        return of_class is not None and (
            of_class.get("volumeBindingMode") == "WaitForFirstConsumer"
        )

    def _takes_default_class(self, claim: Cached) -> bool:
        """Give a claim that names no class the default one that has come since."""
        if "storageClassName" in claim["spec"] or CLASS_ANNOTATION in _annotations(claim):
            return False
        name = default_storage_class(self._classes.cache)
        if not name:
            return False
        self._update_claim({**claim, "spec": {**claim["spec"], "storageClassName": name}})
        return True

    def _tell_waiting(self, claim: Cached) -> None:
        """Say what a claim waits for."""
        pods = self._pods.cache.by(pod_claim_words, str(Request.of(claim)))
        waiting = sorted(pod["metadata"]["name"] for pod in pods if not pod["spec"].get("nodeName"))
        if not waiting:
            message = "waiting for first consumer to be created before binding"
            self._events.record(claim, "WaitForFirstConsumer", message)
            return
        named = f"pod {waiting[0]}" if len(waiting) == 1 else f"pods {','.join(waiting)}"
        message = f"waiting for {named} to be scheduled"
        self._events.record(claim, "WaitForPodScheduled", message)

    def _have_made(self, claim: Cached) -> None:
        """Ask the provisioner of its class for a volume."""
        name = class_of(claim)
        of_class = self._classes.cache.get("", name)
        if of_class is None:
            message = f'storageclass.storage.k8s.io "{name}" not found'
            self._events.record(claim, "ProvisioningFailed", message, "Warning")
            return
        provisioner = of_class["provisioner"]
        if provisioner.startswith("kubernetes.io/"):
            message = f"no volume plugin matched name: {provisioner}"
            self._events.record(claim, "ProvisioningFailed", message, "Warning")
            return
        if _annotations(claim).get(PROVISIONER) == provisioner:
            return  # it has been asked
        marks = {_OLD_PROVISIONER: provisioner, PROVISIONER: provisioner}
        self._update_claim(_with_annotations(claim, marks))
        message = (
            "Waiting for a volume to be created either by the external provisioner "
            f"'{provisioner}' or manually by the system administrator. If volume creation is "
            "delayed, please verify that the provisioner is running and correctly registered."
        )
        self._events.record(claim, "ExternalProvisioning", message)

    def _bind_to_named(self, claim: Cached) -> None:
        """Bind a claim to the volume that it asks for."""
        volume = self._own_volumes.find(Request("", claim["spec"]["volumeName"]))
        if volume is not None and is_meant_for(volume, claim):
            self._bind(volume, claim)
            return
        if volume is not None and not volume["spec"].get("claimRef"):
            obstacle = why_not(volume, claim)
            if not obstacle:
                self._bind(volume, claim)
                return
            name = volume["metadata"]["name"]
            message = f'Cannot bind to requested volume "{name}": {obstacle}'
            self._events.record(claim, "VolumeMismatch", message, "Warning")
        elif volume is not None:
            message = f'volume "{volume["metadata"]["name"]}" already bound to a different claim.'
            self._events.record(claim, "FailedBinding", message, "Warning")
        self._set_claim_status(claim, "Pending", None)

    def _check_bound(self, claim: Cached) -> None:
        """Look whether a claim still has the volume that it was bound to."""
        name = claim["spec"].get("volumeName")
        if not name:
            message = (
                "Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"
            )
            self._lose(claim, "ClaimLost", message)
            return
        volume = self._own_volumes.find(Request("", name))
        if volume is None:
            message = "Bound claim has lost its PersistentVolume. Data on the volume is lost!"
            self._lose(claim, "ClaimLost", message)
            return
        reference = volume["spec"].get("claimRef")
        if not reference or reference.get("uid") == claim["metadata"]["uid"]:
            self._bind(volume, claim)
            return
        message = "Two claims are bound to the same volume, this one is bound incorrectly"
        self._lose(claim, "ClaimMisbound", message)

    def _lose(self, claim: Cached, reason: str, message: str) -> None:
        if self._phase(claim) == "Lost":
            return
        self._set_claim_status(claim, "Lost", None)
        self._events.record(claim, reason, message, "Warning")

    # ------------------------------------------------------------ volumes

    def look_at_volume(self, request: Request) -> None:
        """Let the phase of a volume follow from its claim, and reclaim it if that is gone."""
        volume = self._own_volumes.find(request)
        if volume is None:
            return
        reference = volume["spec"].get("claimRef")
        if not reference or not reference.get("uid"):
            self._set_volume_phase(volume, "Available")
            return
        claim = self._claim_of(volume)
        if claim is None:
            self._release(volume)
            return
        name = claim["spec"].get("volumeName")
        if not name:
            self._finish(volume, claim)
        elif name == request.name:
            self._set_volume_phase(volume, "Bound")
        elif (
            PROVISIONED_BY in _annotations(volume)
            and volume["spec"].get("persistentVolumeReclaimPolicy") == "Delete"
        ):
            self._release(volume)
        else:
            self._unbind(volume)

    def _finish(self, volume: Cached, claim: Cached) -> None:
        """Let the claim of a volume be bound, too, unless it wants another sort of volume."""
        modes = [one["spec"].get("volumeMode", "Filesystem") for one in (volume, claim)]
        if modes[0] == modes[1]:
            self._claim_loop.queue.add(Request.of(claim))
            return
        why = "due to incompatible volumeMode."
        name = claim["metadata"]["name"]
        message = f'Cannot bind PersistentVolume to requested PersistentVolumeClaim "{name}" {why}'
        self._events.record(volume, "VolumeMismatch", message, "Warning")
        name = volume["metadata"]["name"]
        message = f'Cannot bind PersistentVolume "{name}" to requested PersistentVolumeClaim {why}'
        self._events.record(claim, "VolumeMismatch", message, "Warning")

    def _claim_of(self, volume: Cached) -> Cached | None:
        """Return the claim of a volume; that it is gone, the API itself must say."""
        reference = volume["spec"]["claimRef"]
        namespace, name = reference["namespace"], reference["name"]
        claim = self._own_claims.find(Request(namespace, name))
        if claim is None or claim["metadata"]["uid"] != reference["uid"]:
            try:
                claim = wire_of(self._client.get(_CLAIMS, name, namespace=namespace))
            except NotFound:
                return None
        return claim if claim["metadata"]["uid"] == reference["uid"] else None

    def _release(self, volume: Cached) -> None:
        if self._phase(volume) not in {"Released", "Failed"}:
            volume = self._set_volume_phase(volume, "Released")
        reclaim = reclaim_of(volume)
        match reclaim.fate:
            case Fate.KEEP:
                return
            case Fate.FREE:
                self._events.record(volume, "VolumeRecycled", "Volume recycled")
                self._unbind(volume)
            case Fate.DELETE:
                self._delete(volume)
            case Fate.FAIL:
                self._fail(volume, reclaim)

    def _delete(self, volume: Cached) -> None:
        metadata = volume["metadata"]
        if "deletionTimestamp" not in metadata:
            with suppress(NotFound):
                self._client.delete(_VOLUMES, metadata["name"], uid=metadata["uid"])

    def _fail(self, volume: Cached, reclaim: Reclaim) -> None:
        if self._phase(volume) != "Failed":
            self._set_volume_phase(volume, "Failed", reclaim.message)
            self._events.record(volume, reclaim.reason, reclaim.message, "Warning")

    def _unbind(self, volume: Cached) -> None:
        """Take back what a volume says of its claim."""
        metadata, spec = dict(volume["metadata"]), dict(volume["spec"])
        annotations = dict(_annotations(volume))
        if BY_CONTROLLER in annotations:
            del spec["claimRef"], annotations[BY_CONTROLLER]
            metadata["annotations"] = annotations
        else:
            spec["claimRef"] = {**spec["claimRef"], "uid": ""}
        volume = self._update_volume({**volume, "metadata": metadata, "spec": spec})
        self._set_volume_phase(volume, "Available")

    # ------------------------------------------------------------ binding

    def _bind(self, volume: Cached, claim: Cached) -> None:
        """Bind a volume and a claim to each other, as far as they are not."""
        volume = self._set_volume_phase(self._refer_to_claim(volume, claim), "Bound")
        claim = self._refer_to_volume(claim, volume["metadata"]["name"])
        self._set_claim_status(claim, "Bound", volume)

    def _refer_to_claim(self, volume: Cached, claim: Cached) -> Cached:
        metadata = claim["metadata"]
        is_meant = is_meant_for(volume, claim)
        if is_meant and volume["spec"]["claimRef"].get("uid"):
            return volume
        if not is_meant:
            volume = _with_annotations(volume, {BY_CONTROLLER: "yes"})
        named: Wire = {
            "kind": "PersistentVolumeClaim",
            "apiVersion": "v1",
            "namespace": metadata["namespace"],
            "name": metadata["name"],
            "uid": metadata["uid"],
            "resourceVersion": metadata["resourceVersion"],
        }
        return self._update_volume({**volume, "spec": {**volume["spec"], "claimRef": named}})

    def _refer_to_volume(self, claim: Cached, name: str) -> Cached:
        marks = {} if BOUND_ANNOTATION in _annotations(claim) else {BOUND_ANNOTATION: "yes"}
        if claim["spec"].get("volumeName") != name:
            claim = {**claim, "spec": {**claim["spec"], "volumeName": name}}
            marks[BY_CONTROLLER] = "yes"
        return self._update_claim(_with_annotations(claim, marks)) if marks else claim

    # ------------------------------------------------------------ writing

    @staticmethod
    def _phase(document: Cached) -> str:
        phase: str = (document.get("status") or {}).get("phase", "")
        return phase

    def _update_claim(self, claim: Wire) -> Cached:
        return self._own_claims.put(wire_of(self._client.update(claim)))

    def _update_volume(self, volume: Wire) -> Cached:
        return self._own_volumes.put(wire_of(self._client.update(volume)))

    def _set_volume_phase(self, volume: Cached, phase: str, message: str = "") -> Cached:
        if self._phase(volume) == phase:
            return volume
        status = {**(volume.get("status") or {}), "phase": phase}
        status.pop("message", None)
        if message:
            status["message"] = message
        written = self._client.update_status({**volume, "status": status})
        return self._own_volumes.put(wire_of(written))

    def _set_claim_status(self, claim: Cached, phase: str, volume: Cached | None) -> None:
        before: Wire = claim.get("status") or {}
        status = {**before, "phase": phase}
        if volume is None:
            status.pop("accessModes", None)
            status.pop("capacity", None)
        else:
            _take_over(status, before, volume)
        if status != before:
            written = self._client.update_status({**claim, "status": status})
            self._own_claims.put(wire_of(written))


def _take_over(status: Wire, before: Wire, volume: Cached) -> None:
    """Let the status of a claim say what its volume is; its size only when it gets it."""
    spec = volume["spec"]
    status["accessModes"] = spec.get("accessModes")
    if before.get("phase") == "Bound":
        return
    size, known = spec["capacity"]["storage"], (before.get("capacity") or {}).get("storage")
    if known is None or amount_of("storage", known) != amount_of("storage", size):
        status["capacity"] = spec["capacity"]
    attributes = spec.get("volumeAttributesClassName")
    if attributes is not None:
        status["currentVolumeAttributesClassName"] = attributes


def _annotations(document: Cached) -> Wire:
    found: Wire = document["metadata"].get("annotations") or {}
    return found


def _with_annotations(document: Cached, marks: Wire) -> Wire:
    metadata = document["metadata"]
    return {
        **document,
        "metadata": {**metadata, "annotations": {**_annotations(document), **marks}},
    }
