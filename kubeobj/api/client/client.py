"""The client: all that a program needs of an API, wherever that is."""

from typing import Protocol, Self

from kubeobj.api.client.conveniences import Conveniences
from kubeobj.api.kind import User


class Client(Conveniences, Protocol):
    """Reads and writes objects in somebody's name.

    Programs that take a client work in process and from afar alike. Whoever makes another kind of
    client derives from this class, so that what follows from the verbs need not be written again.
    """

    @property
    def namespace(self) -> str:
        """The namespace of what does not say one."""
        ...

    @property
    def user(self) -> User:
        """In whose name it asks."""
        ...

    def in_namespace(self, namespace: str) -> Self:
        """Return the same client with another namespace."""
        ...

    def with_user(self, user: User | str) -> Self:
        """Return the same client in the name of another user."""
        ...
