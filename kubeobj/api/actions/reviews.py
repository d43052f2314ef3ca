"""To review: who somebody is, and what they may do.

Source: ``k8s.io/kubernetes/pkg/registry/authorization`` and ``pkg/registry/authentication``
(v1.36).
"""

from kubeobj.api.actions.call import ActionCall
from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import authorize, rules_of
from kubeobj.api.errors import BadRequest, invalid
from kubeobj.api.fielderrors import invalid as bad
from kubeobj.api.kind import Errors, User
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath

_AUTHORIZATION = "authorization.k8s.io"
_SPEC = FieldPath.of("spec")


def review_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what a user may do.

    Raises:
        Invalid: If it is not said who, or what.
    """
    spec = review["spec"]
    errors = [*_what_errors(spec), *_who_errors(spec)]
    _refuse("SubjectAccessReview", errors)
    return _decided("SubjectAccessReview", review, _named(spec), call)


def review_own_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what the asker may do.

    Raises:
        Invalid: If it is not said what.
    """
    _refuse("SelfSubjectAccessReview", list(_what_errors(review["spec"])))
    return _decided("SelfSubjectAccessReview", review, call.context.user, call)


def review_local_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what a user may do in the namespace of the request.

    Raises:
        BadRequest: If the review is about another namespace.
        Invalid: If it is not said who, or what.
    """
    spec = review["spec"]
    errors = [*_what_errors(spec), *_who_errors(spec)]
    if spec.get("nonResourceAttributes") is not None:
        path = _SPEC.child("nonResourceAttributes")
        errors.append(bad(path, "", "disallowed on this kind of request", "local"))
    _refuse("LocalSubjectAccessReview", errors)
    namespace = spec["resourceAttributes"].get("namespace", "")
    if namespace != call.namespace:
        raise BadRequest(
            "spec.resourceAttributes.namespace must match the namespace of the request:"
            f" {call.namespace}"
        )
    review["metadata"]["namespace"] = call.namespace
    return _decided("LocalSubjectAccessReview", review, _named(spec), call)


def _what_errors(spec: Wire) -> Errors:
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and path is not None:
        here = _SPEC.child("nonResourceAttributes")
        yield bad(here, "", "cannot be specified in combination with resourceAttributes", "union")
    if resource is None and path is None:
        detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield bad(_SPEC.child("resourceAttributes"), None, detail, "union")


def _who_errors(spec: Wire) -> Errors:
    if not spec.get("user") and not spec.get("groups"):
        yield bad(_SPEC.child("user"), "", "at least one of user or group must be specified", "who")


def _refuse(kind: str, errors: list[FieldError]) -> None:
    if errors:
        raise invalid(_AUTHORIZATION, kind, "", errors)


def _named(spec: Wire) -> User:
    extra = {key: tuple(values) for key, values in (spec.get("extra") or {}).items()}
    return User(spec.get("user", ""), tuple(spec.get("groups") or ()), spec.get("uid", ""), extra)


def _decided(kind: str, review: Wire, user: User, call: ActionCall) -> Wire:
    """Answer whether *user* may do what *review* says."""
    spec = review["spec"]
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes") or {}
    if resource is not None:
        attributes = Attributes(
            user=user,
            verb=resource.get("verb", ""),
            group=resource.get("group", ""),
            version=resource.get("version", ""),
            resource=resource.get("resource", ""),
            subresource=resource.get("subresource", ""),
            namespace=resource.get("namespace", ""),
            name=resource.get("name", ""),
        )
    else:
        attributes = Attributes(user=user, verb=path.get("verb", ""), path=path.get("path", ""))
    decision = authorize(attributes, call.objects)
    status: Wire = {"allowed": decision.allowed}
    if decision.reason:
        status["reason"] = decision.reason
    return {
        "kind": kind,
        "apiVersion": f"{_AUTHORIZATION}/v1",
        "metadata": review["metadata"],
        "spec": spec,
        "status": status,
    }


def review_own_rules(review: Wire, call: ActionCall) -> Wire:
    """Tell every rule that the asker has in a namespace.

    Raises:
        BadRequest: If no namespace is named.
    """
    namespace = review["spec"].get("namespace", "")
    if not namespace:
        raise BadRequest("no namespace on request")
    rules = rules_of(call.context.user, namespace, call.objects)
    of_resources = ("verbs", "apiGroups", "resources", "resourceNames")
    status: Wire = {
        "resourceRules": [_only(rule, of_resources) for rule in rules if rule.get("resources")],
        "nonResourceRules": [
            _only(rule, ("verbs", "nonResourceURLs"))
            for rule in rules
            if rule.get("nonResourceURLs")
        ],
        "incomplete": False,
    }
    # The answer says nothing of what was asked.
    return {
        "kind": "SelfSubjectRulesReview",
        "apiVersion": f"{_AUTHORIZATION}/v1",
        "metadata": {},
        "spec": {},
        "status": status,
    }


def _only(rule: Wire, names: tuple[str, ...]) -> Wire:
    return {name: rule[name] for name in names if rule.get(name)}


# ---------------------------------------------------------------- who


def review_self(review: Wire, call: ActionCall) -> Wire:
    """Tell who asks."""
    return {
        "kind": "SelfSubjectReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": {**review["metadata"], "creationTimestamp": call.context.now},
        "status": {"userInfo": _shown(call.context.user)},
    }


def review_token(review: Wire, call: ActionCall) -> Wire:
    """Tell whose a token is.

    Raises:
        BadRequest: If there is none.
    """
    spec = review["spec"]
    token = spec.get("token", "")
    if not token:
        raise BadRequest("token is required for TokenReview in authentication")
    audiences = tuple(spec.get("audiences") or ())
    user = call.tokens.user(token, call.context.clock.now(), call.objects, audiences)
    status: Wire = {"user": {}, "error": "the token is not valid"}
    if user is not None:
        claims = call.tokens.claims(token) or {}
        meant = [one for one in claims["aud"] if one in (audiences or (call.tokens.issuer,))]
        status = {"authenticated": True, "user": _shown(user), "audiences": meant}
    return {
        "kind": "TokenReview",
        "apiVersion": "authentication.k8s.io/v1",
        "metadata": review["metadata"],
        "spec": spec,
        "status": status,
    }


def _shown(user: User) -> Wire:
    info: Wire = {"username": user.name}
    if user.uid:
        info["uid"] = user.uid
    if user.groups:
        info["groups"] = list(user.groups)
    if user.extra:
        info["extra"] = {key: list(values) for key, values in user.extra.items()}
    return info
