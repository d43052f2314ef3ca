"""Volumes and claims that are in use do not go: a finalizer keeps them.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/storage/storageobjectinuseprotection`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation

FINALIZERS: Mapping[str, str] = {
    "persistentvolumeclaims": "kubernetes.io/pvc-protection",
    "persistentvolumes": "kubernetes.io/pv-protection",
}
"""The finalizer of each resource."""


def _admit(request: AdmissionRequest) -> None:
    finalizers = request.object["metadata"].setdefault("finalizers", [])
    finalizer = FINALIZERS[request.resource]
    if finalizer not in finalizers:
        finalizers.append(finalizer)


STORAGE_OBJECT_IN_USE_PROTECTION = Admission(
    name="StorageObjectInUseProtection",
    mutate=_admit,
    resources=frozenset(FINALIZERS),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Keeps volumes and claims that are in use."""
