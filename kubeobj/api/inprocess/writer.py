"""Writing in process: the way that every request goes."""

from collections.abc import Mapping
from typing import cast, overload

import orjson

from kubeobj.api.client.identity import Identity, identity_of
from kubeobj.api.client.reader import AnyKind, Model
from kubeobj.api.client.results import ObjectList
from kubeobj.api.client.writer import Given, Patch, PatchName, Untyped, Writer
from kubeobj.api.endpoint import Endpoint
from kubeobj.api.errors import BadRequest, NotFound
from kubeobj.api.inprocess.connection import Connection
from kubeobj.api.options import DeleteOptions, ListOptions, PropagationPolicy
from kubeobj.api.patching import PatchType
from kubeobj.documents import JsonValue
from kubeobj.fields.selector import FieldSelector
from kubeobj.labels.selector import Selector
from kubeobj.models.autoscalingv1 import Scale
from kubeobj.models.base import ApiObject
from kubeobj.models.codec import AnyObject
from kubeobj.models.schema import FREE_FORM
from kubeobj.models.unstructured import Unstructured

_PATCH_TYPES: Mapping[str, PatchType] = {
    "json": PatchType.JSON,
    "merge": PatchType.MERGE,
    "strategic": PatchType.STRATEGIC,
}


class InProcessWriter(Writer):
    """Writes to a server in the same process.

    Args:
        at: What it is connected to.
    """

    def __init__(self, at: Connection) -> None:
        self._at = at

    @overload
    def create(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def create(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def create(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Create an object; see `Writer.create`."""
        identity = identity_of(obj)
        try:
            objects = self._at.given(obj, identity)
        except NotFound:
            return self._ask(obj, identity, dry_run=dry_run)
        outcome = self._at.server.create(
            objects.endpoint,
            identity.document,
            namespace=self._at.own_place(objects, identity),
            options=self._at.options(dry_run=dry_run),
        )
        return self._at.written(objects, outcome)

    @overload
    def update(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def update(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def update(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Put an object in the place of the one of its name; see `Writer.update`."""
        return self._update(obj, "", dry_run=dry_run)

    @overload
    def update_status(self, obj: Model, *, dry_run: bool = False) -> Model: ...
    @overload
    def update_status(self, obj: Untyped, *, dry_run: bool = False) -> Unstructured: ...
    def update_status(self, obj: Given, *, dry_run: bool = False) -> AnyObject:
        """Put the status of an object in place; see `Writer.update_status`."""
        return self._update(obj, "status", dry_run=dry_run)

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
        """Change an object as a patch says; see `Writer.patch`."""
        if part == "scale":
            raise BadRequest("a scale is no object of the kind: use scale()")
        objects = self._at.kinds.of(kind)
        outcome = self._at.server.patch(
            objects.endpoint,
            name,
            cast("JsonValue", patch),
            _patch_type(type, patch, objects.endpoint),
            namespace=self._at.place(objects, namespace),
            part=part,
            options=self._at.options(dry_run=dry_run),
        )
        return self._at.written(objects, outcome)

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
        """Delete an object, or begin to; see `Writer.delete`."""
        if isinstance(kind, str | type):
            objects = self._at.kinds.of(kind)
            place = self._at.place(objects, namespace)
        elif name or namespace is not None:
            raise TypeError("an object has its own name and namespace, so give no others")
        else:
            identity = identity_of(kind)
            objects = self._at.given(kind, identity)
            place, name = self._at.own_place(objects, identity), identity.name
        options = DeleteOptions(
            user=self._at.user,
            dry_run=dry_run,
            grace_period_seconds=grace_period_seconds,
            propagation_policy=propagation_policy,
            uid=uid,
            resource_version=resource_version,
        )
        outcome = self._at.server.delete(objects.endpoint, name, namespace=place, options=options)
        return None if outcome.deleted else self._at.written(objects, outcome)

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
    ) -> ObjectList[AnyObject]:
        """Delete the objects of a kind that are selected; see `Writer.delete_all`."""
        objects = self._at.kinds.of(kind)
        found, warnings = self._at.server.delete_collection(
            objects.endpoint,
            namespace=self._at.scope(objects, namespace),
            selection=ListOptions(
                user=self._at.user, label_selector=str(selector), field_selector=str(fields)
            ),
            options=DeleteOptions(
                user=self._at.user,
                dry_run=dry_run,
                grace_period_seconds=grace_period_seconds,
                propagation_policy=propagation_policy,
            ),
        )
        self._at.pass_on(warnings)
        return ObjectList(tuple(map(objects.of, found.records)), found.resource_version)

    def evict(
        self,
        name: str,
        *,
        namespace: str | None = None,
        grace_period_seconds: int | None = None,
        dry_run: bool = False,
    ) -> None:
        """Delete a pod, if the budgets for disruptions allow it now; see `Writer.evict`."""
        eviction: dict[str, JsonValue] = {
            "apiVersion": "policy/v1",
            "kind": "Eviction",
            "metadata": {"name": name},
        }
        if grace_period_seconds is not None:
            eviction["deleteOptions"] = {"gracePeriodSeconds": grace_period_seconds}
        self._act_on_pod("eviction", name, eviction, namespace, dry_run=dry_run)

    def bind(
        self, name: str, node: str, *, namespace: str | None = None, dry_run: bool = False
    ) -> None:
        """Put a pod on a node, as a scheduler does; see `Writer.bind`."""
        binding: dict[str, JsonValue] = {
            "apiVersion": "v1",
            "kind": "Binding",
            "metadata": {"name": name},
            "target": {"apiVersion": "v1", "kind": "Node", "name": node},
        }
        self._act_on_pod("binding", name, binding, namespace, dry_run=dry_run)

    def scale(
        self,
        kind: AnyKind,
        name: str,
        *,
        replicas: int,
        namespace: str | None = None,
        dry_run: bool = False,
    ) -> Scale:
        """Say how many replicas an object is to have; see `Writer.scale`."""
        objects = self._at.kinds.of(kind)
        outcome = self._at.server.patch(
            objects.endpoint,
            name,
            {"spec": {"replicas": replicas}},
            PatchType.MERGE,
            namespace=self._at.place(objects, namespace),
            part="scale",
            options=self._at.options(dry_run=dry_run),
        )
        self._at.pass_on(outcome.warnings)
        return Scale.parse(orjson.loads(outcome.data))

    def _update(self, obj: Given, part: str, *, dry_run: bool) -> AnyObject:
        identity = identity_of(obj)
        objects = self._at.given(obj, identity)
        outcome = self._at.server.update(
            objects.endpoint,
            identity.name,
            identity.document,
            namespace=self._at.own_place(objects, identity),
            part=part,
            options=self._at.options(dry_run=dry_run),
        )
        return self._at.written(objects, outcome)

    def _ask(self, obj: Given, identity: Identity, *, dry_run: bool) -> AnyObject:
        """Return the answer to a review, which is created but not stored."""
        resource = self._at.kinds.resource(identity.kind)
        namespace = (identity.namespace or self._at.namespace) if resource.namespaced else ""
        outcome = self._at.server.act(
            str(resource.group_version_resource.group_resource),
            identity.document,
            namespace=namespace,
            options=self._at.options(dry_run=dry_run),
        )
        self._at.pass_on(outcome.warnings)
        answer = orjson.loads(outcome.data)
        if isinstance(obj, ApiObject):
            return type(obj).parse(answer)
        return Unstructured(answer)

    def _act_on_pod(
        self,
        action: str,
        name: str,
        body: dict[str, JsonValue],
        namespace: str | None,
        *,
        dry_run: bool,
    ) -> None:
        outcome = self._at.server.act(
            f"pods/{action}",
            body,
            namespace=self._at.place(self._at.kinds.of("pods"), namespace),
            name=name,
            options=self._at.options(dry_run=dry_run),
        )
        self._at.pass_on(outcome.warnings)


def _patch_type(name: PatchName | None, patch: Patch, endpoint: Endpoint) -> PatchType:
    """Return the kind of patch that is meant.

    Raises:
        ValueError: If there is no such kind.
    """
    if name is None:
        if isinstance(patch, list | tuple):
            return PatchType.JSON
        return PatchType.MERGE if endpoint.type_name == FREE_FORM else PatchType.STRATEGIC
    return _PATCH_TYPES[name] if name in _PATCH_TYPES else PatchType(name)
