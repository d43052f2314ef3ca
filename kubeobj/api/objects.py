"""Records as the objects that a client hands out: models of one class, or untyped ones.

A model is never changed, so one of a record can be handed to everybody. Those of objects that are
read again and again are kept, as long as they are among the latest; to keep what is read once would
only give Python more to look after. An untyped object is made anew for each who asks, for it could
be changed; its JSON is read only when somebody looks at it.
"""

from typing import Generic, Protocol, TypeVar, final

import orjson

from kubeobj.api.core import Core
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import NotFound
from kubeobj.errors import ObjectReferenceError
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.models.resource import Resource
from kubeobj.models.sharing import parse_sharing
from kubeobj.models.unstructured import Unstructured
from kubeobj.store.record import Record

Item_co = TypeVar("Item_co", covariant=True)
Model = TypeVar("Model", bound=ApiObject)

KEPT = 2048
"""How many models of one class are kept at least, once so many are in use; at most twice so."""

NOTED = 8192
"""Of how many objects of one class it is noted that they have been read, at most."""


class Objects(Protocol[Item_co]):
    """What makes objects of the records of one resource."""

    @property
    def endpoint(self) -> Endpoint:
        """The resource, in the version of the objects."""
        ...

    @property
    def resource(self) -> str:
        """The resource with its group, as keys have it."""
        ...

    def of(self, record: Record) -> Item_co:
        """Return the object of a record."""
        ...

    def read(self, data: bytes) -> Item_co:
        """Return the object that JSON in the version of the objects is."""
        ...


@final
class Models(Generic[Model]):
    """Makes models of one class.

    Args:
        endpoint: The resource, in the version of the class.
        model: The class.
    """

    __slots__ = ("_before", "_latest", "_model", "_noted", "endpoint", "resource")

    def __init__(self, endpoint: Endpoint, model: type[Model]) -> None:
        self.endpoint = endpoint
        self.resource = endpoint.kind.resource
        self._model = model
        # By key: the revision of the record, and its model. What is full becomes what was before.
        self._latest: dict[ObjectKey, tuple[int, Model]] = {}
        self._before: dict[ObjectKey, tuple[int, Model]] = {}
        # The revisions of what has been read once, and is not kept yet.
        self._noted: dict[ObjectKey, int] = {}

    def of(self, record: Record) -> Model:
        """Return the model of a record."""
        key, revision = record.key, record.revision
        known = self._latest.get(key)
        if known is not None and known[0] == revision:
            return known[1]
        known = known or self._before.get(key)
        if known is None:
            model = self.read(self.endpoint.write(record))
            if not self._is_read_again(key, revision):
                return model
        elif known[0] == revision:
            model = known[1]
        else:
            model = self.read(self.endpoint.write(record))
            if known[0] > revision:
                return model
        self._keep(key, revision, model)
        return model

    def _is_read_again(self, key: ObjectKey, revision: int) -> bool:
        """Return whether a record has been read before; from now on it has."""
        noted = self._noted
        if noted.get(key) == revision:
            del noted[key]
            return True
        if len(noted) >= NOTED:
            noted.clear()
        noted[key] = revision
        return False

    def read(self, data: bytes) -> Model:
        """Return the model of an object that the API has written."""
        return parse_sharing(self._model, orjson.loads(data))

    def _keep(self, key: ObjectKey, revision: int, model: Model) -> None:
        if len(self._latest) >= KEPT:
            self._before, self._latest = self._latest, {}
        self._latest[key] = revision, model


@final
class Untyped:
    """Makes objects without a class.

    Args:
        endpoint: The resource, in the version of the objects.
        shares: Whether everybody gets the same object of a record, as long as it is among the
            latest; only for those who do not change what they get.
    """

    __slots__ = ("_before", "_latest", "_shares", "endpoint", "resource")

    def __init__(self, endpoint: Endpoint, *, shares: bool = False) -> None:
        self.endpoint = endpoint
        self.resource = endpoint.kind.resource
        self._shares = shares
        # By revision, which no other record has. What is full becomes what was before.
        self._latest: dict[int, Unstructured] = {}
        self._before: dict[int, Unstructured] = {}

    def of(self, record: Record) -> Unstructured:
        """Return the object of a record."""
        if not self._shares:
            return self._made(record)
        revision = record.revision
        found = self._latest.get(revision) or self._before.get(revision)
        if found is None:
            found = self._made(record)
            if len(self._latest) >= KEPT:
                self._before, self._latest = self._latest, {}
            self._latest[revision] = found
        return found

    def _made(self, record: Record) -> Unstructured:
        if self.endpoint.version is None:
            return Unstructured.of_json(record.data)
        return Unstructured(self.endpoint.document(record))

    def read(self, data: bytes) -> Unstructured:
        """Return the object that JSON is."""
        return Unstructured.of_json(data)


@final
class ObjectsByKind:
    """What makes objects, by how a client names their kind: a class, or any name.

    Args:
        core: The server's parts.
        shares: Whether untyped objects are shared, too, by those who do not change them.
    """

    __slots__ = ("_core", "_known", "_shares")

    def __init__(self, core: Core, *, shares: bool = False) -> None:
        self._core = core
        self._shares = shares
        self._known: dict[type[ApiObject] | str, Objects[AnyObject]] = {}

    def of(self, kind: type[ApiObject] | str) -> Objects[AnyObject]:
        """Return what makes the objects of a kind.

        Raises:
            NotFound: If there is no such kind, or its objects are not stored.
        """
        found = self._known.get(kind)
        if found is None:
            found = self._known[kind] = self._made(kind)
        return found

    def resource(self, kind: GroupVersionKind) -> Resource:
        """Return what is said of a kind in discovery.

        Raises:
            NotFound: If there is no such kind.
        """
        try:
            return self._core.scheme.resource(kind)
        except ObjectReferenceError:
            message = f'no matches for kind "{kind.kind}" in version "{kind.api_version}"'
            raise NotFound(message, details={}) from None

    def _made(self, kind: type[ApiObject] | str) -> Objects[AnyObject]:
        if isinstance(kind, str):
            return Untyped(self._core.endpoint(kind), shares=self._shares)
        return Models(self._core.endpoint_of(self.resource(kind.kind_of())), kind)
