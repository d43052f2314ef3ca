"""What the API itself writes into new Pods.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` PrepareForCreate (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.kind import Context
from kubeobj.api.podspec.annotations import write_app_armor_fields
from kubeobj.api.podspec.defaults import name_service_account
from kubeobj.api.podspec.qos import qos_class_of
from kubeobj.documents import Wire

_REQUIRED = "requiredDuringSchedulingIgnoredDuringExecution"
_PREFERRED = "preferredDuringSchedulingIgnoredDuringExecution"


def prepare_create(pod: Wire, context: Context) -> None:
    """Begin the status of a Pod, and write out what its spec only refers to."""
    spec, metadata = pod["spec"], pod["metadata"]
    # A class that is given is kept, though nothing else of a status is.
    qos_class = pod.get("status", {}).get("qosClass") or qos_class_of(spec)
    pod["status"] = {"phase": "Pending", "qosClass": qos_class}
    name_service_account(spec)
    if "schedulingGates" in spec:
        pod["status"]["conditions"] = [_gated(context.now)]
    labels = metadata.get("labels", {})
    if "affinity" in spec:
        for term in _pod_affinity_terms(spec["affinity"]):
            _select_by_own_labels(term, labels)
    for constraint in spec.get("topologySpreadConstraints", ()):
        _select_by_own_labels(constraint, labels)
    if "annotations" in metadata:
        for name in write_app_armor_fields(metadata["annotations"], spec):
            detail = 'deprecated since v1.30; use the "appArmorProfile" field instead'
            context.warn(f"metadata.annotations[{name}]: {detail}")


def _gated(now: str) -> Wire:
    return {
        "type": "PodScheduled",
        "status": "False",
        "lastProbeTime": None,
        "lastTransitionTime": now,
        "reason": "SchedulingGated",
        "message": "Scheduling is blocked due to non-empty scheduling gates",
    }


def _pod_affinity_terms(affinity: Wire) -> Iterator[Wire]:
    for name in ("podAffinity", "podAntiAffinity"):
        pods = affinity.get(name, {})
        yield from pods.get(_REQUIRED, ())
        for wish in pods.get(_PREFERRED, ()):
            yield wish["podAffinityTerm"]


def _select_by_own_labels(holder: Wire, labels: Wire) -> None:
    """Add to a label selector what keys of the pod's own labels stand for.

    A selector that is not there selects nothing, and goes on doing so.
    """
    selector = holder.get("labelSelector")
    if selector is None:
        return
    for field, operator in (("matchLabelKeys", "In"), ("mismatchLabelKeys", "NotIn")):
        for key in holder.get(field, ()):
            if key in labels:
                found = {"key": key, "operator": operator, "values": [labels[key]]}
                selector.setdefault("matchExpressions", []).append(found)
