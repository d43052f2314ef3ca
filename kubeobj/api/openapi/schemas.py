"""The definitions of types: what their fields are, in the dialects of OpenAPI 2 and 3.

The older dialect has no defaults and no choices of types, as the API server writes it.

Source: ``k8s.io/kube-openapi`` and the API's published schema (v1.36).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import final

from kubeobj.api.openapi.facts import (
    ANY_JSON,
    DEFAULTS,
    FIELDS_V1,
    FREE_FORM,
    PATCH,
    RAW_EXTENSION,
    UNIONS,
)
from kubeobj.api.openapi.names import META, definition_name, kinds_of
from kubeobj.documents import Document, JsonValue, Wire
from kubeobj.models.atomictypes import ATOMIC_TYPES
from kubeobj.models.fieldtable import TYPES
from kubeobj.models.schema import FieldSchema
from kubeobj.models.wiremodes import mode_of

_SCALARS: Mapping[str, Document] = {
    "string": {"type": "string"},
    "boolean": {"type": "boolean"},
    "int32": {"type": "integer", "format": "int32"},
    "int64": {"type": "integer", "format": "int64"},
    "double": {"type": "number", "format": "double"},
    "byte": {"type": "string", "format": "byte"},
}
_ZEROS: Mapping[str, JsonValue] = {
    "string": "",
    "boolean": False,
    "int32": 0,
    "int64": 0,
    "double": 0,
}
_NAMED_SCALARS = {
    "time": f"{META}.Time",
    "micro-time": f"{META}.MicroTime",
    "quantity": "io.k8s.apimachinery.pkg.api.resource.Quantity",
    "int-or-string": "io.k8s.apimachinery.pkg.util.intstr.IntOrString",
}
_TIME: Document = {"type": "string", "format": "date-time"}
_OBJECT: Document = {"type": "object"}
_BY_HAND: Mapping[str, Document] = {
    f"{META}.Time": _TIME,
    f"{META}.MicroTime": _TIME,
    FIELDS_V1: _OBJECT,
    RAW_EXTENSION: _OBJECT,
    PATCH: _OBJECT,
    **{name: {} for name in (ANY_JSON, *FREE_FORM.values()) if name != FIELDS_V1},
}
_IN_V2: Mapping[str, Document] = {
    _NAMED_SCALARS["quantity"]: {"type": "string"},
    _NAMED_SCALARS["int-or-string"]: {"type": "string", "format": "int-or-string"},
}
_IN_V3: Mapping[str, Document] = {
    _NAMED_SCALARS["quantity"]: {"oneOf": [{"type": "string"}, {"type": "number"}]},
    _NAMED_SCALARS["int-or-string"]: {
        "format": "int-or-string",
        "oneOf": [{"type": "integer"}, {"type": "string"}],
    },
}


@final
@dataclass(frozen=True, slots=True)
class Definitions:
    """The definitions of types, in one dialect.

    Args:
        is_v3: Whether the dialect is that of OpenAPI 3.
        api_versions: What is served.
        custom: The definitions of types that have no table, by their names; in the dialect.
    """

    is_v3: bool
    api_versions: tuple[str, ...]
    custom: Mapping[str, Document] = field(default_factory=dict)

    def ref(self, type_name: str) -> Wire:
        """Return a reference to the definition of a type."""
        home = "components/schemas" if self.is_v3 else "definitions"
        return {"$ref": f"#/{home}/{definition_name(type_name)}"}

    def all_of(self, roots: Iterable[str]) -> Wire:
        """Return the definitions of types, and of all that is in them, by name."""
        found: Wire = {}
        pending = list(roots)
        while pending:
            type_name = pending.pop()
            name = definition_name(type_name)
            if name not in found:
                found[name] = self.definition(type_name)
                pending += self._inside(type_name)
        return dict(sorted(found.items()))

    def definition(self, type_name: str) -> Document:
        """Return the definition of a type."""
        if type_name not in TYPES:
            by_dialect = _IN_V3 if self.is_v3 else _IN_V2
            known = (_BY_HAND, by_dialect, self.custom)
            return next(table[type_name] for table in known if type_name in table)
        fields = FieldSchema(type_name).fields
        modes = mode_of(type_name)
        made: Wire = {"type": "object"}
        if fields:
            made["properties"] = {
                name: self._field(f"{type_name}.{name}", schema, modes.get(name, "p"))
                for name, schema in fields.items()
            }
        required = [name for name, schema in fields.items() if schema.is_required]
        if required:
            made["required"] = required
        if type_name in ATOMIC_TYPES:
            made["x-kubernetes-map-type"] = "atomic"
        if type_name in UNIONS:
            made["x-kubernetes-unions"] = [_union(*UNIONS[type_name])]
        kinds = kinds_of(type_name, self.api_versions)
        if kinds:
            made["x-kubernetes-group-version-kind"] = kinds
        return made

    def _field(self, place: str, schema: FieldSchema, mode: str) -> Wire:
        """Return the schema of a field.

        Args:
            place: Its type and name.
            schema: What the tables say of it.
            mode: When it is written, see `Mode`; a field that always is has a default.
        """
        default: JsonValue = DEFAULTS.get(place)
        if default is None and mode == "a":
            default = self._zero(schema)
        made = self._schema(place, schema, default)
        facts = _facts(schema)
        if facts and "$ref" in made and self.is_v3:
            made = {"allOf": [made]}
        return {**made, **facts}

    def _schema(self, place: str, schema: FieldSchema, default: JsonValue) -> Wire:
        """Return what a value of a field may be; what lists and maps hold is seldom a pointer."""
        inner = schema.items
        if inner is not None:
            held = self._schema(place, inner, self._zero(inner))
            if schema.kind == "list":
                return {"type": "array", "items": held}
            return {"type": "object", "additionalProperties": held}
        if schema.type in _SCALARS:
            made: Wire = {**_SCALARS[schema.type]}
        else:
            made = self.ref(_named(place, schema))
        if default is None or not self.is_v3:
            return made
        return {**({"allOf": [made]} if "$ref" in made else made), "default": default}

    def _zero(self, schema: FieldSchema) -> JsonValue:
        return {} if schema.kind == "object" else _ZEROS.get(schema.type)

    def _inside(self, type_name: str) -> Iterator[str]:
        """Yield the types of what is in a type."""
        if type_name in self.custom:
            yield "ObjectMeta"
            yield "metav1.ListMeta"
        for name, schema in FieldSchema(type_name).fields.items():
            inner = schema
            while (part := inner.items) is not None:
                inner = part
            if inner.type not in _SCALARS:
                yield _named(f"{type_name}.{name}", inner)


def _named(place: str, schema: FieldSchema) -> str:
    """Return the type of a value that is defined by its name."""
    if schema.type == "json":
        return FREE_FORM.get(place, RAW_EXTENSION)
    return _NAMED_SCALARS.get(schema.type, schema.type)


def _facts(schema: FieldSchema) -> Wire:
    """Return how a field is merged, by patches and by Server-Side Apply."""
    topology = "x-kubernetes-map-type"
    if schema.kind == "list" or schema.type == "byte":
        topology = "x-kubernetes-list-type"
    facts = {
        "x-kubernetes-list-map-keys": list(schema.list_map_keys),
        topology: schema.topology,
        "x-kubernetes-patch-merge-key": schema.merge_key,
        "x-kubernetes-patch-strategy": ",".join(sorted(schema.strategies)),
    }
    return {name: value for name, value in facts.items() if value}


def _union(discriminator: str, fields: Mapping[str, str]) -> Wire:
    said = {"discriminator": discriminator} if discriminator else {}
    return {**said, "fields-to-discriminateBy": dict(fields)}
