"""ResourceClaimTemplate: what the claims of pods are made of.

Source: ``k8s.io/kubernetes/pkg/apis/resource/validation`` ValidateResourceClaimTemplate (v1.36).
"""

from kubeobj.api.devices.claims import default_claim, validate_claim
from kubeobj.api.devices.rules import GROUP
from kubeobj.api.fielderrors import immutable
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.table import NAME_AND_AGE
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import validate_labels

_SPEC = FieldPath.of("spec")


def default(obj: Wire) -> None:
    """Fill in what the requests of the claim leave open."""
    default_claim(obj["spec"]["spec"])


def validate(obj: Wire) -> Errors:
    """Find what is wrong with the claims to be."""
    metadata, path = obj["spec"]["metadata"], _SPEC.child("metadata")
    yield from validate_annotations(metadata.get("annotations", {}), path.child("annotations"))
    yield from validate_labels(metadata.get("labels", {}), path.child("labels"))
    yield from validate_claim(obj["spec"]["spec"], _SPEC.child("spec"))


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find that a template has changed."""
    return immutable(obj["spec"], old["spec"], _SPEC)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ResourceClaimTemplate"),
    plural="resourceclaimtemplates",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    table=NAME_AND_AGE,
)
"""What the API knows of ResourceClaimTemplates."""
