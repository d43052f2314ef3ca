"""A node writes what is its own: itself, its lease, and the pods that run on it.

It applies to users ``system:node:NAME`` in the group ``system:nodes``.

Source: Using Node Authorization, and ``k8s.io/kubernetes/plugin/pkg/admission/noderestriction``
(v1.36).
"""

from collections.abc import Callable, Mapping

from kubeobj.api.admission.chain import Admission, AdmissionRequest, Operation
from kubeobj.api.podspec.annotations import MIRROR
from kubeobj.api.podspec.references import claim_names, config_map_names, secret_names
from kubeobj.documents import Wire

GROUP = "system:nodes"
"""The group that nodes are in."""

PREFIX = "system:node:"
"""What a node's user name begins with."""

LEASES = "leases.coordination.k8s.io"
"""The resource by which nodes say that they are alive."""

_LEASE_NAMESPACE = "kube-node-lease"
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
    if node:
        part = f"/{request.subresource}" if request.subresource else ""
        _RULES[f"{request.resource}{part}"](request, node)


# ---------------------------------------------------------------- pods


def _check_pod(request: AdmissionRequest, node: str) -> None:
    if request.operation is Operation.CREATE:
        _check_new_pod(request, node)
        return
    _check_place(request, request.old, node)
    if request.operation is Operation.UPDATE:
        raise request.refusal(f"node {node} can only update the status of pods")


def _check_new_pod(request: AdmissionRequest, node: str) -> None:
    pod = request.object
    spec = pod["spec"]
    if MIRROR not in pod["metadata"].get("annotations", ()):
        raise request.refusal(f"node {node} can only create mirror pods")
    if spec.get("nodeName") != node:
        raise request.refusal(f"node {node} can only create pods with spec.nodeName itself")
    _check_owner(request, node)
    refers_to = {
        "a service account": bool(spec.get("serviceAccountName")),
        "secrets": any(True for _ in secret_names(spec)),
        "configmaps": any(True for _ in config_map_names(spec)),
        "persistentvolumeclaims": any(True for _ in claim_names(spec)),
        "resourceclaims": bool(spec.get("resourceClaims")),
    }
    for what, is_so in refers_to.items():
        if is_so:
            raise request.refusal(f"node {node} can not create pods that reference {what}")


def _check_owner(request: AdmissionRequest, node: str) -> None:
    """Refuse a pod that says to be owned by anything but the node that makes it."""
    owners = request.object["metadata"].get("ownerReferences", ())
    if not owners:
        return
    found = request.context.objects.find("nodes", "", node)
    uid = found["metadata"]["uid"] if found is not None else ""
    own = {"apiVersion": "v1", "kind": "Node", "name": node, "uid": uid}
    for owner in owners:
        if any(owner[field] != value for field, value in own.items()):
            raise request.refusal(f"node {node} can only create pods with itself as their owner")
        if not owner.get("controller") or owner.get("blockOwnerDeletion"):
            why = f"node {node} must control its pods, and not block its own deletion"
            raise request.refusal(why)


def _check_pod_status(request: AdmissionRequest, node: str) -> None:
    old = request.old or {}
    _check_place(request, old, node)
    if request.object["metadata"].get("labels") != old["metadata"].get("labels"):
        raise request.refusal(f"node {node} cannot update labels through pod status")


def _check_eviction(request: AdmissionRequest, node: str) -> None:
    pod = request.context.objects.find("pods", request.namespace, request.name)
    if pod is not None:
        _check_place(request, pod, node)


def _check_place(request: AdmissionRequest, pod: Wire | None, node: str) -> None:
    if pod is None or pod["spec"].get("nodeName") != node:
        raise request.refusal(f"node {node} can only touch pods with spec.nodeName itself")


def _check_token(request: AdmissionRequest, node: str) -> None:
    """Refuse a token that is not for a pod on the node."""
    bound = request.object["spec"].get("boundObjectRef") or {}
    if bound.get("kind") != "Pod" or not bound.get("name") or not bound.get("uid"):
        raise request.refusal(f"node {node} can only request tokens that are bound to a pod")
    pod = request.context.objects.find("pods", request.namespace, bound["name"])
    if pod is None or pod["metadata"]["uid"] != bound["uid"]:
        raise request.refusal(f"node {node} requested a token of a pod that is not there")
    if pod["spec"].get("nodeName") != node:
        raise request.refusal(f"node {node} requested a token of a pod on another node")


# ---------------------------------------------------------------- nodes


def _check_node(request: AdmissionRequest, node: str) -> None:
    _check_own_name(request, node)
    if request.operation is Operation.DELETE:
        return
    obj, old = request.object, request.old
    if old is not None and obj["spec"].get("taints") != old["spec"].get("taints"):
        raise request.refusal(f"node {node} is not allowed to modify taints")
    refused = sorted(key for key in _changed_labels(obj, old) if not _may_label(key))
    if refused:
        listed = ", ".join(refused)
        raise request.refusal(f"node {node} is not allowed to modify labels: {listed}")


def _changed_labels(obj: Wire, old: Wire | None) -> set[str]:
    after = obj["metadata"].get("labels", {})
    before = old["metadata"].get("labels", {}) if old else {}
    return {key for key in {*after, *before} if after.get(key) != before.get(key)}


def _may_label(key: str) -> bool:
    domain, slash, _ = key.rpartition("/")
    if not slash or key in _ALLOWED:
        return True
    return _is_below(domain, _ALLOWED_DOMAINS) or not _is_below(domain, _RESERVED)


def _is_below(domain: str, domains: tuple[str, ...]) -> bool:
    return any(domain == one or domain.endswith(f".{one}") for one in domains)


def _check_own_name(request: AdmissionRequest, node: str) -> None:
    if request.name != node:
        plural = request.resource.partition(".")[0]
        raise request.refusal(f"node {node} is not allowed to touch {plural} {request.name}")


def _check_lease(request: AdmissionRequest, node: str) -> None:
    if request.namespace != _LEASE_NAMESPACE:
        raise request.refusal(f"node {node} can only access leases in {_LEASE_NAMESPACE}")
    _check_own_name(request, node)


def _check_slice(request: AdmissionRequest, node: str) -> None:
    shown = request.obj if request.old is None else request.old
    if shown is None or shown["spec"].get("nodeName") != node:
        raise request.refusal(f"node {node} can only access ResourceSlices of its own")


_RULES: Mapping[str, Callable[[AdmissionRequest, str], None]] = {
    "pods": _check_pod,
    "pods/status": _check_pod_status,
    "pods/eviction": _check_eviction,
    "serviceaccounts/token": _check_token,
    "nodes": _check_node,
    "nodes/status": _check_node,
    LEASES: _check_lease,
    "csinodes.storage.k8s.io": _check_own_name,
    "resourceslices.resource.k8s.io": _check_slice,
}

NODE_RESTRICTION = Admission(
    name="NodeRestriction",
    validate=_validate,
    resources=frozenset(_RULES),
    operations=frozenset({Operation.CREATE, Operation.UPDATE, Operation.DELETE}),
    is_builtin=True,
)
"""Lets nodes write what is their own."""
