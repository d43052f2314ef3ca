"""The definitions of custom kinds: their own schemas, with what every object has besides.

Source: ``k8s.io/apiextensions-apiserver/pkg/controller/openapi/builder`` (v1.36).
"""

from collections.abc import Iterable, Mapping

from kubeobj.api.openapi.names import definition_name, gvk_entry, type_of
from kubeobj.documents import Document, Wire
from kubeobj.meta.gvk import GroupVersionKind
from kubeobj.models.fieldtable import TYPES

# OpenAPI 2 has no choices of types, and no null.
_ONLY_V3 = frozenset({"allOf", "anyOf", "oneOf", "not", "nullable"})
_STRING: Document = {"type": "string"}
_UNKNOWN: Document = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}


def custom_definitions(
    kinds: Iterable[GroupVersionKind],
    schemas: Mapping[GroupVersionKind, Document],
    *,
    is_v3: bool,
) -> dict[str, Document]:
    """Return the definitions of those of *kinds* that have no model, and of their lists.

    Args:
        kinds: What is served.
        schemas: The schemas of custom kinds, in the dialect of OpenAPI 3.
        is_v3: Whether the definitions are to be in that dialect.
    """
    home = "#/components/schemas/" if is_v3 else "#/definitions/"
    found: dict[str, Document] = {}
    for kind in kinds:
        name = type_of(kind)
        if name in TYPES:
            continue
        schema: Wire = {**schemas.get(kind, _UNKNOWN)}
        made = schema if is_v3 else _in_v2(schema)
        found[name] = _object(made, kind, home)
        found[f"{name}List"] = _list(name, kind, home)
    return found


def _object(schema: Wire, kind: GroupVersionKind, home: str) -> Document:
    metadata = {"$ref": f"{home}{definition_name('ObjectMeta')}"}
    properties = {
        **schema.get("properties", {}),
        "apiVersion": _STRING,
        "kind": _STRING,
        "metadata": metadata,
    }
    return {
        **schema,
        "type": "object",
        "properties": dict(sorted(properties.items())),
        "x-kubernetes-group-version-kind": [gvk_entry(kind)],
    }


def _list(name: str, kind: GroupVersionKind, home: str) -> Document:
    listed = GroupVersionKind(kind.group, kind.version, f"{kind.kind}List")
    return {
        "type": "object",
        "properties": {
            "apiVersion": _STRING,
            "items": {"type": "array", "items": {"$ref": f"{home}{name}"}},
            "kind": _STRING,
            "metadata": {"$ref": f"{home}{definition_name('metav1.ListMeta')}"},
        },
        "required": ["items"],
        "x-kubernetes-group-version-kind": [gvk_entry(listed)],
    }


def _in_v2(schema: Document) -> Wire:
    """Return a schema in the dialect of OpenAPI 2; what that cannot say is left open."""
    kept: Wire = {name: value for name, value in schema.items() if name not in _ONLY_V3}
    if schema.get("x-kubernetes-int-or-string") or schema.get("nullable"):
        kept.pop("type", None)
    if schema.get("x-kubernetes-preserve-unknown-fields") or schema.get("nullable"):
        kept.pop("properties", None)
        kept.pop("items", None)
    for name in ("items", "additionalProperties"):
        if isinstance(kept.get(name), Mapping):
            kept[name] = _in_v2(kept[name])
    if "properties" in kept:
        kept["properties"] = {name: _in_v2(part) for name, part in kept["properties"].items()}
    return kept
