"""To bind a pod to a node: what a scheduler does.

Source: ``k8s.io/kubernetes/pkg/registry/core/pod/storage`` BindingREST (v1.36).
"""

from kubeobj.api.actions.call import ActionCall, done
from kubeobj.api.actions.podconditions import set_pod_condition
from kubeobj.api.errors import ApiError, BadRequest, Conflict, conflict, details_of, not_found
from kubeobj.api.fielderrors import not_supported, required
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath


def bind(binding: Wire, call: ActionCall) -> Wire:
    """Bind a pod to a node.

    By itself, as ``bindings``, a binding names its pod, and says nothing of its uid.

    Raises:
        BadRequest: If the binding is of another pod, or of none.
        ApiError: If it names no node.
        NotFound: If there is no such pod.
        Conflict: If the pod is bound already, is being deleted, or is not ready to be bound.
    """
    metadata = binding["metadata"]
    name = metadata.get("name", "")
    if not call.name:
        metadata.pop("uid", None)
    elif name != call.name:
        raise BadRequest("the name of the binding does not match the name on the URL")
    errors = list(_errors(binding["target"]))
    if errors:
        # The API has no better answer to a wrong binding than that it failed.
        raise ApiError("; ".join(map(str, errors)))
    if not name:
        raise BadRequest("a binding by itself must name its pod")
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
        raise conflict("", "pods", name, why)
    version = metadata.get("resourceVersion")
    if version and version != pod["metadata"]["resourceVersion"]:
        raise conflict("", "pods", name, "the pod has been modified")
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
    pod["spec"]["nodeName"] = binding["target"]["name"]
    metadata, status = pod["metadata"], pod.setdefault("status", {})
    status.pop("nominatedNodeName", None)
    for name in ("annotations", "labels"):
        new = binding["metadata"].get(name)
        if new:
            metadata[name] = {**(metadata.get(name) or {}), **new}
    set_pod_condition(pod, {"type": "PodScheduled", "status": "True"}, call.context.now)
