"""To review: who somebody is, and what they may do.

Source: ``k8s.io/kubernetes/pkg/registry/authorization`` and ``pkg/registry/authentication``
(v1.36).
"""

from collections.abc import Callable

from kubeobj.api.actions.call import ActionCall
from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import authorize, rules_of
from kubeobj.api.errors import BadRequest, invalid
from kubeobj.api.fielderrors import forbidden, required
from kubeobj.api.fielderrors import invalid as bad
from kubeobj.api.kind import Errors, User
from kubeobj.documents import Wire
from kubeobj.errors import FieldError, FieldPath
from kubeobj.names import validate_label_key, validate_label_value

_AUTHORIZATION = "authorization.k8s.io"
_SPEC = FieldPath.of("spec")
_RESOURCE = ("spec", "resourceAttributes")
# What of the metadata of a review is the request's, or dropped.
_NOT_SAID = frozenset(
    (
        "namespace",
        "managedFields",
        "uid",
        "selfLink",
        "creationTimestamp",
        "deletionTimestamp",
        "deletionGracePeriodSeconds",
    )
)


def review_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what a user may do.

    Raises:
        Invalid: If it is not said who, or what.
    """
    spec = review["spec"]
    errors = [*_what_errors(spec), *_who_errors(spec), *_metadata_errors(review)]
    _refuse("SubjectAccessReview", errors)
    return _decided("SubjectAccessReview", review, _named(spec), call)


def review_own_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what the asker may do.

    Raises:
        Invalid: If it is not said what.
    """
    errors = [*_what_errors(review["spec"]), *_metadata_errors(review)]
    _refuse("SelfSubjectAccessReview", errors)
    return _decided("SelfSubjectAccessReview", review, call.context.user, call)


def review_local_access(review: Wire, call: ActionCall) -> Wire:
    """Tell what a user may do in the namespace of the request.

    Raises:
        Invalid: If it is not said who, or what, or it is about another namespace.
    """
    spec = review["spec"]
    errors = [*_what_errors(spec), *_who_errors(spec), *_metadata_errors(review)]
    resource = spec.get("resourceAttributes")
    if resource is not None and resource.get("namespace", "") != call.namespace:
        path, asked = FieldPath.of("spec", "resourceAttributes"), resource.get("namespace", "")
        errors.append(bad(path.child("namespace"), asked, "must match metadata.namespace", "local"))
    if spec.get("nonResourceAttributes") is not None:
        path = _SPEC.child("nonResourceAttributes")
        errors.append(bad(path, "", "disallowed on this kind of request", "local"))
    _refuse("LocalSubjectAccessReview", errors)
    return _decided("LocalSubjectAccessReview", review, _named(spec), call)


def _what_errors(spec: Wire) -> Errors:
    resource, path = spec.get("resourceAttributes"), spec.get("nonResourceAttributes")
    if resource is not None and path is not None:
        here = _SPEC.child("nonResourceAttributes")
        yield bad(here, "", "cannot be specified in combination with resourceAttributes", "union")
    if resource is None and path is None:
        detail = "exactly one of nonResourceAttributes or resourceAttributes must be specified"
        yield bad(_SPEC.child("resourceAttributes"), None, detail, "union")
    for name, check in (("fieldSelector", _field_errors), ("labelSelector", _label_errors)):
        selector = (resource or {}).get(name)
        if selector is not None:
            yield from _selector_errors(selector, FieldPath.of(*_RESOURCE, name), check)


def _selector_errors(
    selector: Wire, path: FieldPath, check: Callable[[Wire, FieldPath], Errors]
) -> Errors:
    raw, requirements = selector.get("rawSelector"), selector.get("requirements") or ()
    if raw and requirements:
        detail = "may not be specified together with requirements"
        yield bad(path.child("rawSelector"), raw, detail, "union")
    if not raw and not requirements:
        yield required(path.child("requirements"), "requirements or rawSelector is required")
    for position, requirement in enumerate(requirements):
        here = path.child("requirements").index(position)
        # Operators that are not known let pass: they may be those of a later version.
        operator, values = requirement.get("operator"), requirement.get("values")
        if operator in {"In", "NotIn"} and not values:
            yield required(here.child("values"), f"must be specified for {operator}")
        if operator in {"Exists", "DoesNotExist"} and values:
            yield forbidden(here.child("values"), f"may not be specified for {operator}")
        yield from check(requirement, here)


def _field_errors(requirement: Wire, path: FieldPath) -> Errors:
    if not requirement.get("key"):
        yield required(path.child("key"), "must be specified")


def _label_errors(requirement: Wire, path: FieldPath) -> Errors:
    yield from validate_label_key(requirement.get("key", ""), path.child("key"))
    for position, value in enumerate(requirement.get("values") or ()):
        yield from validate_label_value(value, path.child("values").index(position))


def _metadata_errors(review: Wire) -> Errors:
    if review["metadata"].keys() - _NOT_SAID:
        yield bad(FieldPath.of("metadata"), review["metadata"], "must be empty", "empty")


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
