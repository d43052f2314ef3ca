"""A claim grows only if the class that its volume came from lets it.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/storage/persistentvolume/resize`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.admission.defaultclasses import STORAGE_CLASSES
from kubeobj.api.errors import forbidden
from kubeobj.api.quantities import quantity_of
from kubeobj.documents import Wire
from kubeobj.meta.quantity import Quantity

_LEGACY_CLASS = "volume.beta.kubernetes.io/storage-class"


def _validate(request: AdmissionRequest) -> None:
    claim, old = request.object, request.old
    if old is None or old.get("status", {}).get("phase") != "Bound":
        return
    if _size(claim) <= _size(old):
        return
    name = claim["metadata"].get("annotations", {}).get(_LEGACY_CLASS)
    name = name or claim["spec"].get("storageClassName", "")
    found = request.context.objects.find(STORAGE_CLASSES, "", name) if name else None
    if found is None or not found.get("allowVolumeExpansion"):
        why = (
            "only dynamically provisioned pvc can be resized and the storageclass that provisions"
            " the pvc must support resize"
        )
        raise forbidden("", "persistentvolumeclaims", request.name, why)


def _size(claim: Wire) -> Quantity:
    return quantity_of(claim["spec"]["resources"].get("requests", {}).get("storage", "0"))


PERSISTENT_VOLUME_CLAIM_RESIZE = Admission(
    name="PersistentVolumeClaimResize",
    validate=_validate,
    resources=frozenset({"persistentvolumeclaims"}),
    operations=frozenset({Operation.UPDATE}),
    is_builtin=True,
)
"""Lets claims grow where that is possible."""
