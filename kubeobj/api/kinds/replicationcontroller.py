"""ReplicationControllers.

Source: ``k8s.io/kubernetes/pkg/apis/core`` v1/defaults.go and validation, and
``pkg/registry/core/replicationcontroller`` (v1.36).
"""

from collections.abc import Iterator, Mapping

from kubeobj.api.fielderrors import not_negative, required
from kubeobj.api.kind import Errors, Kind, Part, Scale
from kubeobj.api.kinds.replicaset import COLUMNS, prepare_status, validate_status
from kubeobj.api.labelselectors import labels_text
from kubeobj.api.podnames import pod_name_warnings
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.api.podtemplatecells import container_cells, labels_cell
from kubeobj.api.table import Cells, Table, age_of
from kubeobj.api.templateselection import unselected, validate_endless
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

SPEC = FieldPath.of("spec")


def default(obj: Wire) -> None:
    """Fill in what a ReplicationController leaves open: its selector is that of its template."""
    spec = obj["spec"]
    template = spec.get("template")
    if template is not None:
        default_pod_template(template)
        labels = template["metadata"].get("labels")
        if labels:
            spec.setdefault("selector", dict(labels))
            obj["metadata"].setdefault("labels", dict(labels))
    spec.setdefault("replicas", 1)


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a ReplicationController."""
    spec = obj["spec"]
    yield from not_negative(spec.get("minReadySeconds"), SPEC.child("minReadySeconds"))
    selector, template = spec.get("selector"), spec.get("template")
    if not selector:
        yield required(SPEC.child("selector"), "required")
    yield from not_negative(spec["replicas"], SPEC.child("replicas"))
    path = SPEC.child("template")
    if template is None:
        yield required(path, "required")
        return
    labels = template["metadata"].get("labels", {})
    if selector and not selector.items() <= labels.items():
        yield unselected(labels, path)
    yield from validate_pod_template_spec(template, path)
    yield from validate_endless(template, path)


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a ReplicationController that takes the place of another."""
    yield from validate(obj)


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods of this ReplicationController will have."""
    if old is None:
        yield from pod_name_warnings(obj)
    elif obj["metadata"].get("generation") == old["metadata"].get("generation"):
        return
    before = None if old is None else old["spec"].get("template")
    template = obj["spec"].get("template")
    if template is not None:
        yield from pod_template_warnings(template, SPEC.child("template"), before)


def _fields(obj: Wire) -> Mapping[str, str]:
    return {"status.replicas": str(obj["status"]["replicas"])}


def _cells(obj: Wire, now: float) -> Cells:
    spec, status = obj["spec"], obj["status"]
    template = spec.get("template")
    return [
        obj["metadata"]["name"],
        spec["replicas"],
        status["replicas"],
        status.get("readyReplicas", 0),
        age_of(obj, now),
        *(container_cells(template) if template else ("", "")),
        labels_cell(spec.get("selector")),
    ]


KIND = Kind(
    kind=GroupVersionKind("", "v1", "ReplicationController"),
    plural="replicationcontrollers",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    fields=_fields,
    field_names=frozenset({"status.replicas"}),
    table=Table(COLUMNS, _cells),
    parts={"status": Part(prepare=prepare_status, validate=validate_status)},
    scale=Scale(selector=lambda obj: labels_text(obj["spec"].get("selector"))),
    orphans_by_default=True,
)
