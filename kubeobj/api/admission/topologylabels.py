"""Pods are told where their node is: in which zone and region.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/podtopologylabels`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation

LABELS = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")
"""The labels of nodes that their pods get."""


def _label_pod(request: AdmissionRequest) -> None:
    node = request.object["spec"].get("nodeName")
    if node:
        _label(request, node)


def _label_binding(request: AdmissionRequest) -> None:
    target = request.object["target"]
    if target.get("kind") == "Node" and target.get("name"):
        _label(request, target["name"])


def _label(request: AdmissionRequest, name: str) -> None:
    """Give the object of a request the labels of a node, if it is there, in place of its own."""
    node = request.context.objects.look("nodes", "", name)
    if node is None:
        return
    given = node["metadata"].get("labels", {})
    more = {label: given[label] for label in LABELS if label in given}
    if more:
        metadata = request.object["metadata"]
        metadata["labels"] = {**metadata.get("labels", {}), **more}


POD_TOPOLOGY_LABELS = Admission(
    name="PodTopologyLabels",
    mutate=_label_pod,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Labels pods that are created on a node."""

BINDING_TOPOLOGY_LABELS = Admission(
    name="PodTopologyLabels",
    mutate=_label_binding,
    resources=frozenset({"pods/binding"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Labels bindings, which give the labels to their pods."""
