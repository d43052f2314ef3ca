"""What a client in process is connected to, and as whom: what all of its verbs go by."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import final

from kubeobj.api.apiserver import ApiServer
from kubeobj.api.client.identity import Identity
from kubeobj.api.client.waiting import Advance
from kubeobj.api.client.writer import Given
from kubeobj.api.errors import BadRequest
from kubeobj.api.kind import User
from kubeobj.api.objects import Objects, ObjectsByKind
from kubeobj.api.options import WriteOptions
from kubeobj.api.outcome import Outcome
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.store.store import Store


@final
@dataclass(frozen=True, slots=True)
class Connection:
    """What a client is connected to, and as whom.

    Args:
        server: The server.
        store: Its store.
        kinds: What makes objects of records; whoever shares it shares what has been decoded.
        namespace: The namespace of what does not say one.
        write: How it writes, and in whose name.
        warn: Takes what the server warns of; None to let it pass.
        advance: Lets time pass; None if nobody has said how.
    """

    server: ApiServer
    store: Store
    kinds: ObjectsByKind
    namespace: str
    write: WriteOptions
    warn: Callable[[str], object] | None
    advance: Advance | None

    @property
    def user(self) -> User:
        """In whose name it asks."""
        return self.write.user

    def options(self, *, dry_run: bool) -> WriteOptions:
        """Return how a write is done."""
        return replace(self.write, dry_run=True) if dry_run else self.write

    def given(self, obj: Given, identity: Identity) -> Objects[AnyObject]:
        """Return what makes objects like one that was given.

        Raises:
            NotFound: If there is no such kind, or its objects are not stored.
        """
        return self.kinds.of(type(obj) if isinstance(obj, ApiObject) else identity.kind_name)

    def place(self, objects: Objects[AnyObject], namespace: str | None) -> str:
        """Return the namespace of one object, or empty if it belongs to the whole cluster.

        Raises:
            BadRequest: If it has to be in one and is not, or the other way round.
        """
        kind = objects.endpoint.kind
        if kind.namespaced:
            place = self.namespace if namespace is None else namespace
            if not place:
                raise BadRequest(f"an object of {kind.resource} is in a namespace: say in which")
            return place
        if namespace:
            raise BadRequest(f"objects of {kind.resource} are in no namespace")
        return ""

    def own_place(self, objects: Objects[AnyObject], identity: Identity) -> str:
        """Return the namespace that an object says, or else the client's."""
        if not objects.endpoint.kind.namespaced:
            return ""
        return identity.namespace or self.place(objects, None)

    def scope(self, objects: Objects[AnyObject], namespace: str | None) -> str:
        """Return the namespace of many objects; empty for all."""
        return "" if namespace == "" else self.place(objects, namespace)

    def written(self, objects: Objects[AnyObject], outcome: Outcome) -> AnyObject:
        """Return the object that a write has left, and pass on what the server warns of."""
        self.pass_on(outcome.warnings)
        record = outcome.record
        if record is None or outcome.deleted:
            return objects.read(outcome.data)
        return objects.of(record)

    def pass_on(self, warnings: Iterable[str]) -> None:
        """Tell what the server warns of."""
        if self.warn is not None:
            for warning in warnings:
                self.warn(warning)
