"""StatefulSets.

Source: ``k8s.io/kubernetes/pkg/apis/apps`` v1/defaults.go and validation, and
``pkg/registry/apps/statefulset`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.claimspec import default_claim_spec, validate_claim_spec, warn_of_claim_spec
from kubeobj.api.fielderrors import forbidden, invalid, not_negative, not_supported
from kubeobj.api.intorpercent import amount_of, validate_at_most_all, validate_int_or_percent
from kubeobj.api.kind import Context, Errors, Kind, Part, Scale, nothing_open, put_back
from kubeobj.api.labelselectors import is_empty_selector, is_valid_selector, selector_text
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.api.podtemplatecells import CONTAINERS, IMAGES, container_cells
from kubeobj.api.quantities import round_up_to_milli
from kubeobj.api.statuscounts import validate_collisions, validate_counts, validate_within
from kubeobj.api.table import AGE, NAME, Cells, Column, Table, age_of
from kubeobj.api.templateselection import (
    validate_endless,
    validate_selection,
    validate_selector,
)
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.annotations import validate_annotations
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.metarules import validate_labels
from kubeobj.names import DNS1123_LABEL_NAMES, validate_dns1123_label

SPEC = FieldPath.of("spec")
TEMPLATE = SPEC.child("template")

_MANAGEMENT = frozenset({"OrderedReady", "Parallel"})
_RETENTION = ("Retain", "Delete")
_MUTABLE = frozenset(
    {
        "replicas",
        "template",
        "updateStrategy",
        "minReadySeconds",
        "ordinals",
        "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy",
    }
)
_COUNTS = (
    "replicas",
    "readyReplicas",
    "currentReplicas",
    "updatedReplicas",
    "availableReplicas",
    "observedGeneration",
    "collisionCount",
)
_PARTS = ("readyReplicas", "currentReplicas", "updatedReplicas", "availableReplicas")


def default(obj: Wire) -> None:
    """Fill in what a StatefulSet leaves open."""
    spec = obj["spec"]
    default_pod_template(spec["template"])
    spec.setdefault("podManagementPolicy", "OrderedReady")
    strategy = spec["updateStrategy"]
    if "type" not in strategy:
        strategy["type"] = "RollingUpdate"
        strategy.setdefault("rollingUpdate", {})
    if strategy["type"] == "RollingUpdate" and "rollingUpdate" in strategy:
        strategy["rollingUpdate"].setdefault("partition", 0)
    retention = spec.setdefault("persistentVolumeClaimRetentionPolicy", {})
    retention.setdefault("whenDeleted", "Retain")
    retention.setdefault("whenScaled", "Retain")
    spec.setdefault("replicas", 1)
    spec.setdefault("revisionHistoryLimit", 10)
    for claim in spec.get("volumeClaimTemplates", ()):
        claim.update(apiVersion="v1", kind="PersistentVolumeClaim")
        default_claim_spec(claim["spec"])
        for name in ("limits", "requests"):
            round_up_to_milli(claim["spec"]["resources"].get(name))
        claim["status"].setdefault("phase", "Pending")


def prepare_status(obj: Wire, old: Wire, _context: Context) -> None:
    """Keep the spec."""
    put_back(obj, old, "spec")


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a StatefulSet."""
    spec = obj["spec"]
    yield from _validate_spec(spec)
    yield from validate_pod_template_spec(_with_claims(spec), TEMPLATE)
    path = SPEC.child("volumeClaimTemplates")
    for position, claim in enumerate(spec.get("volumeClaimTemplates", ())):
        yield from validate_claim_spec(claim["spec"], path.index(position).child("spec"))
    if spec["serviceName"]:
        yield from validate_dns1123_label(spec["serviceName"], SPEC.child("serviceName"))


def _validate_spec(spec: Wire) -> Errors:
    """Find what is wrong with a spec, but for what comes of its templates."""
    management = spec["podManagementPolicy"]
    if management not in _MANAGEMENT:
        detail = "must be 'OrderedReady' or 'Parallel'"
        yield invalid(SPEC.child("podManagementPolicy"), management, detail, "enum")
    yield from _validate_strategy(spec["updateStrategy"], SPEC.child("updateStrategy"))
    for name, value in spec["persistentVolumeClaimRetentionPolicy"].items():
        if value not in _RETENTION:
            path = SPEC.child("persistentVolumeClaimRetentionPolicy", name)
            yield not_supported(path, value, _RETENTION)
    yield from not_negative(spec["replicas"], SPEC.child("replicas"))
    yield from not_negative(spec.get("minReadySeconds"), SPEC.child("minReadySeconds"))
    start = spec.get("ordinals", {}).get("start", 0)
    yield from not_negative(start, SPEC.child("ordinals", "start"))
    yield from _validate_selection(spec)


