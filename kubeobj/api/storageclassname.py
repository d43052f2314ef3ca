"""Which storage class a volume or a claim is of, as a field or, of old, an annotation says.

Source: ``k8s.io/kubernetes/pkg/apis/core/helper`` GetPersistentVolumeClass (v1.36).
"""

from kubeobj.documents import Wire

CLASS_ANNOTATION = "volume.beta.kubernetes.io/storage-class"
"""The annotation that named the class before there was a field."""


def class_annotation(obj: Wire) -> str | None:
    """Return what the annotation of *obj* says, or None if it has none."""
    found: str | None = obj["metadata"].get("annotations", {}).get(CLASS_ANNOTATION)
    return found


def class_name(obj: Wire) -> str:
    """Return the name of the storage class of *obj*, or nothing."""
    annotated = class_annotation(obj)
    name: str = obj["spec"].get("storageClassName", "") if annotated is None else annotated
    return name
