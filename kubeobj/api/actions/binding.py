"""To bind a pod to a node: what a scheduler does.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod/storage`` BindingREST (v1.36).
"""

from kubeobj.api.actions.call import ActionCall, done
from kubeobj.api.errors import BadRequest, Conflict, conflict, details_of, invalid, not_found
from kubeobj.api.fielderrors import not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath

# What a pod is told of where its node is.
_TOPOLOGY = ("topology.kubernetes.io/zone", "topology.kubernetes.io/region")


def bind(binding: Wire, call: ActionCall) -> Wire:
    """Bind a pod to a node.

    Raises:
        BadRequest: If the binding is of another pod.
        Invalid: If it names no node.
        NotFound: If there is no such pod.
        Conflict: If the pod is bound already, is being deleted, or is not ready to be bound.
    """
    metadata = binding["metadata"]
    name = call.name or metadata.get("name", "")
    if metadata.get("name", name) != name:
        raise BadRequest("the name of the binding does not match the name on the URL")
    errors = list(_errors(binding["target"]))
    if errors:
        raise invalid("", "Binding", name, errors)
    pod = call.objects.find("pods", call.namespace, name)
    if pod is None:
        raise not_found("", "pods", name)
    _check(pod, metadata, name)
    _place(pod, binding, call)
    if not call.context.dry_run:
        call.objects.amend("pods", pod)
    return done()


def _errors(target: Wire) -> Errors:
    path = FieldPath.of("target")
    if target.get("kind", "") not in {"", "Node"}:
        yield not_supported(path.child("kind"), target["kind"], ("Node", "<empty>"))
    if not target.get("name"):
        yield required(path.child("name"), "")


def _check(pod: Wire, metadata: Wire, name: str) -> None:
    uid, found = metadata.get("uid"), pod["metadata"]["uid"]
    if uid and uid != found:
        why = f"Precondition failed: UID in precondition: {uid}, UID in object meta: {found}"
        raise conflict("", "pods/binding", name, why)
    version = metadata.get("resourceVersion")
    if version and version != pod["metadata"]["resourceVersion"]:
        raise conflict("", "pods/binding", name, "the pod has been modified")
    spec = pod["spec"]
    why = ""
    if "deletionTimestamp" in pod["metadata"]:
        why = f"pod {name} is being deleted, it cannot be assigned to a node"
    elif spec.get("nodeName"):
        why = f'pod {name} is already assigned to node "{spec["nodeName"]}"'
    elif spec.get("schedulingGates"):
        why = f"pod {name} has scheduling gates, it cannot be assigned to a node"
    if why:
        message = f'Operation cannot be fulfilled on pods/binding "{name}": {why}'
        raise Conflict(message, details=details_of("", "pods/binding", name))


def _place(pod: Wire, binding: Wire, call: ActionCall) -> None:
    """Let *pod* be on the node of *binding*."""
    node_name = binding["target"]["name"]
    pod["spec"]["nodeName"] = node_name
    metadata = pod["metadata"]
    annotations = binding["metadata"].get("annotations")
    if annotations:
        metadata["annotations"] = {**metadata.get("annotations", {}), **annotations}
    labels = dict(binding["metadata"].get("labels", {}))
    node = call.objects.find("nodes", "", node_name)
    if node is not None:
        of_node = node["metadata"].get("labels", {})
        labels |= {key: of_node[key] for key in _TOPOLOGY if key in of_node}
    if labels:
        metadata["labels"] = {**labels, **metadata.get("labels", {})}
    status = pod.setdefault("status", {})
    conditions = status.setdefault("conditions", [])
    conditions[:] = [one for one in conditions if one["type"] != "PodScheduled"]
    conditions.append(
        {
            "type": "PodScheduled",
            "status": "True",
            "lastProbeTime": None,
            "lastTransitionTime": call.context.now,
        }
    )
