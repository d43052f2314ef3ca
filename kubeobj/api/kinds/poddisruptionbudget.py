"""PodDisruptionBudgets.

Source: ``k8s.io/kubernetes/pkg/apis/policy/validation`` and
``pkg/registry/policy/poddisruptionbudget`` (v1.36).
"""

from kubeobj.api.fielderrors import invalid, not_supported
from kubeobj.api.intorpercent import validate_at_most_all, validate_int_or_percent
from kubeobj.api.kind import Context, Errors, Kind, Part, put_back
from kubeobj.api.labelselectors import has_invalid_values, validate_label_selector
from kubeobj.api.statuscounts import STATUS, validate_counts
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.conditionrules import validate_conditions
from kubeobj.meta.gvk import GroupVersionKind

SPEC = FieldPath.of("spec")

_LIMITS = ("minAvailable", "maxUnavailable")
_EVICTION_POLICIES = ("AlwaysAllow", "IfHealthyBudget")
_COUNTS = ("disruptionsAllowed", "currentHealthy", "desiredHealthy", "expectedPods")


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a PodDisruptionBudget."""
    yield from _validate(obj["spec"], lenient=False)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a PodDisruptionBudget that takes the place of another."""
    yield from _validate(obj["spec"], lenient=has_invalid_values(old["spec"].get("selector")))


def _validate(spec: Wire, *, lenient: bool) -> Errors:
    given = [name for name in _LIMITS if name in spec]
    if len(given) > 1:
        yield invalid(SPEC, spec, "minAvailable and maxUnavailable cannot be both set", "one-of")
    for name in given:
        yield from validate_int_or_percent(spec[name], SPEC.child(name))
        yield from validate_at_most_all(spec[name], SPEC.child(name))
    selector = spec.get("selector")
    yield from validate_label_selector(selector, SPEC.child("selector"), lenient=lenient)
    policy = spec.get("unhealthyPodEvictionPolicy")
    if policy is not None and policy not in _EVICTION_POLICIES:
        yield not_supported(SPEC.child("unhealthyPodEvictionPolicy"), policy, _EVICTION_POLICIES)


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a new status."""
    status = obj["status"]
    yield from validate_conditions(status.get("conditions", []), STATUS.child("conditions"))
    yield from validate_counts(status, _COUNTS)


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"]["name"],
        *(str(spec.get(name, "N/A")) for name in _LIMITS),
        obj["status"]["disruptionsAllowed"],
        age_of(obj, now),
    ]


TABLE = Table(
    (
        NAME,
        Column("Min Available", description="How many pods must always be available."),
        Column("Max Unavailable", description="How many pods may be unavailable at once."),
        Column("Allowed Disruptions", "integer", description="How many pods may end now."),
        AGE,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("policy", "v1", "PodDisruptionBudget"),
    plural="poddisruptionbudgets",
    namespaced=True,
    validate=validate,
    validate_update=validate_update,
    counts_generations=True,
    table=TABLE,
    parts={"status": Part(prepare=prepare_status, validate=validate_status)},
    updates_blindly=False,
)
