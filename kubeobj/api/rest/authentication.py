"""Who asks: by a token, or nobody that is known.

Source: Kubernetes documentation, Authenticating (v1.36).
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias, final

from kubeobj.api.errors import Unauthorized
from kubeobj.api.kind import ADMIN, User
from kubeobj.api.rest.message import HttpRequest

if TYPE_CHECKING:
    from kubeobj.api.apiserver import ApiServer

ANONYMOUS = User("system:anonymous", ("system:unauthenticated",))
"""Who asks without saying who."""

Authenticator: TypeAlias = Callable[[HttpRequest], User]
"""Tells who asks; raises `Unauthorized` if that cannot be."""


def everybody_is_admin(_request: HttpRequest) -> User:
    """Take whoever asks for one who may do everything, as suits a server within a program."""
    return ADMIN


@final
class TokenAuthenticator:
    """Tells who asks by bearer tokens; who brings none is anonymous.

    Args:
        users: Whose each token is.
        server: Whose tokens of service accounts are taken besides, as long as they are valid;
            None for no such tokens.
    """

    __slots__ = ("_server", "_users")

    def __init__(self, users: Mapping[str, User], server: "ApiServer | None" = None) -> None:
        self._users = dict(users)
        self._server = server

    def __call__(self, request: HttpRequest) -> User:
        """Return who asks.

        Raises:
            Unauthorized: If the token is nobody's, or is valid no longer.
        """
        scheme, _, token = request.header("authorization").partition(" ")
        if not scheme:
            return ANONYMOUS
        user = self._user(token.strip()) if scheme.lower() == "bearer" else None
        if user is None:
            raise Unauthorized("Unauthorized")
        return user

    def _user(self, token: str) -> User | None:
        user, server = self._users.get(token), self._server
        if user is not None or server is None:
            return user
        return server.core.tokens.user(token, server.clock.now(), server.core)
