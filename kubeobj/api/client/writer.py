"""Writing: create, update, patch, delete, apply, and what pods and scales have besides.

What is given comes back in its own form: a model as a model of its class, a mapping or an
`Unstructured` as `Unstructured`. Nothing that is given is changed, or kept. Namespaces: an
object's own, or else, as where None is given, the client's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, Protocol, TypeAlias, overload

from kubeobj.api.client.reader import AnyKind, Model
from kubeobj.api.client.results import ObjectList
from kubeobj.api.options import PropagationPolicy
from kubeobj.api.patching import PatchType
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.selector import Selector
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.models.unstructured import Unstructured

Untyped: TypeAlias = Unstructured | Mapping[str, object]
"""An object without a class; a mapping is to be JSON."""

Given: TypeAlias = ApiObject | Unstructured | Mapping[str, object]
"""An object in any form."""

Patch: TypeAlias = Mapping[str, object] | Sequence[object]
"""A patch as JSON: an object, or a list of operations."""

Manifests: TypeAlias = Given | str | bytes | Iterable[Given]
"""Objects: one or many in any form, lists of the API among them, or YAML or JSON text."""

PatchName: TypeAlias = PatchType | Literal["json", "merge", "strategic"]
"""A kind of patch."""


class Writer(Protocol):
    """Writes objects."""

    @overload
    def create(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def create(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def create(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Create an object; a review, such as ``SubjectAccessReview``, is answered.

        Raises:
            AlreadyExists: If it is there.
            ApiError: If it is no object of its kind, breaks rules, or is refused.
        """
        ...

    @overload
    def update(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def update(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def update(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Put an object in the place of the one of its name; its status stays as it is.

        Raises:
            Conflict: If it says a resource version, and that is no longer the current one.
            ApiError: If it breaks rules, is refused, or is not there.
        """
        ...

    @overload
    def update_status(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def update_status(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def update_status(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Put the status of an object in the place of the one that is there.

        Raises:
            Conflict: If it says a resource version, and that is no longer the current one.
            ApiError: If it breaks rules, is refused, is not there, or has no status.
        """
        ...

    @overload
    def patch(
        self,
        kind: type[Model],
        name: str,
        patch: Patch,
        *,
        type: PatchName | None = None,
        namespace: str | None = None,
        part: str = "",
        dry_run: bool = False,
    ) -> Model: ...
    @overload
    def patch(
        self,
        kind: str,
        name: str,
        patch: Patch,
        *,
        type: PatchName | None = None,
        namespace: str | None = None,
        part: str = "",
        dry_run: bool = False,
    ) -> Unstructured: ...
    def patch(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: AnyKind,
        name: str,
        patch: Patch,
        *,
        type: PatchName | None = None,  # noqa: A002 - its name in the API
        namespace: str | None = None,
        part: str = "",
        dry_run: bool = False,
    ) -> AnyObject:
        """Change an object as a patch says.

        Args:
            kind: The kind.
            name: Which object.
            patch: The patch.
            type: Which kind of patch it is; None for a JSON patch if it is a list, and if it is
                an object a strategic merge patch, or a merge patch if the kind has no schema.
            namespace: In which namespace; None for the client's own.
            part: Which part is changed, such as ``status``; empty for the whole but its status.
            dry_run: Whether nothing is to be kept.

        Raises:
            ApiError: If it does not apply, or its result breaks rules, is refused, or is not there.
        """
        ...

    @overload
    def delete(
        self,
        kind: type[Model],
        name: str,
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Model | None: ...
    @overload
    def delete(
        self,
        kind: str,
        name: str,
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Unstructured | None: ...
    @overload
    def delete(
        self,
        kind: Model,
        *,
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Model | None: ...
    @overload
    def delete(
        self,
        kind: Untyped,
        *,
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> Unstructured | None: ...
    def delete(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: AnyKind | Given,
        name: str = "",
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        uid: str | None = None,
        resource_version: str | None = None,
        dry_run: bool = False,
    ) -> AnyObject | None:
        """Delete an object, or begin to: it stays while finalizers or its time of grace keep it.

        Args:
            kind: The kind; or, without a name, the object itself.
            name: Which object.
            namespace: In which namespace; None for the client's own.
            grace_period_seconds: How long it may take to end; None for as long as its kind has it.
            propagation_policy: What becomes of its dependents; None for what its kind does.
            uid: The uid that it must have; None for any.
            resource_version: The version that it must be at; None for any.
            dry_run: Whether it is to stay.

        Returns:
            The object as it is while it stays, or None if it is gone.

        Raises:
            NotFound: If it is not there.
            Conflict: If it has another uid or version.
        """
        ...

    @overload
    def delete_all(
        self,
        kind: type[Model],
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        dry_run: bool = False,
    ) -> ObjectList[Model]: ...
    @overload
    def delete_all(
        self,
        kind: str,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        dry_run: bool = False,
    ) -> ObjectList[Unstructured]: ...
    def delete_all(  # noqa: PLR0913 - a question has so many parts
        self,
        kind: AnyKind,
        *,
        namespace: str | None = None,
        selector: str | Selector = "",
        fields: str | FieldSelector = "",
        grace_period_seconds: int | None = None,
        propagation_policy: PropagationPolicy | None = None,
        dry_run: bool = False,
    ) -> ObjectList[ApiObject] | ObjectList[Unstructured]:
        """Delete the objects of a kind that are selected, all of them by default.

        Returns:
            The objects as they were before.

        Raises:
            BadRequest: If a selector is none, or asks for a field that the kind does not select by.
            ApiError: If one of them may not be deleted.
        """
        ...

    def evict(
        self,
        name: str,
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        dry_run: bool = False,
    ) -> None:
        """Delete a pod, if the budgets for disruptions allow it now.

        Raises:
            TooManyRequests: If they do not.
            NotFound: If there is no such pod.
        """
        ...

    def bind(
        self, name: str, node: str, *, namespace: str | None = None, dry_run: bool = False
    ) -> None:
        """Put a pod on a node, as a scheduler does.

        Raises:
            Conflict: If it is on one already.
            NotFound: If there is no such pod.
        """
        ...

    def scale(
        self,
        kind: AnyKind,
        name: str,
        *,
        replicas: int,
        namespace: str | None = None,
        dry_run: bool = False,
    ) -> Scale:
        """Say how many replicas an object is to have.

        Raises:
            NotFound: If it is not there, or its kind does not scale.
            Invalid: If there cannot be so many.
        """
        ...
