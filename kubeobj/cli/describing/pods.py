"""Pods as `kubeobj describe` shows them.

Source: ``k8s.io/kubectl/pkg/describe`` describe.go describePod (v1.36).
"""

from kubeobj.api.table import human_duration, seconds_of
from kubeobj.cli.deadlines import CLOCK
from kubeobj.cli.describing.containers import add_containers
from kubeobj.cli.describing.page import Page, date_text
from kubeobj.cli.describing.scheduling import add_scheduling
from kubeobj.cli.describing.volumes import add_volumes
from kubeobj.documents import Wire


def describe_pod(page: Page, pod: Wire) -> None:
    """Describe a pod."""
    metadata, spec, status = pod["metadata"], pod["spec"], pod.get("status") or {}
    page.add(0, f"Name:\t{metadata['name']}")
    page.add(0, f"Namespace:\t{metadata.get('namespace', '')}")
    if "priority" in spec:
        page.add(0, f"Priority:\t{spec['priority']}")
    for title, field in (
        ("Priority Class Name", "priorityClassName"),
        ("Runtime Class Name", "runtimeClassName"),
        ("Service Account", "serviceAccountName"),
    ):
        if spec.get(field):
            page.add(0, f"{title}:\t{spec[field]}")
    node = spec.get("nodeName")
    page.add(0, f"Node:\t{node}/{status.get('hostIP', '')}" if node else "Node:\t<none>")
    if status.get("startTime"):
        page.add(0, f"Start Time:\t{date_text(status['startTime'])}")
    page.labels("Labels", metadata.get("labels"))
    page.annotations("Annotations", metadata.get("annotations"))
    _status(page, metadata, status)
    for owner in metadata.get("ownerReferences") or ():
        if owner.get("controller"):
            page.add(0, f"Controlled By:\t{owner['kind']}/{owner['name']}")
    _containers(page, spec, status)
    conditions = status.get("conditions") or ()
    if conditions:
        page.add(0, "Conditions:")
        page.add(1, "Type\tStatus")
        for one in conditions:
            page.add(1, f"{one['type']} \t{one['status']} ")
    add_volumes(page, spec.get("volumes") or (), 0)
    page.add(0, f"QoS Class:\t{status.get('qosClass', '')}")
    add_scheduling(page, spec, 0)


def _status(page: Page, metadata: Wire, status: Wire) -> None:
    deleted = metadata.get("deletionTimestamp")
    if deleted and status.get("phase") not in {"Succeeded", "Failed"}:
        lasts = human_duration(CLOCK.now() - seconds_of(deleted))
        page.add(0, f"Status:\tTerminating (lasts {lasts})")
        grace = metadata.get("deletionGracePeriodSeconds", 0)
        page.add(0, f"Termination Grace Period:\t{grace}s")
    else:
        page.add(0, f"Status:\t{status.get('phase', '')}")
    for title, field in (("Reason", "reason"), ("Message", "message")):
        if status.get(field):
            page.add(0, f"{title}:\t{status[field]}")
    page.add(0, f"IP:\t{status.get('podIP', '')}")
    addresses = status.get("podIPs") or ()
    page.add(0, "IPs:" if addresses else "IPs:\t<none>")
    for one in addresses:
        page.add(1, f"IP:\t{one.get('ip', '')}")


def _containers(page: Page, spec: Wire, status: Wire) -> None:
    for title, field, told in (
        ("Init Containers", "initContainers", "initContainerStatuses"),
        ("Containers", "containers", "containerStatuses"),
        ("Ephemeral Containers", "ephemeralContainers", "ephemeralContainerStatuses"),
    ):
        if spec.get(field):
            add_containers(page, title, spec[field], status.get(told) or (), 0)
