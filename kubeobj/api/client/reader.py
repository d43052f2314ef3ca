"""Reading: get, list and watch, typed by what is asked for.

Whoever asks by a class gets its models; whoever asks by a name, in any form that `kubectl` takes,
gets `Unstructured` objects. Namespaces: None means the client's own; in lists and watches the
empty one means all.
"""

from typing import Protocol, TypeAlias, TypeVar, overload

from kubeobj.api.client.results import ObjectList, Watch
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.selector import Selector
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.models.base import ApiObject
from kubeobj.models.resource import Resource
from kubeobj.models.unstructured import Unstructured

Model = TypeVar("Model", bound=ApiObject)

AnyKind: TypeAlias = type[ApiObject] | str
"""A kind: its class, or a name such as ``pods``, ``Pod``, ``deploy``, ``deployments.apps``."""

ALL_NAMESPACES = ""
"""The namespace that means all of them, in lists and watches."""


class Reader(Protocol):
    """Reads objects."""

    def resources(self) -> tuple[Resource, ...]:
        """Return what is served: every resource in every version, the preferred one first.

        Raises:
            ApiError: If the server does not say.
        """
        ...

    def namespace_of(self, kind: AnyKind) -> str:
        """Return the namespace that is meant where none is given.

        It is the client's own, and empty for a kind whose objects belong to the whole cluster.

        Raises:
            NotFound: If there is no such kind.
        """
        ...

    @overload
    def get(self, kind: type[Model], name: str, *, namespace: str | None = None) -> Model: ...
    @overload
    def get(self, kind: str, name: str, *, namespace: str | None = None) -> Unstructured: ...
    def get(
        self, kind: AnyKind, name: str, *, namespace: str | None = None
    ) -> ApiObject | Unstructured:
        """Return an object.

        Raises:
            NotFound: If it is not there.
        """
        ...

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
    ) -> ObjectList[ApiObject] | ObjectList[Unstructured]:
        """Return the objects of a kind, as they were at one time.

        Args:
            kind: The kind.
            namespace: In which namespace; empty for all, None for the client's own.
            selector: With which labels: ``app=web,tier!=db``.
            fields: With which fields: ``spec.nodeName=node-1``.
            limit: How many at most; 0 for all.
            continue_token: What the page before says of the next; empty for the first.
            resource_version: As when; empty for now.
            resource_version_match: ``Exact`` or ``NotOlderThan`` that version, or empty.

        Raises:
            BadRequest: If a selector is none, or asks for a field that the kind does not select by.
            Expired: If the server has forgotten when that was, or where the page before has ended.
        """
        ...

    @overload
    def watch(
        self,
        kind: type[Model],
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> Watch[Model]: ...
    @overload
    def watch(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> Watch[Unstructured]: ...
    def watch(
        self,
        kind: type[Model] | str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        resource_version: str = "",
    ) -> Watch[Model] | Watch[Unstructured]:
        """Return a watch of the objects of a kind.

        Args:
            kind: The kind.
            namespace: In which namespace; empty for all, None for the client's own.
            selector: With which labels; objects come in and leave as theirs change.
            fields: With which fields; likewise.
            resource_version: From when on, such as that of a list; empty to begin with what there
                is, as added.

        Raises:
            BadRequest: If a selector is none, or asks for a field that the kind does not select by.
        """
        ...

    def get_scale(self, kind: AnyKind, name: str, *, namespace: str | None = None) -> Scale:
        """Return how an object is scaled.

        Raises:
            NotFound: If it is not there, or its kind does not scale.
        """
        ...
