"""MutatingAdmissionPolicyBinding: what a policy changes.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` (v1.36).
"""

from kubeobj.api.admissionpolicies import BINDING_TABLE, default_binding, validate_binding
from kubeobj.api.admissionrules import GROUP
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a binding."""
    return validate_binding(obj["spec"])


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a binding that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "MutatingAdmissionPolicyBinding"),
    plural="mutatingadmissionpolicybindings",
    namespaced=False,
    default=default_binding,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=BINDING_TABLE,
    updates_blindly=False,
)
"""What the API knows of MutatingAdmissionPolicyBindings."""
