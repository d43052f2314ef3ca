"""Templates of pods as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go DescribePodTemplate (v1.36).
"""

from kubeobj.cli.describing.containers import add_containers
from kubeobj.cli.describing.page import Page
from kubeobj.cli.describing.scheduling import add_scheduling
from kubeobj.cli.describing.volumes import add_volumes
from kubeobj.documents import Wire


def add_template(page: Page, template: Wire) -> None:
    """Add a template of pods to a page."""
    metadata, spec = template.get("metadata") or {}, template.get("spec") or {}
    page.add(0, "Pod Template:")
    page.labels("Labels", metadata.get("labels"), 1)
    if metadata.get("annotations"):
        page.annotations("Annotations", metadata["annotations"], 1)
    if spec.get("serviceAccountName"):
        page.add(1, f"Service Account:\t{spec['serviceAccountName']}")
    if spec.get("initContainers"):
        add_containers(page, "Init Containers", spec["initContainers"], None, 1)
    add_containers(page, "Containers", spec.get("containers") or (), None, 1)
    add_volumes(page, spec.get("volumes") or (), 1)
    if spec.get("priorityClassName"):
        page.add(1, f"Priority Class Name:\t{spec['priorityClassName']}")
    add_scheduling(page, spec, 1)


def template_text(template: Wire) -> str:
    """Return a template of pods as a page of its own, with tabs between its cells, as kubectl's."""
    page = Page()
    add_template(page, template)
    return page.with_tabs()
