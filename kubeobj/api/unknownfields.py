"""Where an object has fields that its type does not have."""

from collections.abc import Iterator, Mapping

from kubeobj.errors import ROOT, FieldPath
from kubeobj.models.schema import FieldSchema


def unknown_fields(type_name: str, value: object) -> list[FieldPath]:
    """Return the path of each field of *value* that its type does not have."""
    return list(_unknown_in(FieldSchema(type_name), value, ROOT))


def _unknown_in(schema: FieldSchema, value: object, path: FieldPath) -> Iterator[FieldPath]:
    items = schema.items
    if schema.kind == "list" and items is not None and isinstance(value, list | tuple):
        for position, item in enumerate(value):
            yield from _unknown_in(items, item, path.index(position))
    elif schema.kind == "map" and items is not None and isinstance(value, Mapping):
        for key, part in value.items():
            yield from _unknown_in(items, part, path.child(key))
    elif schema.kind == "object" and isinstance(value, Mapping):
        for name, part in value.items():
            here = path.child(str(name))
            field = schema.child(name)
            if field is None:
                yield here
            else:
                yield from _unknown_in(field, part, here)
