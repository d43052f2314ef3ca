"""A pod's runtime class says what it takes besides, and where it can run.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/runtimeclass`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import forbidden
from kubeobj.documents import Wire

CLASSES = "runtimeclasses.node.k8s.io"
"""The resource of classes."""


def _admit(request: AdmissionRequest) -> None:
    spec = request.object["spec"]
    name = spec.get("runtimeClassName")
    if not name:
        if spec.get("overhead"):
            raise _refusal(request, "Pod Overhead set without corresponding RuntimeClass")
        return
    found = request.context.objects.find(CLASSES, "", name)
    if found is None:
        raise _refusal(request, f'RuntimeClass "{name}" not found')
    _set_overhead(request, spec, found)
    _set_scheduling(request, spec, found.get("scheduling") or {})


def _set_overhead(request: AdmissionRequest, spec: Wire, found: Wire) -> None:
    overhead = (found.get("overhead") or {}).get("podFixed")
    if spec.get("overhead") and spec["overhead"] != overhead:
        raise _refusal(request, "Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    if overhead:
        spec["overhead"] = dict(overhead)


def _set_scheduling(request: AdmissionRequest, spec: Wire, scheduling: Wire) -> None:
    selector = scheduling.get("nodeSelector")
    if selector:
        wanted = spec.get("nodeSelector", {})
        for key, value in selector.items():
            if wanted.get(key, value) != value:
                why = f'conflict: runtimeClass.scheduling.nodeSelector["{key}"] = "{value}"'
                raise _refusal(request, why)
        spec["nodeSelector"] = {**wanted, **selector}
    tolerations = spec.get("tolerations", [])
    more = [one for one in scheduling.get("tolerations", ()) if one not in tolerations]
    if more:
        spec["tolerations"] = [*tolerations, *(dict(one) for one in more)]


def _refusal(request: AdmissionRequest, why: str) -> Exception:
    return forbidden("", "pods", request.name, f"pod rejected: {why}")


RUNTIME_CLASS = Admission(
    name="RuntimeClass",
    mutate=_admit,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives pods what their runtime class says."""
