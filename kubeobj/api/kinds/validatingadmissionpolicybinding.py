"""ValidatingAdmissionPolicyBinding: what a policy is asked about, and what follows.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` (v1.36).
"""

from kubeobj.api.admissionpolicies import BINDING_TABLE, SPEC, default_binding, validate_binding
from kubeobj.api.admissionrules import GROUP
from kubeobj.api.fielderrors import duplicate, invalid, not_supported, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind

ACTIONS = ("Audit", "Deny", "Warn")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a binding."""
    spec = obj["spec"]
    yield from validate_binding(spec)
    actions, here = spec["validationActions"] or [], SPEC.child("validationActions")
    for position, action in enumerate(actions):
        if action not in ACTIONS:
            yield not_supported(here.index(position), action, ACTIONS)
        if action in actions[:position]:
            yield duplicate(here.index(position), action)
    if "Deny" in actions and "Warn" in actions:
        yield invalid(here, actions, "must not contain both Deny and Warn", "union")
    if not actions:
        yield required(here, "required")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a binding that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "ValidatingAdmissionPolicyBinding"),
    plural="validatingadmissionpolicybindings",
    namespaced=False,
    default=default_binding,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=BINDING_TABLE,
    updates_blindly=False,
)
"""What the API knows of ValidatingAdmissionPolicyBindings."""
