"""A client around another, whose every question goes through a function first.

So are writes counted, and faults put in the way of a control loop, whatever client it has.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self, TypeAlias, cast, final

from kubeobj.api.client import Client
from kubeobj.api.client.identity import identity_of
from kubeobj.api.client.reader import AnyKind
from kubeobj.api.kind import User

READS: Final = frozenset({"get", "list", "watch", "get_scale", "resources"})
"""The verbs that change nothing."""

WRITES: Final = frozenset(
    {"create", "update", "update_status", "patch", "delete", "delete_all", "evict", "bind", "scale"}
)
"""The verbs that change something."""

_OF_PODS = frozenset({"evict", "bind"})
_OF_OBJECTS = frozenset({"create", "update", "update_status"})


@final
@dataclass(frozen=True, slots=True)
class Call:
    """One question to an API.

    Args:
        verb: Which of the client's verbs.
        given: What was given by position.
        named: What was given by name.
    """

    verb: str
    given: tuple[object, ...]
    named: Mapping[str, object]

    @property
    def is_write(self) -> bool:
        """Whether it is to change something."""
        return self.verb in WRITES

    def target(self) -> tuple[str, str, str]:
        """Return of what it is: kind, namespace and name, each as far as the question says it."""
        if self.verb in _OF_PODS:
            return "pods", str(self.named.get("namespace") or ""), str(self.given[0])
        first = self.given[0] if self.given else self.named.get("obj", self.named.get("kind", ""))
        if self.verb in _OF_OBJECTS or not isinstance(first, str | type):
            identity = identity_of(cast("Any", first))  # type: ignore[explicit-any]
            return identity.kind.kind, identity.namespace, identity.name
        kind = first if isinstance(first, str) else first.__name__
        name = self.given[1] if len(self.given) > 1 else self.named.get("name", "")
        return kind, str(self.named.get("namespace") or ""), str(name)

    def __str__(self) -> str:
        kind, namespace, name = self.target()
        return (
            f"{self.verb} {kind} {namespace}/{name}" if namespace else f"{self.verb} {kind} {name}"
        )


Ask: TypeAlias = Callable[[], object]
"""Asks the question, and returns the answer."""

Around: TypeAlias = Callable[[Call, Ask], object]
"""Is given each question, asks it or not, and returns the answer or another."""


class _LayeredClient(Client):
    """What a layered client is; what follows from the verbs, such as applying, comes from `Client`.

    Its verbs are made below, for all of them do the same.
    """

    def __init__(self, client: Client, around: Around) -> None:
        self._client = client
        self._around = around

    @property
    def namespace(self) -> str:
        return self._client.namespace

    @property
    def user(self) -> User:
        return self._client.user

    def advance(self, seconds: float) -> None:
        self._client.advance(seconds)

    def namespace_of(self, kind: AnyKind) -> str:
        return self._client.namespace_of(kind)

    def in_namespace(self, namespace: str) -> Self:
        return type(self)(self._client.in_namespace(namespace), self._around)

    def with_user(self, user: User | str) -> Self:
        return type(self)(self._client.with_user(user), self._around)


def _asking(verb: str) -> Callable[..., object]:  # type: ignore[explicit-any]
    def ask(self: _LayeredClient, *given: object, **named: object) -> object:
        inner = getattr(self._client, verb)
        return self._around(Call(verb, given, named), lambda: inner(*given, **named))

    ask.__name__ = verb
    return ask


for _verb in sorted(READS | WRITES):
    setattr(_LayeredClient, _verb, _asking(_verb))


def layered(client: Client, around: Around) -> Client:
    """Return a client that gives each question to *around* before *client*.

    >>> from kubeobj.api.apiserver import ApiServer
    >>> from kubeobj.api.inprocess import InProcessClient
    >>> asked = []
    >>> def note(call, ask):
    ...     asked.append(str(call))
    ...     return ask()
    >>> client = layered(InProcessClient(ApiServer()), note)
    >>> client.get("namespaces", "default").metadata.name
    'default'
    >>> asked
    ['get namespaces default']
    """
    return _LayeredClient(client, around)  # type: ignore[abstract]
