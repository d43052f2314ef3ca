"""Every action that can be asked for."""

from collections.abc import Callable
from functools import partial
from typing import TypeAlias

from kubeobj.api.actions import binding, eviction, reviews, tokenrequest
from kubeobj.api.actions.call import Action, ActionCall
from kubeobj.api.errors import BadRequest
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind

_Run: TypeAlias = Callable[[Wire, ActionCall], Wire]


def _action(group: str, kind: str, run: _Run, older_version: str = "") -> Action:
    package = group.partition(".")[0] or "core"
    gvk = GroupVersionKind(group, "v1", kind)
    return Action(gvk, f"{package}v1.{kind}", partial(_run_in_place, run), older_version)


def _run_in_place(run: _Run, body: Wire, call: ActionCall) -> Wire:
    """Do what is asked, in the namespace of the request.

    Raises:
        BadRequest: If what is sent is of another namespace.
    """
    metadata = body["metadata"]
    namespace = metadata.pop("namespace", "")
    if call.namespace:
        if namespace not in {"", call.namespace}:
            raise BadRequest(
                "the namespace of the provided object does not match the namespace of the request"
            )
        metadata["namespace"] = call.namespace
    return run(body, call)


_BIND = _action("", "Binding", binding.bind)
_AUTHENTICATION = "authentication.k8s.io"
_AUTHORIZATION = "authorization.k8s.io"

_ACTIONS = {
    "bindings": _BIND,
    "pods/binding": _BIND,
    "pods/eviction": _action("policy", "Eviction", eviction.evict, "v1beta1"),
    "serviceaccounts/token": _action(_AUTHENTICATION, "TokenRequest", tokenrequest.request_token),
    f"selfsubjectreviews.{_AUTHENTICATION}": _action(
        _AUTHENTICATION, "SelfSubjectReview", reviews.review_self
    ),
    f"tokenreviews.{_AUTHENTICATION}": _action(
        _AUTHENTICATION, "TokenReview", reviews.review_token
    ),
    f"localsubjectaccessreviews.{_AUTHORIZATION}": _action(
        _AUTHORIZATION, "LocalSubjectAccessReview", reviews.review_local_access
    ),
    f"selfsubjectaccessreviews.{_AUTHORIZATION}": _action(
        _AUTHORIZATION, "SelfSubjectAccessReview", reviews.review_own_access
    ),
    f"selfsubjectrulesreviews.{_AUTHORIZATION}": _action(
        _AUTHORIZATION, "SelfSubjectRulesReview", reviews.review_own_rules
    ),
    f"subjectaccessreviews.{_AUTHORIZATION}": _action(
        _AUTHORIZATION, "SubjectAccessReview", reviews.review_access
    ),
}


def action_of(resource: str) -> Action | None:
    """Return what is done by creating something of *resource*, or None if that is stored."""
    return _ACTIONS.get(resource)
