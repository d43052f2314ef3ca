"""ReplicaSets.

Source: ``k8s.io/kubernetes/pkg/apis/apps`` v1/defaults.go and validation, and
``pkg/registry/apps/replicaset`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.fielderrors import immutable, not_negative
from kubeobj.api.kind import Context, Errors, Kind, Part, Scale, nothing_open, put_back
from kubeobj.api.labelselectors import selector_text
from kubeobj.api.podnames import pod_name_warnings
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.api.podtemplatecells import (
    CONTAINERS,
    IMAGES,
    SELECTOR,
    container_cells,
    selector_cell,
)
from kubeobj.api.statuscounts import validate_counts, validate_within
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.templateselection import validate_selected_template
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

SPEC = FieldPath.of("spec")

_COUNTS = (
    "replicas",
    "fullyLabeledReplicas",
    "readyReplicas",
    "availableReplicas",
    "observedGeneration",
)


def default(obj: Wire) -> None:
    """Fill in what a ReplicaSet leaves open."""
    spec = obj["spec"]
    default_pod_template(spec["template"])
    spec.setdefault("replicas", 1)


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a ReplicaSet."""
    spec = obj["spec"]
    yield from not_negative(spec["replicas"], SPEC.child("replicas"))
    yield from not_negative(spec.get("minReadySeconds"), SPEC.child("minReadySeconds"))
    yield from validate_selected_template(spec, SPEC)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a ReplicaSet that takes the place of another."""
    yield from validate(obj)
    selector = obj["spec"].get("selector")
    yield from immutable(selector, old["spec"].get("selector"), SPEC.child("selector"))


def validate_status(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a new status, of a ReplicaSet or a ReplicationController."""
    status = obj["status"]
    yield from validate_counts(status, _COUNTS)
    counts = ("fullyLabeledReplicas", "readyReplicas", "availableReplicas")
    yield from validate_within(status, counts, "replicas")
    yield from validate_within(status, ("availableReplicas",), "readyReplicas")


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods of this ReplicaSet will have."""
    if old is None:
        yield from pod_name_warnings(obj)
    elif obj["metadata"].get("generation") == old["metadata"].get("generation"):
        return
    before = None if old is None else old["spec"]["template"]
    yield from pod_template_warnings(obj["spec"]["template"], SPEC.child("template"), before)


def _cells(obj: Wire, now: float) -> Cells:
    spec, status = obj["spec"], obj["status"]
    return [
        obj["metadata"]["name"],
        spec["replicas"],
        status["replicas"],
        status.get("readyReplicas", 0),
        age_of(obj, now),
        *container_cells(spec["template"]),
        selector_cell(spec.get("selector")),
    ]


COLUMNS = (
    NAME,
    Column("Desired", "integer", description="How many pods there are to be."),
    Column("Current", "integer", description="How many pods there are."),
    Column("Ready", "integer", description="How many pods are ready."),
    AGE,
    CONTAINERS,
    IMAGES,
    SELECTOR,
)
"""The columns of ReplicaSets and of ReplicationControllers."""

KIND = Kind(
    kind=GroupVersionKind("apps", "v1", "ReplicaSet"),
    plural="replicasets",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=Table(COLUMNS, _cells),
    parts={"status": Part(prepare=prepare_status, validate=validate_status, default=nothing_open)},
    scale=Scale(selector=lambda obj: selector_text(obj["spec"].get("selector"))),
)
