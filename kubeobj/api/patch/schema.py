"""What a patch needs to know of a field's type: the facts that strategic merge turns on.

Anything with these attributes will do; kubeobj's models are one such source.

Source: the ``patchStrategy`` and ``patchMergeKey`` of the API's types, published in its schema as
``x-kubernetes-patch-strategy`` and ``x-kubernetes-patch-merge-key``.
"""

from collections.abc import Mapping
from typing import Protocol

from kubeobj.api.patch.errors import PatchError, PatchRule
from kubeobj.api.patch.plain import echo_key


class PatchSchema(Protocol):
    """The type of one field, or of a whole object."""

    @property
    def kind(self) -> str:
        """What the field holds: ``object``, ``list``, ``map`` or ``scalar``."""
        ...

    @property
    def merge_key(self) -> str | None:
        """The field that tells the items of a merging list apart."""
        ...

    @property
    def strategies(self) -> frozenset[str]:
        """How a patch acts on the field: any of ``merge``, ``replace`` and ``retainKeys``."""
        ...

    @property
    def items(self) -> "PatchSchema | None":
        """The type of a list's items or of a map's values."""
        ...

    @property
    def fields(self) -> "Mapping[str, PatchSchema]":
        """The fields of an object, by name."""
        ...

    def child(self, name: str, /) -> "PatchSchema | None":
        """Return the type of an object's field *name*, or None if there is no such field."""
        ...


def field_of(schema: PatchSchema, name: str) -> PatchSchema:
    """Return the type of the field *name*.

    Raises:
        PatchError: If *schema* is no object, or has no such field. Maps are no objects here: what
            is below a map's values cannot be merged.
    """
    if schema.kind != "object":
        reason = f"{echo_key(name)} stands in a {schema.kind}, whose values cannot be merged"
        raise PatchError(reason, rule=PatchRule.NOT_AN_OBJECT_FIELD)
    field = schema.child(name) or _but_for_case(schema, name)
    if field is None:
        reason = f"there is no field {echo_key(name)} whose values could be merged"
        raise PatchError(reason, rule=PatchRule.UNKNOWN_FIELD)
    return field


def _but_for_case(schema: PatchSchema, name: str) -> PatchSchema | None:
    """Return the field whose name differs from *name* in case only, as Go finds fields."""
    folded = name.casefold()
    return next((of for one, of in schema.fields.items() if one.casefold() == folded), None)


def items_of(field: PatchSchema, name: str) -> PatchSchema:
    """Return the type of the items of the list field *name*.

    Raises:
        PatchError: If the field holds no list, or lists of lists.
    """
    # A field of one object that declares a merge key may be given as a list of such objects.
    items = field if field.kind == "object" and field.merge_key else field.items
    if items is None or field.kind not in {"list", "object"}:
        reason = f"{echo_key(name)} is no list, and has been given as one"
        raise PatchError(reason, rule=PatchRule.NOT_A_LIST_FIELD)
    if items.kind == "list":
        reason = f"{echo_key(name)} is a list of lists, which cannot be merged"
        raise PatchError(reason, rule=PatchRule.LIST_OF_LISTS)
    return items
