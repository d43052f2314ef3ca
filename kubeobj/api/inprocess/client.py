"""The client of a server in the same process, whole."""

from collections.abc import Callable
from dataclasses import replace
from typing import Self, final

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client.client import Client
from kubeobj.api.client.waiting import Advance
from kubeobj.api.inprocess.connection import Connection
from kubeobj.api.inprocess.reader import InProcessReader
from kubeobj.api.inprocess.writer import InProcessWriter
from kubeobj.api.kind import ADMIN, User
from kubeobj.api.objects import ObjectsByKind
from kubeobj.api.options import FieldValidation, WriteOptions
from kubeobj.clock import VirtualClock


@final
class InProcessClient(InProcessReader, InProcessWriter, Client):
    """A client of a server in the same process. Copies of it share what has been decoded.

    Args:
        server: The server.
        user: In whose name it asks. Nobody is refused for want of rights: who has the server in
            its hands may do everything.
        namespace: The namespace of what does not say one.
        field_manager: Under which name it writes.
        field_validation: What becomes of fields that a kind does not have.
        on_warning: Takes what the server warns of; None to let it pass.
        advance: Lets so many seconds pass for who waits, and with them whatever changes objects;
            None for the server's clock alone, if that is a virtual one.
        shares: Whether untyped objects of one version are one object, for this client and its
            copies. That spares loops that watch the same to read it each for itself; but nobody
            may change what it gets.

    >>> from kubeobj.clock import VirtualClock
    >>> from kubeobj.models.corev1 import ConfigMap
    >>> client = InProcessClient(ApiServer(clock=VirtualClock()))
    >>> made = client.create(ConfigMap(metadata={"name": "colours"}, data={"sky": "blue"}))
    >>> made.metadata.namespace, client.get(ConfigMap, "colours").data["sky"]
    ('default', 'blue')
    """

    def __init__(  # noqa: PLR0913 - who asks has so many sides
        self,
        server: ApiServer,
        *,
        user: User = ADMIN,
        namespace: str = "default",
        field_manager: str = "kubeobj",
        field_validation: FieldValidation = "Warn",
        on_warning: Callable[[str], object] | None = None,
        advance: Advance | None = None,
        shares: bool = False,
    ) -> None:
        clock = server.clock
        if advance is None and isinstance(clock, VirtualClock):
            advance = clock.advance
        write = WriteOptions(
            user=user, field_manager=field_manager, field_validation=field_validation
        )
        self._at = Connection(
            server,
            server.store,
            ObjectsByKind(server.core, shares=shares),
            namespace,
            write,
            on_warning,
            advance,
        )

    @property
    def server(self) -> ApiServer:
        """The server."""
        return self._at.server

    @property
    def namespace(self) -> str:
        """The namespace of what does not say one."""
        return self._at.namespace

    @property
    def user(self) -> User:
        """In whose name it asks."""
        return self._at.user

    def in_namespace(self, namespace: str) -> Self:
        """Return the same client with another namespace."""
        return self._with(replace(self._at, namespace=namespace))

    def with_user(self, user: User | str) -> Self:
        """Return the same client in the name of another user, given whole or by name."""
        if isinstance(user, str):
            user = User(user, ("system:authenticated",))
        return self._with(replace(self._at, write=replace(self._at.write, user=user)))

    def with_manager(self, field_manager: str) -> Self:
        """Return the same client, writing under another name."""
        write = replace(self._at.write, field_manager=field_manager)
        return self._with(replace(self._at, write=write))

    def advance(self, seconds: float) -> None:
        """Let time pass; see `Client.advance`."""
        if self._at.advance is None:
            msg = "time passes by itself here; say how to wait for it: InProcessClient(advance=…)"
            raise RuntimeError(msg)
        self._at.advance(seconds)

    def _with(self, at: Connection) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__["_at"] = at
        return twin
