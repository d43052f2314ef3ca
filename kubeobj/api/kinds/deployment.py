"""Deployments.

Source: ``k8s.io/kubernetes/pkg/apis/apps`` v1/defaults.go and validation, and
``pkg/registry/apps/deployment`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.annotatednumbers import check_number
from kubeobj.api.fielderrors import (
    forbidden,
    immutable,
    invalid,
    not_negative,
    not_supported,
    required,
)
from kubeobj.api.intorpercent import amount_of, validate_at_most_all, validate_int_or_percent
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
from kubeobj.api.statuscounts import (
    validate_collisions,
    validate_counts,
    validate_within,
)
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.templateselection import validate_selected_template
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

SPEC = FieldPath.of("spec")
ROLLBACK = "deprecated.deployment.rollback.to"
"""The annotation that once told which revision to go back to."""

_STRATEGIES = ("Recreate", "RollingUpdate")
_COUNTS = (
    "observedGeneration",
    "replicas",
    "updatedReplicas",
    "readyReplicas",
    "availableReplicas",
    "unavailableReplicas",
    "collisionCount",
)


def default(obj: Wire) -> None:
    """Fill in what a Deployment leaves open.

    Raises:
        WireError: If the annotation that tells of a revision has no number.
    """
    spec = obj["spec"]
    revision = obj["metadata"].get("annotations", {}).get(ROLLBACK)
    if revision is not None:
        check_number(ROLLBACK, revision)
    default_pod_template(spec["template"])
    spec.setdefault("replicas", 1)
    strategy = spec["strategy"]
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", "25%")
        rolling.setdefault("maxSurge", "25%")
    spec.setdefault("revisionHistoryLimit", 10)
    spec.setdefault("progressDeadlineSeconds", 600)


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin to count generations."""
    obj["metadata"]["generation"] = 1


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Count a generation whenever the spec or the annotations change."""
    metadata, before = obj["metadata"], old["metadata"]
    annotations, former = metadata.get("annotations"), before.get("annotations")
    if obj["spec"] != old["spec"] or annotations != former:
        metadata["generation"] = before.get("generation", 0) + 1


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep all but the status, the annotations, the owners and the finalizers."""
    put_back(obj, old, "spec")
    put_back(obj["metadata"], old["metadata"], "labels")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a Deployment."""
    spec = obj["spec"]
    yield from not_negative(spec["replicas"], SPEC.child("replicas"))
    yield from validate_selected_template(spec, SPEC)
    yield from _validate_strategy(spec["strategy"], SPEC.child("strategy"))
    least = spec.get("minReadySeconds", 0)
    yield from not_negative(least, SPEC.child("minReadySeconds"))
    yield from not_negative(spec["revisionHistoryLimit"], SPEC.child("revisionHistoryLimit"))
    deadline, path = spec["progressDeadlineSeconds"], SPEC.child("progressDeadlineSeconds")
    yield from not_negative(deadline, path)
    revision = obj["metadata"].get("annotations", {}).get(ROLLBACK)
    if revision is not None:
        yield from not_negative(int(revision), SPEC.child("rollback", "version"))
    if deadline <= least:
        yield invalid(path, deadline, "must be greater than minReadySeconds", "minimum")


def _validate_strategy(strategy: Wire, path: FieldPath) -> Errors:
    name, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    here = path.child("rollingUpdate")
    if name == "RollingUpdate":
        if rolling is None:
            yield required(here, "required")
        else:
            yield from _validate_rolling(rolling, here)
    elif name != "Recreate":
        yield not_supported(path, strategy, _STRATEGIES)
    elif rolling is not None:
        yield forbidden(here, "may not be specified when strategy `type` is 'Recreate'")


def _validate_rolling(rolling: Wire, path: FieldPath) -> Errors:
    unavailable, surge = rolling["maxUnavailable"], rolling["maxSurge"]
    here = path.child("maxUnavailable")
    yield from validate_int_or_percent(unavailable, here)
    yield from validate_int_or_percent(surge, path.child("maxSurge"))
    if not amount_of(unavailable) and not amount_of(surge):
        yield invalid(here, unavailable, "may not be 0 when `maxSurge` is 0", "minimum")
    yield from validate_at_most_all(unavailable, here)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a Deployment that takes the place of another."""
    yield from validate(obj)
    selector = obj["spec"].get("selector")
    yield from immutable(selector, old["spec"].get("selector"), SPEC.child("selector"))


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a new status."""
    status = obj["status"]
    yield from validate_counts(status, _COUNTS)
    counts = ("updatedReplicas", "readyReplicas", "availableReplicas")
    yield from validate_within(status, counts, "replicas")
    yield from validate_within(status, ("availableReplicas",), "readyReplicas")
    yield from validate_collisions(status, old["status"])


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods of this Deployment will have."""
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
        f"{status.get('readyReplicas', 0)}/{spec['replicas']}",
        status.get("updatedReplicas", 0),
        status.get("availableReplicas", 0),
        age_of(obj, now),
        *container_cells(spec["template"]),
        selector_cell(spec.get("selector")),
    ]


TABLE = Table(
    (
        NAME,
        Column("Ready", description="How many pods are ready, of how many there are to be."),
        Column("Up-to-date", description="How many pods are made from the latest template."),
        Column("Available", description="How many pods have been ready for long enough."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("apps", "v1", "Deployment"),
    plural="deployments",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    derived_annotations=frozenset({ROLLBACK}),
    table=TABLE,
    parts={"status": Part(prepare=prepare_status, validate=validate_status, default=nothing_open)},
    scale=Scale(selector=lambda obj: selector_text(obj["spec"].get("selector"))),
)
