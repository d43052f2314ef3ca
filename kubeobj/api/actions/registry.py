"""Every action that can be asked for."""

from collections.abc import Callable

from kubeobj.api.actions import binding, eviction, reviews, tokenrequest
from kubeobj.api.actions.call import Action, ActionCall
from kubeobj.documents import Wire
from kubeobj.meta.gvk import GroupVersionKind


def _action(group: str, kind: str, run: Callable[[Wire, ActionCall], Wire]) -> Action:
    package = group.partition(".")[0] or "core"
    return Action(GroupVersionKind(group, "v1", kind), f"{package}v1.{kind}", run)


_BIND = _action("", "Binding", binding.bind)
_AUTHENTICATION = "authentication.k8s.io"
_AUTHORIZATION = "authorization.k8s.io"

_ACTIONS = {
    "bindings": _BIND,
    "pods/binding": _BIND,
    "pods/eviction": _action("policy", "Eviction", eviction.evict),
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
