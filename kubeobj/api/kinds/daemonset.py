"""DaemonSets.

The API counts the versions of the template, in an annotation that writers cannot change.

Source: ``k8s.io/kubernetes/pkg/apis/apps`` v1/defaults.go, v1/conversion.go and validation, and
``pkg/registry/apps/daemonset`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.annotatednumbers import check_number
from kubeobj.api.fielderrors import immutable, invalid, not_negative, not_supported, required
from kubeobj.api.intorpercent import amount_of, validate_at_most_all, validate_int_or_percent
from kubeobj.api.kind import Context, Errors, Kind, Part, put_back
from kubeobj.api.labelselectors import (
    has_invalid_values,
    is_empty_selector,
    is_valid_selector,
    validate_label_selector,
)
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.api.podtemplatecells import (
    CONTAINERS,
    IMAGES,
    SELECTOR,
    container_cells,
    labels_cell,
    selector_cell,
)
from kubeobj.api.statuscounts import validate_collisions, validate_counts
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.templateselection import validate_endless, validate_selection
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

SPEC = FieldPath.of("spec")
TEMPLATE_GENERATION = "deprecated.daemonset.template.generation"
"""The annotation that counts the versions of the template."""

_STRATEGIES = ("RollingUpdate", "OnDelete")
_COUNTS = (
    "currentNumberScheduled",
    "numberMisscheduled",
    "desiredNumberScheduled",
    "numberReady",
    "observedGeneration",
    "updatedNumberScheduled",
    "numberAvailable",
    "numberUnavailable",
    "collisionCount",
)


def default(obj: Wire) -> None:
    """Fill in what a DaemonSet leaves open.

    Raises:
        WireError: If the annotation that counts is no number.
    """
    spec = obj["spec"]
    default_pod_template(spec["template"])
    strategy = spec["updateStrategy"]
    if strategy.setdefault("type", "RollingUpdate") == "RollingUpdate":
        rolling = strategy.setdefault("rollingUpdate", {})
        rolling.setdefault("maxUnavailable", 1)
        rolling.setdefault("maxSurge", 0)
    spec.setdefault("revisionHistoryLimit", 10)
    check_number(TEMPLATE_GENERATION, _annotations(obj).setdefault(TEMPLATE_GENERATION, "0"))


def _annotations(obj: Wire) -> dict[str, str]:
    found: dict[str, str] = obj["metadata"].setdefault("annotations", {})
    return found


def prepare_create(obj: Wire, _context: Context) -> None:
    """Begin to count the versions of the template."""
    annotations = _annotations(obj)
    annotations[TEMPLATE_GENERATION] = str(max(1, int(annotations[TEMPLATE_GENERATION])))


def prepare_update(obj: Wire, old: Wire, _context: Context) -> None:
    """Count a version of the template whenever it changes."""
    count = int(old["metadata"]["annotations"][TEMPLATE_GENERATION])
    changed = obj["spec"]["template"] != old["spec"]["template"]
    _annotations(obj)[TEMPLATE_GENERATION] = str(count + changed)


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec, and the count that belongs to it."""
    put_back(obj, old, "spec")
    count = old["metadata"]["annotations"][TEMPLATE_GENERATION]
    _annotations(obj)[TEMPLATE_GENERATION] = count


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a DaemonSet."""
    yield from _validate(obj["spec"], lenient=False)


def _validate(spec: Wire, *, lenient: bool) -> Errors:
    selector, template, here = spec.get("selector"), spec["template"], SPEC.child("template")
    yield from validate_label_selector(selector, SPEC.child("selector"), lenient=lenient)
    if selector is None or is_valid_selector(selector):
        yield from validate_selection(selector, template, here)
    if selector is not None and is_empty_selector(selector):
        detail = "an empty selector selects every pod"
        yield invalid(SPEC.child("selector"), selector, detail, "selector=not-empty")
    yield from validate_pod_template_spec(template, here)
    yield from validate_endless(template, here)
    yield from not_negative(spec.get("minReadySeconds"), SPEC.child("minReadySeconds"))
    yield from _validate_strategy(spec["updateStrategy"], SPEC.child("updateStrategy"))
    yield from not_negative(spec["revisionHistoryLimit"], SPEC.child("revisionHistoryLimit"))


def _validate_strategy(strategy: Wire, path: FieldPath) -> Errors:
    name, rolling = strategy.get("type"), strategy.get("rollingUpdate")
    if name == "RollingUpdate":
        here = path.child("rollingUpdate")
        if rolling is None:
            yield required(here, "required")
        else:
            yield from _validate_rolling(rolling, here)
    elif name != "OnDelete":
        yield not_supported(path, strategy, _STRATEGIES)


def _validate_rolling(rolling: Wire, path: FieldPath) -> Errors:
    unavailable, surge = rolling["maxUnavailable"], rolling["maxSurge"]
    for name, value in (("maxUnavailable", unavailable), ("maxSurge", surge)):
        yield from validate_int_or_percent(value, path.child(name))
        yield from validate_at_most_all(value, path.child(name))
    if amount_of(unavailable) and amount_of(surge):
        detail = "may not be set when maxUnavailable is non-zero"
        yield invalid(path.child("maxSurge"), surge, detail, "one-of")
    elif not amount_of(unavailable) and not amount_of(surge):
        yield required(path.child("maxUnavailable"), "one-of")


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a DaemonSet that takes the place of another."""
    spec, before = obj["spec"], old["spec"].get("selector")
    yield from _validate(spec, lenient=has_invalid_values(before))
    yield from immutable(spec.get("selector"), before, SPEC.child("selector"))


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a new status."""
    yield from validate_counts(obj["status"], _COUNTS)
    yield from validate_collisions(obj["status"], old["status"])


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods of this DaemonSet will have."""
    before = None
    if old is not None:
        if obj["metadata"].get("generation") == old["metadata"].get("generation"):
            return
        before = old["spec"]["template"]
    yield from pod_template_warnings(obj["spec"]["template"], SPEC.child("template"), before)


def _cells(obj: Wire, now: float) -> Cells:
    spec, status = obj["spec"], obj["status"]
    return [
        obj["metadata"]["name"],
        status["desiredNumberScheduled"],
        status["currentNumberScheduled"],
        status["numberReady"],
        status.get("updatedNumberScheduled", 0),
        status.get("numberAvailable", 0),
        labels_cell(spec["template"]["spec"].get("nodeSelector")),
        age_of(obj, now),
        *container_cells(spec["template"]),
        selector_cell(spec.get("selector")),
    ]


TABLE = Table(
    (
        NAME,
        Column("Desired", "integer", description="How many nodes should run a pod."),
        Column("Current", "integer", description="How many of these run one."),
        Column("Ready", "integer", description="How many of these run a pod that is ready."),
        Column("Up-to-date", "integer", description="How many run the latest template."),
        Column("Available", "integer", description="How many have been ready for long enough."),
        Column("Node Selector", description="Which nodes should run a pod."),
        AGE,
        CONTAINERS,
        IMAGES,
        SELECTOR,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("apps", "v1", "DaemonSet"),
    plural="daemonsets",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    prepare_update=prepare_update,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    derived_annotations=frozenset({TEMPLATE_GENERATION}),
    table=TABLE,
    parts={"status": Part(prepare=prepare_status, validate=validate_status)},
)
