"""Admission policies, and bindings that put them to use: what both sorts have in common.

Source: ``k8s.io/kubernetes/pkg/apis/admissionregistration/validation`` (v1.36).
"""

from collections.abc import Callable

from kubeobj.api.admissionrules import (
    FAILURE_POLICIES,
    default_match,
    param_kind_cell,
    param_ref_cell,
    validate_conditions,
    validate_match,
    validate_param_kind,
    validate_param_ref,
    validate_variables,
)
from kubeobj.api.fielderrors import not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.names import validate_dns1123_subdomain

SPEC = FieldPath.of("spec")
"""Where everything is that is wanted."""


def default_policy(obj: Wire) -> None:
    """Fill in what a policy leaves open."""
    spec = obj["spec"]
    spec.setdefault("failurePolicy", "Fail")
    default_match(spec.get("matchConstraints"))


def default_binding(obj: Wire) -> None:
    """Fill in what a binding leaves open."""
    default_match(obj["spec"].get("matchResources"))


def validate_policy(spec: Wire) -> Errors:
    """Find what is wrong with a policy of either sort."""
    policy = spec["failurePolicy"]
    if policy not in FAILURE_POLICIES:
        yield not_supported(SPEC.child("failurePolicy"), policy, FAILURE_POLICIES)
    if "paramKind" in spec:
        yield from validate_param_kind(spec["paramKind"], SPEC.child("paramKind"))
    here = SPEC.child("matchConstraints")
    if "matchConstraints" in spec:
        yield from validate_match(spec["matchConstraints"], here)
        if not spec["matchConstraints"].get("resourceRules"):
            yield required(here.child("resourceRules"), "required")
    else:
        yield required(here, "required")
    yield from validate_conditions(spec.get("matchConditions", []), SPEC.child("matchConditions"))
    yield from validate_variables(spec.get("variables", []), SPEC.child("variables"))


def validate_binding(spec: Wire) -> Errors:
    """Find what is wrong with a binding of either sort."""
    name, here = spec.get("policyName", ""), SPEC.child("policyName")
    if name:
        yield from validate_dns1123_subdomain(name, here)
    else:
        yield required(here, "required")
    yield from validate_param_ref(spec.get("paramRef"), SPEC.child("paramRef"))
    # The path is spelled so in the rule itself.
    yield from validate_match(spec.get("matchResources"), SPEC.child("matchResouces"))


def policy_table(name: str, count: Callable[[Wire], int]) -> Table:
    """Return the table of policies; *name* is the column with the number of what they do."""

    def cells(obj: Wire, now: float) -> Cells:
        spec = obj["spec"]
        return [
            obj["metadata"].get("name", ""),
            count(spec),
            param_kind_cell(spec),
            age_of(obj, now),
        ]

    return Table((NAME, Column(name, "integer"), Column("ParamKind"), AGE), cells)


def _binding_cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"].get("name", ""),
        spec.get("policyName", ""),
        param_ref_cell(spec),
        age_of(obj, now),
    ]


BINDING_TABLE = Table((NAME, Column("PolicyName"), Column("ParamRef"), AGE), _binding_cells)
"""The table of bindings."""
