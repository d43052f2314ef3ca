"""Whom the asker wants to be taken for, and what they have to be allowed for that.

Every single thing is asked about: to be taken for a user does not bring a group, a uid or anything
else that one says of oneself.

Source: ``k8s.io/apiserver/pkg/endpoints/filters/impersonation`` (v1.36), and Kubernetes
documentation, Authenticating, User impersonation.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import final
from urllib.parse import unquote

from kubeobj.api.authorization.attributes import Attributes
from kubeobj.api.errors import BadRequest
from kubeobj.api.kind import User
from kubeobj.api.rest.authentication import ANONYMOUS
from kubeobj.api.rest.message import HttpRequest
from kubeobj.names.dns import is_dns1123_label, is_dns1123_subdomain

_EXTRA = "impersonate-extra-"
_GROUP = "authentication.k8s.io"
_ACCOUNTS = "system:serviceaccounts"
_AUTHENTICATED = "system:authenticated"
_UNAUTHENTICATED = "system:unauthenticated"
_MALFORMED = re.compile(r"%(?![0-9A-Fa-f]{2})")


@final
@dataclass(frozen=True, slots=True)
class Impersonation:
    """Whom somebody wants to be taken for.

    Args:
        user: Who that is, with the groups that are filled in.
        groups: The groups that are asked for.
    """

    user: User
    groups: tuple[str, ...]


def impersonated(request: HttpRequest) -> Impersonation | None:
    """Return whom the asker wants to be taken for; None if nobody else.

    Raises:
        BadRequest: If groups, a uid or anything else is asked for, but no user.
    """
    name, uid = request.header("impersonate-user"), request.header("impersonate-uid")
    groups = tuple(request.headers.get("impersonate-group", ()))
    extra = {
        _decoded(header.removeprefix(_EXTRA)): tuple(values)
        for header, values in request.headers.items()
        if header.startswith(_EXTRA)
    }
    if name:
        return Impersonation(User(name, _filled_in(name, groups), uid, extra), groups)
    if groups or uid or extra:
        raise BadRequest("a group, a uid or an extra is asked for, but no user")
    return None


def permissions(asker: User, other: Impersonation) -> Iterator[Attributes]:
    """Yield what *asker* has to be allowed, in the order in which it is asked about."""
    user = other.user
    account = _account(user.name)
    if account is None:
        yield _permission(asker, "users", user.name)
    else:
        namespace, name = account
        yield _permission(asker, "serviceaccounts", name, namespace=namespace)
    if user.uid:
        yield _permission(asker, "uids", user.uid, group=_GROUP)
    for one in other.groups:
        yield _permission(asker, "groups", one)
    for key, values in user.extra.items():
        for value in values:
            yield _permission(asker, "userextras", value, group=_GROUP, part=key)


def _permission(
    asker: User, resource: str, name: str, *, group: str = "", namespace: str = "", part: str = ""
) -> Attributes:
    return Attributes(
        user=asker,
        verb="impersonate",
        group=group,
        version="v1",
        resource=resource,
        subresource=part,
        namespace=namespace,
        name=name,
    )


def _filled_in(name: str, groups: tuple[str, ...]) -> tuple[str, ...]:
    """Return the groups of who is taken for *name*, of which *groups* are asked for."""
    account = _account(name)
    if account is not None and not groups:
        groups = (_ACCOUNTS, f"{_ACCOUNTS}:{account[0]}")
    if _UNAUTHENTICATED in groups:
        return groups
    everybody = _UNAUTHENTICATED if name == ANONYMOUS.name else _AUTHENTICATED
    return groups if everybody in groups else (*groups, everybody)


def _account(name: str) -> tuple[str, str] | None:
    """Return the namespace and the name of the service account that is called *name*, if any."""
    match name.split(":"):
        case ["system", "serviceaccount", namespace, account]:
            if is_dns1123_label(namespace) and is_dns1123_subdomain(account):
                return namespace, account
            return None
        case _:
            return None


def _decoded(key: str) -> str:
    """Return what stands for *key*, which is taken as it is if it is encoded wrongly."""
    return key if _MALFORMED.search(key) else unquote(key)
