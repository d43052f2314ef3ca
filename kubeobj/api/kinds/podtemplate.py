"""PodTemplates.

Source: ``k8s.io/kubernetes/pkg/apis/core/validation`` ValidatePodTemplate, and
``pkg/registry/core/podtemplate`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.kind import Errors, Kind
from kubeobj.api.podspec.defaults import default_pod_template
from kubeobj.api.podspec.validation import validate_pod_template_spec
from kubeobj.api.podspec.warnings import pod_template_warnings
from kubeobj.api.podtemplatecells import CONTAINERS, IMAGES, container_cells, labels_cell
from kubeobj.api.table import NAME, Cells, Column, Table
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.gvk import GroupVersionKind

TEMPLATE = FieldPath.of("template")


def default(obj: Wire) -> None:
    """Fill in what a PodTemplate leaves open."""
    default_pod_template(obj["template"])


def validate(obj: Wire) -> Errors:
    """Find what is wrong with a PodTemplate."""
    yield from validate_pod_template_spec(obj["template"], TEMPLATE)


def validate_update(obj: Wire, _old: Wire) -> Errors:
    """Find what is wrong with a PodTemplate that takes the place of another."""
    yield from validate(obj)


def warnings(obj: Wire, old: Wire | None) -> Iterator[str]:
    """Warn of what pods made from this will have."""
    before = None if old is None else old["template"]
    yield from pod_template_warnings(obj["template"], TEMPLATE, before)


def _cells(obj: Wire, _now: float) -> Cells:
    template = obj["template"]
    labels = template["metadata"].get("labels")
    return [obj["metadata"]["name"], *container_cells(template), labels_cell(labels)]


TABLE = Table(
    (
        NAME,
        Column(CONTAINERS.name, description=CONTAINERS.description),
        Column(IMAGES.name, description=IMAGES.description),
        Column("Pod Labels", description="The labels that its pods have."),
    ),
    _cells,
)

KIND = Kind(
    kind=GroupVersionKind("", "v1", "PodTemplate"),
    plural="podtemplates",
    namespaced=True,
    default=default,
    validate=validate,
    validate_update=validate_update,
    warnings=warnings,
    counts_generations=True,
    table=TABLE,
)
