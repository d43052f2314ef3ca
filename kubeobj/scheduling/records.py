"""A pod as scheduling holds it.

Source: ``k8s.io/kube-scheduler/framework`` PodInfo (v1.36).
"""

from typing import final

from kubeobj.documents import Wire
from kubeobj.placement.nodeaffinity import pinned_to
from kubeobj.reconcile.moments import seconds_of
from kubeobj.scheduling.templates import Template, Templates

NOWHERE = -1
"""The slot of a pod that is on no node that is known."""


@final
class PodRecord:
    """A pod: its document, and what scheduling has read of it.

    Args:
        pod: The document.
        template: What it has in common with others.
    """

    __slots__ = (
        "document",
        "is_ending",
        "name",
        "namespace",
        "node",
        "nominated",
        "pinned",
        "priority",
        "slot",
        "template",
        "uid",
    )

    def __init__(self, pod: Wire, template: Template) -> None:
        metadata, status = pod["metadata"], pod.get("status") or {}
        self.document: Wire = pod
        self.template: Template = template
        self.name: str = metadata["name"]
        self.namespace: str = metadata.get("namespace", "")
        self.uid: str = metadata.get("uid") or f"{self.namespace}/{self.name}"
        self.priority: int = template.priority
        self.node: str = pod["spec"].get("nodeName", "")
        """Where it is, or is taken to be; empty if nowhere yet."""
        self.slot: int = NOWHERE
        """Which place its node has in the picture."""
        self.nominated: str = status.get("nominatedNodeName", "")
        self.is_ending: bool = "deletionTimestamp" in metadata
        self.pinned: str = pinned_to(pod) if "affinity" in pod["spec"] else ""
        """The only node it can be on, as one of a daemon set; empty for most."""

    @property
    def key(self) -> str:
        """Namespace and name, as people write them."""
        return f"{self.namespace}/{self.name}"

    def started_seconds(self, now: float) -> float:
        """Return when it was started, in seconds since 1970; *now* if it has not been."""
        text = (self.document.get("status") or {}).get("startTime")
        return now if text is None else seconds_of(text)


def record_of(pod: Wire, templates: Templates, *, incoming: bool = False) -> PodRecord:
    """Return the record of a pod.

    Args:
        pod: The pod.
        templates: Where what it has in common with others is kept.
        incoming: Whether it is to be placed, and so the name of a node is but a wish.
    """
    node_name = pod["spec"].get("nodeName", "") if incoming else ""
    record = PodRecord(pod, templates.of(pod, node_name=node_name))
    if incoming:
        record.node = ""
    return record
