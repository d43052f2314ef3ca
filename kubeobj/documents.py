"""What an API object is before any type is put on it: a JSON document.

Every value is plain JSON. Documents are read, never changed in place: what edits one makes another.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

JsonScalar: TypeAlias = bool | int | float | str | None
"""A JSON value without parts."""

JsonValue: TypeAlias = "JsonScalar | Sequence[JsonValue] | Mapping[str, JsonValue]"
"""Any JSON value, as read-only containers."""

Document: TypeAlias = Mapping[str, JsonValue]
"""A JSON object, such as a whole API object or any part of one."""

# Every use of it would be narrowed to what the reader has checked already.
Wire: TypeAlias = dict[str, Any]  # type: ignore[explicit-any]
"""A document in wire form: what `kubeobj.api.wireform` has read, and its one owner may change.

Each field has the type that its kind says, so it is read without asking again.
"""

__all__ = ["Document", "JsonScalar", "JsonValue", "Wire"]
