"""Pods.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod`` (v1.36).
"""

from collections.abc import Iterator

from kubeobj.api.kind import Kind
from kubeobj.api.kinds.pod import ephemeral, resize, status
from kubeobj.api.kinds.pod.defaults import default
from kubeobj.api.kinds.pod.preparing import prepare_create
from kubeobj.api.kinds.pod.samespecs import is_known_good
from kubeobj.api.kinds.pod.table import TABLE
from kubeobj.api.kinds.pod.updating import validate_update
from kubeobj.api.kinds.pod.validation import validate_create
from kubeobj.api.podspec.warnings import pod_warnings
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.names import is_dns1123_label, validate_dns1123_label

_ENDED = frozenset({"Succeeded", "Failed"})


def _warnings(pod: Wire, old: Wire | None) -> Iterator[str]:
    if old is not None:
        yield from status.status_warnings(pod, old)
        return
    name = pod["metadata"].get("name", "")
    if not is_dns1123_label(name):
        rules = " ".join(error.detail for error in validate_dns1123_label(name))
        yield (
            "metadata.name: this is used in the Pod's hostname, which can result in surprising"
            f" behavior; a DNS label is recommended: [{rules}]"
        )
    if "annotations" in pod["metadata"] or not is_known_good(pod["spec"]):
        yield from pod_warnings(pod)


def _fields(pod: Wire) -> dict[str, str]:
    spec, state = pod["spec"], pod.get("status", {})
    ips = state.get("podIPs")
    return {
        "spec.nodeName": spec.get("nodeName", ""),
        # What it was called once.
        "spec.host": spec.get("nodeName", ""),
        "spec.restartPolicy": spec.get("restartPolicy", ""),
        "spec.schedulerName": spec.get("schedulerName", ""),
        "spec.serviceAccountName": spec.get("serviceAccountName", ""),
        "spec.hostNetwork": "true" if spec.get("hostNetwork") else "false",
        "status.phase": state.get("phase", ""),
        # Of all of them nothing can be selected.
        "status.podIPs": "",
        "status.podIP": ips[0].get("ip", "") if ips else "",
        "status.nominatedNodeName": state.get("nominatedNodeName", ""),
    }


def _grace_seconds(pod: Wire, asked: int | None) -> int:
    """Return how long a Pod is given to end: no time if it does not run."""
    if not pod["spec"].get("nodeName") or pod.get("status", {}).get("phase") in _ENDED:
        return 0
    seconds = pod["spec"].get("terminationGracePeriodSeconds", 0) if asked is None else asked
    return 1 if seconds < 0 else seconds


KIND = Kind(
    kind=GroupVersionKind("", "v1", "Pod"),
    plural="pods",
    namespaced=True,
    default=default,
    prepare_create=prepare_create,
    validate=validate_create,
    validate_update=validate_update,
    warnings=_warnings,
    counts_generations=True,
    resets_on_create=False,
    fields=_fields,
    field_names=frozenset(
        {
            "spec.nodeName",
            "spec.host",
            "spec.restartPolicy",
            "spec.schedulerName",
            "spec.serviceAccountName",
            "spec.hostNetwork",
            "status.phase",
            "status.podIP",
            "status.podIPs",
            "status.nominatedNodeName",
        }
    ),
    indexed_fields=frozenset({"spec.nodeName"}),
    table=TABLE,
    parts={
        "status": status.PART,
        "ephemeralcontainers": ephemeral.PART,
        "resize": resize.PART,
    },
    grace_seconds=_grace_seconds,
    returns_deleted=True,
)
