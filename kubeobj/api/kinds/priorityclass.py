"""PriorityClass: how much a pod matters.

Source: ``k8s.io/kubernetes/pkg/apis/scheduling/validation`` and
``pkg/registry/scheduling/priorityclass`` (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.fielderrors import forbidden, immutable, not_supported
from kubeobj.api.kind import Context, Errors, Kind, put_back
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import METADATA

SYSTEM_PREFIX = "system-"
"""What the names of the classes of Kubernetes itself begin with."""

SYSTEM_CLASSES: Mapping[str, int] = {
    "system-cluster-critical": 2_000_000_000,
    "system-node-critical": 2_000_001_000,
}
"""Those classes, with their values."""

HIGHEST_OF_USERS = 1_000_000_000
"""The highest value of all others."""

POLICIES = ("Never", "PreemptLowerPriority")


def default(obj: Wire) -> None:
    """Let pods of the class take the place of others where nothing is said."""
    obj.setdefault("preemptionPolicy", "PreemptLowerPriority")


def prepare_create(obj: Wire, _context: Context) -> None:
    """Say that this is the first generation; there will be no other."""
    obj["metadata"]["generation"] = 1


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the generation."""
    put_back(obj["metadata"], old["metadata"], "generation")


def validate(obj: Wire) -> Errors:
    """Find a name or value that is Kubernetes' own, and an unknown policy."""
    name, value = obj["metadata"].get("name", ""), obj["value"]
    if name.startswith(SYSTEM_PREFIX):
        if SYSTEM_CLASSES.get(name) != value or obj.get("globalDefault"):
            detail = "priority class names with 'system-' prefix are reserved for system use only"
            yield forbidden(METADATA.child("name"), detail, "name=system")
    elif value > HIGHEST_OF_USERS:
        detail = f"maximum allowed value of a user defined priority is {HIGHEST_OF_USERS}"
        yield forbidden(FieldPath.of("value"), detail, "maximum")
    policy = obj["preemptionPolicy"]
    if policy not in POLICIES:
        yield not_supported(FieldPath.of("preemptionPolicy"), policy, POLICIES)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find a value or policy that is another than before."""
    if obj["value"] != old["value"]:
        yield forbidden(FieldPath.of("value"), "may not be changed in an update.", "immutable")
    here = FieldPath.of("preemptionPolicy")
    yield from immutable(obj["preemptionPolicy"], old["preemptionPolicy"], here)


def _cells(obj: Wire, now: float) -> Cells:
    return [
        obj["metadata"].get("name", ""),
        obj["value"],
        obj.get("globalDefault", False),
        age_of(obj, now),
        obj.get("preemptionPolicy", ""),
    ]


KIND = Kind(
    kind=GroupVersionKind("scheduling.k8s.io", "v1", "PriorityClass"),
    plural="priorityclasses",
    namespaced=False,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    table=Table(
        (
            NAME,
            Column("Value", "integer"),
            Column("Global-Default", "boolean"),
            AGE,
            Column("PreemptionPolicy"),
        ),
        _cells,
    ),
    creates_on_update=True,
)
"""What the API knows of PriorityClasses."""
