"""Nobody grants more than they have: the rules of a role, and the role that a binding binds to.

Who may ``escalate`` roles, or ``bind`` the role in question, may.

Source: Using RBAC Authorization, Privilege escalation prevention (Kubernetes v1.36).
"""

from collections.abc import Sequence

from kubeobj.api.admission.chain import Admission, AdmissionRequest
from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import (
    CLUSTER_ROLE_BINDINGS,
    CLUSTER_ROLES,
    MASTERS,
    ROLE_BINDINGS,
    ROLES,
    authorize,
    covers,
    role_rules,
    rules_of,
)
from kubeobj.api.errors import Forbidden, forbidden, not_found
from kubeobj.api.rbacrules import GROUP
from kubeobj.documents import Wire

_OF_COLLECTION = frozenset({"ownerReferences", "finalizers", "managedFields", "resourceVersion"})


def _validate_role(request: AdmissionRequest) -> None:
    role, old = request.object, request.old
    if MASTERS in request.user.groups or (old is not None and _is_left(role, old)):
        return
    if _may(request, "escalate", request.resource, request.name):
        return
    wanted = list(role.get("rules") or ())
    if _is_aggregated(role) or (old is not None and _is_aggregated(old)):
        # It may come to hold any rule, and others may rely on what it gathers.
        everything = {"verbs": ["*"], "apiGroups": ["*"], "resources": ["*"]}
        wanted += [everything, {"verbs": ["*"], "nonResourceURLs": ["*"]}]
    _check(request, wanted)


def _is_aggregated(role: Wire) -> bool:
    return bool((role.get("aggregationRule") or {}).get("clusterRoleSelectors"))


def _is_left(obj: Wire, old: Wire) -> bool:
    """Return whether only what garbage collection needs has changed."""
    return _said(obj) == _said(old)


def _said(obj: Wire) -> Wire:
    metadata = {key: value for key, value in obj["metadata"].items() if key not in _OF_COLLECTION}
    return {**obj, "metadata": metadata}


def _validate_binding(request: AdmissionRequest) -> None:
    binding, old = request.object, request.old
    if MASTERS in request.user.groups or (old is not None and _is_left(binding, old)):
        return
    role = binding["roleRef"]
    resource = CLUSTER_ROLES if role["kind"] == "ClusterRole" else ROLES
    if _may(request, "bind", resource, role["name"]):
        return
    rules = role_rules(role, request.namespace, request.context.objects)
    if rules is None:
        # As in Kubernetes, by the singular.
        raise not_found(GROUP, role["kind"].lower(), role["name"])
    _check(request, rules)


def _may(request: AdmissionRequest, verb: str, resource: str, name: str) -> bool:
    attributes = Attributes(
        user=request.user,
        verb=verb,
        group=GROUP,
        version="v1",
        resource=resource.partition(".")[0],
        namespace=request.namespace,
        name=name,
    )
    return authorize(attributes, request.context.objects).allowed


def _check(request: AdmissionRequest, wanted: Sequence[Wire]) -> None:
    owned = rules_of(request.user, request.namespace, request.context.objects)
    missing = covers(owned, wanted)
    if missing:
        shown = ", ".join(map(_shown, missing))
        raise _refused(
            request, f'user "{request.user.name}" would grant what they may not do: {shown}'
        )


def _shown(step: Wire) -> str:
    if "nonResourceURLs" in step:
        return f"{step['verbs'][0]} {step['nonResourceURLs'][0]}"
    group, resource = step["apiGroups"][0], step["resources"][0]
    what = f"{resource}.{group}" if group else resource
    name = f' "{step["resourceNames"][0]}"' if "resourceNames" in step else ""
    return f"{step['verbs'][0]} {what}{name}"


def _refused(request: AdmissionRequest, why: str) -> Forbidden:
    plural = request.resource.partition(".")[0]
    return forbidden(GROUP, plural, request.name, why)


ROLE_ESCALATION = Admission(
    name="RoleEscalation",
    validate=_validate_role,
    resources=frozenset({ROLES, CLUSTER_ROLES}),
    is_builtin=True,
)
"""Refuses roles that grant more than who writes them has."""

BINDING_ESCALATION = Admission(
    name="BindingEscalation",
    validate=_validate_binding,
    resources=frozenset({ROLE_BINDINGS, CLUSTER_ROLE_BINDINGS}),
    is_builtin=True,
)
"""Refuses bindings to roles that grant more than who writes them has."""
