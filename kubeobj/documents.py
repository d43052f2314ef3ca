"""What an API object is before any type is put on it: a JSON document.

Every value is plain JSON. Documents are read, never changed in place: what edits one makes another.
"""

from collections.abc import Mapping, Sequence
from typing import TypeAlias

JsonScalar: TypeAlias = bool | int | float | str | None
"""A JSON value without parts."""

JsonValue: TypeAlias = "JsonScalar | Sequence[JsonValue] | Mapping[str, JsonValue]"
"""Any JSON value, as read-only containers."""

Document: TypeAlias = Mapping[str, JsonValue]
"""A JSON object, such as a whole API object or any part of one."""

__all__ = ["Document", "JsonScalar", "JsonValue"]
