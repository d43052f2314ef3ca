"""A node writes what is its own: itself, its lease, and the pods that run on it.

It applies to users ``system:node:NAME`` in the group ``system:nodes``.

Source: ``k8s.io/kubernetes/plugin/pkg/admission/noderestriction`` (v1.36).
"""

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.errors import Forbidden, forbidden
from kubeobj.documents import Wire

GROUP = "system:nodes"
"""The group that nodes are in."""

PREFIX = "system:node:"
"""What a node's user name begins with."""

LEASES = "leases.coordination.k8s.io"
"""The resource by which nodes say that they are alive."""

_LEASE_NAMESPACE = "kube-node-lease"
_MIRROR = "kubernetes.io/config.mirror"
_RESERVED = ("kubernetes.io", "k8s.io")
# The labels of these domains that a node may give itself.
_ALLOWED = frozenset(
    {
        "kubernetes.io/hostname",
        "kubernetes.io/os",
        "kubernetes.io/arch",
        "beta.kubernetes.io/os",
        "beta.kubernetes.io/arch",
        "beta.kubernetes.io/instance-type",
        "node.kubernetes.io/instance-type",
        "topology.kubernetes.io/region",
        "topology.kubernetes.io/zone",
        "failure-domain.beta.kubernetes.io/region",
        "failure-domain.beta.kubernetes.io/zone",
    }
)
_ALLOWED_DOMAINS = ("kubelet.kubernetes.io", "node.kubernetes.io")


def node_of(request: AdmissionRequest) -> str:
    """Return the node that asks; empty if none does."""
    if GROUP not in request.user.groups or not request.user.name.startswith(PREFIX):
        return ""
    return request.user.name.removeprefix(PREFIX)


def _validate(request: AdmissionRequest) -> None:
    node = node_of(request)
    if not node:
        return
    if request.resource == "pods":
        _check_pod(request, node)
    elif request.resource == "nodes":
        _check_node(request, node)
    elif request.resource == LEASES:
        _check_lease(request, node)


def _check_pod(request: AdmissionRequest, node: str) -> None:
    if request.operation is Operation.CREATE:
        pod = request.object
        if _MIRROR not in pod["metadata"].get("annotations", ()):
            raise _refusal(request, f"node {node} can only create mirror pods")
        if pod["spec"].get("nodeName") != node:
            raise _refusal(request, f"node {node} can only create pods with spec.nodeName itself")
        return
    old = request.old or {}
    if old.get("spec", {}).get("nodeName") != node:
        raise _refusal(request, f"node {node} can only touch pods with spec.nodeName itself")
    if request.operation is Operation.UPDATE and request.subresource != "status":
        raise _refusal(request, f"node {node} can only update the status of pods")
    if request.obj and request.obj["metadata"].get("labels") != old["metadata"].get("labels"):
        raise _refusal(request, f"node {node} cannot update labels through pod status")


def _check_node(request: AdmissionRequest, node: str) -> None:
    if request.name and request.name != node:
        raise _refusal(request, f"node {node} is not allowed to touch node {request.name}")
    if request.operation is Operation.DELETE:
        raise _refusal(request, f"node {node} is not allowed to delete itself")
    obj, old = request.object, request.old
    if old is not None and obj["spec"].get("taints") != old["spec"].get("taints"):
        raise _refusal(request, f"node {node} is not allowed to modify taints")
    changed = _changed_labels(obj, old)
    refused = sorted(key for key in changed if not _may_label(key))
    if refused:
        listed = ", ".join(refused)
        raise _refusal(request, f"node {node} is not allowed to modify labels: {listed}")


def _changed_labels(obj: Wire, old: Wire | None) -> set[str]:
    after = obj["metadata"].get("labels", {})
    before = old["metadata"].get("labels", {}) if old else {}
    return {key for key in {*after, *before} if after.get(key) != before.get(key)}


def _may_label(key: str) -> bool:
    domain, slash, _ = key.rpartition("/")
    if not slash or key in _ALLOWED:
        return True
    if any(domain == one or domain.endswith(f".{one}") for one in _ALLOWED_DOMAINS):
        return True
    return not any(domain == one or domain.endswith(f".{one}") for one in _RESERVED)


def _check_lease(request: AdmissionRequest, node: str) -> None:
    if request.namespace != _LEASE_NAMESPACE:
        raise _refusal(request, f"node {node} can only access leases in {_LEASE_NAMESPACE}")
    if request.name != node:
        raise _refusal(request, f"node {node} can only access the lease with its own name")


def _refusal(request: AdmissionRequest, why: str) -> Forbidden:
    plural, _, group = request.resource.partition(".")
    return forbidden(group, plural, request.name, why)


NODE_RESTRICTION = Admission(
    name="NodeRestriction",
    validate=_validate,
    resources=frozenset({"pods", "pods/status", "nodes", "nodes/status", LEASES}),
    operations=frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE}),
    is_builtin=True,
)
"""Lets nodes write what is their own."""
