"""A pod's runtime class says what it takes besides, and where it can run.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/runtimeclass``, and
``pkg/util/tolerations`` MergeTolerations (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
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
    if found.get("scheduling") is not None:
        _set_scheduling(request, spec, found["scheduling"])


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
    tolerations = [*spec.get("tolerations", ()), *scheduling.get("tolerations", ())]
    if tolerations:
        spec["tolerations"] = merged(tolerations)


def merged(tolerations: list[Wire]) -> list[Wire]:
    """Return *tolerations* without those that others among them include.

    >>> everything = {"operator": "Exists"}
    >>> merged([{"key": "k", "operator": "Exists"}, everything, everything])
    [{'operator': 'Exists'}]
    """
    kept: list[Wire] = []
    for position, one in enumerate(tolerations):
        later = tolerations[position + 1 :]
        if any(_includes(other, one) for other in kept):
            continue
        # Of equals, the first stays.
        if any(other != one and _includes(other, one) for other in later):
            continue
        kept.append(dict(one))
    return kept


def _includes(wide: Wire, narrow: Wire) -> bool:
    """Return whether whatever *narrow* tolerates, *wide* does."""
    if wide == narrow:
        return True
    operator = wide.get("operator", "Equal")
    if wide.get("key", "") != narrow.get("key", "") and ("key" in wide or operator != "Exists"):
        return False
    effect = narrow.get("effect", "")
    if wide.get("effect", effect) != effect or not _lasts_as_long(wide, narrow):
        return False
    if operator == "Exists":
        return True
    is_equal = operator == "Equal" and narrow.get("operator") == "Equal"
    return bool(is_equal and wide.get("value", "") == narrow.get("value", ""))


def _lasts_as_long(wide: Wire, narrow: Wire) -> bool:
    longest = wide.get("tolerationSeconds")
    if wide.get("effect") != "NoExecute" or longest is None:
        return True
    seconds = narrow.get("tolerationSeconds")
    return bool(seconds is not None and seconds <= longest)


def _refusal(request: AdmissionRequest, why: str) -> Exception:
    return request.refusal(f"pod rejected: {why}")


RUNTIME_CLASS = Admission(
    name="RuntimeClass",
    mutate=_admit,
    resources=frozenset({"pods"}),
    operations=frozenset({Operation.CREATE}),
    is_builtin=True,
)
"""Gives pods what their runtime class says."""
