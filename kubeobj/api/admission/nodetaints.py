"""A new node takes no pods before it is known to be ready.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/nodetaint`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.admission.tolerationseconds import NOT_READY

_EFFECT = "NoSchedule"


def _admit(request: AdmissionRequest) -> None:
    taints = request.object["spec"].setdefault("taints", [])
    if all((one["key"], one["effect"]) != (NOT_READY, _EFFECT) for one in taints):
        taints.append({"key": NOT_READY, "effect": _EFFECT})


TAINT_NODES_BY_CONDITION = Admission(
    name="TaintNodesByCondition",
    mutate=_admit,
    resources=frozenset({"nodes"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Taints new nodes as not ready."""
