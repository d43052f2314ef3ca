"""What each field of each type is, and how its parts merge, without loading any class.

Source: the API's published schema: ``x-kubernetes-patch-merge-key``, ``-patch-strategy``,
``-list-type``, ``-list-map-keys`` and ``-map-type`` (v1.36).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Literal, Self, TypeAlias, final

from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.catalog import KINDS
from kubeobj.models.fieldtable import TYPES, Facts

FieldKind: TypeAlias = Literal["object", "list", "map", "scalar", "json"]
"""What a field holds; ``json`` is anything, and a map has free keys where an object has fields."""

_NO_FACTS: Facts = ("", "", "", "")

FREE_FORM = "FreeForm"
"""The type of objects whose kind has no table: they have metadata, and all else is any JSON."""


@final
@dataclass(frozen=True, slots=True)
class FieldSchema:
    """A field, or what a list or map holds.

    Args:
        type: Its type in short: ``[]`` a list of, ``{}`` a map of, the name of a type such as
            ``corev1.PodSpec``, or a scalar such as ``string``, ``int32`` or ``quantity``.
        is_required: Whether it must be given.
        merge_key: The field by which items of a list are the same, in a strategic merge patch.
        strategies: How it is patched: ``merge``, ``replace``, ``retainKeys``.
        topology: ``atomic``, ``set``, ``map`` or ``granular``, for Server-Side Apply; or empty.
        list_map_keys: The fields by which items of a list are the same, in Server-Side Apply.

    >>> containers = FieldSchema.of_type("corev1.PodSpec").child("containers")
    >>> containers.kind, containers.merge_key, sorted(containers.strategies)
    ('list', 'name', ['merge'])
    >>> containers.items.child("image").type
    'string'
    """

    type: str
    is_required: bool = False
    merge_key: str | None = None
    strategies: frozenset[str] = frozenset()
    topology: str = ""
    list_map_keys: tuple[str, ...] = ()

    @classmethod
    def of_type(cls, name: str) -> Self | None:
        """Return the schema of a type, such as ``corev1.PodSpec`` or ``ObjectMeta``; or None."""
        return cls(name) if name in TYPES else None

    @classmethod
    def of_kind(cls, kind: GroupVersionKind) -> Self | None:
        """Return the schema of a kind, or None if there is none."""
        module, _ = KINDS.get(kind.api_version, ("", ""))
        return cls.of_type(f"{module}.{kind.kind}")

    @property
    def kind(self) -> FieldKind:
        """What it holds."""
        if self.type.startswith("[]"):
            return "list"
        if self.type.startswith("{}"):
            return "map"
        if self.type == "json":
            return "json"
        is_object = self.type in TYPES or "." in self.type or self.type == FREE_FORM
        return "object" if is_object else "scalar"

    @property
    def items(self) -> "FieldSchema | None":
        """What a list or map holds; None for anything else."""
        return FieldSchema(self.type[2:]) if self.kind in {"list", "map"} else None

    @property
    def fields(self) -> Mapping[str, "FieldSchema"]:
        """The fields of an object, by their wire names."""
        return _fields_of(self.type)

    def child(self, name: str) -> "FieldSchema | None":
        """Return a field of an object, or what a map holds; None if there is no such field."""
        if self.kind == "map":
            return self.items
        found = _fields_of(self.type).get(name)
        return _ANYTHING if found is None and self.type == FREE_FORM else found


@cache
def _fields_of(name: str) -> Mapping[str, FieldSchema]:
    """Return the fields of the type *name*; patches ask for the same ones again and again."""
    rows = _OF_EVERY_OBJECT if name == FREE_FORM else TYPES.get(name, {})
    return MappingProxyType({field: _field(row) for field, row in rows.items()})


def _field(row: str | tuple[str, Facts]) -> FieldSchema:
    """Return the schema that a row of the table is."""
    text, facts = (row, _NO_FACTS) if isinstance(row, str) else row
    merge_key, strategies, topology, list_map_keys = facts
    return FieldSchema(
        text.removesuffix("!"),
        text.endswith("!"),
        merge_key or None,
        frozenset(strategies.split()),
        topology,
        tuple(list_map_keys.split()),
    )


_OF_EVERY_OBJECT = {"apiVersion": "string", "kind": "string", "metadata": "ObjectMeta"}
_ANYTHING = FieldSchema("json")


def type_of_kind(kind: GroupVersionKind) -> str:
    """Return the type of a kind's objects, as `FieldSchema` names it; `FREE_FORM` without a table.

    >>> type_of_kind(GroupVersionKind("apps", "v1", "Deployment"))
    'appsv1.Deployment'
    """
    schema = FieldSchema.of_kind(kind)
    return FREE_FORM if schema is None else schema.type
