"""To ask for a token of a service account.

Source: ``k8s.io/kubernetes/pkg/registry/core/serviceaccount/storage`` TokenREST (v1.36).
"""

from kubeobj.api.actions.call import ActionCall
from kubeobj.api.errors import BadRequest, conflict, invalid, not_found
from kubeobj.api.fielderrors import invalid as bad
from kubeobj.api.kind import Errors
from kubeobj.documents import Wire
from kubeobj.errors import FieldPath
from kubeobj.meta.timestamps import Time

_GROUP = "authentication.k8s.io"
_HOUR = 3600
_SHORTEST = 600
_LONGEST = 1 << 32
_BOUND_TO = {"Pod": "pods", "Secret": "secrets", "Node": "nodes"}


def request_token(request: Wire, call: ActionCall) -> Wire:
    """Make a token of a service account.

    Raises:
        NotFound: If there is no such account, or not what the token is to be bound to.
        Invalid: If it is of another account, or to last for too short or too long.
        BadRequest: If it is to be bound to what tokens cannot be bound to.
        Conflict: If the account, or what it is to be bound to, is another than meant.
    """
    asked = request["metadata"]
    if asked.get("name", call.name) != call.name:
        path = FieldPath.of("metadata", "name")
        error = bad(path, asked["name"], "must be the name of the service account", "match")
        raise invalid(_GROUP, "TokenRequest", call.name, [error])
    account = call.objects.find("serviceaccounts", call.namespace, call.name)
    if account is None:
        raise not_found("", "serviceaccounts", call.name)
    metadata = account["metadata"]
    if asked.get("uid", metadata["uid"]) != metadata["uid"]:
        why = f"the UID in the request ({asked['uid']}) is not that of the account"
        raise conflict(_GROUP, "TokenRequest", call.name, why)
    spec = request["spec"]
    seconds = spec.get("expirationSeconds")
    spec["expirationSeconds"] = seconds = _HOUR if seconds is None else seconds
    spec["audiences"] = spec.get("audiences") or [call.tokens.issuer]
    errors = list(_errors(seconds))
    if errors:
        raise invalid(_GROUP, "TokenRequest", "", errors)
    now = int(call.context.clock.now())
    claims = {
        "aud": spec["audiences"],
        "exp": now + seconds,
        "iat": now,
        "iss": call.tokens.issuer,
        "jti": str(call.context.ids.uid()),
        "kubernetes.io": {
            "namespace": call.namespace,
            **_bound(spec.get("boundObjectRef"), call),
            "serviceaccount": {"name": call.name, "uid": metadata["uid"]},
        },
        "nbf": now,
        "sub": f"system:serviceaccount:{call.namespace}:{call.name}",
    }
    return {
        "kind": "TokenRequest",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {
            **asked,
            "name": call.name,
            "namespace": call.namespace,
            "uid": metadata["uid"],
            "creationTimestamp": call.context.now,
        },
        "spec": {**spec, "boundObjectRef": spec.get("boundObjectRef")},
        "status": {
            "token": call.tokens.sign(claims),
            "expirationTimestamp": str(Time(now + seconds)),
        },
    }


def _errors(seconds: int) -> Errors:
    path = FieldPath.of("spec", "expirationSeconds")
    if seconds < _SHORTEST:
        yield bad(path, seconds, "may not specify a duration less than 10 minutes", "minimum")
    if seconds > _LONGEST:
        yield bad(path, seconds, "may not specify a duration larger than 2^32 seconds", "maximum")


def _bound(reference: Wire | None, call: ActionCall) -> Wire:
    """Return what the token claims to be bound to."""
    if not reference:
        return {}
    kind, name = reference.get("kind", ""), reference.get("name", "")
    resource = _BOUND_TO.get(kind)
    # Whatever the version, as in Kubernetes.
    if resource is None or "/" in reference.get("apiVersion", ""):
        what = f"{reference.get('apiVersion', '')}, Kind={kind}"
        raise BadRequest(f"cannot bind a token to an object of type {what}")
    found = call.objects.find(resource, "" if kind == "Node" else call.namespace, name)
    if found is None:
        raise not_found("", resource, name)
    if kind == "Pod" and found["spec"].get("serviceAccountName") != call.name:
        raise BadRequest(f"pod {name} has another service account than {call.name}")
    wanted, uid = reference.get("uid"), found["metadata"]["uid"]
    if wanted and wanted != uid:
        why = f"the UID in the bound object reference ({wanted}) does not match the UID ({uid})"
        raise conflict("", kind, name, why)
    bound: Wire = {kind.lower(): {"name": name, "uid": uid}}
    node_name = found["spec"].get("nodeName") if kind == "Pod" else None
    if node_name:
        node = call.objects.find("nodes", "", node_name)
        bound["node"] = {"name": node_name}
        if node is not None:
            bound["node"]["uid"] = node["metadata"]["uid"]
    return bound
