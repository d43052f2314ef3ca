"""ResourceQuota: how much all objects in a namespace may have together.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidateResourceQuota (v1.36).
"""

from collections.abc import Iterable, Mapping

from kubeobj.api.fielderrors import IMMUTABLE, invalid, required
from kubeobj.api.kind import STATUS, Context, Errors, Kind, Part
from kubeobj.api.podspec.resources import validate_resource_name, validate_resource_quantity
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.api.resourcenames import HUGE_PAGES, REQUESTS, STANDARD_RESOURCES
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

_PODS = frozenset({"pods"})
_POD_AMOUNTS = _PODS | {
    "cpu",
    "memory",
    "limits.cpu",
    "limits.memory",
    "requests.cpu",
    "requests.memory",
}
_CLAIMS = frozenset({"persistentvolumeclaims", "requests.storage"})

SCOPES: Mapping[str, frozenset[str]] = {
    "BestEffort": _PODS,
    "CrossNamespacePodAffinity": _POD_AMOUNTS,
    "NotBestEffort": _POD_AMOUNTS,
    "NotTerminating": _POD_AMOUNTS,
    "PriorityClass": _POD_AMOUNTS,
    "Terminating": _POD_AMOUNTS,
    "VolumeAttributesClass": _CLAIMS,
}
"""The objects that a quota can be for, and what can be counted of them."""

_ONLY_EXISTS = frozenset(
    {"BestEffort", "NotBestEffort", "Terminating", "NotTerminating", "CrossNamespacePodAffinity"}
)
_OPPOSITES = ({"BestEffort", "NotBestEffort"}, {"Terminating", "NotTerminating"})

_SPEC = FieldPath.of("spec")


def default(obj: Wire) -> None:
    """Round amounts to what the API keeps of them."""
    round_up_to_milli(obj["spec"].get("hard"))
    for name in ("hard", "used"):
        round_up_to_milli(obj.get("status", {}).get(name))


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin with a status that says nothing."""
    obj["status"] = {}


def validate(obj: Wire) -> Errors:
    """Find amounts and scopes that are wrong."""
    spec = obj["spec"]
    yield from _amounts(spec.get("hard", {}), _SPEC.child("hard"))
    if "scopes" in spec:
        yield from _scopes(spec, _SPEC.child("scopes"))
    if "scopeSelector" in spec:
        yield from _selector(spec, _SPEC.child("scopeSelector", "matchExpressions"))


def _amounts(amounts: Mapping[str, str], path: FieldPath) -> Errors:
    for name, text in amounts.items():
        here = path.key(name)
        yield from validate_resource_name(name, here)
        if "/" not in name and not _is_counted(name):
            yield invalid(here, name, "must be a standard resource for quota", "resource-name")
        yield from validate_resource_quantity(name, text, here)


def _is_counted(name: str) -> bool:
    """Return whether quotas know a resource whose name has no domain."""
    if name == "storage":
        return False
    return name in STANDARD_RESOURCES or name.startswith((HUGE_PAGES, REQUESTS + HUGE_PAGES))


def _scopes(spec: Wire, path: FieldPath) -> Errors:
    scopes = spec["scopes"]
    for scope in scopes:
        if scope not in SCOPES:
            yield invalid(path, scopes, "unsupported scope", "enum")
        yield from _unsuited(spec, scope, path)
    yield from _opposites(scopes, path)


def _unsuited(spec: Wire, scope: str, path: FieldPath) -> Errors:
    """Find what is limited of objects that have none of it."""
    suited = SCOPES.get(scope)
    if suited is None:
        return
    for name in spec.get("hard", ()):
        if "/" not in name and _is_counted(name) and name not in suited:
            yield invalid(path, scope, "unsupported scope applied to resource", "scope=resource")


def _opposites(scopes: Iterable[str], path: FieldPath) -> Errors:
    found = set(scopes)
    for pair in _OPPOSITES:
        if pair <= found:
            yield invalid(path, sorted(found), "conflicting scopes", "scope=conflict")


def _selector(spec: Wire, path: FieldPath) -> Errors:
    expressions = spec["scopeSelector"].get("matchExpressions", ())
    for one in expressions:
        scope, operator = one["scopeName"], one["operator"]
        if scope not in SCOPES:
            yield invalid(path.child("scopeName"), scope, "unsupported scope", "enum")
        yield from _unsuited(spec, scope, path)
        if scope in _ONLY_EXISTS and operator != "Exists":
            detail = f"must be 'Exists' when scope is {scope}"
            yield invalid(path.child("operator"), operator, detail, "scope=exists")
        yield from _operator(operator, one.get("values", []), path)
    yield from _opposites([one["scopeName"] for one in expressions], path)


def _operator(operator: str, values: list[str], path: FieldPath) -> Errors:
    if operator in {"In", "NotIn"}:
        if not values:
            yield required(path.child("values"), "required")
    elif operator in {"Exists", "DoesNotExist"}:
        if values:
            detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist'"
            yield invalid(path.child("values"), values, detail, "format=empty")
    else:
        yield invalid(path.child("operator"), operator, "not a valid selector operator", "enum")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a quota that takes the place of another."""
    yield from validate(obj)
    scopes = obj["spec"].get("scopes", [])
    if set(scopes) != set(old["spec"].get("scopes", ())):
        yield invalid(_SPEC.child("scopes"), scopes, IMMUTABLE, "immutable")


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find amounts that are wrong."""
    for name in ("hard", "used"):
        yield from _amounts(obj["status"].get(name, {}), FieldPath.of("status", name))


def _cells(obj: Wire, now: float) -> Cells:
    status = obj.get("status", {})
    used = status.get("used", {})
    requests: list[str] = []
    limits: list[str] = []
    for name, amount in sorted(status.get("hard", {}).items()):
        column = limits if name.startswith("limits.") else requests
        column.append(f"{name}: {used.get(name, '0')}/{amount}")
    name = obj["metadata"].get("name", "")
    return [name, ", ".join(requests), ", ".join(limits), age_of(obj, now)]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "ResourceQuota"),
    plural="resourcequotas",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    validate=validate,
    validate_update=validate_update,
    table=Table((NAME, Column("Request"), Column("Limit"), AGE), _cells),
    parts={"status": Part(prepare=STATUS.prepare, validate=validate_status)},
    returns_deleted=True,
)
"""What the API knows of ResourceQuotas."""
