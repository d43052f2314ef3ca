"""Reading in process: from the store's records, each decoded at most once."""

from typing import cast, overload

from kubeobj.api.client.reader import AnyKind, Model, Reader
from kubeobj.api.client.results import ObjectList
from kubeobj.api.errors import not_found
from kubeobj.api.inprocess.connection import Connection
from kubeobj.api.objects import Objects
from kubeobj.api.objectstream import ObjectStream
from kubeobj.api.options import ListOptions
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.selector import Selector
from kubeobj.meta.objectkey import ObjectKey
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.models.codec import AnyObject
from kubeobj.models.resource import Resource
from kubeobj.models.unstructured import Unstructured


class InProcessReader(Reader):
    """Reads from a server in the same process.

    Args:
        at: What it is connected to.
    """

    def __init__(self, at: Connection) -> None:
        self._at = at

    def resources(self) -> tuple[Resource, ...]:
        """Return what is served; see `Reader.resources`."""
        return self._at.server.core.scheme.resources

    def namespace_of(self, kind: AnyKind) -> str:
        """Return the namespace that is meant where none is given; see `Reader.namespace_of`."""
        return self._at.namespace if self._at.kinds.of(kind).endpoint.kind.namespaced else ""

    @overload
    def get(self, kind: type[Model], name: str, *, namespace: str | None = None) -> Model: ...
    @overload
    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Unstructured: ...
    def get(self, kind: AnyKind, name: str, *, namespace: str | None = None) -> AnyObject:
        """Return an object; see `Reader.get`."""
        at = self._at
        objects = at.kinds.of(kind)
        record = at.store.get(ObjectKey(objects.resource, at.place(objects, namespace), name))
        if record is None:
            missing = objects.endpoint.kind
            raise not_found(missing.group, missing.plural, name)
        return objects.of(record)

    @overload
    def list(
        self,
        kind: type[Model],
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        limit: int = 0,
        continue_token: str = "",
        resource_version: str = "",
        resource_version_match: str = "",
    ) -> ObjectList[Model]: ...
    @overload
    def list(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        limit: int = 0,
        continue_token: str = "",
        resource_version: str = "",
        resource_version_match: str = "",
    ) -> ObjectList[Unstructured]: ...
    def list(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: AnyKind,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        limit: int = 0,
        continue_token: str = "",
        resource_version: str = "",
        resource_version_match: str = "",
    ) -> ObjectList[AnyObject]:
        """Return the objects of a kind; see `Reader.list`."""
        objects = self._at.kinds.of(kind)
        options = ListOptions(
            user=self._at.user,
            label_selector=str(selector),
            field_selector=str(fields),
            limit=limit,
            continue_token=continue_token,
            resource_version=resource_version,
            resource_version_match=resource_version_match,
        )
        scope = self._at.scope(objects, namespace)
        found = self._at.server.list(objects.endpoint, namespace=scope, options=options)
        items = tuple(map(objects.of, found.records))
        return ObjectList(items, found.resource_version, found.continue_token, found.remaining)

    @overload
    def watch(
        self,
        kind: type[Model],
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> ObjectStream[Model]: ...
    @overload
    def watch(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> ObjectStream[Unstructured]: ...
    def watch(
        self,
        kind: type[Model] | str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> ObjectStream[Model] | ObjectStream[Unstructured]:
        """Return a watch of the objects of a kind; see `Reader.watch`."""
        objects = self._at.kinds.of(kind)
        options = ListOptions(
            user=self._at.user,
            label_selector=str(selector),
            field_selector=str(fields),
            resource_version=resource_version,
        )
        scope = self._at.scope(objects, namespace)
        watch = self._at.server.watch(objects.endpoint, namespace=scope, options=options)
        # The overloads say which it is.
        return ObjectStream(watch, cast("Objects[Model]", objects))

    def get_scale(self, kind: AnyKind, name: str, *, namespace: str | None = None) -> Scale:
        """Return how an object is scaled; see `Reader.get_scale`."""
        objects = self._at.kinds.of(kind)
        place = self._at.place(objects, namespace)
        return Scale.parse(self._at.server.scale(objects.endpoint, name, namespace=place))
