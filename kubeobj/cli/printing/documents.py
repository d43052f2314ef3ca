"""Whole objects as kubectl prints them: JSON, and names.

Source: ``k8s.io/cli-runtime/pkg/printers`` json.go, yaml.go, name.go (v1.36).
"""

import json
from collections.abc import Sequence

from kubeobj.documents import JsonValue, Wire

_ESCAPED = {
    ord("<"): "\\u003c",
    ord(">"): "\\u003e",
    ord("&"): "\\u0026",
    0x2028: "\\u2028",
    0x2029: "\\u2029",
}


def json_text(document: JsonValue, *, indent: int | None = 4) -> str:
    """Return JSON as Go writes it: sorted by names, and safe within HTML.

    Args:
        document: The value.
        indent: By how many blanks each level is indented; None for a single line.
    """
    separators = (",", ": ") if indent is not None else (",", ":")
    text = json.dumps(
        document, indent=indent, sort_keys=True, ensure_ascii=False, separators=separators
    )
    return text.translate(_ESCAPED)


def listed(documents: Sequence[Wire]) -> Wire:
    """Return several objects as one list."""
    return {
        "apiVersion": "v1",
        "items": list(documents),
        "kind": "List",
        "metadata": {"resourceVersion": ""},
    }


def without_managed_fields(document: Wire) -> Wire:
    """Return an object without what the server notes about who wrote which field."""
    metadata = document.get("metadata") or {}
    if "managedFields" not in metadata:
        return document
    rest = {name: value for name, value in metadata.items() if name != "managedFields"}
    return {**document, "metadata": rest}
