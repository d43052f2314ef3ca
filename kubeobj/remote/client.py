"""The client of a cluster that another process runs, whole."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Self

import orjson

from kubeobj.api.client import Client
from kubeobj.api.client.reader import AnyKind
from kubeobj.api.client.waiting import Advance
from kubeobj.api.kind import ADMIN, User
from kubeobj.api.options import FieldValidation
from kubeobj.cluster.statedirectory import StateDirectory, default_state
from kubeobj.documents import Wire
from kubeobj.reconcile.clientlayer import READS, WRITES
from kubeobj.remote.kinds import Kinds
from kubeobj.remote.podstreams import RemotePodStreams
from kubeobj.remote.transport import Transport
from kubeobj.remote.verbs import Link, Verbs


class RemoteClient(Client):
    """A client over a socket; `connect` makes one. Any thread may use it.

    Its verbs are those of `Verbs`; what follows from them, such as applying, comes from `Client`.
    """

    def __init__(self, verbs: Verbs) -> None:
        self.verbs: Verbs = verbs

    @property
    def namespace(self) -> str:
        """The namespace of what does not say one."""
        return self.verbs.link.namespace

    @property
    def user(self) -> User:
        """In whose name it asks."""
        return self.verbs.link.user

    @property
    def transport(self) -> Transport:
        """What asks the server."""
        return self.verbs.link.transport

    @property
    def streams(self) -> RemotePodStreams:
        """Logs, commands and ports of pods; a `PodStreams`."""
        return RemotePodStreams(self.transport, self.namespace)

    def advance(self, seconds: float) -> None:
        """Let time pass; see `Client.advance`."""
        self.verbs.link.advance(seconds)

    def namespace_of(self, kind: AnyKind) -> str:
        """Return the namespace that is meant where none is given; see `Reader.namespace_of`."""
        return self.verbs.namespace_of(kind)

    def in_namespace(self, namespace: str) -> Self:
        """Return the same client with another namespace."""
        return self._twin(self.verbs.in_namespace(namespace))

    def with_user(self, user: User | str) -> Self:
        """Return the same client in the name of another user, given whole or by name."""
        if isinstance(user, str):
            user = User(user, ("system:authenticated",))
        return self._twin(self.verbs.with_user(user))

    def status(self) -> Wire:
        """Return how the process is that runs the cluster, as JSON.

        Raises:
            NoCluster: If none does.
        """
        found: Wire = orjson.loads(self.transport.ask("GET", "/kubeobj/v1/status").body)
        return found

    def shut_down(self, *, leave_pods: bool = False) -> None:
        """Begin the end of the process that runs the cluster, and return at once.

        Args:
            leave_pods: Whether pods go on without it.

        Raises:
            NoCluster: If none does.
            MethodNotAllowed: If the process is a program that ends its cluster by itself.
        """
        query = "?leavePods=true" if leave_pods else ""
        self.transport.ask("POST", f"/kubeobj/v1/shutdown{query}")

    def close(self) -> None:
        """Let go of its connections; what is asked afterwards makes new ones."""
        self.transport.close()

    def _twin(self, verbs: Verbs) -> Self:
        twin = object.__new__(type(self))
        twin.__dict__.update(self.__dict__, verbs=verbs)
        return twin


def _asking(verb: str) -> Callable[..., object]:  # type: ignore[explicit-any]
    def ask(self: RemoteClient, *given: object, **named: object) -> object:
        asked: Callable[..., object] = getattr(self.verbs, verb)  # type: ignore[explicit-any]
        return asked(*given, **named)

    ask.__name__ = verb
    ask.__doc__ = getattr(Verbs, verb).__doc__
    return ask


for _verb in sorted(READS | WRITES):
    setattr(RemoteClient, _verb, _asking(_verb))


def connect(  # noqa: PLR0913 - who asks has so many sides
    state: Path | str | None = None,
    *,
    namespace: str = "default",
    field_manager: str = "kubeobj",
    field_validation: FieldValidation = "Warn",
    on_warning: Callable[[str], object] | None = None,
    advance: Advance = time.sleep,
    patience: float = 0.0,
) -> RemoteClient:
    """Return a client of the cluster that another process runs; nothing is asked yet.

    Args:
        state: Where the cluster has its state; None for where it is by default.
        namespace: The namespace of what does not say one.
        field_manager: Under which name it writes.
        field_validation: What becomes of fields that a kind does not have.
        on_warning: Takes what the server warns of; None to let it pass.
        advance: Lets so many seconds pass for who waits.
        patience: How long a poll of a watch waits for something, in seconds.
    """
    directory = StateDirectory(default_state() if state is None else Path(state))
    transport = Transport(directory.socket, [("User-Agent", f"{field_manager}/1")])
    link = Link(
        transport=transport,
        kinds=Kinds(transport),
        namespace=namespace,
        user=ADMIN,
        field_manager=field_manager,
        field_validation=field_validation,
        warn=on_warning,
        advance=advance,
        patience=patience,
    )
    return RemoteClient(Verbs(link))  # type: ignore[abstract]