def _validate_selection(spec: Wire) -> Errors:
    """Find what is wrong with the selector, and with a template that it must select."""
    selector, template, path = spec.get("selector"), spec["template"], SPEC.child("selector")
    yield from validate_selector(selector, path)
    if selector is None or is_valid_selector(selector):
        if selector is None or not is_empty_selector(selector):
            yield from validate_selection(selector, template, TEMPLATE)
        # These two are among the rules of templates, and asked for once more.
        metadata = template["metadata"]
        yield from validate_labels(metadata.get("labels", {}), TEMPLATE.child("labels"))
        annotations = metadata.get("annotations", {})
        yield from validate_annotations(annotations, TEMPLATE.child("annotations"))
    else:
        yield invalid(path, selector, "is no selector", "selector=valid")
    yield from validate_endless(template, TEMPLATE)


def _validate_strategy(strategy: Wire, path: FieldPath) -> Errors:
    name, rolling = strategy["type"], strategy.get("rollingUpdate")
    if name == "RollingUpdate":
        if rolling is not None:
            yield from _validate_rolling(rolling, path.child("rollingUpdate"))
    elif name != "OnDelete":
        yield invalid(path, strategy, "must be 'RollingUpdate' or 'OnDelete'", "enum")
    elif rolling is not None:
        detail = "only allowed for updateStrategy 'RollingUpdate'"
        yield invalid(path.child("rollingUpdate"), rolling, detail, "dependent")


def _validate_rolling(rolling: Wire, path: FieldPath) -> Errors:
    yield from not_negative(rolling["partition"], path.child("partition"))
    unavailable = rolling.get("maxUnavailable")
    if unavailable is not None:
        here = path.child("maxUnavailable")
        yield from validate_int_or_percent(unavailable, here)
        if not amount_of(unavailable):
            yield invalid(here, unavailable, "cannot be 0", "minimum")
        yield from validate_at_most_all(unavailable, here)


def _with_claims(spec: Wire) -> Wire:
    """Return the template with a volume for each claim, in place of one that has its name."""
    template: Wire = spec["template"]
    claims = spec.get("volumeClaimTemplates")
    if not claims:
        return template
    names = dict.fromkeys(claim["metadata"].get("name", "") for claim in claims)
    volumes = [{"name": name, "persistentVolumeClaim": {"claimName": name}} for name in names]
    given = template["spec"].get("volumes", ())
    volumes += [volume for volume in given if volume["name"] not in names]
    return {**template, "spec": {**template["spec"], "volumes": volumes}}


def _validate_stored(spec: Wire) -> Errors:
    yield from _validate_spec(spec)
    yield from validate_pod_template_spec(_with_claims(spec), TEMPLATE)


def validate_update(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a StatefulSet that takes the place of another.

    A template is let pass if the spec before it was wrong too.
    """
    spec, before = obj["spec"], old["spec"]
    yield from _validate_spec(spec)
    errors = list(validate_pod_template_spec(_with_claims(spec), TEMPLATE))
    if errors and not any(_validate_stored(before)):
        yield from errors
    if any(spec.get(name) != before.get(name) for name in {*spec, *before} - _MUTABLE):
        names = ", ".join(f"'{name}'" for name in sorted(_MUTABLE))
        yield forbidden(SPEC, f"only these fields may change: {names}", "immutable")


def validate_status(obj: Wire, old: Wire) -> Errors:
    """Find what is wrong with a new status."""
    status = obj["status"]
    yield from validate_counts(status, _COUNTS)
    yield from validate_within(status, _PARTS, "replicas")
    yield from validate_within(status, ("availableReplicas",), "readyReplicas")
    yield from validate_collisions(status, old["status"])


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods and claims of this StatefulSet will have."""
    before = None
    if old is not None:
        if obj["metadata"].get("generation") == old["metadata"].get("generation"):
            return
        before = old["spec"]["template"]
    spec = obj["spec"]
    yield from pod_template_warnings(spec["template"], TEMPLATE, before)
    path = SPEC.child("volumeClaimTemplates")
    for position, claim in enumerate(spec.get("volumeClaimTemplates", ())):
        yield from warn_of_claim_spec(claim["spec"], path.index(position).child("spec"))
    if spec["revisionHistoryLimit"] < 0:
        yield "spec.revisionHistoryLimit: a negative value keeps all revisions; use 0 or more"


def _cells(obj: Wire, now: float) -> Cells:
    spec = obj["spec"]
    return [
        obj["metadata"]["name"],
        f"{obj['status'].get('readyReplicas', 0)}/{spec['replicas']}",
        age_of(obj, now),
        *container_cells(spec["template"]),
    ]


TABLE = Table(
    (
        NAME,
        Column("Ready", description="How many pods are ready, of how many there are to be."),
        AGE,
        CONTAINERS,
        IMAGES,
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("apps", "v1", "StatefulSet"),
    plural="statefulsets",
    namespaced=True,
    names=DNS1123_LABEL_NAMES,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=TABLE,
    parts={"status": Part(prepare=prepare_status, validate=validate_status, default=nothing_open)},
    scale=Scale(selector=lambda obj: selector_text(obj["spec"].get("selector"))),
)
