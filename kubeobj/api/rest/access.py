"""Who may do what: the asker of a request, its verb, and whether the resource has that verb.

Source: Kubernetes documentation, Authorization, Request verbs (v1.36).
"""

from collections.abc import Mapping
from typing import final

from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.authorization.rbac import authorize
from kubeobj.api.core import Core
from kubeobj.api.errors import Forbidden, MethodNotAllowed, details_of, qualified
from kubeobj.api.kind import User
from kubeobj.api.rest.authentication import Authenticator
from kubeobj.api.rest.impersonation import impersonated, permissions
from kubeobj.api.rest.message import HttpRequest
from kubeobj.api.rest.query import boolean
from kubeobj.api.rest.route import Route
from kubeobj.models.resource import Resource

_VERBS: Mapping[str, str] = {
    "GET": "get",
    "HEAD": "get",
    "POST": "create",
    "PUT": "update",
    "PATCH": "patch",
    "DELETE": "delete",
}
_OF_ONE = frozenset({"get", "update", "patch", "delete"})


@final
class Access:
    """Tells who asks, and refuses what they may not do.

    Args:
        core: What is stored, roles and bindings among it.
        authenticate: Tells who asks.
    """

    __slots__ = ("_authenticate", "_core")

    def __init__(self, core: Core, authenticate: Authenticator) -> None:
        self._core = core
        self._authenticate = authenticate

    def user(self, request: HttpRequest) -> User:
        """Return who asks, or whom the asker wants to be taken for.

        Raises:
            Unauthorized: If nobody knows who asks.
            BadRequest: If the asker wants groups, but not to be taken for another.
            Forbidden: If the asker may not be taken for another, or not in every respect.
        """
        user = self._authenticate(request)
        other = impersonated(request)
        if other is None:
            return user
        for attributes in permissions(user, other):
            self._check(attributes)
        return other.user

    def allow(self, user: User, request: HttpRequest, route: Route | None) -> None:
        """Make sure that *user* may do what is asked.

        Raises:
            Forbidden: If not.
        """
        if route is None or route.resource is None:
            method = request.method.lower()
            self._check(Attributes(user=user, verb=method, path=request.path))
            return
        resource = route.resource
        attributes = Attributes(
            user=user,
            verb=verb_of(request, route),
            group=resource.kind.group,
            version=resource.kind.version,
            resource=resource.plural,
            subresource=route.subresource,
            namespace=route.namespace,
            name=route.name,
        )
        self._check(attributes)

    def _check(self, attributes: Attributes) -> None:
        if not authorize(attributes, self._core).allowed:
            raise _forbidden(attributes)


def is_watch(request: HttpRequest, route: Route) -> bool:
    """Return whether a request is to watch."""
    return route.is_watch or (not route.name and boolean(request, "watch"))


def verb_of(request: HttpRequest, route: Route) -> str:
    """Return what a request does, as authorisation calls it."""
    verb = _VERBS.get(request.method, request.method.lower())
    if verb == "get" and (not route.name or route.is_watch):
        return "watch" if is_watch(request, route) else "list"
    if verb == "delete" and not route.name:
        return "deletecollection"
    return verb


def check_method(request: HttpRequest, route: Route, resource: Resource) -> None:
    """Make sure that the resource, or a part of it, has the verb.

    Raises:
        MethodNotAllowed: If not.
    """
    verbs = resource.verbs
    if route.subresource:
        part = resource.subresource(route.subresource)
        verbs = part.verbs if part is not None else ()
    verb = verb_of(request, route)
    if verb not in verbs or not _reaches(verb, route, resource):
        raise MethodNotAllowed(
            "the server does not allow this method on the requested resource", details={}
        )


def _reaches(verb: str, route: Route, resource: Resource) -> bool:
    """Return whether a path is one for *verb*: of an object, or of a collection in its place."""
    if verb in _OF_ONE:
        return bool(route.name)
    in_place = bool(route.namespace or not resource.namespaced)
    if verb == "create" and not route.subresource:
        return in_place and not route.name
    return in_place or verb != "deletecollection"


def _forbidden(attributes: Attributes) -> Forbidden:
    user = attributes.user.name
    if attributes.path is not None:
        message = f'forbidden: User "{user}" cannot {attributes.verb} path "{attributes.path}"'
        return Forbidden(message, details={})
    what = qualified(attributes.group, attributes.resource)
    where = "at the cluster scope"
    if attributes.namespace:
        where = f'in the namespace "{attributes.namespace}"'
    part = f"/{attributes.subresource}" if attributes.subresource else ""
    name = f' "{attributes.name}"' if attributes.name else ""
    message = (
        f'{what}{name} is forbidden: User "{user}" cannot {attributes.verb} resource'
        f' "{attributes.resource}{part}" in API group "{attributes.group}" {where}'
    )
    return Forbidden(
        message, details=details_of(attributes.group, attributes.resource, attributes.name)
    )
