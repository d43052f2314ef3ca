"""What every client can do besides, in terms of its verbs."""

from collections.abc import Callable, Iterable, Mapping
from typing import Literal, Protocol, TypeAlias, cast, overload

from kubeobj.api.client.applying import apply_object, objects_in
from kubeobj.api.client.identity import identity_of
from kubeobj.api.client.reader import AnyKind, Model, Reader
from kubeobj.api.client.waiting import Advance, Wanted, wait_until_gone, wait_until_met
from kubeobj.api.client.writer import Given, Manifests, Untyped, Writer
from kubeobj.api.errors import AlreadyExists, NotFound
from kubeobj.api.patching import PatchType
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.models.unstructured import Unstructured

Changes: TypeAlias = Mapping[str, str | None]
"""Labels or annotations: what to set, and with None what to remove."""


class Conveniences(Reader, Writer, Protocol):
    """What follows from reading, writing, and a way to let time pass."""

    def advance(self, seconds: float) -> None:
        """Let time pass, as waiting does.

        Raises:
            RuntimeError: If the client has not been told how.
        """
        ...

    def exists(self, kind: AnyKind, name: str, *, namespace: str | None = None) -> bool:
        """Return whether there is such an object."""
        try:
            self.get(kind, name, namespace=namespace)
        except NotFound:
            return False
        return True

    @overload
    def apply(
        self, manifests: Model | Iterable[Model], *, dry_run: bool = False
    ) -> tuple[Model, ...]: ...
    @overload
    def apply(
        self, manifests: Untyped | str | bytes, *, dry_run: bool = False
    ) -> tuple[Unstructured, ...]: ...
    @overload
    def apply(
        self, manifests: Iterable[Given], *, dry_run: bool = False
    ) -> tuple[AnyObject, ...]: ...
    def apply(self, manifests: Manifests, *, dry_run: bool = False) -> tuple[AnyObject, ...]:
        """Create what is missing, and change what is there as manifests say: `kubectl apply`.

        Each object keeps the manifest in an annotation; so what a manifest no longer says is
        removed the next time, and what it never said is left alone.

        Args:
            manifests: Objects in any form, lists of the API among them; or YAML or JSON text of
                any number of documents. A text is no path of a file.
            dry_run: Whether nothing is to be kept.

        Raises:
            ManifestError: If a text is no YAML or JSON.
            ApiError: If an object breaks rules, or is refused; those before it have been applied.
        """
        return tuple([apply_object(self, one, dry_run=dry_run) for one in objects_in(manifests)])

    @overload
    def get_or_create(self, obj: Model) -> tuple[Model, bool]: ...
    @overload
    def get_or_create(self, obj: Untyped) -> tuple[Unstructured, bool]: ...
    def get_or_create(self, obj: Given) -> tuple[AnyObject, bool]:
        """Return the object of this name, creating it if there is none; and whether it was created.

        Raises:
            ApiError: If there is none, and this one breaks rules or is refused.
        """
        try:
            return self.create(obj), True
        except AlreadyExists:
            kind, namespace, name = _named(obj)
            return self.get(kind, name, namespace=namespace), False

    @overload
    def label(
        self, kind: type[Model], name: str, labels: Changes, *, namespace: str | None = None
    ) -> Model: ...
    @overload
    def label(
        self, kind: str, name: str, labels: Changes, *, namespace: str | None = None
    ) -> Unstructured: ...
    @overload
    def label(self, kind: Model, name: Changes) -> Model: ...
    @overload
    def label(self, kind: Untyped, name: Changes) -> Unstructured: ...
    def label(
        self,
        kind: AnyKind | Given,
        name: str | Changes,
        labels: Changes | None = None,
        *,
        namespace: str | None = None,
    ) -> AnyObject:
        """Set labels of an object, and remove those that are given as None.

        Args:
            kind: The kind; or, with the labels alone, the object itself.
            name: Which object; or the labels.
            labels: What to set, and with None what to remove.
            namespace: In which namespace; None for the client's own.

        Raises:
            ApiError: If the object is not there, or may not be labelled so.
        """
        return self._note("labels", kind, name, labels, namespace)

    @overload
    def annotate(
        self, kind: type[Model], name: str, annotations: Changes, *, namespace: str | None = None
    ) -> Model: ...
    @overload
    def annotate(
        self, kind: str, name: str, annotations: Changes, *, namespace: str | None = None
    ) -> Unstructured: ...
    @overload
    def annotate(self, kind: Model, name: Changes) -> Model: ...
    @overload
    def annotate(self, kind: Untyped, name: Changes) -> Unstructured: ...
    def annotate(
        self,
        kind: AnyKind | Given,
        name: str | Changes,
        annotations: Changes | None = None,
        *,
        namespace: str | None = None,
    ) -> AnyObject:
        """Set annotations of an object, and remove those that are given as None.

        Args:
            kind: The kind; or, with the annotations alone, the object itself.
            name: Which object; or the annotations.
            annotations: What to set, and with None what to remove.
            namespace: In which namespace; None for the client's own.

        Raises:
            ApiError: If the object is not there, or may not be annotated so.
        """
        return self._note("annotations", kind, name, annotations, namespace)

    def _note(
        self,
        field: str,
        kind: AnyKind | Given,
        name: str | Changes,
        changes: Changes | None,
        namespace: str | None,
    ) -> AnyObject:
        if isinstance(name, str):
            if not isinstance(kind, str | type):
                raise TypeError("an object has its own name, so give no other")
            target: AnyKind = kind
        elif isinstance(kind, str | type):
            msg = f"which object? give the name and then the {field}"
            raise TypeError(msg)
        else:
            changes = name
            target, namespace, name = _named(kind)
        change = {"metadata": {field: dict(changes or {})}}
        return self.patch(target, name, change, type=PatchType.MERGE, namespace=namespace)

    @overload
    def wait_for(  # type: ignore[overload-overlap] # nothing is left of what is deleted
        self,
        kind: AnyKind,
        name: str,
        condition: Literal["deleted"],
        *,
        within: float,
        every: float = 1.0,
        namespace: str | None = None,
        advance: Advance | None = None,
    ) -> None: ...
    @overload
    def wait_for(
        self,
        kind: type[Model],
        name: str,
        condition: str | Callable[[Model], bool],
        *,
        within: float,
        every: float = 1.0,
        namespace: str | None = None,
        advance: Advance | None = None,
    ) -> Model: ...
    @overload
    def wait_for(
        self,
        kind: str,
        name: str,
        condition: str | Callable[[Unstructured], bool],
        *,
        within: float,
        every: float = 1.0,
        namespace: str | None = None,
        advance: Advance | None = None,
    ) -> Unstructured: ...
    def wait_for(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: AnyKind,
        name: str,
        condition: str | Callable[[Model], bool] | Callable[[Unstructured], bool],
        *,
        within: float,
        every: float = 1.0,
        namespace: str | None = None,
        advance: Advance | None = None,
    ) -> AnyObject | None:
        """Wait until an object is as it should be; it need not be there at first.

        Args:
            kind: The kind.
            name: Which object.
            condition: The condition that is to be true (``Ready``), or to have another status
                (``Ready=False``); or ``deleted``; or a function that says whether the object is as
                wanted.
            within: How long to wait, in seconds that pass.
            every: How often to look, in seconds.
            namespace: In which namespace; None for the client's own.
            advance: Lets so many seconds pass, and with them whatever changes objects; None for
                the client's own way.

        Returns:
            The object as it is then; None once it is deleted.

        Raises:
            Timeout: If that takes longer.
        """

        def look() -> AnyObject:
            return self.get(kind, name, namespace=namespace)

        pace = self.advance if advance is None else advance
        what = f'{kind if isinstance(kind, str) else kind.__name__} "{name}"'
        if condition == "deleted":
            wait_until_gone(look, pace, within=within, every=every, what=what)
            return None
        wanted = cast("Wanted[AnyObject]", condition)
        return wait_until_met(look, wanted, pace, within=within, every=every, what=what)


def _named(obj: Given) -> tuple[AnyKind, str | None, str]:
    """Return the kind by which a client knows an object, its namespace and its name."""
    identity = identity_of(obj)
    kind: AnyKind = type(obj) if isinstance(obj, ApiObject) else identity.kind_name
    return kind, identity.namespace or None, identity.name
