"""`ObjectMeta`: what every object of the API carries besides its own fields.

The rules that the fields must keep are in `kubeobj.meta.metarules`, which needs no pydantic.

Source: ObjectMeta of the API, ``k8s.io/apimachinery/pkg/apis/meta/v1`` (v1.36).
"""

from typing import final

from pydantic import Field

from kubeobj.meta.frozen import EMPTY
from kubeobj.meta.ownership import OwnerReference
from kubeobj.meta.timestamps import Time
from kubeobj.meta.wire import AnyJson, Int64, Map, WireModel, WireText


@final
class ManagedFieldsEntry(WireModel):
    """Which fields one manager set, and when (Server-Side Apply).

    Args:
        manager: The manager's name.
        operation: ``Apply`` or ``Update``.
        api_version: The version of the object that the fields are of.
        time: When the entry last changed.
        fields_type: ``FieldsV1``, the only form there is.
        fields_v1: The fields, as a tree of keys.
        subresource: The subresource that was written, or empty for the object itself.
    """

    manager: str = ""
    operation: str = ""
    api_version: str = ""
    time: Time | None = None
    fields_type: str = ""
    fields_v1: Map[AnyJson] = EMPTY
    subresource: str = ""


@final
class ObjectMeta(WireModel):
    """What every object of the API carries: identity, labels, owners, and its life so far.

    Args:
        name: Unique in the namespace, among the objects of the kind.
        generate_name: How the name begins that the API gives if there is none.
        namespace: Empty for objects of the whole cluster.
        self_link: No longer in use.
        uid: The identity; set by the API.
        resource_version: Which version of the object this is; opaque, set by the API.
        generation: How often the desired state changed.
        creation_timestamp: When the API accepted the object; the zero time before.
        deletion_timestamp: When the object is to be gone; None unless it is being deleted.
        deletion_grace_period_seconds: How long it has from the request until then.
        labels: What selectors select by.
        annotations: Notes for tools, 256 KiB in total.
        owner_references: The objects that own this one.
        finalizers: What must be done before the object is gone.
        managed_fields: Who set which fields.

    >>> meta = ObjectMeta(name="web", labels={"app": "web"})
    >>> meta.to_document()
    {'name': 'web', 'labels': {'app': 'web'}}
    >>> ObjectMeta.parse({"name": "web", "generateName": 5})
    Traceback (most recent call last):
    kubeobj.errors.FieldErrors: generateName: Invalid value: 5: must be a string
    """

    name: str = ""
    generate_name: str = ""
    namespace: str = ""
    self_link: str = ""
    uid: str = ""
    resource_version: str = ""
    generation: Int64 = 0
    creation_timestamp: Time = Time()
    deletion_timestamp: Time | None = None
    deletion_grace_period_seconds: Int64 | None = None
    labels: Map[WireText] = EMPTY
    annotations: Map[WireText] = EMPTY
    owner_references: tuple[OwnerReference, ...] = Field(default=(), strict=False)
    finalizers: tuple[WireText, ...] = Field(default=(), strict=False)
    managed_fields: tuple[ManagedFieldsEntry, ...] = Field(default=(), strict=False)
