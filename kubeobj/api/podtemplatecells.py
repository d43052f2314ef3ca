"""What tables print of pod templates and of the selectors of their pods.

Source: ``k8s.io/kubernetes/pkg/printers/internalversion`` layoutContainerCells (v1.36).
"""

from collections.abc import Mapping

from kubeobj.api.labelselectors import labels_text
from kubeobj.api.table import Column
from kubeobj.documents import Wire
from kubeobj.labels.labelselector import format_label_selector

CONTAINERS = Column("Containers", priority=1, description="The names of the containers.")
"""The names of a template's containers."""

IMAGES = Column("Images", priority=1, description="The images that the containers run.")
"""Their images."""

SELECTOR = Column("Selector", priority=1, description="Which pods belong to it.")
"""The selector of the pods."""


def container_cells(template: Wire) -> tuple[str, str]:
    """Return the names and the images of a template's containers."""
    containers = template["spec"]["containers"] or ()
    names = ",".join(container["name"] for container in containers)
    return names, ",".join(container.get("image", "") for container in containers)


def selector_cell(selector: Wire | None) -> str:
    """Return a label selector as it is printed."""
    return "<none>" if selector is None else format_label_selector(selector)


def labels_cell(labels: Mapping[str, str] | None) -> str:
    """Return labels as they are printed."""
    return labels_text(labels) or "<none>"
