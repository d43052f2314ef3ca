"""Claims and Ingresses that name no class get the default one, if there is any.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/storage/storageclass/setdefault`` and
``plugin/pkg/admission/network/defaultingressclass`` (v1.36).
"""

from collections.abc import Iterable

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.documents import Wire

STORAGE_CLASSES = "storageclasses.storage.k8s.io"
"""The resource of classes of storage."""

INGRESS_CLASSES = "ingressclasses.networking.k8s.io"
"""The resource of classes of Ingresses."""

_STORAGE_DEFAULT = (
    "storageclass.kubernetes.io/is-default-class",
    "storageclass.beta.kubernetes.io/is-default-class",
)
_STORAGE_CLASS = "volume.beta.kubernetes.io/storage-class"
_INGRESS_DEFAULT = ("ingressclass.kubernetes.io/is-default-class",)
_INGRESS_CLASS = "kubernetes.io/ingress.class"


def _admit_claim(request: AdmissionRequest) -> None:
    claim = request.object
    annotations = claim["metadata"].get("annotations", ())
    if _STORAGE_CLASS not in annotations and "storageClassName" not in claim["spec"]:
        _fill(request, STORAGE_CLASSES, _STORAGE_DEFAULT, "storageClassName")


def _admit_ingress(request: AdmissionRequest) -> None:
    ingress = request.object
    annotations = ingress["metadata"].get("annotations", ())
    if _INGRESS_CLASS not in annotations and "ingressClassName" not in ingress["spec"]:
        _fill(request, INGRESS_CLASSES, _INGRESS_DEFAULT, "ingressClassName")


def _fill(request: AdmissionRequest, resource: str, marks: tuple[str, ...], field: str) -> None:
    objects = request.context.objects
    name = objects.memo(
        f"default of {resource}", resource, lambda: _default(list(objects.every(resource)), marks)
    )
    if name:
        request.object["spec"][field] = name


def default_storage_class(classes: Iterable[Wire]) -> str:
    """Return the name of the default class of storage, the youngest; empty if there is none."""
    return _default(list(classes), _STORAGE_DEFAULT)


def _default(classes: list[Wire], marks: tuple[str, ...]) -> str:
    """Return the name of the default class, of several the youngest; empty if there is none."""
    defaults = sorted(
        (one["metadata"] for one in classes if _is_default(one, marks)),
        key=lambda metadata: str(metadata["name"]),
    )
    youngest = max(defaults, key=lambda of: str(of["creationTimestamp"]), default=None)
    return str(youngest["name"]) if youngest else ""


def _is_default(one: Wire, marks: tuple[str, ...]) -> bool:
    annotations = one["metadata"].get("annotations", {})
    return any(annotations.get(mark) == "true" for mark in marks)


DEFAULT_STORAGE_CLASS = Admission(
    name="DefaultStorageClass",
    mutate=_admit_claim,
    resources=frozenset({"persistentvolumeclaims"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives claims the default class of storage."""

DEFAULT_INGRESS_CLASS = Admission(
    name="DefaultIngressClass",
    mutate=_admit_ingress,
    resources=frozenset({"ingresses.networking.k8s.io"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives Ingresses the default class."""
