"""MutatingAdmissionPolicy: expressions that change what is written.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` (v1.36).
"""

from kubeobj.api.admissionpolicies import SPEC, default_policy, policy_table, validate_policy
from kubeobj.api.admissionrules import GROUP, REINVOCATION_POLICIES
from kubeobj.api.fielderrors import forbidden, not_supported, required
from kubeobj.api.kind import Errors, Kind
from kubeobj.api.metadata import new_errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

PATCH_TYPES = {"ApplyConfiguration": "applyConfiguration", "JSONPatch": "jsonPatch"}
"""How a mutation is written, and the field in which it is."""


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a policy."""
    spec = obj["spec"]
    yield from validate_policy(spec)
    mutations, here = spec.get("mutations", ()), SPEC.child("mutations")
    if not mutations:
        yield required(here, "required")
    for position, mutation in enumerate(mutations):
        yield from _mutation(mutation, here.index(position))
    policy, here = spec.get("reinvocationPolicy", ""), SPEC.child("reinvocationPolicy")
    if not policy:
        yield required(here, "required")
    elif policy not in REINVOCATION_POLICIES:
        yield not_supported(here, policy, REINVOCATION_POLICIES)


def _mutation(mutation: Wire, path: FieldPath) -> Errors:
    kind = mutation["patchType"]
    if not kind:
        yield required(path.child("patchType"), "required")
        return
    if kind not in PATCH_TYPES:
        yield not_supported(path.child("patchType"), kind, PATCH_TYPES)
        return
    for name in PATCH_TYPES.values():
        here = path.child(name)
        if name != PATCH_TYPES[kind]:
            if name in mutation:
                yield forbidden(here, f"must not be specified when patchType is {kind}", "union")
        elif name not in mutation:
            yield required(here, "union")
        elif not mutation[name].get("expression", "").strip():
            yield required(here.child("expression"), "required")


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a policy that takes the place of another."""
    yield from new_errors(obj, KIND)
    yield from validate(obj)


KIND = Kind(
    kind=GroupVersionKind(GROUP, "v1", "MutatingAdmissionPolicy"),
    plural="mutatingadmissionpolicies",
    namespaced=False,
    default=default_policy,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=policy_table("Mutations", lambda spec: len(spec.get("mutations", ()))),
    updates_blindly=False,
)
"""What the API knows of MutatingAdmissionPolicies."""
