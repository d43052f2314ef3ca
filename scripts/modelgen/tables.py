"""The tables beside the models: wire names, the catalog of kinds, and the facts of each field."""

from typing import Any

from scripts.modelgen import modes
from scripts.modelgen.classes import HEADER, irregular_names
from scripts.modelgen.published import (
    FREE_FORM,
    REUSED,
    UNIONS,
    module_of,
    module_of_group,
    resources,
    short_name,
    split,
)  # fmt: skip

_HEAD = f"{HEADER}\n# ruff: noqa: E501, RUF100\n# fmt: off\n"
_MERGE = ("x-kubernetes-patch-merge-key", "x-kubernetes-patch-strategy", "x-kubernetes-list-type",
          "x-kubernetes-list-map-keys", "x-kubernetes-map-type")  # fmt: skip

_SCALARS = {
    "IntOrString": "int-or-string",
    "MicroTime": "micro-time",
    "Quantity": "quantity",
    "Time": "time",
}


def tables(definitions: dict[str, dict[str, Any]]) -> dict[str, str]:
    """Return the text of every table, by the name of its module."""
    return {
        "irregularnames": _names(definitions),
        "catalog": _catalog(definitions),
        "fieldtable": _fields(definitions),
        "wiretable": _modes(definitions),
    }


def _names(definitions: dict[str, dict[str, Any]]) -> str:
    rows = "".join(f"    {k!r}: {v!r},\n" for k, v in irregular_names(definitions).items())
    return (
        f'{_HEAD}"""Fields whose wire names are not simply their attributes in camel case."""\n\n'
        "from collections.abc import Mapping\n\n"
        f"IRREGULAR: Mapping[str, str] = {{\n{rows}}}\n"
    )


def _kinds(definitions: dict[str, dict[str, Any]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for name, schema in definitions.items():
        gvks = schema.get("x-kubernetes-group-version-kind", [])
        if len(gvks) == 1 and {"apiVersion", "kind"} <= schema.get("properties", {}).keys():
            gvk = gvks[0]
            group_version = f"{gvk['group']}/{gvk['version']}".removeprefix("/")
            if module_of(name) == module_of_group(gvk["group"], gvk["version"]):
                found.setdefault(group_version, set()).add(gvk["kind"])
    return found


def _catalog(definitions: dict[str, dict[str, Any]]) -> str:
    lines = [f'{_HEAD}"""The kinds that have models, and the resources that a server serves."""\n']
    lines += ["from collections.abc import Mapping", "from typing import TypeAlias\n"]
    lines.append("Row: TypeAlias = tuple[str, str, str, bool, str, str, str, str]")
    lines.append(
        '"""A resource: plural, singular, kind, whether it is namespaced, and the verbs, short\n'
        'names, categories and storage version."""\n'
    )
    lines.append("SubresourceRow: TypeAlias = tuple[str, str, str, str]")
    lines.append('"""A subresource: resource and name, api version, kind, and verbs."""\n')
    lines.append("KINDS: Mapping[str, tuple[str, str]] = {")
    for group_version, kinds in sorted(_kinds(definitions).items()):
        module = module_of_group(*split(group_version))
        lines.append(f"    {group_version!r}: ({module!r}, {' '.join(sorted(kinds))!r}),")
    lines += ["}", '"""The module and the kinds of each group-version."""\n']
    lines.append("RESOURCES: Mapping[str, tuple[Row, ...]] = {")
    for group_version, served in resources().items():
        lines.append(f"    {group_version!r}: (")
        for entry in served:
            if "/" not in entry["name"]:
                lines.append(f"        {_row(entry)!r},")
        lines.append("    ),")
    lines += ["}\n", "SUBRESOURCES: Mapping[str, tuple[SubresourceRow, ...]] = {"]
    for group_version, served in resources().items():
        lines.append(f"    {group_version!r}: (")
        for entry in served:
            if "/" in entry["name"]:
                own = f"{entry.get('group', '')}/{entry.get('version', '')}".strip("/")
                row = (entry["name"], own or group_version, entry["kind"], " ".join(entry["verbs"]))
                lines.append(f"        {row!r},")
        lines.append("    ),")
    return "\n".join([*lines, "}\n"])


def _row(entry: dict[str, Any]) -> tuple[str | bool, ...]:
    return (
        entry["name"], entry["singularName"], entry["kind"], entry["namespaced"],
        " ".join(entry["verbs"]), " ".join(entry.get("shortNames", ())),
        " ".join(entry.get("categories", ())), entry.get("storageVersionHash", ""),
    )  # fmt: skip


def _fields(definitions: dict[str, dict[str, Any]]) -> str:
    lines = [
        f'{_HEAD}"""What each field of each type is: its type, and how its parts merge."""\n',
        "from collections.abc import Mapping",
        "from typing import TypeAlias\n",
        "Facts: TypeAlias = tuple[str, str, str, str]",
        '"""Merge key; patch strategies; list or map type; keys of a map-like list."""\n',
        "TYPES: Mapping[str, Mapping[str, str | tuple[str, Facts]]] = {",
    ]
    for name, kinds in _kinds_of_fields(definitions).items():
        lines.append(f"    {short_name(name)!r}: {{")
        for wire, kind in kinds.items():
            field = definitions[name]["properties"][wire]
            facts = tuple(_fact(field.get(key, "")) for key in _MERGE)
            merged = (facts[0], facts[1], facts[2] or facts[4], facts[3])
            lines.append(f"        {wire!r}: {(kind, merged) if any(merged) else kind!r},")
        lines.append("    },")
    return "\n".join([*lines, "}\n"])


def _modes(definitions: dict[str, dict[str, Any]]) -> str:
    kinds = {short_name(name): row for name, row in _kinds_of_fields(definitions).items()}
    lines = [
        f'{_HEAD}"""When each field of each type is written: the letters of `wiremodes.Mode`."""\n',
        "from collections.abc import Mapping\n",
        "MODES: Mapping[str, str] = {",
        *(f"    {name!r}: {letters!r}," for name, letters in modes.rows(kinds).items()),
    ]
    return "\n".join([*lines, "}", '"""A letter for each field, in the order of `TYPES`."""\n'])


def _kinds_of_fields(definitions: dict[str, dict[str, Any]]) -> dict[str, dict[str, str]]:
    """Return the type of each field of each type, in short; ``!`` behind those required."""
    found: dict[str, dict[str, str]] = {}
    for name, schema in definitions.items():
        if name in UNIONS or name in FREE_FORM or _is_scalar(name):
            continue
        required = set(schema.get("required", ()))
        found[name] = {
            wire: _kind(field) + ("!" if wire in required else "")
            for wire, field in schema.get("properties", {}).items()
        }
    return found


def _fact(value: str | list[str]) -> str:
    return " ".join(value) if isinstance(value, list) else value.replace(",", " ")


def _kind(schema: dict[str, Any]) -> str:
    """Return a type in short: ``[]`` a list of, ``{}`` a map of, a scalar or a type's name."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        if name in FREE_FORM or name in UNIONS:
            return "json"
        return _SCALARS[name.rpartition(".")[2]] if _is_scalar(name) else short_name(name)
    kind = schema["type"][0] if isinstance(schema["type"], list) else schema["type"]
    if kind == "array":
        return f"[]{_kind(schema['items'])}"
    if kind == "object":
        inner = schema.get("additionalProperties")
        return f"{{}}{_kind(inner)}" if inner else "json"
    return schema.get("format") or kind


def _is_scalar(name: str) -> bool:
    return name in REUSED and name.rpartition(".")[2] in _SCALARS
